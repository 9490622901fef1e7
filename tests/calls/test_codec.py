"""XML-RPC as bytes: what is read, what is refused, and what is written."""

from __future__ import annotations

import contextlib
import datetime
import xmlrpc.client
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls import codec
from bcfg2tw.calls.codec import (
    MalformedAnswer,
    MalformedRequest,
    read_answer,
    read_call,
    write_fault,
    write_result,
)
from bcfg2tw.engine.xmlio import serialise_answer
from tests.network import call_of
from tests.patience import IN_ANY_TIME

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<methodCall><methodName>GetConfig</methodName><params><param><value>&c;</value></param></params>
</methodCall>"""

EXTERNAL = b"""<!DOCTYPE x SYSTEM "file:///etc/passwd">
<methodCall><methodName>GetConfig</methodName></methodCall>"""

CALL = "<methodCall><methodName>{}</methodName>{}</methodCall>"


def with_value(value: str) -> bytes:
    """Return a request with one parameter, written by hand."""
    parameter = f"<params><param><value>{value}</value></param></params>"
    return CALL.format("GetConfig", parameter).encode()


class ReadTests(SynchronousTestCase):
    def test_nested(self) -> None:
        """200,000 levels are refused at the first one too many, not at the end of memory."""
        error = self.assertRaises(MalformedRequest, read_call, b"<a>" * 200_000)
        self.assertEqual(str(error), "it is nested more than 200 levels deep")

    def test_entities(self) -> None:
        """No document type is read, so that no entity is expanded."""
        for body in (BILLION_LAUGHS, EXTERNAL):
            error = self.assertRaises(MalformedRequest, read_call, body)
            self.assertEqual(str(error), "it declares a document type")

    @IN_ANY_TIME
    @given(st.binary(max_size=300))
    def test_any_bytes(self, body: bytes) -> None:
        """Whatever comes is a call, or refused in one way."""
        try:
            read_call(body)
        except MalformedRequest:
            return

    def refusal(self, body: bytes) -> str:
        """Return why a body is refused."""
        return str(self.assertRaises(MalformedRequest, read_call, body))

    def read(self, value: str) -> Any:
        """Return what a parameter is read as."""
        name, (parameter,) = read_call(with_value(value))
        self.assertEqual(name, "GetConfig")
        return parameter

    def test_depth(self) -> None:
        """Elements may be nested just so deep; one more is refused, in values as well."""
        arrays = (codec.MAX_DEPTH - 4) // 4
        nesting = "<array><data><value>"
        ending = "</value></data></array>"
        self.assertNotEqual(self.read(nesting * arrays + ending * arrays), None)
        deeper = with_value(nesting * (arrays * 2) + ending * (arrays * 2))
        self.assertEqual(self.refusal(deeper), "it is nested more than 200 levels deep")

    def test_number(self) -> None:
        """Thousands of values are refused, before they are made."""
        values = "<value><int>1</int></value>" * 2400
        body = "<methodCall><methodName>x</methodName><params><param><value><array><data>{}</data>"
        body += "</array></value></param></params></methodCall>"
        self.assertEqual(len(read_call(body.format(values).encode())[1][0]), 2400)
        error = self.assertRaises(MalformedRequest, read_call, body.format(values * 2).encode())
        self.assertEqual(str(error), "it has more than 5000 elements")

    def test_long_tag(self) -> None:
        """A tag that goes on and on is refused; a document that goes on and on is read."""
        attributes = "".join(f" a{number}=''" for number in range(40_000))
        body = f"<methodCall{attributes}><methodName>x</methodName></methodCall>"
        error = self.assertRaises(MalformedRequest, read_call, body.encode())
        self.assertEqual(str(error), "it has a tag of more than 200000 bytes")
        text = "x" * 1_000_000
        body = "<methodCall><methodName>x</methodName><params><param><value><![CDATA[{}]]></value>"
        body += "</param></params></methodCall>"
        self.assertEqual(read_call(body.format(text).encode()), ("x", (text,)))

    def test_nameless(self) -> None:
        """A body without the name of a method says so; an answer is no call."""
        self.assertEqual(self.refusal(b"<methodCall><params/></methodCall>"), "it names no method")
        self.assertEqual(
            self.refusal(xmlrpc.client.dumps((1,), methodresponse=True).encode()),
            "it names no method",
        )

    def test_reasons(self) -> None:
        """What is wrong with a value, or with the XML, is told with the kind of the error."""
        for body, reason in (
            (b"", "ExpatError: no element found"),
            (b"<methodCall>", "ExpatError: no element found"),
            (with_value("<int>x</int>"), "ValueError: invalid literal for int"),
            (with_value("<base64>abc</base64>"), "Error: Incorrect padding"),
            (with_value("<base64>a!bc</base64>"), "Error: "),
            (with_value("<boolean>7</boolean>"), "TypeError: bad boolean value"),
            (with_value("<dateTime.iso8601>never</dateTime.iso8601>"), "ValueError: "),
        ):
            self.assertIn(reason, self.refusal(body))

    def test_no_parameters(self) -> None:
        """A call needs no list of parameters."""
        for parameters in ("", "<params/>", "<params></params>"):
            self.assertEqual(read_call(CALL.format("ping", parameters).encode()), ("ping", ()))

    def test_values(self) -> None:
        """Values are what Python has for them; text without a type is a string."""
        for written, value in (
            ("plain", "plain"),
            ("<string></string>", ""),
            ("", ""),
            ("<i4>-7</i4>", -7),
            ("<i8>9999999999</i8>", 9_999_999_999),
            ("<double>1.5</double>", 1.5),
            ("<boolean>0</boolean>", False),
            ("<nil/>", None),
            ("<base64>\n aGk=\n </base64>", b"hi"),
            ("<dateTime.iso8601>20120304T05:06:07</dateTime.iso8601>",
             datetime.datetime(2012, 3, 4, 5, 6, 7)),
            ("<array><data><value>a</value><value><i4>1</i4></value></data></array>", ["a", 1]),
        ):  # fmt: skip
            self.assertEqual(self.read(written), value)

    def test_encodings(self) -> None:
        """A body may declare its encoding; one that is not in it is refused."""
        text = f"<?xml version='1.0' encoding='iso-8859-1'?>{CALL.format('ü', '')}"
        self.assertEqual(read_call(text.encode("iso-8859-1"))[0], "ü")
        self.assertIn("not well-formed", self.refusal(CALL.format("ü", "").encode("iso-8859-1")))

    def test_trailing(self) -> None:
        """Something behind the call is refused, white space is not."""
        body = CALL.format("ping", "").encode()
        self.assertEqual(read_call(body + b"\n \n")[0], "ping")
        self.assertIn("junk after document element", self.refusal(body + b"<more/>"))

    def test_long_texts(self) -> None:
        """A text that is longer than what is read at a time comes whole, references as well."""
        text = "ü&<>\n" * codec.BUFFER_BYTES
        self.assertEqual(read_call(call_of("RecvStats", text)), ("RecvStats", (text,)))


class WriteTests(SynchronousTestCase):
    @IN_ANY_TIME
    @given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
    def test_as_the_library(self, text: str) -> None:
        """Text of ASCII is written to the byte as the library writes it."""
        document = xmlrpc.client.dumps((text,), methodresponse=True, allow_none=True)
        self.assertEqual(write_result(text), document.encode("ascii"))

    def test_document(self) -> None:
        """A document of lxml's is written as its text is."""
        text = serialise_answer(etree.fromstring("<a b='&lt;ü'>&amp; 1 &gt; &#13;</a>"))
        self.assertEqual(write_result(text), write_result(str(text)))

    @IN_ANY_TIME
    @given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
    def test_any_text(self, text: str) -> None:
        """Any text that XML can hold comes back as it was."""
        if "\ufffe" not in text and "\uffff" not in text:
            (result,), _ = xmlrpc.client.loads(write_result(text))
            self.assertEqual(result, text)

    def test_sets(self) -> None:
        """A set is written in order, whatever it holds."""
        for value in ({"b", "a", "c"}, frozenset({"c", "b", "a"})):
            self.assertEqual(xmlrpc.client.loads(write_result(value))[0], (["a", "b", "c"],))
        self.assertEqual(xmlrpc.client.loads(write_result({10, 9}))[0], ([10, 9],))

    def test_ascii(self) -> None:
        """Whatever is written is ASCII, with references for the rest."""
        for written in (write_result("ü\U0001f40d"), write_fault(1, "ü\U0001f40d")):
            self.assertTrue(written.isascii())
            self.assertIn(b"&#252;&#128013;", written)

    def test_impossible(self) -> None:
        """What XML-RPC or XML cannot hold is an error, wherever it stands in a value."""
        for value in ("\x00", ["\x1f"], {"\ufffe": 1}, {"a": ["ü\x0b"]}, "\ud800"):
            self.assertRaises(ValueError, write_result, value)
        self.assertRaises(OverflowError, write_result, 2**31)
        for unknown in (object(), {1: 2}, 1j):
            self.assertRaises(TypeError, write_result, unknown)

    def test_kept_characters(self) -> None:
        """Tabs, line ends and the last characters of each plane are what they were."""
        text = "\t\n \x7f\ufffd\ud7ff\U0010ffff"
        self.assertEqual(xmlrpc.client.loads(write_result(text))[0], (text,))

    def test_faults(self) -> None:
        """A fault has code and text; characters that cannot be written are replaced."""
        body = write_fault(-32500, "a\x00b\ud800 <c>")
        fault = self.assertRaises(xmlrpc.client.Fault, xmlrpc.client.loads, body)
        self.assertEqual((fault.faultCode, fault.faultString), (-32500, "a\ufffdb\ufffd <c>"))


