"""
Documents with conditions: what of them applies to one client (:ref:`structures-1.3`).

A document is filtered once for each combination of answers to its conditions, not once for
each client: most documents ask for few groups, so nearly every request finds its result ready.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Any, cast

from lxml import etree

from bcfg2tw.engine.documents.kept_results import KEPT_RESULTS, Table
from bcfg2tw.engine.model.asked import Asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.repository.xinclude import XML_BASE
from bcfg2tw.engine.xmlio import Element, attributes, is_element, line_of, parse_own, serialise

Subject = Callable[..., Collection[str]]
Answers = Mapping[str, Collection[str]]

#: Results that one document keeps; all together are bounded as well.
MOST_RESULTS = 256


def groups_of(metadata: ClientMetadata, *_: Any) -> Collection[str]:
    """Return the names for which a `Group` condition is true."""
    return metadata.groups


def hostname_of(metadata: ClientMetadata, *_: Any) -> Collection[str]:
    """Return the names for which a `Client` condition is true."""
    return (metadata.hostname,)


CONDITIONS: Mapping[str, Subject] = {"Group": groups_of, "Client": hostname_of}


def holds(condition: Element, answers: Answers) -> bool:
    """
    Say whether a conditional element is true.

    :param answers: for each conditional tag the names for which it is true
    """
    return Condition.of(condition).holds(answers)


def filtered(element: Element, answers: Answers) -> Element:
    """
    Return a copy of an element with what applies, and without conditions and comments.

    What a true condition holds stands in its place; its own text goes to the parent's, and the
    text behind it is dropped, as in the reference. The element itself is kept, whatever its tag.
    """
    prefixes: Any = element.nsmap  # the stubs do not know that the default prefix is None
    own_attributes = attributes(element)
    own_attributes.pop(XML_BASE, None)  # of an included file: a place on the server
    copied = etree.Element(element.tag, own_attributes, prefixes)
    copied.text, copied.tail = element.text, element.tail
    line = line_of(element)
    if line is not None:  # an element that a template has added has none
        cast(Any, copied).sourceline = line  # for messages about what it says
    _fill(copied, element, answers)
    return copied


def _fill(copied: Element, original: Element, answers: Answers) -> None:
    for child in original:
        if not is_element(child):
            append_text(copied, child.tail)
        elif child.tag not in answers:
            copied.append(filtered(child, answers))
        elif holds(child, answers):
            copied.text = ((copied.text or "") + (child.text or "")) or None
            _fill(copied, child, answers)


def append_text(parent: Element, text: str | None) -> None:
    """Add text behind the last child of an element, or to its own text where it has none."""
    if not text:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


class ConditionalDocument:
    """
    A document whose result depends on some groups, host names and the like.

    Safe to use from several threads; nothing in it changes but the kept results.
    """

    def __init__(self, root: Element, conditions: Mapping[str, Subject] = CONDITIONS) -> None:
        self.root = root
        self._conditions = conditions
        self._mentioned = {
            tag: frozenset(intern(element.get("name", "")) for element in root.iter(tag))
            for tag in conditions
        }
        self._asked = [tag for tag, names in self._mentioned.items() if names]
        self._kept = Table()

    def matched(self, metadata: ClientMetadata, *args: Any) -> Element:
        """Return what applies to a client: shared with other requests, not to be changed."""
        key = self.answers(metadata, *args)
        result = self._kept.get(key)
        if result is None:
            result = self.result_of(key)
            if len(self._kept) >= MOST_RESULTS:
                self._kept.clear()  # rather than count uses: a site has far fewer combinations
            KEPT_RESULTS.put(self._kept, key, result)
        return result

    def answers(self, metadata: ClientMetadata, *args: Any) -> tuple[frozenset[str], ...]:
        """Return what a client answers to what the document asks."""
        return tuple(
            [
                self._mentioned[tag].intersection(self._conditions[tag](metadata, *args))
                for tag in self._asked
            ]
        )

    def result_of(self, answers: tuple[frozenset[str], ...]) -> Element:
        """Return what applies to clients that give these answers: an element of its own."""
        everything: Answers = dict.fromkeys(self._conditions, frozenset[str]()) | dict(
            zip(self._asked, answers, strict=True)
        )
        result = filtered(self.root, everything)
        etree.cleanup_namespaces(result)
        return result

    def copied(self, metadata: ClientMetadata, *args: Any) -> Element:
        """Return a copy of what applies to a client."""
        return copy.deepcopy(self.matched(metadata, *args))


class StoredDocument(ConditionalDocument):
    """
    A document that is kept as text.

    The tree takes five times as much memory, and is needed only once for each combination of
    answers: for the many documents of which most clients see a few. The lines of its file are not
    kept: it is not for documents whose messages name them.
    """

    @property
    def root(self) -> Element:
        """The document, as a tree of its own for whoever asks."""
        return parse_own(self._text)

    @root.setter
    def root(self, root: Element) -> None:
        self._text = serialise(root).encode("ascii")


@dataclass(frozen=True, slots=True)
class Condition:
    """A conditional element as a value: which name is asked for, and whether it must not be."""

    tag: str
    name: str | None
    is_negated: bool

    @classmethod
    def of(cls, element: Element) -> Condition:
        """Read a conditional element."""
        negate = element.get("negate", "").lower() == "true"
        return _condition(element.tag, element.get("name"), negate)

    def holds(self, answers: Answers) -> bool:
        """Say whether it is true."""
        return (self.name in answers[self.tag]) is not self.is_negated


@lru_cache(maxsize=4096)
def _condition(tag: str, name: str | None, is_negated: bool) -> Condition:
    """Return one object for all conditions that are equal: few are asked very often."""
    return Condition(tag, name, is_negated)


def all_hold(conditions: Iterable[Condition], answers: Answers) -> bool:
    """Say whether all conditions are true; written out, since each entry asks several times."""
    for condition in conditions:
        if (condition.name in answers[condition.tag]) is condition.is_negated:
            return False
    return True


def asked_by(conditions: Iterable[Condition]) -> Asked | None:
    """Return what conditions ask of a client; None if they ask for anything else."""
    asked: dict[str, set[str]] = {"Group": set(), "Client": set()}
    for condition in conditions:
        if condition.tag not in asked:
            return None
        asked[condition.tag].add(condition.name or "")
    return Asked(frozenset(asked["Group"]), frozenset(asked["Client"]))


def conditions_above(element: Element, tags: Collection[str]) -> tuple[Condition, ...]:
    """Return the conditions that an element stands in, innermost first."""
    return tuple(Condition.of(above) for above in element.iterancestors() if above.tag in tags)
