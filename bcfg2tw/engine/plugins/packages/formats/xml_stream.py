"""Large XML documents of strangers, an element at a time in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from bcfg2tw.engine.plugins.packages.formats.compression import BrokenFile
from bcfg2tw.engine.xmlio import Element


def elements(stream: IO[bytes], path: str, *names: str) -> Iterator[Element]:
    """
    Yield the elements of some local names, complete; each is gone once the next is asked for.

    :raises BrokenFile: if this is no XML, ends too early, or uses entities of its own
    """
    tags = [f"{{*}}{name}" for name in names]
    is_first = True
    try:
        for _, element in etree.iterparse(
            stream, events=("end",), tag=tags, no_network=True, resolve_entities=False
        ):
            if is_first:
                _refuse_entities(element, path)
                is_first = False
            yield element
            _forget(element)
    except etree.XMLSyntaxError as error:
        raise BrokenFile(f"{path} is no usable XML: {error}") from error


def _refuse_entities(element: Element, path: str) -> None:
    """Refuse what no index needs; until here, the parser's own limits have kept them small."""
    # the stubs know half of it
    definition: Any = element.getroottree().docinfo.internalDTD
    if definition is not None and any(True for _ in definition.iterentities()):
        raise BrokenFile(f"{path} declares entities, which no index needs")


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def local_name(element: Element) -> str:
    """Return an element's name without its namespace, empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Element, name: str) -> Element | None:
    """Return the first child of a local name."""
    return next((candidate for candidate in element if local_name(candidate) == name), None)


def child_text(element: Element, name: str) -> str:
    """Return the text of the first child of a local name, empty if there is none."""
    match = child(element, name)
    return "" if match is None else (match.text or "").strip()