class AnswerTests(SynchronousTestCase):
    def test_result(self) -> None:
        """What one side writes the other side reads."""
        self.assertEqual(read_answer(write_result(["Path", 3])), ["Path", 3])

    def test_fault(self) -> None:
        """A fault is raised, with a number and a text."""
        fault = self.assertRaises(xmlrpc.client.Fault, read_answer, write_fault(7, "no"))
        self.assertEqual((fault.faultCode, fault.faultString), (7, "no"))

    def test_malformed(self) -> None:
        """All that is neither is refused in one way."""
        member = "<member><name>faultCode</name><value>x</value></member>"
        for inner in (
            "",
            "<params/>",
            "<fault><value>x</value></fault>",
            f"<fault><value><struct>{member}</struct></value></fault>",
            "<params><param><value></data></array></value></param></params>",
            "<params><param><value><bigdecimal>x</bigdecimal></value></param></params>",
            "<params><param><value><nil/></value></param><param><value/></param></params>",
        ):
            body = f"<methodResponse>{inner}</methodResponse>".encode()
            self.assertRaises(MalformedAnswer, read_answer, body)

    @IN_ANY_TIME
    @given(st.binary(max_size=300))
    def test_any_bytes(self, body: bytes) -> None:
        """Whatever comes is refused, unless it is an answer."""
        with contextlib.suppress(MalformedAnswer, xmlrpc.client.Fault):
            read_answer(body)
