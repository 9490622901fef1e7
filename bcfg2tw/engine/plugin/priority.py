"""
Directories of XML files with priorities: what Rules, Defaults, Deps and Pkgmgr share.

An entry finds its definitions by a look-up in tables that are made when the files are read:
the cost does not grow with the number of files or of definitions (structures.md 6).
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from string import Template
from typing import TYPE_CHECKING

from bcfg2tw.engine.plugin.conditions import CONDITIONS, Answers, conditions_above, filtered, holds
from bcfg2tw.engine.plugin.structfile import StructFile
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element, attributes, is_element, line_of
from bcfg2tw.errors import PluginExecutionError, RepositoryError

if TYPE_CHECKING:
    from bcfg2tw.engine.client_metadata import ClientMetadata

logger = logging.getLogger("bcfg2-server")


class PriorityFile(StructFile):
    """
    A `StructFile` whose root says which of several files wins.

    :ivar priority: the higher wins
    :raises RepositoryError: if the root's `priority` is missing or not a whole number
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        written = self.root.get("priority", "")
        try:
            self.priority = int(written)
        except ValueError:
            raise RepositoryError(
                self.path,
                f"Got bogus priority {written!r} for file {self.path}: "
                "the root needs a priority that is a whole number",
                line_of(self.root),
            ) from None


class Definition:
    """What one element of a file says about the entries that it matches."""

    def __init__(self, element: Element, file: PriorityFile) -> None:
        self.element = element
        self.tag: str = element.tag
        self.name: str | None = element.get("name")
        self.priority = file.priority
        self.path = file.path
        self._conditions = tuple(conditions_above(element, CONDITIONS))
        self._attributes = tuple(attributes(element).items())
        self._text = element.text if (element.text or "").strip() else None
        self._children = tuple(child for child in element if is_element(child))
        self._is_conditional = any(child.tag in CONDITIONS for child in element.iterdescendants())

    def applies(self, answers: Answers) -> bool:
        """Say whether all conditions that the element stands in are true."""
        return all(holds(condition, answers) for condition in self._conditions)

    def apply(
        self, entry: Element, answers: Answers, replaced: Callable[[str], str] | None = None
    ) -> None:
        """
        Put text, children and attributes onto an entry; its own attributes win.

        :param replaced: what each attribute's value goes through
        """
        if self._text is not None:
            entry.text = self._text
        if self._children:
            entry.extend(self._copied_children(answers))
        for name, value in self._attributes:
            if entry.get(name) is None:
                entry.set(name, replaced(value) if replaced else value)

    def _copied_children(self, answers: Answers) -> list[Element]:
        if self._is_conditional:
            return list(filtered(self.element, answers))
        return [copy.deepcopy(child) for child in self._children]


class Definitions:
    """
    The definitions of some files, by tag and name.

    :param regex: whether names are also tried as regular expressions, anchored at both ends
    """

    def __init__(self, files: Iterable[PriorityFile], regex: bool = False) -> None:
        self._named: dict[tuple[str, str], list[Definition]] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Definition]]] = {}
        self._found: dict[tuple[str, str], tuple[Definition, ...]] = {}
        self._regex = regex
        for file in files:
            self._add(file, file.root)

    @classmethod
    def of_rendered(cls, file: PriorityFile, root: Element, regex: bool) -> Definitions:
        """Return the definitions that a template's result holds."""
        rendered = cls((), regex)
        rendered._add(file, root)
        return rendered

    def _add(self, file: PriorityFile, root: Element) -> None:
        for element in root.iterdescendants():
            if is_element(element) and element.tag not in CONDITIONS:
                self._add_definition(Definition(element, file))

    def _add_definition(self, definition: Definition) -> None:
        if definition.name is None:
            return
        key = (definition.tag, comparable(definition.tag, definition.name))
        self._named.setdefault(key, []).append(definition)
        if self._regex:
            self._add_pattern(definition, definition.name)

    def _add_pattern(self, definition: Definition, name: str) -> None:
        try:
            pattern = re.compile(name + "$")
        except re.error as error:
            logger.error(
                "%s:%s: %r is no regular expression and stands for itself alone: %s",
                definition.path, definition.element.sourceline, name, error,
            )  # fmt: skip
            return
        self._patterns.setdefault(definition.tag, []).append((pattern, definition))

    def find(self, tag: str, name: str) -> tuple[Definition, ...]:
        """Return all definitions of a tag that match a name, whatever their conditions."""
        if not self._regex:
            return tuple(self._named.get((tag, comparable(tag, name)), ()))
        key = (tag, name)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(self._matching(tag, name))
        return found

    def _matching(self, tag: str, name: str) -> Iterator[Definition]:
        named = self._named.get((tag, comparable(tag, name)), [])
        yield from named
        for pattern, definition in self._patterns.get(tag, ()):
            if definition not in named and pattern.match(name):
                yield definition


