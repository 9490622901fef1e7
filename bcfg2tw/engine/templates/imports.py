"""`import` in the code of the repository."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any


class Import:
    """The `import` of one file: it finds the provided modules before those on the path."""

    def __init__(self, provided: Mapping[str, ModuleType]) -> None:
        self._provided = provided

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        module = None if level else self._provided.get(name)
        if module is None:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        if fromlist:
            return module
        # a plain `import` binds the topmost package of a dotted name
        return self._provided.get(name.partition(".")[0]) or _packages_around(name, module)


def _packages_around(name: str, module: ModuleType) -> ModuleType:
    while "." in name:
        name, _, attribute = name.rpartition(".")
        package = ModuleType(name)
        setattr(package, attribute, module)
        module = package
    return module
