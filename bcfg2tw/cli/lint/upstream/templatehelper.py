"""TemplateHelper: what modules of helpers export."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from bcfg2tw.cli.lint.check import Check, Kind, Remark
from bcfg2tw.engine.plugins.templatehelper import RESERVED, TEMPLATE_VARIABLES
from bcfg2tw.engine.templates.python_files import load_module
from bcfg2tw.errors import RepositoryError


class TemplateHelper(Check):
    """Imports each module, as the server does, and looks at its lists of names."""

    name = "TemplateHelper"
    plugin = "TemplateHelper"
    is_upstream = True
    kinds = {
        "templatehelper-import-error": Kind(
            "error", "The module cannot be imported, so that templates find none of its names."
        ),
        "templatehelper-no-export": Kind(
            "error", "The module has no list __export__, so that it is not used."
        ),
        "templatehelper-nonlist-export": Kind(
            "error", "__export__ or __default__ is something else than a list of names."
        ),
        "templatehelper-nonexistent-export": Kind(
            "error", "A name is exported that the module does not define."
        ),
        "templatehelper-reserved-export": Kind(
            "error", "A name is exported that helpers have themselves, so that it is passed over."
        ),
        "templatehelper-reserved-default": Kind(
            "error",
            "A default is a variable that every template has anyway, so that it is passed over.",
        ),
        "templatehelper-underscore-export": Kind(
            "warning", "A name is exported whose underscore says that it is private."
        ),
        "templatehelper-export-and-default": Kind(
            "warning", "A name is in both lists; __default__ alone does."
        ),
    }

    def run(self) -> Iterator[Remark]:
        """Import the modules that take part."""
        for path in self.repository.files("TemplateHelper", "*.py"):
            source = self.repository.source(path)
            if source is None:
                continue
            try:
                module = load_module(source, "TemplateHelper")
            except RepositoryError as error:
                reason = error.reason.partition(f"Failed to import {path}: ")[2] or error.reason
                text = f"Failed to import {path}: {reason}"
                message = f"Failed to import: {reason}"
                yield Remark("templatehelper-import-error", path, error.line, message, text)
            else:
                yield from self._module(path, module)

    def _module(self, path: str, module: ModuleType) -> Iterator[Remark]:
        exported = getattr(module, "__export__", None)
        defaults = getattr(module, "__default__", [])
        if exported is None:
            text = f"{path} has no __export__ list"
            yield Remark("templatehelper-no-export", path, None, text)
            return
        for name, value in (("__export__", exported), ("__default__", defaults)):
            if not isinstance(value, list):
                text = f"{name} is not a list in {path}"
                yield self._remark("nonlist-export", path, name, text)
        if isinstance(exported, list):
            yield from self._exports(path, module, exported)
        if isinstance(defaults, list):
            yield from self._defaults(path, module, exported, defaults)

    def _exports(self, path: str, module: ModuleType, exported: list[str]) -> Iterator[Remark]:
        for name in map(str, exported):
            begin = f"{path}: exported symbol {name}"
            if not hasattr(module, name):
                yield self._remark("nonexistent-export", path, name, f"{begin} does not exist")
            elif name in RESERVED:
                yield self._remark("reserved-export", path, name, f"{begin} is reserved")
            elif name.startswith("_"):
                text = f"{begin} starts with underscore"
                yield self._remark("underscore-export", path, name, text)

    def _defaults(
        self, path: str, module: ModuleType, exported: object, defaults: list[str]
    ) -> Iterator[Remark]:
        for name in map(str, defaults):
            if isinstance(exported, list) and name in exported:
                text = f"{path}: {name} is listed in both __default__ and __export__"
                yield self._remark("export-and-default", path, name, text)
            if name in TEMPLATE_VARIABLES:
                text = f"{path}: default symbol {name} is reserved"
                yield self._remark("reserved-default", path, name, text)
            elif not hasattr(module, name):
                text = f"{path}: default symbol {name} does not exist"
                yield self._remark("nonexistent-export", path, name, text)

    def _remark(self, name: str, path: str, symbol: str, text: str) -> Remark:
        message = text.removeprefix(f"{path}: ")
        lines = self.repository.text(path).splitlines()
        line = next((n for n, words in enumerate(lines, 1) if symbol in words), None)
        return Remark(f"templatehelper-{name}", path, line, message, text)
