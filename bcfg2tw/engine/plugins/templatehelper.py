"""TemplateHelper: Python of a site's own, for its templates (:ref:`templates-and-data-3`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, NoReturn

from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Connector, TemplateDataProvider, XMLTemplate
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates.python_files import load_module
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import RepositoryError

logger = logging.getLogger("TemplateHelper")

#: What a helper itself has in the reference, so that modules cannot export it.
RESERVED = frozenset(
    {
        "HandleEvent", "_failure", "core", "debug_flag", "debug_log", "defaults", "logger", "name",
        "options", "set_debug", "toggle_debug",
    }
)  # fmt: skip

#: Variables that templates have anyway.
TEMPLATE_VARIABLES = frozenset({"name", "metadata", "source_path", "repo", "path"})

#: What Python leaves beside its files.
IGNORED = (".pyc", ".pyo")


class Helper:
    """
    A module as templates see it: its exports are attributes.

    :ivar name: the file's full path
    """

    def __init__(self, path: str, exports: Mapping[str, Any], failure: str = "") -> None:
        """
        Show the exports.

        :param failure: why the module could not be imported
        """
        self.name = path
        self._failure = failure
        self.__dict__.update(exports)

    def __repr__(self) -> str:
        return f"<{self._failure or self.name}>"  # Genshi says no more of what is missing

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(self._failure or f"{self.name} does not export {name}")


class HelperModule:
    """
    A Python file of the folder, imported once for each state of it.

    :ivar helper: what templates see of it
    :ivar defaults: variables for all templates
    """

    def __init__(self, source: Source) -> None:
        module = load_module(source, "TemplateHelper")
        exported = _names(module, "__export__", source)
        if exported is None:
            raise RepositoryError(
                source.path, f"TemplateHelper: {source.path} has no __export__ list"
            )
        defaults = _names(module, "__default__", source) or []
        exports = dict(_exports(module, [*exported, *defaults], source.path))
        self.helper = Helper(source.path, exports)
        self.defaults = dict(_defaults(exports, defaults, source.path))


def _names(module: ModuleType, attribute: str, source: Source) -> list[str] | None:
    """Return one of the lists of names that a module declares."""
    names = getattr(module, attribute, None)
    if names is None:
        return None
    if isinstance(names, (list, tuple, set, frozenset)) and all(
        isinstance(name, str) for name in names
    ):
        return list(names)
    raise RepositoryError(
        source.path,
        f"TemplateHelper: {attribute} of {source.path} has to be a list of names, not {names!r}",
    )


def _exports(module: ModuleType, names: list[str], path: str) -> Iterator[tuple[str, Any]]:
    for name in dict.fromkeys(names):
        if name in RESERVED or hasattr(Helper, name):
            logger.warning(
                "TemplateHelper: %s: %s is a reserved keyword, skipping export", path, name
            )
        elif not hasattr(module, name):
            logger.warning("TemplateHelper: %s exports %s, but has no such attribute", path, name)
        else:
            yield name, getattr(module, name)


def _defaults(exports: Mapping[str, Any], names: list[str], path: str) -> Iterator[tuple[str, Any]]:
    for name in names:
        if name in TEMPLATE_VARIABLES:
            logger.warning(
                "TemplateHelper: %s: %s is a variable of every template, not adding as default",
                path, name,
            )  # fmt: skip
        elif name in exports:
            yield name, exports[name]


class TemplateHelper(Plugin, Connector, TemplateDataProvider):
    """Offers what the modules of `TemplateHelper` export as `metadata.TemplateHelper`."""

    def __init__(
        self, context: PluginContext, files: Files, previous: TemplateHelper | None = None
    ) -> None:
        super().__init__(context, files, previous)
        modules = load_all(files, (".py",), HelperModule, self.logger, self.listing_before, IGNORED)
        self._helpers: dict[str, Helper] = {}
        self._defaults: dict[str, Any] = {}
        for path in files:
            if path.endswith(".py"):
                self._add(path, modules.get(path))

    def _add(self, path: str, module: HelperModule | None) -> None:
        name = os.path.basename(path).removesuffix(".py")
        if name in self._helpers:
            self.logger.warning(
                "TemplateHelper: %s is not used: there is %s",
                self.files.path(path), self._helpers[name].name,
            )  # fmt: skip
        elif module is None:
            problem = self.files.problem(path, HelperModule)
            self._helpers[name] = Helper(self.files.path(path), {}, str(problem))
        else:
            self._helpers[name] = module.helper
            self._add_defaults(module)

    def _add_defaults(self, module: HelperModule) -> None:
        for name, value in module.defaults.items():
            if name in self._defaults:
                self.logger.warning(
                    "TemplateHelper: %s is a default variable of another module already, "
                    "that of %s is not used",
                    name, module.helper.name,
                )  # fmt: skip
            else:
                self._defaults[name] = value

    def get_additional_data(self, metadata: ClientMetadata) -> dict[str, Helper]:
        """Return the helpers by their modules' names."""
        return dict(self._helpers)

    def get_template_data(
        self, entry: Element, metadata: ClientMetadata, template: str
    ) -> Mapping[str, Any]:
        """Return the default variables."""
        return self._defaults

    def get_xml_template_data(
        self, structfile: XMLTemplate, metadata: ClientMetadata
    ) -> Mapping[str, Any]:
        """Return the default variables."""
        return self._defaults
