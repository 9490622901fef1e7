"""The module `importlib` as code of a site sees it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

#: Returns the module that an `import` of a full name gives in the code of a frame; None where
#: that is Python's own matter.
Find = Callable[[str, FrameType], "ModuleType | None"]


class SiteImportlib(ModuleType):
    """
    Python's `importlib`, but for finding what an `import` in the same code finds.

    It is in no `sys.modules`: who imports `importlib` elsewhere gets Python's own.

    :param import_statement: what `__import__` is in that code
    """

    def __init__(self, import_statement: Callable[..., Any], find: Find) -> None:
        super().__init__("importlib", importlib.__doc__)
        vars(self)["__import__"] = import_statement
        self._find = find

    def import_module(self, name: str, package: str | None = None) -> ModuleType:
        """
        Import a module, as `importlib.import_module` does.

        :param package: that a name with dots before it is relative to
        """
        is_relative = package is not None and name.startswith(".")
        full_name = importlib.util.resolve_name(name, package) if is_relative else name
        module = self._find(full_name, sys._getframe(1)) if full_name else None
        if module is None:
            module = importlib.import_module(name, package)
        return self.in_place_of(module)

    def in_place_of(self, module: ModuleType) -> ModuleType:
        """Return this module in place of Python's own, and any other as it is."""
        return self if module is importlib else module

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib, name)
