"""Python files of the repository, run as modules: helpers of templates, queries of a directory."""

from __future__ import annotations

import builtins
import sys
import traceback
from collections.abc import Mapping
from types import ModuleType

from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates import python2
from bcfg2tw.engine.templates.imports import Import
from bcfg2tw.engine.templates.site_code import is_for_the_program
from bcfg2tw.engine.templates.syntax import compiled
from bcfg2tw.errors import RepositoryError

#: What the names of these modules begin with, as far as Python is concerned.
PREFIX = "bcfg2 repository "


def load_module(
    source: Source, plugin: str, provided: Mapping[str, ModuleType] | None = None
) -> ModuleType:
    """
    Run a Python file of the repository, and return it as a module.

    It has the names that Python 2 had as well. Python knows it, for dataclasses and the like to
    find it, by its full path: two repositories in one process do not get into each other's way.

    :param provided: by full name, modules that the file can import although there are none
    :raises RepositoryError: naming file and line of what it fails for, and what of Python 2 it is
    """
    name = PREFIX + source.path
    module = ModuleType(name)
    module.__file__ = source.path
    module.__dict__["__builtins__"] = {
        **builtins.__dict__,
        **python2.names(source.settings),
        "__import__": Import(
            {**python2.modules(source.settings), **(provided or {})}, source.settings
        ),
    }
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        exec(compiled(source.data, source.path), module.__dict__)
    except BaseException as error:  # a site's own code may raise anything
        _restore(name, before)
        if is_for_the_program(error):
            raise
        raise _problem(source, plugin, error) from error
    return module


def _restore(name: str, before: ModuleType | None) -> None:
    if before is None:
        sys.modules.pop(name, None)
    else:
        sys.modules[name] = before


def _problem(source: Source, plugin: str, error: BaseException) -> RepositoryError:
    line = _line(source.path, error)
    lines = source.data.decode("utf-8", "replace").splitlines()
    failing = lines[line - 1].strip() if line is not None and line <= len(lines) else ""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    kind = type(error).__name__
    description = f"{kind}: {text}" if text else kind
    reason = f"{plugin}: Failed to import {source.path}: {description}"
    return python2.load_problem(source.path, reason, line, error, failing)


def _line(path: str, error: BaseException) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    frames = traceback.walk_tb(error.__traceback__)
    return next(
        (line for frame, line in reversed(list(frames)) if frame.f_code.co_filename == path), None
    )


def place_of(error: BaseException) -> str | None:
    """Return file and line of the module of the repository whose code failed, if one did."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        name = frame.f_globals.get("__name__")
        if isinstance(name, str) and name.startswith(PREFIX):
            return f"{name.removeprefix(PREFIX)}:{line}"
    return None


def with_diagnosis(reason: str, error: Exception, line: str = "") -> str:
    """
    Add to the reason for which a template failed which construct of Python 2 it is, if it is.

    :param line: the line of the template that failed, as far as it is known
    """
    diagnosis = python2.diagnosis(error, line)
    if diagnosis is None:
        return reason
    place = place_of(error)
    return f"{reason} ({diagnosis})" if place is None else f"{reason} ({diagnosis}; {place})"


def located(reason: str, error: Exception) -> str:
    """Add to a reason for the log where in a module of the repository it arose, if it did."""
    place = place_of(error)
    return reason if place is None or place in reason else f"{reason}, in {place}"
