"""
The normal form of a configuration: what counts of it for a client.

The order of structures, entries, attributes and children does not count, nor do comments, white
space between elements, and what the server says of itself: `revision` and `version` of the
document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lxml import etree

from bcfg2tw.engine.repository.xinclude import XML_BASE
from bcfg2tw.engine.xmlio import Element, attributes, elements_of

__all__ = ["EntryKey", "NormalEntry", "NormalStructure", "is_same", "normal_structures"]

_STRUCTURES = ("Bundle", "Independent")
#: The encoding of contents that are no text.
BASE64 = "base64"

#: Structure, attributes, text and children of an entry.
EntryKey: TypeAlias = "tuple[str, tuple[tuple[str, str], ...], str, tuple[str, ...]]"
#: The tag of a structure, and its attributes but for the name.
_Kind: TypeAlias = "tuple[str, tuple[tuple[str, str], ...]]"


@dataclass(frozen=True)
class NormalEntry:
    """
    An entry as it counts.

    :ivar structure: name of the bundle that it stands in
    :ivar name: empty for an entry without a name
    :ivar text: its content, as the document has it
    :ivar children: its children, each on a line, sorted
    """

    structure: str
    tag: str
    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple[str, ...]

    @property
    def key(self) -> EntryKey:
        """All that counts, equal for equal entries of one tag and name."""
        return self.structure, tuple(sorted(self.attributes.items())), self.text, self.children

    @property
    def failure(self) -> str | None:
        """The reason why it could not be bound, None where it was."""
        return self.attributes.get("failure")


@dataclass(frozen=True)
class NormalStructure:
    """
    A bundle, or what else holds entries.

    :ivar tag: `Bundle` or `Independent`, as a rule
    :ivar included: what stands in a bundle within it, which Bcfg2 1.3 binds nothing of: tag and
        name of each entry, with the name of the inner bundle, or the file that it is from
    """

    tag: str
    name: str
    attributes: Mapping[str, str]
    entries: tuple[NormalEntry, ...]
    included: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def kind(self) -> _Kind:
        """Tag and attributes: two structures of one name and kind are one to a client."""
        return self.tag, tuple(sorted(self.attributes.items()))


def normal_structures(document: Element) -> dict[tuple[str, int], NormalStructure]:
    """
    Return the structures of a configuration by name and number.

    The number is 0, but for those that share a name and differ in kind: others are one.
    """
    by_name: dict[str, dict[_Kind, NormalStructure]] = {}
    # clients take whatever holds entries, by any tag
    for structure in map(_structure, elements_of(document)):
        kinds = by_name.setdefault(structure.name, {})
        twin = kinds.get(structure.kind)
        kinds[structure.kind] = structure if twin is None else _joined(twin, structure)
    return {
        (name, number): kinds[kind]
        for name, kinds in by_name.items()
        for number, kind in enumerate(sorted(kinds))
    }


def is_same(old: Element, new: Element) -> bool:
    """Say quickly whether two configurations are equal; a no may be one that does not count."""
    return _plain_bytes(old) == _plain_bytes(new)


def _plain_bytes(document: Element) -> list[bytes | str]:
    """Return what stands in a document: not its own attributes, which are the server's."""
    text = (document.text or "").strip()
    # canonical: servers write attributes in different orders
    return [str(document.tag), text, *(etree.tostring(child, method="c14n") for child in document)]


def _structure(element: Element) -> NormalStructure:
    name = element.get("name", "")
    described = attributes(element)
    described.pop("name", None)
    entries = tuple(_entry(child, name) for child in elements_of(element))
    return NormalStructure(str(element.tag), name, described, entries, dict(_included(element)))


def _included(structure: Element) -> Iterator[tuple[tuple[str, str], str]]:
    for inner in elements_of(structure):
        if inner.tag in _STRUCTURES:
            origin = inner.get("name") or inner.get(XML_BASE) or ""
            for entry in elements_of(inner):
                yield (str(entry.tag).removeprefix("Bound"), entry.get("name", "")), origin
            yield from _included(inner)


def _joined(first: NormalStructure, second: NormalStructure) -> NormalStructure:
    entries, included = first.entries + second.entries, {**first.included, **second.included}
    return replace(first, entries=entries, included=included)


def _entry(element: Element, structure: str) -> NormalEntry:
    described = attributes(element)
    name = described.pop("name", "")
    children = tuple(sorted(_lines(element)))
    text = element.text or ""
    if not text.strip() and not _may_be_blank(element, bool(children)):
        text = ""
    return NormalEntry(structure, str(element.tag), name, described, text, children)


def _may_be_blank(element: Element, has_children: bool) -> bool:
    """Say whether blanks are content: not between elements, nor in what has no content."""
    if element.tag != "Path":
        return False
    # a file has its content before its children, which are its ACLs
    is_file = element.get("type") == "file" and element.get("empty") != "true"
    return is_file or not has_children


def _lines(element: Element) -> Iterator[str]:
    """Yield each child as the text of its element, its own children within it, sorted."""
    for child in elements_of(element):
        words = [f'{name}="{value}"' for name, value in sorted(attributes(child).items())]
        start = " ".join([str(child.tag), *words])
        inner = "".join([(child.text or "").strip(), *sorted(_lines(child))])
        yield f"<{start}>{inner}</{child.tag}>" if inner else f"<{start}/>"
