"""
The only XML parser and the only XML writer of the engine.

Parsing never touches the network or a DTD file. What the repository holds may use internal
entities, within the limits of the parser; what clients send may not.
"""

from __future__ import annotations

import re
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Iterator
from sys import intern
from threading import local
from typing import Any, TypeAlias, cast

from lxml import etree

from bcfg2tw.engine.upload_names import UploadNames
from bcfg2tw.errors import Bcfg2Error, RepositoryError

Element: TypeAlias = etree._Element

#: Each attribute of a document has one of these in it.
ATTRIBUTE_MARKS = ('="', "='", "= ", "=\n", "=\t", "=\r")
ATTRIBUTES_OF_ELEMENT = 3

#: The names that threads which live on may meet in uploads.
_NAMES = UploadNames()

XINCLUDE = "{http://www.w3.org/2001/XInclude}"


def parse_file(data: bytes, path: str) -> Element:
    """
    Parse a file of the repository; white space alone between elements is dropped.

    :raises RepositoryError: naming file and line, if it is not well-formed
    """
    return _parse(data, path, etree.XMLParser(remove_blank_text=True, no_network=True))


def parse_text(text: str, path: str) -> Element:
    """
    Parse what became of a file, as `parse_file`; an encoding that it declares does not count.

    :raises RepositoryError: naming file and line, if it is not well-formed
    """
    parser = etree.XMLParser(encoding="utf-8", remove_blank_text=True, no_network=True)
    return _parse(text.encode("utf-8"), path, parser)


def parse_own_file(data: bytes, path: str) -> Element:
    """
    Parse a file that the server writes: as `parse_file`, but of any size.

    :raises RepositoryError: naming file and line, if it is not well-formed
    """
    parser = etree.XMLParser(remove_blank_text=True, no_network=True, huge_tree=True)
    return _parse(data, path, parser)


class _OwnParser(local):
    """The parser of what the server wrote, one for each thread: each document keeps its own."""

    def __init__(self) -> None:
        self.parser = etree.XMLParser(no_network=True, huge_tree=True)


_own = _OwnParser()


def parse_own(data: bytes) -> Element:
    """Parse what `serialise` wrote: nothing is dropped or expanded, and any size is right."""
    return etree.fromstring(data, _own.parser)


def parse_foreign(text: str) -> Element:
    """
    Parse a document that another server sent: of any size, without entities.

    :raises etree.XMLSyntaxError: if it is not well-formed
    """
    parser = etree.XMLParser(
        encoding="utf-8", no_network=True, huge_tree=True, resolve_entities=False
    )
    return etree.fromstring(text.encode("utf-8"), parser)


def _parse(data: bytes, path: str, parser: etree.XMLParser) -> Element:
    try:
        return etree.fromstring(data, parser, base_url=path)
    except UnicodeEncodeError as error:  # of the path: the parser has to be told one
        raise RepositoryError(
            path, "its name, or that of a folder above it, is not UTF-8: rename it"
        ) from error
    except etree.XMLSyntaxError as error:
        reason = error.msg or "it is empty"
        raise _not_utf8(data, path, reason) or RepositoryError(
            path, reason, error.lineno
        ) from error


def _not_utf8(data: bytes, path: str, reason: str) -> RepositoryError | None:
    """Explain what the parser has against bytes that are no UTF-8, if that is why it refuses."""
    if "encoding" not in reason and "UTF-8" not in reason:
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return RepositoryError(
            path,
            f"{reason}: byte 0x{data[error.start]:02X} at offset {error.start} is not UTF-8: "
            'convert the file, or begin it with <?xml version="1.0" encoding="…"?>',
            line,
        )
    return None


def parse_upload(text: object, max_elements: int) -> Element:
    """
    Parse a document that a client sent.

    Depth and size of text are bounded by the parser; there are no entities.

    :param max_elements: a document that can have more is refused before it is parsed, which takes
        a hundred times the memory; so is one with three times as many attributes
    :raises lxml.etree.XMLSyntaxError: if it is not well-formed, too deep or too large
    :raises Bcfg2Error: if it is no string, has too many elements or declares a document type
    """
    if not isinstance(text, str):
        raise Bcfg2Error(f"a document comes as a string, not as {type(text).__name__}")
    _check_number(text, max_elements)
    root = _parse_strangers(
        text, lambda: etree.XMLParser(no_network=True, resolve_entities=False, huge_tree=False)
    )
    if root.getroottree().docinfo.internalDTD is not None:
        raise Bcfg2Error("the document declares a document type; no client does")
    return root


def has_few_elements(text: str, max_elements: int) -> bool:
    """Say whether a document cannot have too many elements and attributes, at a glance."""
    most_attributes = max_elements * ATTRIBUTES_OF_ELEMENT
    return text.count("<") <= max_elements and text.count("=") <= most_attributes


def _check_number(text: str, max_elements: int) -> None:
    """
    See that a document cannot have too many elements and attributes.

    :raises Bcfg2Error: if it can
    """
    if has_few_elements(text, max_elements):
        return  # nearly all documents: to count single characters takes a tenth of the time
    elements = text.count("<") - text.count("</")
    attributes = sum(text.count(mark) for mark in ATTRIBUTE_MARKS)
    if elements > max_elements or attributes > max_elements * ATTRIBUTES_OF_ELEMENT:
        raise Bcfg2Error(
            f"the document has too many elements or attributes ({elements}, {attributes}): "
            f"[bcfg2tw] max_upload_elements is {max_elements}, with "
            f"{ATTRIBUTES_OF_ELEMENT} attributes each"
        )


