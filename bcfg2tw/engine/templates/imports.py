"""`import` in the code of the repository."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Mapping, Sequence
from types import FrameType, ModuleType
from typing import Any

from bcfg2tw.engine.templates.site_importlib import SiteImportlib
from bcfg2tw.settings import Settings

#: Has the names of upstream's package `Bcfg2`; imported where code of the repository asks for one.
_UPSTREAM_NAMES = "bcfg2tw.engine.siteplugins.package"

#: What the globals of a module have that says under which settings its code runs.
SETTINGS = "__bcfg2tw_settings__"


class SettingsOf:
    """The settings that a module runs under; an object that can be hashed, as Cheetah wants it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings


class Import:
    """
    The `import` of one file: it finds the provided modules before those on the path.

    It has upstream's package `Bcfg2` as well, as far as plugins of a site know it, and an
    `importlib` that has both.

    :param settings: under which the code runs; without them they are found where it stands
    """

    def __init__(
        self, provided: Mapping[str, ModuleType], settings: Settings | None = None
    ) -> None:
        self._provided = provided
        self._settings = settings
        self._importlib = SiteImportlib(self, self._find)

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        module = None if level else self._provided.get(name)
        if module is None and not level and _is_upstream(name):
            settings = self._settings_for(globals or {}, locals or {}, sys._getframe(1))
            if settings is not None:
                package: ModuleType = _upstream(settings)(name, globals, locals, fromlist)
                return package
        if module is None:
            module = builtins.__import__(name, globals, locals, fromlist or (), level)
            return self._importlib.in_place_of(module)
        if fromlist:
            return module
        # a plain `import` binds the topmost package of a dotted name
        return self._provided.get(name.partition(".")[0]) or _packages_around(name, module)

    def _find(self, name: str, frame: FrameType) -> ModuleType | None:
        module = self._provided.get(name)
        if module is not None or not _is_upstream(name):
            return module
        settings = self._settings_for({}, {}, frame)
        if settings is None:
            return None
        upstream: ModuleType = _upstream(settings).find(name, frame)
        return upstream

    def _settings_for(
        self, globals: Mapping[str, Any], locals: Mapping[str, Any], frame: FrameType
    ) -> Settings | None:
        """Return the settings of the code in a frame, which may call `__import__` by hand."""
        return (
            self._settings
            or _settings_around(globals, locals)
            or _settings_around(frame.f_globals, frame.f_locals)
        )


def _is_upstream(name: str) -> bool:
    return name.partition(".")[0] == "Bcfg2"


def _upstream(settings: Settings) -> Any:
    return importlib.import_module(_UPSTREAM_NAMES).import_for(settings)


def _settings_around(globals: Mapping[str, Any], locals: Mapping[str, Any]) -> Settings | None:
    """Return the settings of the template or module whose code imports something."""
    holder = globals.get(SETTINGS)
    if isinstance(holder, SettingsOf):
        return holder.settings
    for variables in (globals.get("__data__"), locals, globals):
        metadata = None if variables is None else variables.get("metadata")
        snapshot = getattr(metadata, "snapshot", None)
        if snapshot is not None:
            settings: Settings = snapshot.settings
            return settings
    return None


def _packages_around(name: str, module: ModuleType) -> ModuleType:
    while "." in name:
        name, _, attribute = name.rpartition(".")
        package = ModuleType(name)
        setattr(package, attribute, module)
        module = package
    return module
