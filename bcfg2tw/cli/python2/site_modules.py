"""The files with code of a site, and where the modules of its own plugins and Cfg handlers are."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec

from bcfg2tw.cli.python2.meaning import REPOSITORY, Surroundings
from bcfg2tw.engine.plugin.absent import ABSENT
from bcfg2tw.engine.plugin.registry import SHIPPED
from bcfg2tw.engine.plugins.cfg.site_handler_names import handler_names
from bcfg2tw.engine.siteplugins.finding import PLUGINS, names_upstream
from bcfg2tw.engine.siteplugins.package import RENAMED
from bcfg2tw.settings import Settings

__all__ = ["CodeFile", "handler_modules", "plugin_modules", "site_modules"]

_HANDLERS = os.path.join(PLUGINS, "Cfg")


@dataclass(frozen=True)
class CodeFile:
    """
    A file with code.

    :ivar syntax: as `python2.pieces.syntax_of` has it
    """

    path: str
    syntax: str
    surroundings: Surroundings = REPOSITORY


def site_modules(settings: Settings, folders: Sequence[str]) -> Iterator[CodeFile]:
    """
    Yield the Python files of a site's own plugins and Cfg handlers, each once.

    Nothing is imported.

    :param folders: in which modules are looked for, as on Python's path
    """
    modules = [plugin_modules(name, folders) for name in settings.plugins]
    modules += [paths for _, paths in handler_modules(settings, folders)]
    seen: set[str] = set()
    for paths in modules:
        yield from _code_files([path for path in paths if path not in seen])
        seen.update(paths)


def plugin_modules(name: str, folders: Sequence[str]) -> list[str]:
    """
    Return the Python files of a site's own plugin, the first one that of its class.

    :param name: as `[server] plugins` has it, MODULE.CLASS or a name of Bcfg2's folder of plugins
    """
    if name in SHIPPED or name in ABSENT:
        return []
    return _paths(name, PLUGINS, folders)


def handler_modules(settings: Settings, folders: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield name and Python files of each Cfg handler of a site's own whose module is there."""
    if "Cfg" not in settings.plugins:
        return
    for name in handler_names(settings.cfg_handlers, folders):
        paths = _paths(name, _HANDLERS, folders)
        if paths:
            yield name, paths


def _paths(name: str, package: str, folders: Sequence[str]) -> list[str]:
    """Return the files of MODULE.CLASS, or of a name without a dot in a package of Bcfg2's."""
    module = name.rpartition(".")[0].replace(".", os.sep)
    relative = module or os.path.join(package, name)
    for folder in folders:
        path = os.path.join(folder, relative)
        if os.path.isfile(f"{path}.py"):
            return [f"{path}.py"]
        first = os.path.join(path, "__init__.py")
        if os.path.isfile(first):
            pattern = os.path.join(glob.escape(path), "**", "*.py")
            others = sorted(glob.glob(pattern, recursive=True))
            return [first, *(other for other in others if other != first)]
    return []


def _code_files(paths: Sequence[str]) -> Iterator[CodeFile]:
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
    if "__init__.py" not in names or folder.endswith((PLUGINS, _HANDLERS)):
        return frozenset()
    return frozenset(
        name.removesuffix(".py") for name in names if name.endswith(".py") and name != "__init__.py"
    )
