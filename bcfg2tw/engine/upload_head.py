"""
What a document that a client sent says at its head, where nobody needs the rest.

The rest is gone through as well, since a document that is not well-formed is refused, but nothing
is made of it: for a report of 200 entries that takes a third of the time of a tree, which has some
thousand pieces of memory to be got and given back. Whatever is not as usual is left to the parser
that makes trees (`xmlio.parse_upload`), which says what is wrong with it.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

#: Longer documents are left to the other parser, which lets other threads run meanwhile.
LONGEST_TEXT = 65536


class _Unusual(Exception):
    """A document is for the other parser."""


class _Search:
    """Looks for the first element of a tag below the root."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._is_below_root = False
        self.found: dict[str, str] | None = None

    def go_through(self, text: str) -> None:
        """
        Go through a document.

        :raises _Unusual, ValueError, expat.ExpatError: if it is for the other parser
        """
        self._parser: Any = expat.ParserCreate(namespace_separator=" ")
        try:
            self._parser.XmlDeclHandler = _refuse  # it might declare an encoding, which has passed
            self._parser.StartDoctypeDeclHandler = _refuse
            self._parser.StartElementHandler = self._start
            self._parser.Parse(text, True)
        finally:
            del self._parser  # which refers to this object

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._is_below_root and tag == self._tag:
            self.found = attributes
            self._parser.StartElementHandler = None
        self._is_below_root = True


def _refuse(*_: Any) -> None:
    raise _Unusual


def attributes_below_root(text: str, tag: str) -> dict[str, str] | None:
    """
    Return the attributes of the first element of a tag that a document has below its root.

    :returns: None where there is none, and where the document is not well-formed, declares
        anything, or is long
    """
    if len(text) > LONGEST_TEXT:
        return None
    search = _Search(tag)
    try:
        search.go_through(text)
    except (_Unusual, ValueError, expat.ExpatError):
        return None
    return search.found
