"""Cheetah templates (:ref:`cfg-5.2`); this module needs the extra `cheetah`."""

from __future__ import annotations

import ast
import builtins
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import FrameType, ModuleType
from typing import Any
from weakref import finalize

from Cheetah.Compiler import Compiler
from Cheetah.Filters import Filter
from Cheetah.NameMapper import valueFromSearchList
from Cheetah.Parser import ParseError
from Cheetah.Template import Template

from bcfg2tw.engine.documents.content import Content, restrict_to_encoding
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.interfaces import ContentGenerator
from bcfg2tw.engine.plugins.cfg.templates.rendering import (
    run_template,
    template_failure,
    variables_of_entry,
)
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates import divisions, output_limit, python2
from bcfg2tw.engine.templates.data import Variables
from bcfg2tw.engine.templates.imports import SETTINGS, Import, SettingsOf
from bcfg2tw.engine.templates.site_code import site_code
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, RepositoryError
from bcfg2tw.settings import Settings

COMPILER_SETTINGS = {"useStackFrames": False}

#: Where the classes of its compiler are.
COMPILING = ("Cheetah.Compiler", "Cheetah.Parser")

#: The names of the functions that Python makes of comprehensions.
COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")

#: The comment in generated code that says which line of the template it comes from.
ORIGIN = re.compile(r"# .*\b(?:from|on) line (\d+), col \d+")


#: How generated code includes a file.
INCLUDE = re.compile(r"_handleCheetahInclude\((.*), trans=")

#: How generated code looks a name up.
LOOK_UP = re.compile(r"VF\w*\(.*?['\"]([\w.]+)['\"], (?:True|False)\)")


def _built_in(of_import: Import) -> ModuleType:
    """Return what is built in: a module, for Cheetah wants values that can be hashed."""
    module = ModuleType("builtins")
    module.__dict__.update({**builtins.__dict__, "__import__": of_import})
    return module


#: What is built in for templates, and the same where Python 2's random numbers are wanted.
BUILT_IN = _built_in(Import({}))
BUILT_IN_PYTHON2 = _built_in(python2.OF_TEMPLATES["__import__"])


class Python2Filter(Filter):  # type: ignore[misc]  # cheetah has no types
    """Writes values as Python 2 did, and not without end."""

    _number = 0

    def filter(self, val: Any, *arguments: Any, **keywords: Any) -> Any:
        """Return the text of a value."""
        self._number += 1
        if self._number > output_limit.MAX_PIECES:
            raise output_limit.TooMuchOutput
        return super().filter(python2.as_text(val), *arguments, **keywords)


class CheetahText(ContentGenerator):
    """A Cheetah template, compiled once; its variables are attributes of the template."""

    def __init__(self, source: Source, data: bytes) -> None:
        self.path = source.path
        self._settings = source.settings
        self._text = source.decoded(data, source.path)
        self._class = self._compile_class()
        if source.settings.division_warnings and "/" in self._text:
            divisions.warn(source, self._divisions())

    def _compile_class(self) -> Any:
        try:
            with site_code:
                template_class = _compile(self._text, True, _names(self._settings))
        except ParseError as error:
            raise self._failure(error) from error
        except Exception as error:  # what it imports is loaded already, and may raise anything
            reason = f"{type(error).__name__}: {error}"
            raise python2.load_problem(self.path, reason, None, error, "") from error
        names = sys.modules[template_class.__module__].__dict__
        names["VFSL"] = value_of  # what the generated code looks names up with
        # Cheetah keeps the module of each template that it compiles
        finalize(self, sys.modules.pop, template_class.__module__, None).atexit = False
        return template_class

    def _divisions(self) -> Iterator[tuple[str, int | None, str]]:
        """Yield path, line and code of each division."""
        code: bytes = _compile(self._text, False, {})
        generated = code.decode("utf-8", "replace")
        lines = generated.splitlines()
        for division in divisions.divisions(ast.parse(generated)):
            line = _origin(lines[: getattr(division, "lineno", 0)])
            yield self.path, line, LOOK_UP.sub(r"$\1", ast.unparse(division))

    def _failure(self, error: ParseError) -> RepositoryError:
        context = error.__context__
        syntax = context if isinstance(context, SyntaxError) else None
        failing = ((syntax.text if syntax else None) or "").strip()
        reason = syntax.msg if syntax else next(iter(str(error).strip().splitlines()), "")
        line = self._line_of(failing, str(error))
        return python2.load_problem(self.path, reason, line, error, failing)

    def _line_of(self, failing: str, message: str) -> int | None:
        position = re.search(r"^Line (\d+), column", message, re.MULTILINE)
        if position is not None:
            return int(position[1])
        lines = enumerate(self._text.splitlines(), 1)
        return next((number for number, line in lines if failing and failing in line), None)

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """Render the template."""
        variables = variables_of_entry(entry, metadata, self.path)

        def failure_of(error: Exception) -> PluginExecutionError:
            return template_failure(error, self.path, self._line(error), self._text, variables)

        return run_template(partial(self._render, variables), failure_of)

    def _render(self, variables: Variables) -> str:
        template = self._class(filter=Python2Filter)
        try:
            for name, value in variables.items():
                setattr(template, name, value)
            return restrict_to_encoding(template.respond(), self._settings)
        finally:
            template.shutdown()  # it refers to itself, and would keep the client's data

    def _line(self, error: Exception) -> int | None:
        """Return the line of the template whose code failed, from the comments in the code."""
        path = sys.modules[self._class.__module__].__dict__.get("__file__")
        lines = [
            line
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename == path
        ]
        return self.line_of(lines[-1]) if lines else None

    def line_of(self, generated_line: int) -> int | None:
        """Return the line of the template that a line of the code made of it comes from."""
        code: bytes = _compile(self._text, False, {})
        generated = code.decode("utf-8", "replace").splitlines()[:generated_line]
        include = INCLUDE.search(generated[-1]) if generated else None
        return _origin(generated) if include is None else self._line_of_include(include[1])

    def _line_of_include(self, argument: str) -> int | None:
        """Return the line with `#include`, which generated code does not tell."""
        lines = enumerate(self._text.splitlines(), 1)
        candidates = [(number, line) for number, line in lines if "#include" in line]
        exact = [number for number, line in candidates if argument in line]
        return next((number for number in [*exact, *(number for number, _ in candidates)]), None)


