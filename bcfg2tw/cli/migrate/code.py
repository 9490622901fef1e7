"""Python of the site that runs on the server: templates, helpers, its own plugins."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec

from bcfg2tw.cli.lint.more.python2 import files_with_code
from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.cli.migrate.plugins import own_modules
from bcfg2tw.cli.python2.finding import constructs_of
from bcfg2tw.cli.python2.meaning import REPOSITORY, Surroundings
from bcfg2tw.engine.siteplugins.finding import PLUGINS, names_upstream
from bcfg2tw.engine.siteplugins.package import RENAMED
from bcfg2tw.finding import Finding

__all__ = ["CodeFile", "code_files", "examine"]


@dataclass(frozen=True)
class CodeFile:
    """
    A file with code.

    :ivar syntax: as `python2.pieces.syntax_of` has it
    """

    path: str
    syntax: str
    surroundings: Surroundings = REPOSITORY


def code_files(site: OldSite) -> Iterator[CodeFile]:
    """Yield the files with code; what clients run, as probes, is none of the server's."""
    for path, syntax in files_with_code(site.repository):
        yield CodeFile(path, syntax)
    for name in site.settings.plugins:
        paths = own_modules(site, name)
        has_names = any(map(_is_for_bcfg2, paths))
        given = frozenset(RENAMED) if has_names else frozenset[str]()
        for path in paths:
            yield CodeFile(path, "python", Surroundings(has_names, given, _siblings(path)))


def _is_for_bcfg2(path: str) -> bool:
    """Say whether a module is run as one that is written for Bcfg2, with names of Python 2."""
    return PLUGINS in path or names_upstream(ModuleSpec("", None, origin=path))


def _siblings(path: str) -> frozenset[str]:
    folder = os.path.dirname(path)
    names = os.listdir(folder)
    # a folder of Bcfg2's own holds modules of others
    if "__init__.py" not in names or folder.endswith(os.path.join("Server", "Plugins")):
        return frozenset()
    return frozenset(
        name.removesuffix(".py") for name in names if name.endswith(".py") and name != "__init__.py"
    )


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield what is Python 2, and what means something else on Python 3."""
    for file in code_files(site):
        text = site.repository.text(file.path)
        plugin = os.path.relpath(file.path, site.repository.root).partition(os.sep)[0]
        plugin = plugin if plugin != os.pardir else ""
        for construct in constructs_of(text, file.syntax, file.surroundings):
            yield finding(construct.name, file.path, construct.line, construct.message, plugin)