def parse_data(text: str) -> Element:
    """
    Parse a document that is a value in what a client sent, as `parse_upload` does.

    White space alone between elements is dropped, and an encoding that the document declares
    does not count: the text is decoded already.

    :raises lxml.etree.XMLSyntaxError: if it is not well-formed, too deep or too large
    """
    return _parse_strangers(
        text,
        lambda: etree.XMLParser(
            encoding="utf-8",
            no_network=True,
            resolve_entities=False,
            huge_tree=False,
            remove_blank_text=True,
        ),
    )


def _parse_strangers(text: str, make_parser: Callable[[], etree.XMLParser]) -> Element:
    """
    Parse a document whose names anybody has made up.

    In a thread of its own, unless its names are some of few that clients send again and again: lxml
    keeps each name of an element or attribute for as long as the thread lives that met it. Another
    document must not be parsed there: the names of both would be kept in one place, which no lock
    guards. The thread is a bare one, since an object of `threading` takes as long as half the
    parsing.
    """

    def root() -> Element:
        return etree.fromstring(text.encode("utf-8"), make_parser())

    if _NAMES.admit(text):
        return root()
    roots: list[Element] = []
    errors: list[Exception] = []
    ended = allocate_lock()
    ended.acquire()

    def parse() -> None:
        try:
            roots.append(root())
        except Exception as error:  # whatever it is, it is the caller's
            errors.append(error)
        finally:
            ended.release()

    start_new_thread(parse, ())
    ended.acquire()
    if errors:
        raise errors.pop()  # which refers to the list, through the thread's frame
    return roots.pop()


#: A character that `written_text` has written as its number.
_REFERENCE = re.compile("&#([0-9]+);")

#: The bytes that XML 1.0 can hold.
_LEGAL_ASCII = bytes([9, 10, 13, *range(0x20, 0x80)])

#: The characters that it cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class SerialisedText(str):
    """A document as clients get it: ASCII that XML can hold."""

    __slots__ = ()


def serialise_answer(element: Element) -> SerialisedText:
    """Return a document as `serialise` does, for the answer of a call."""
    return SerialisedText(serialise(element))


def serialise(element: Element) -> str:
    """Return a document as clients get it: ASCII, character references, no declaration."""
    return etree.tostring(element, encoding="ascii", xml_declaration=False).decode("ascii")


def written_text(text: str) -> str:
    """Return a text as `serialise` writes it into an element."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("\r", "&#13;")
    return text if text.isascii() else text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def is_legal(text: str) -> bool:
    """Say whether XML can hold a text."""
    if text.isascii():  # nearly all are; this is a tenth of what the expression costs
        return not text.encode("ascii").translate(None, _LEGAL_ASCII)
    return _ILLEGAL.search(text) is None


def legal(text: str) -> str:
    """Return a text with the characters that XML cannot hold replaced."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


def read_text(written: str) -> str:
    """Return the text that `written_text` has written."""
    if "&" not in written:
        return written
    if "&#" in written:
        written = _REFERENCE.sub(lambda reference: chr(int(reference[1])), written)
    return written.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def pretty(element: Element) -> bytes:
    """Return a document for a file of the repository: indented UTF-8 without a declaration."""
    return etree.tostring(element, encoding="utf-8", pretty_print=True, xml_declaration=False)


def pretty_document(root: Element) -> bytes:
    """Return a whole document as `pretty` does, with what stands before and behind its root."""
    document: Any = root.getroottree()  # the stubs take elements only
    return etree.tostring(document, encoding="utf-8", pretty_print=True, xml_declaration=False)


def attributes(element: Element) -> dict[str, str]:
    """Return a copy of an element's attributes; their names are kept once for all elements."""
    return {intern(str(name)): str(value) for name, value in element.attrib.items()}


def line_of(element: Element) -> int | None:
    """Return the line on which an element of a parsed file begins."""
    line: int | None = cast(Any, element).sourceline  # the stubs know no type for it
    return line


def path_of(element: Element) -> str | None:
    """Return the path of the file that an element was read from, kept once for all elements."""
    path = element.base
    return None if path is None else intern(str(path))


def place_of(element: Element) -> str:
    """Return the file and line that an element was read from: `FILE:LINE`."""
    return f"{path_of(element)}:{line_of(element)}"


def check_root(root: Element, tag: str, path: str) -> None:
    """
    Make sure that the root of a file is the one that its readers look for.

    :raises RepositoryError: with its line, if it is another
    """
    if root.tag != tag:
        raise RepositoryError(path, f"the root is <{root.tag}>, <{tag}> is wanted", line_of(root))


def is_element(node: Element) -> bool:
    """Say whether a node is an element, not a comment or a processing instruction."""
    return isinstance(node.tag, str)


def elements_of(parent: Element) -> Iterator[Element]:
    """Return the children of an element that are elements, without the rest."""
    kind: Any = etree.Element  # stands for "elements" here, which the stubs do not know
    return parent.iterchildren(kind)