def _origin(generated: Iterable[str]) -> int | None:
    """Return the line of the template that the last of some generated lines comes from."""
    origins = (ORIGIN.search(line) for line in reversed(list(generated)))
    origin = next((origin for origin in origins if origin is not None), None)
    return None if origin is None else int(origin[1])


def value_of(namespaces: Any, name: str, call: bool = False) -> Any:
    """
    Look a name up as Cheetah does, with the variables around a comprehension as well.

    In Python 2 the expressions in a list comprehension saw them, `self` among them.
    """
    frame = sys._getframe(1)
    if frame.f_code.co_name in COMPREHENSIONS:
        around = list(_variables_around(frame))
        namespaces = [namespaces[0], *around, *namespaces[1:]]
    return valueFromSearchList(namespaces, name, call)


def _variables_around(frame: FrameType) -> Iterator[dict[str, Any]]:
    path, outer = frame.f_code.co_filename, frame.f_back
    while outer is not None and outer.f_code.co_filename == path:
        yield outer.f_locals
        if outer.f_code.co_name not in COMPREHENSIONS:
            return
        outer = outer.f_back


def _names(settings: Settings) -> dict[str, Any]:
    """Return the names that the code of templates finds beside its own."""
    names = dict(python2.names(settings))
    built_in = BUILT_IN_PYTHON2 if settings.python2_random else BUILT_IN
    names["__builtins__"] = built_in
    names["__import__"] = vars(built_in)["__import__"]  # for `$__import__`, which looks there
    names[SETTINGS] = SettingsOf(settings)
    return names


def _compile(text: str, returnAClass: bool, names: Mapping[str, Any]) -> Any:
    """Return the class that a template becomes, or its code, and leave nothing of the compiler."""
    compilers: list[Any] = []

    def compiler_of(*arguments: Any, **options: Any) -> Any:
        compilers.append(Compiler(*arguments, **options))
        return compilers[-1]

    made = Template.compile(
        source=text,
        returnAClass=returnAClass,
        cacheCompilationResults=False,
        useCache=False,
        keepRefToGeneratedCode=False,
        compilerClass=compiler_of,
        compilerSettings=COMPILER_SETTINGS,
        moduleGlobals=names,
    )
    _take_apart(compilers)  # not after an error, which asks the parser for its place
    if returnAClass:
        made._CHEETAH_compilerInstance = None
    return made


def _take_apart(compilers: list[Any]) -> None:
    """
    Have compilers go, with all that they have made.

    They refer to each other, and have ten times the size of what they compile.
    """
    parts = compilers
    while parts:
        attributes = vars(parts.pop())
        values = list(attributes.values())
        attributes.clear()
        for value in values:
            held = value.values() if isinstance(value, dict) else value
            held = held if isinstance(value, (dict, list)) else (value,)
            parts += [part for part in held if type(part).__module__ in COMPILING]