def comparable(tag: str, name: str) -> str:
    """Return what two names have in common that mean the same: paths may end in slashes."""
    return name.rstrip("/") if tag == "Path" else name


class NameTemplate(Template):
    """`%{name}` and `%name` in attributes stand for the entry's name (structures.md 7)."""

    delimiter = "%"


class PriorityFiles:
    """
    All files of one directory, and which definition an entry gets from them.

    :param regex: whether names are also regular expressions
    :param replace_name: whether `%{name}` in attributes stands for the entry's name
    """

    def __init__(
        self, files: Iterable[PriorityFile], regex: bool = False, replace_name: bool = False
    ) -> None:
        self.files = tuple(files)
        self._regex = regex
        self._replace_name = replace_name
        self._templates = [file for file in self.files if file.is_template]
        self._fixed = Definitions((file for file in self.files if not file.is_template), regex)

    def announced(self) -> Iterator[tuple[str, str]]:
        """Yield tag and name of the elements that stand directly below a root."""
        for file in self.files:
            for child in file.root:
                if is_element(child) and child.tag not in CONDITIONS and child.get("name"):
                    yield child.tag, child.get("name", "")

    def matching(self, entry: Element, metadata: ClientMetadata) -> list[Definition]:
        """Return the definitions that match an entry and apply to the client."""
        name = entry.get("name")
        if name is None:
            return []
        found: list[Definition] = list(self._fixed.find(entry.tag, name))
        for template in self._templates:
            found.extend(self._rendered(template, metadata).find(entry.tag, name))
        if not found:
            return found
        answers = answers_for(metadata)
        return [definition for definition in found if definition.applies(answers)]

    def _rendered(self, template: PriorityFile, metadata: ClientMetadata) -> Definitions:
        key = (self, template)
        known: Definitions | None = metadata.scratch.get(key)
        if known is None:
            root = template.rendered(metadata).root
            known = Definitions.of_rendered(template, root, self._regex)
            metadata.scratch[key] = known
        return known

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Put what the best definition says onto an entry.

        :raises PluginExecutionError: if there is none, or if two are equally good
        """
        definition = self._best(entry, metadata)
        replaced = self._replacement(entry) if self._replace_name else None
        definition.apply(entry, answers_for(metadata), replaced)

    def _best(self, entry: Element, metadata: ClientMetadata) -> Definition:
        matching = self.matching(entry, metadata)
        place = f"{entry.tag}:{entry.get('name')}"
        if not matching:
            raise PluginExecutionError(
                f"No matching source for entry when retrieving attributes for {place}"
            )
        highest = max(definition.priority for definition in matching)
        best = [definition for definition in matching if definition.priority == highest]
        if len(best) > 1:
            raise _conflict(best, highest, place, metadata.hostname)
        return best[0]

    def _replacement(self, entry: Element) -> Callable[[str], str]:
        name = entry.get("name", "")
        return lambda value: NameTemplate(value).safe_substitute(name=name)


def _conflict(
    best: list[Definition], priority: int, place: str, hostname: str
) -> PluginExecutionError:
    text = f"Found conflicting sources with same priority ({priority}) for {place} for {hostname}"
    files = ", ".join(f"{one.path}:{one.element.sourceline}" for one in best)
    logger.error("%s: %s", text, files)
    return PluginExecutionError(text)


def answers_for(metadata: ClientMetadata) -> Answers:
    """Return the names for which conditions are true for a client."""
    return {"Group": metadata.groups, "Client": (metadata.hostname,)}
