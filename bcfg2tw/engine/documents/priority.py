"""
Directories of XML files with priorities: what Rules, Defaults, Deps and Pkgmgr share.

An entry finds its definitions by a look-up in tables that are made when the files are read:
the cost does not grow with the number of files or of definitions (:ref:`structures-6`).
"""

from __future__ import annotations

import copy
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from string import Template
from typing import TypeAlias

from bcfg2tw.engine.documents.conditions import (
    CONDITIONS,
    Answers,
    Condition,
    all_hold,
    asked_by,
    filtered,
)
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.model.asked import Asked, all_asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.explanation import Candidate, Explanation
from bcfg2tw.engine.plugin.base import Binder
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.repository.xinclude import XML_BASE
from bcfg2tw.engine.xmlio import Element, attributes, elements_of, is_element, line_of
from bcfg2tw.errors import PluginExecutionError

logger = logging.getLogger("bcfg2-server")

#: How many names are kept with the regular expressions that match them.
KEPT_NAMES = 20_000

#: The priority of a file that does not say it, as it is for Bcfg2's own server.
NO_PRIORITY = -1

#: What an element stands in, innermost first.
Conditions: TypeAlias = tuple[Condition, ...]


class PriorityFile:
    """
    A file whose root says which of several files wins.

    Of a file that is no template the definitions are kept, and not the document: they take a
    fifth of its memory.

    :ivar path: full path
    :ivar priority: the higher wins; `NO_PRIORITY` where the root has none that is a whole number,
        which the checks tell
    :ivar announced: tag to the names of the elements that stand directly below the root
    :ivar definitions: in the order of the document; of a template, none
    """

    def __init__(self, source: Source) -> None:
        document = StructFile(source)
        self.path = document.path
        self.priority = _priority_of(document.root)
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.announced = _names_below(document.root)
        self._template = document if document.is_template else None
        self.definitions = () if document.is_template else self._definitions_in(document.root)

    @property
    def is_template(self) -> bool:
        """Say whether the definitions are others for each client."""
        return self._template is not None

    def definitions_for(self, metadata: ClientMetadata) -> tuple[Definition, ...]:
        """Return the definitions that a client gets; a template is rendered once for a build."""
        if self._template is None:
            return self.definitions
        definitions: tuple[Definition, ...] | None = metadata.scratch.get(self)
        if definitions is None:
            definitions = self._definitions_in(self._template.rendered(metadata).root)
            metadata.scratch[self] = definitions
        return definitions

    def shared(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return one object for all elements that have the same attributes."""
        return self._shared.setdefault(names, names)

    def _definitions_in(self, root: Element) -> tuple[Definition, ...]:
        return tuple(
            Definition(element, self, conditions) for element, conditions in _elements_in(root, ())
        )


def _priority_of(root: Element) -> int:
    try:
        return int(root.get("priority", ""))
    except ValueError:
        return NO_PRIORITY


def _elements_in(
    container: Element, conditions: Conditions
) -> Iterator[tuple[Element, Conditions]]:
    """Yield what stands in an element, to any depth, with the conditions around it."""
    for child in container:
        if not is_element(child):
            continue
        if child.tag in CONDITIONS:
            yield from _elements_in(child, (Condition.of(child), *conditions))
        else:
            yield child, conditions
            yield from _elements_in(child, conditions)


def _names_below(root: Element) -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = {}
    for child in elements_of(root):
        name = child.get("name")
        if name and child.tag not in CONDITIONS:
            names.setdefault(child.tag, []).append(sys.intern(name))
    return {tag: tuple(listed) for tag, listed in names.items()}


class Definition:
    """
    What one element of a file says about the entries that it matches.

    :ivar line: where it stands in its file
    :ivar holder: a copy of the element if it holds anything but text, None if it does not
    """

    __slots__ = (
        "_attributes", "_conditions", "_is_plain", "_text", "_values", "holder", "line",
        "name", "path", "priority", "tag",
    )  # fmt: skip

    def __init__(self, element: Element, file: PriorityFile, conditions: Conditions) -> None:
        self.tag = sys.intern(element.tag)
        name = element.get("name")
        self.name = None if name is None else sys.intern(name)
        self.line = line_of(element)
        self.priority = file.priority
        self.path = file.path
        self.holder = copy.deepcopy(element) if len(element) else None
        self._conditions = conditions
        # thousands say the same things of other names: what they share is kept once
        defined = attributes(element)
        defined.pop(XML_BASE, None)  # of an included file: nothing for a client
        self._attributes = file.shared(tuple(defined))
        self._values = tuple(map(sys.intern, defined.values()))
        self._text = element.text if (element.text or "").strip() else None
        self._is_plain = all(_is_plain(node) for node in element.iterdescendants())

    @property
    def candidate(self) -> Candidate:
        """The definition in an explanation."""
        return Candidate(f"{self.path}:{self.line}", f"priority {self.priority}")

    @property
    def asked(self) -> Asked | None:
        """The groups and host names that it asks for; None if it may ask anything."""
        return asked_by(self._conditions) if self._is_plain else None

    def applies(self, answers: Answers) -> bool:
        """Say whether all conditions that the element stands in are true."""
        return all_hold(self._conditions, answers)

    def apply(
        self, entry: Element, answers: Answers, replaced: Callable[[str], str] | None = None
    ) -> None:
        """
        Put text, children and attributes onto an entry; its own attributes win.

        :param replaced: what each attribute's value goes through
        """
        text = self._text
        if self.holder is not None:
            text = self._add_children(entry, self.holder, answers)
        if text is not None:
            entry.text = text
        own_names = entry.keys()
        for name, value in zip(self._attributes, self._values, strict=True):
            if name not in own_names:
                entry.set(name, replaced(value) if replaced else value)

    def _add_children(self, entry: Element, holder: Element, answers: Answers) -> str | None:
        """Add what the element holds to an entry; returns the text that it has for the client."""
        if self._is_plain:
            entry.extend([copy.deepcopy(child) for child in holder])
            return self._text
        matched = filtered(holder, answers)
        entry.extend(list(matched))
        return matched.text if (matched.text or "").strip() else None


def _is_plain(node: Element) -> bool:
    """Say whether a node is for every client as it is written."""
    return is_element(node) and node.tag not in CONDITIONS and XML_BASE not in node.attrib


class Definitions:
    """
    Definitions by tag and name.

    :param regex: whether names are also tried as regular expressions, anchored at both ends
    """

    def __init__(self, definitions: Iterable[Definition], regex: bool = False) -> None:
        self._named: dict[str, dict[str, tuple[Definition, ...]]] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Definition]]] = {}
        self._found: dict[tuple[str, str], tuple[Definition, ...]] = {}
        self._regex = regex
        for definition in definitions:
            self._add(definition)

    def _add(self, definition: Definition) -> None:
        if definition.name is None:
            return
        named = self._named.setdefault(definition.tag, {})
        name = comparable(definition.tag, definition.name)
        named[name] = (*named.get(name, ()), definition)
        if self._regex:
            self._add_pattern(definition, definition.name)

    def _add_pattern(self, definition: Definition, name: str) -> None:
        try:
            pattern = re.compile(name + "$")
        except re.error as error:
            logger.error(
                "%s:%s: %r is no regular expression and stands for itself alone: %s",
                definition.path, definition.line, name, error,
            )  # fmt: skip
            return
        self._patterns.setdefault(definition.tag, []).append((pattern, definition))

    def find(self, tag: str, name: str) -> tuple[Definition, ...]:
        """Return all definitions of a tag that match a name, whatever their conditions."""
        if not self._regex:
            return self._named_alike(tag, name)
        key = (tag, name)
        definitions = self._found.get(key)
        if definitions is None:
            if len(self._found) >= KEPT_NAMES:
                self._found.clear()  # templates may make names without end
            definitions = self._found[key] = tuple(self._matching(tag, name))
        return definitions

    def _named_alike(self, tag: str, name: str) -> tuple[Definition, ...]:
        named = self._named.get(tag)
        return () if named is None else named.get(comparable(tag, name), ())

    def _matching(self, tag: str, name: str) -> Iterator[Definition]:
        named = self._named_alike(tag, name)
        yield from named
        for pattern, definition in self._patterns.get(tag, ()):
            if definition not in named and pattern.match(name):
                yield definition


def comparable(tag: str, name: str) -> str:
    """Return what two names have in common that mean the same: paths may end in slashes."""
    return name.rstrip("/") if tag == "Path" else name


class NameTemplate(Template):
    """`%{name}` and `%name` in attributes stand for the entry's name (:ref:`structures-7`)."""

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
        fixed = (definition for file in self.files for definition in file.definitions)
        self._fixed = Definitions(fixed, regex)

    def listed(self) -> dict[str, dict[str, Binder]]:
        """Return the `Entries` of a generator: the elements that stand directly below a root."""
        entries: dict[str, dict[str, Binder]] = {}
        bind = self.bind
        for file in self.files:
            for tag, names in file.announced.items():
                entries.setdefault(tag, {}).update(dict.fromkeys(names, bind))
        return entries

    def matching(self, entry: Element, metadata: ClientMetadata) -> list[Definition]:
        """Return the definitions that match an entry and apply to the client."""
        name = entry.get("name")
        if name is None:
            return []
        key = (self, entry.tag, name)
        matching: list[Definition] | None = metadata.scratch.get(key)
        if matching is None:  # a generator is asked whether it handles an entry before it does
            matching = metadata.scratch[key] = self._matching(entry.tag, name, metadata)
        return matching

    def _matching(self, tag: str, name: str, metadata: ClientMetadata) -> list[Definition]:
        candidates = self._fixed.find(tag, name)
        for template in self._templates:
            candidates = (*candidates, *self._definitions_of(template, metadata).find(tag, name))
        if not candidates:
            return []
        answers = answers_for(metadata)
        return [definition for definition in candidates if definition.applies(answers)]

    def _definitions_of(self, template: PriorityFile, metadata: ClientMetadata) -> Definitions:
        key = (self, template)
        definitions: Definitions | None = metadata.scratch.get(key)
        if definitions is None:
            definitions = Definitions(template.definitions_for(metadata), self._regex)
            metadata.scratch[key] = definitions
        return definitions

    def asked_for(self, entry: Element) -> Asked | None:
        """Return what of a client decides what it gets; None where that may be anything."""
        if self._templates:
            return None
        candidates = self._fixed.find(entry.tag, entry.get("name", ""))
        return all_asked(definition.asked for definition in candidates)

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Put what the best definition says onto an entry.

        :raises PluginExecutionError: if there is none, or if two are equally good
        """
        definition = self._best(entry, metadata)
        if metadata.build.explanation is not None:
            matching = self.matching(entry, metadata)
            _explain(definition, matching, metadata.build.explanation)
        replaced = self._replacement(entry) if self._replace_name else None
        definition.apply(entry, answers_for(metadata), replaced)

    def complete(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Do the same for an entry that need not have a definition.

        :raises PluginExecutionError: if two are equally good
        """
        if self.matching(entry, metadata):
            self.bind(entry, metadata)

    def _best(self, entry: Element, metadata: ClientMetadata) -> Definition:
        matching = self.matching(entry, metadata)
        if len(matching) == 1:
            return matching[0]
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


def _explain(winner: Definition, matching: list[Definition], explanation: Explanation) -> None:
    others = [definition for definition in matching if definition is not winner]
    others.sort(key=lambda definition: -definition.priority)
    explanation.choose("definition", winner.candidate, [other.candidate for other in others])


def _conflict(
    best: list[Definition], priority: int, place: str, hostname: str
) -> PluginExecutionError:
    text = f"Found conflicting sources with same priority ({priority}) for {place} for {hostname}"
    files = ", ".join(f"{definition.path}:{definition.line}" for definition in best)
    logger.error("%s: %s", text, files)
    return PluginExecutionError(text)


def answers_for(metadata: ClientMetadata) -> Answers:
    """Return the names for which conditions are true for a client."""
    return {"Group": metadata.groups, "Client": (metadata.hostname,)}
