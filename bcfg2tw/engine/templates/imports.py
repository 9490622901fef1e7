"""`import` in the code of the repository."""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

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

    It has upstream's package `Bcfg2` as well, as far as plugins of a site know it.

    :param settings: under which the code runs; without them they are found where it stands
    """

    def __init__(
        self, provided: Mapping[str, ModuleType], settings: Settings | None = None
    ) -> None:
        self._provided = provided
        self._settings = settings

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        module = None if level else self._provided.get(name)
        if module is None and not level and name.partition(".")[0] == "Bcfg2":
            settings = self._settings or _settings_around(globals or {}, locals or {})
            if settings is not None:
                upstream = importlib.import_module(_UPSTREAM_NAMES).import_for(settings)
                package: ModuleType = upstream(name, globals, locals, fromlist)
                return package
        if module is None:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        if fromlist:
            return module
        # a plain `import` binds the topmost package of a dotted name
        return self._provided.get(name.partition(".")[0]) or _packages_around(name, module)


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
