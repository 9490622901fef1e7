"""Structures as text: the same ones for all clients for whom their files say the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lxml import etree

from bcfg2tw.engine.xmlio import Element, attributes, is_element, parse_own, serialise


@dataclass(frozen=True, slots=True)
class WrittenStructure:
    """
    A structure as it would be serialised before it is bound, in pieces.

    :ivar tag: `Bundle` or `Independent`
    :ivar name: as its attribute says
    :ivar path: full path of its file
    :ivar start: its tag, and the text in front of the first entry
    :ivar entries: each with the text behind it
    :ivar end: the closing tag
    :ivar required: the bundles that it requires
    """

    tag: str
    name: str
    path: str
    start: str
    entries: tuple[str, ...]
    end: str
    required: frozenset[str] = frozenset()

    def get(self, name: str) -> str | None:
        """Return an attribute, of which there is but the name, as an element does."""
        return self.name if name == "name" else None

    @property
    def element(self) -> Element:
        """The structure as an element, a new one each time."""
        return parse_own("".join([self.start, *self.entries, self.end]).encode("ascii"))


def written(
    structure: Element, path: str, required: frozenset[str], shared: Callable[[str], str]
) -> WrittenStructure | None:
    """
    Write a structure; None if its parts would not mean the same without each other.

    :param structure: has a name
    :param shared: returns one object for all equal texts of entries
    """
    shell = shell_of(structure)
    if shell is None:
        return None
    entries = tuple(shared(serialise(child)) for child in structure)
    return replace(shell, path=path, entries=entries, required=required)


def shell_of(structure: Element) -> WrittenStructure | None:
    """
    Write a structure without its entries; None if these would not mean the same without it.

    That is so where it declares prefixes, or holds other nodes than elements.
    """
    if not all(map(is_element, structure)) or _declares_prefixes(structure):
        return None
    start, end = _tags_of(structure)
    return WrittenStructure(structure.tag, structure.get("name", ""), "", start, (), end)


def _declares_prefixes(structure: Element) -> bool:
    return any(is_element(node) and node.nsmap for node in structure.iter())


def _tags_of(structure: Element) -> tuple[str, str]:
    """Return what stands in front of, and behind, the entries; all in one if there is nothing."""
    shell = etree.Element(structure.tag, attributes(structure))
    shell.text = structure.text
    text, end = serialise(shell), f"</{structure.tag}>"
    if structure.text is not None:
        return text.removesuffix(end), end
    return (text.removesuffix("/>") + ">", end) if len(structure) else (text, "")
