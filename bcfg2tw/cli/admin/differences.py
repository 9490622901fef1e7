"""The differences between two configurations, as sentences with details."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from bcfg2tw.engine.xmlio import Element, attributes, elements_of

__all__ = ["ADDED", "CHANGED", "REMOVED", "Difference", "differences"]

REMOVED, ADDED, CHANGED = "Removed", "Added", "Changed"

_STRUCTURES = ("Bundle", "Independent")


@dataclass(frozen=True)
class Difference:
    """
    One difference.

    :ivar kind: `Removed`, `Added` or `Changed`
    :ivar text: what is different
    :ivar details: lines that begin with `-` for what was and `+` for what is
    """

    kind: str
    text: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


@dataclass(frozen=True)
class _Place:
    bundle: str
    element: Element


def differences(old: Element, new: Element) -> Iterator[Difference]:
    """Yield the differences between two configurations: bundles, then elements in their order."""
    yield from _names(_bundles(old), _bundles(new), "Bundle {}")
    before, after = _elements(old), _elements(new)
    yield from _names(list(before), list(after), "Element {}")
    for name, place in before.items():
        if name in after:
            yield from _element(name, place, after[name])


def _bundles(config: Element) -> list[str]:
    return [child.get("name", "") for child in elements_of(config) if child.tag in _STRUCTURES]


def _elements(config: Element) -> dict[str, _Place]:
    """Return all entries by `TAG:NAME`; of several that have one name the last."""
    return {
        f"{element.tag}:{element.get('name')}": _Place(structure.get("name", ""), element)
        for structure in elements_of(config)
        if structure.tag in _STRUCTURES
        for element in elements_of(structure)
    }


def _names(old: list[str], new: list[str], noun: str) -> Iterator[Difference]:
    yield from (Difference(REMOVED, noun.format(name)) for name in old if name not in new)
    yield from (Difference(ADDED, noun.format(name)) for name in new if name not in old)


def _element(name: str, old: _Place, new: _Place) -> Iterator[Difference]:
    noun = f"Element {name}"
    if old.bundle != new.bundle:
        moved = f"{noun} was in bundle {old.bundle}, now in bundle {new.bundle}"
        yield Difference(CHANGED, moved)
    lines = tuple(_attributes(old.element, new.element))
    if lines:
        yield Difference(CHANGED, f"{noun} has different attributes", lines)
    before, after = _content(old.element), _content(new.element)
    if before == after:
        return
    if not before or not after:
        act = "removed" if before else "added"
        yield Difference(CHANGED, f"{noun} content was {act}")
    else:
        yield Difference(CHANGED, f"{noun} has different content", tuple(_diff(before, after)))


def _attributes(old: Element, new: Element) -> Iterator[str]:
    before, after = attributes(old), attributes(new)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            if name in before:
                yield f'-{name}="{before[name]}"'
            if name in after:
                yield f'+{name}="{after[name]}"'


def _content(element: Element) -> str:
    """Return text and children: what of an element is no attribute."""
    children = [etree.tostring(child, encoding="unicode") for child in element]
    return "".join([element.text or "", *children]).strip("\n")


def _diff(before: str, after: str) -> Iterator[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    for number, line in enumerate(lines):
        if number > 1 and not line.startswith("@@"):  # the first two name the files
            yield line
