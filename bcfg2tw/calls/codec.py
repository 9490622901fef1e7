"""
XML-RPC as bytes: requests that may be hostile, answers that every client understands.

The library's unmarshaller and marshaller do the work; this keeps from them what could hurt
(:ref:`wire-4`).
"""

from __future__ import annotations

import base64
import xmlrpc.client
from typing import Any
from xml.parsers import expat

from bcfg2tw.engine.xmlio import SerialisedText, is_legal, legal

#: Elements may be nested this deep: an XML-RPC value needs three levels for each of its own.
MAX_DEPTH = 200

#: Calls have a few parameters, texts above all; a value is two to four elements.
MAX_ELEMENTS = 5000

#: A tag that goes on and on is refused: its attributes cost much, and XML-RPC has none.
LONG_TAG_BYTES = 200_000
PIECE_BYTES = 65_536

#: Text comes in pieces of up to this size; documents travel escaped, as long texts.
BUFFER_BYTES = 65_536

#: Errors that a wrong value makes the library stumble over.
_STUMBLES: tuple[type[Exception], ...] = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    expat.ExpatError,
    xmlrpc.client.Error,
)


class MalformedRequest(Exception):
    """A body is no XML-RPC request."""


class MalformedAnswer(Exception):
    """A body is no answer of XML-RPC; the text says how."""


class _Unmarshaller(xmlrpc.client.Unmarshaller):
    """The library's, but for base64: that passes over whatever is none."""

    def end_base64(self, data: str) -> None:
        """Take a value."""
        self.append(base64.b64decode("".join(data.split()), validate=True))
        self._value = False

    dispatch: dict[str, Any] = {**xmlrpc.client.Unmarshaller.dispatch, "base64": end_base64}


class _RequestParser:
    """Feeds the unmarshaller: without entities, to a bounded depth, so many elements."""

    def __init__(self) -> None:
        self.unmarshaller = _Unmarshaller(use_builtin_types=True)
        self.unmarshaller.xml("", None)  # what it is fed is text, not bytes to be decoded
        self._depth = 0
        self._number = 0
        self._is_named = False

    def parse(self, body: bytes) -> None:
        """Feed a whole request; its name and parameters are the unmarshaller's then."""
        parser = self._make_parser()  # which refers to this object, and is not to be kept by it
        view = memoryview(body)
        for begin in range(0, len(view), PIECE_BYTES):
            parser.Parse(view[begin : begin + PIECE_BYTES], False)
            # text is taken as it comes; a tag is taken when it is whole
            if begin - parser.CurrentByteIndex > LONG_TAG_BYTES:
                raise MalformedRequest(f"it has a tag of more than {LONG_TAG_BYTES} bytes")
        parser.Parse(b"", True)

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = BUFFER_BYTES
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.unmarshaller.data
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        return parser

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._number += 1
        if self._number > MAX_ELEMENTS:
            raise MalformedRequest(f"it has more than {MAX_ELEMENTS} elements")
        if self._depth > MAX_DEPTH:
            raise MalformedRequest(f"it is nested more than {MAX_DEPTH} levels deep")
        if tag == "methodName":
            if self._is_named:  # the library takes the last, `calls/turns.py` has seen the first
                raise MalformedRequest("it names more than one method")
            self._is_named = True
        self.unmarshaller.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self.unmarshaller.end(tag)

    def _refuse_doctype(self, *_: Any) -> None:
        raise MalformedRequest("it declares a document type")


def read_call(body: bytes) -> tuple[str, tuple[Any, ...]]:
    """
    Parse a request.

    :returns: name of the method, and its parameters
    :raises MalformedRequest: if it is anything else
    """
    parser = _RequestParser()
    try:
        parser.parse(body)
        parameters = parser.unmarshaller.close()
        name = parser.unmarshaller.getmethodname()
    except MalformedRequest:
        raise
    except _STUMBLES as error:
        raise MalformedRequest(f"{type(error).__name__}: {error}") from error
    if name is None:
        raise MalformedRequest("it names no method")
    return name, tuple(parameters)


def read_answer(body: bytes, use_builtin_types: bool = False) -> Any:
    """
    Parse the answer of a server that is trusted as far as its certificate goes.

    :param use_builtin_types: as `xmlrpc.client.loads` has it
    :returns: the result
    :raises xmlrpc.client.Fault: if the answer is one; its code is a number
    :raises MalformedAnswer: if it is anything else
    """
    try:
        try:
            (value,), _ = xmlrpc.client.loads(body, use_builtin_types=use_builtin_types)
        except xmlrpc.client.Fault as fault:
            code, text = int(fault.faultCode), str(fault.faultString)
            raise xmlrpc.client.Fault(code, text) from None
    except xmlrpc.client.Fault:
        raise
    except _STUMBLES as error:
        raise MalformedAnswer(str(error) or type(error).__name__) from error
    return value


def write_result(value: Any) -> bytes:
    """
    Return the answer that holds a value: None, bool, int, float, str, list, tuple, set or dict.

    :raises TypeError, ValueError, OverflowError: if XML-RPC cannot represent it
    """
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    if isinstance(value, SerialisedText):  # XML can hold it: nobody has to look
        return _text_result(value)
    if type(value) is str and value.isascii() and is_legal(value):
        return _text_result(value)
    document = xmlrpc.client.dumps((value,), methodresponse=True, allow_none=True)
    if not is_legal(document):
        raise ValueError("the result holds characters that XML cannot")
    return _encode(document)


#: What the library puts around a text.
_BEFORE_TEXT, _BEHIND_TEXT = (
    xmlrpc.client.dumps(("TEXT",), methodresponse=True).encode("ascii").split(b"TEXT")
)


def _text_result(text: str) -> bytes:
    """Return the answer that holds ASCII text: nearly all that is sent is a configuration."""
    data = text.encode("ascii")
    data = data.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    return _BEFORE_TEXT + data + _BEHIND_TEXT


def write_fault(code: int, text: str) -> bytes:
    """Return the answer that holds a fault."""
    fault = xmlrpc.client.Fault(code, legal(text))
    return _encode(xmlrpc.client.dumps(fault, methodresponse=True))


def _encode(document: str) -> bytes:
    # character references, because clients on Python 2 convert documents to ASCII (:ref:`wire-4`)
    return document.encode("ascii", "xmlcharrefreplace")
