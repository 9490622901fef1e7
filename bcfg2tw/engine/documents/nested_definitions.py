"""
Files with priorities as Bcfg2 1.3 read them: what Deps and Pkgmgr share.

In one file the definition in the innermost condition wins, among equals the last one; between
files the higher priority does (:ref:`structures-9` and :ref:`structures-11`, :ref:`plugin-api-19`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from bcfg2tw.engine.documents.conditions import CONDITIONS, Answers, conditions_above
from bcfg2tw.engine.documents.priority import Definition, PriorityFile, answers_for
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.xmlio import Element, is_element
from bcfg2tw.errors import PluginExecutionError

logger = logging.getLogger("bcfg2-server")

Table = dict[tuple[str, str], list[Definition]]


def contents(container: Element) -> Iterator[Element]:
    """Yield what stands in a root and its conditions; the later wins, if it applies."""
    conditions = []
    for child in container:
        if not is_element(child):
            continue
        if child.tag in CONDITIONS:
            conditions.append(child)
        else:
            yield child
    for condition in conditions:
        yield from contents(condition)


class NestedFile(PriorityFile):
    """
    A file whose definitions stand in its root and in conditions, to any depth.

    Its definitions are in ascending order of precedence.
    """

    def _definitions_in(self, root: Element) -> tuple[Definition, ...]:
        completed = self.completed(root)
        return tuple(
            Definition(element, self, conditions_above(element, CONDITIONS))
            for element in contents(completed)
            if element.get("name")
        )

    def completed(self, root: Element) -> Element:
        """Return the document with what its elements do not say themselves."""
        return root


class NestedDefinitions:
    """
    The definitions of some files, found by a look-up.

    :param kind: what they are, for messages
    """

    def __init__(self, files: Iterable[NestedFile], kind: str = "sources") -> None:
        self._kind = kind
        self._templates: list[NestedFile] = []
        self._table: Table = {}
        for file in files:
            if file.is_template:
                self._templates.append(file)
            _enter(self._table, file.definitions)

    def announced(self) -> Iterable[tuple[str, str]]:
        """Return tag and name of all definitions, those of templates left out."""
        return self._table.keys()

    def best(self, tag: str, name: str, metadata: ClientMetadata) -> Definition | None:
        """
        Return the definition that a client gets for an entry, None without one.

        :raises PluginExecutionError: if several files with the highest priority have one; the
            log names them
        """
        candidates = list(self._candidates(tag, name, metadata))
        if not candidates:
            return None
        answers = answers_for(metadata)
        chosen = _last_of_each_file(candidates, answers)
        highest = max((definition.priority for definition in chosen), default=0)
        best = [definition for definition in chosen if definition.priority == highest]
        if len(best) > 1:
            raise self._conflict(best, f"{tag}:{name}", metadata.hostname)
        return best[0] if best else None

    def _conflict(self, best: list[Definition], place: str, hostname: str) -> PluginExecutionError:
        text = (
            f"Found conflicting {self._kind} with same priority ({best[0].priority}) for {place} "
            f"for {hostname}"
        )
        files = ", ".join(f"{definition.path}:{definition.line}" for definition in best)
        logger.error("%s: %s", text, files)
        return PluginExecutionError(text)

    def _candidates(self, tag: str, name: str, metadata: ClientMetadata) -> Iterator[Definition]:
        yield from self._table.get((tag, name), ())
        for template in self._templates:
            for definition in template.definitions_for(metadata):
                if (definition.tag, definition.name) == (tag, name):
                    yield definition


def _enter(table: Table, definitions: Iterable[Definition]) -> None:
    for definition in definitions:
        table.setdefault((definition.tag, definition.name or ""), []).append(definition)


def _last_of_each_file(candidates: Iterable[Definition], answers: Answers) -> list[Definition]:
    return list(
        {
            definition.path: definition for definition in candidates if definition.applies(answers)
        }.values()
    )
