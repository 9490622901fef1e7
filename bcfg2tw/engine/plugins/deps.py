"""Deps: entries that bring further entries with them (:ref:`structures-9`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator

from lxml import etree

from bcfg2tw.engine.documents.conditions import Answers, holds
from bcfg2tw.engine.documents.directory import check_read, load_all
from bcfg2tw.engine.documents.nested_definitions import NestedDefinitions, NestedFile
from bcfg2tw.engine.documents.priority import answers_for
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import StructureValidator
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element, is_element
from bcfg2tw.errors import PluginExecutionError, ValidationError

Key = tuple[str, str]


class Deps(Plugin, StructureValidator):
    """
    Adds what the entries of a client depend on, from `Deps/*.xml`, as Bcfg2 1.3 did.

    It announces nothing: what it adds is bound like any other entry.
    """

    #: After Packages, so that what that adds has its dependencies as well.
    sort_order = 750

    def __init__(self, context: PluginContext, files: Files, previous: Deps | None = None) -> None:
        super().__init__(context, files, previous)
        loaded = load_all(files, (".xml",), NestedFile, self.logger, self.listing_before)
        self._dependencies = NestedDefinitions(loaded.values(), "dependencies")
        self._served: set[str] = self.lasting.keep("clients whose dependencies were clear", set)

    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        """
        Append one structure, `Deps`, with everything that is missing; it may be empty.

        :raises ValidationError: if a file was never understood, or if files contradict each other
            that did not before
        """
        check_read(self.files)
        present = dict.fromkeys(_entries(structures))
        try:
            missing = self._missing(present, metadata)
        except PluginExecutionError as error:
            if metadata.hostname in self._served:
                raise ValidationError(f"Deps: {error}: give the files other priorities") from error
            self.logger.error("Deps: %s; the client gets no dependencies", error)
            return
        if metadata.effects.is_serving:
            self._served.add(metadata.hostname)
        added = etree.Element("Independent", {"name": self.name})
        for tag, name in missing:
            etree.SubElement(added, tag, {"name": name})
        structures.append(added)

    def _missing(self, present: Collection[Key], metadata: ClientMetadata) -> list[Key]:
        """Return what is missing, in an order that is the same each time."""
        present_keys = set(present)
        missing: list[Key] = []
        waiting = deque(present)
        while waiting:
            tag, name = waiting.popleft()
            for key in self._requirements(tag, name, metadata):
                if key not in present_keys:
                    present_keys.add(key)
                    missing.append(key)
                    waiting.append(key)
        return missing

    def _requirements(self, tag: str, name: str, metadata: ClientMetadata) -> list[Key]:
        definition = self._dependencies.best(tag, name, metadata)
        if definition is None or definition.holder is None:
            return []
        return list(_dependencies_in(definition.holder, answers_for(metadata)))


def _entries(structures: list[Element]) -> Iterator[Key]:
    for structure in structures:
        for entry in structure:
            name = entry.get("name") if is_element(entry) else None
            if name is not None:
                yield entry.tag.removeprefix("Bound"), name


def _dependencies_in(element: Element, answers: Answers) -> Iterator[Key]:
    for child in element:
        if not is_element(child):
            continue
        name = child.get("name")
        if child.tag in answers:
            if holds(child, answers):
                yield from _dependencies_in(child, answers)
        elif name is not None:
            yield child.tag, name
