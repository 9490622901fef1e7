"""
Edits of clients in the text of clients.xml, where that is as this server writes it.

Parsing and writing all of a file for each new client costs what all clients cost. A file that is
*plain* has one tag for each client, whose attributes are written as lxml writes them; in its text
the tags of some clients are found and replaced, and all others stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from bcfg2tw.engine.store.client_edit import ADD, REMOVE, ClientEdit
from bcfg2tw.engine.xmlio import Element, attributes

#: The start tag of a client, and its name; no value holds a quotation mark or an angle bracket.
_TAG = re.compile(rb'<Client(?: [^>]*?)?? name="([^"]*)"[^>]*>')

#: Of so many clients each is looked for by itself, which takes a tenth of going through all.
FEW = 10

_CLIENT = "Client"
_END = b"</Clients>\n"
_EMPTY_TAG, _START_TAG = b"/>", b">"


def is_plain(root: Element) -> bool:
    """
    Say whether the text that is written of a document is plain.

    :param root: `Clients`, parsed without the white space between elements
    """
    info: Any = root.getroottree().docinfo  # whose types are incomplete
    has_surroundings = root.getprevious() is not None or root.getnext() is not None
    if info.doctype or has_surroundings or root.tag != "Clients" or root.nsmap or not len(root):
        return False
    if not all(map(_is_plain_element, root.iter())):
        return False
    names = [element.get("name", "") for element in root.iter(_CLIENT)]
    lowered = {name.lower() for name in names}
    return len(lowered) == len(names) and lowered == set(names) and "" not in lowered


def _is_plain_element(element: Element) -> bool:
    """Say whether a node is an element that holds elements alone, all without namespaces."""
    return (
        isinstance(element.tag, str)
        and not element.nsmap
        and not (element.text or "").strip()
        and not (element.tail or "").strip()
    )


@dataclass
class _Tag:
    """A client's start tag: where it stands in the text, and its element with no children."""

    start: int
    end: int
    ending: bytes
    element: Element

    def text(self) -> bytes:
        return etree.tostring(self.element, encoding="utf-8").removesuffix(b"/>") + self.ending


def spliced(content: bytes, edits: Sequence[ClientEdit]) -> tuple[bytes, list[ClientEdit]] | None:
    """
    Return a plain text with edits.

    :param content: of a file that is plain
    :returns: the text, and the edits of clients that are not there; None where it takes a parser
    """
    if not content.endswith(_END) or any(edit.operation == REMOVE for edit in edits):
        return None
    tags = _tags(content, {_written(edit.name): edit.name for edit in edits})
    added: dict[str, _Tag] = {}
    absent = [edit for edit in edits if not _apply(edit, tags, added)]
    return b"".join(_pieces(content, tags.values(), added.values())), absent


def _tags(content: bytes, names: Mapping[bytes, str]) -> dict[str, _Tag]:
    """Return the tags of clients, by name, in the order of the text."""
    if len(names) > FEW:
        matches = [match for match in _TAG.finditer(content) if match[1] in names]
    else:
        matches = sorted(_search(content, names), key=re.Match.start)
    return {names[match[1]]: _tag(match) for match in matches}


def _search(content: bytes, names: Iterable[bytes]) -> Iterator[re.Match[bytes]]:
    """Yield the tags with names, each looked for by itself."""
    for name in names:
        attribute = b' name="%b"' % name
        position = content.find(attribute)
        while position >= 0:
            match = _TAG.match(content, content.rfind(b"<", 0, position))
            if match is not None and match[1] == name:
                yield match
                break
            position = content.find(attribute, position + 1)  # that was an alias


def _tag(match: re.Match[bytes]) -> _Tag:
    text = match[0]
    ending = _EMPTY_TAG if text.endswith(_EMPTY_TAG) else _START_TAG
    element = etree.fromstring(text.removesuffix(ending) + _EMPTY_TAG)
    return _Tag(match.start(), match.end(), ending, element)


def _written(name: str) -> bytes:
    """Return a name as it stands in the text."""
    text = etree.tostring(etree.Element("a", {"b": name}), encoding="utf-8")
    return text.removeprefix(b'<a b="').removesuffix(b'"/>')


def _apply(edit: ClientEdit, tags: Mapping[str, _Tag], added: dict[str, _Tag]) -> bool:
    """Apply an edit; return False if its client is not there."""
    tag = tags.get(edit.name) or added.get(edit.name)
    if tag is not None:
        before = attributes(tag.element)
        for attribute, value in edit.apply_to(before).items():
            if before.get(attribute) != value:
                tag.element.set(attribute, value)
    elif edit.operation == ADD:
        element = etree.Element(_CLIENT, {"name": edit.name, **edit.attributes})
        added[edit.name] = _Tag(0, 0, _EMPTY_TAG, element)
    else:
        return False
    return True


def _pieces(content: bytes, tags: Iterable[_Tag], added: Iterable[_Tag]) -> Iterable[bytes]:
    position = 0
    for tag in tags:
        yield content[position : tag.start]
        yield tag.text()
        position = tag.end
    yield content[position : -len(_END)]
    for tag in added:
        yield b"  %b\n" % tag.text()
    yield _END
