"""The only parser and the only writer of XML: what they refuse, and what comes out of them."""

from __future__ import annotations

import os
from pathlib import Path

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.memory import give_back
from bcfg2tw.engine.xmlio import (
    Element,
    attributes,
    elements_of,
    is_element,
    line_of,
    parse_data,
    parse_file,
    parse_own,
    parse_own_file,
    parse_upload,
    pretty,
    pretty_document,
    serialise,
)
from bcfg2tw.errors import Bcfg2Error, RepositoryError
from tests.builders import write_files

ENTITY = '<!DOCTYPE a [<!ENTITY e "{}">]><a>&e;</a>'
BILLION_LAUGHS = (
    '<!DOCTYPE a [<!ENTITY e0 "0123456789">'
    + "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 9))
    + "]><a>&e8;</a>"
)
DEEP = "<a>" * 300 + "</a>" * 300


class FileTests(SynchronousTestCase):
    """Files of the repository."""

    def refusal(self, text: str | bytes) -> str:
        """Return what is said of a file that cannot be parsed."""
        data = text if isinstance(text, bytes) else text.encode()
        return str(self.assertRaises(RepositoryError, parse_file, data, "/r/a.xml"))

    def test_not_well_formed(self) -> None:
        """What is not well-formed is named with file and line."""
        for text, line in (
            ("<a>\n<b></a>", 2),
            ("<a>\n\n<b c=1/></a>", 3),
            ("<a/>\n<b/>", 2),
            ("<a>&nbsp;</a>", 1),
            ("no XML", 1),
        ):
            self.assertTrue(self.refusal(text).startswith(f"/r/a.xml:{line}: "), text)

    def test_name(self) -> None:
        """A file whose name is not UTF-8 is refused like one that is not well-formed."""
        path = os.fsdecode(b"Bundler/gr\xfc\xdf.xml")
        error = self.assertRaises(RepositoryError, parse_file, b"<Bundle/>", path)
        self.assertEqual(error.path, path)
        self.assertIn("its name, or that of a folder above it, is not UTF-8", str(error))

    def test_empty(self) -> None:
        """An empty file, or one of white space, is named."""
        for text in ("", " \n", "<!-- nothing -->"):
            self.assertTrue(self.refusal(text).startswith("/r/a.xml"), text)

    def test_encodings(self) -> None:
        """A file says its encoding; one that is not in it is refused with the line."""
        latin = "<?xml version='1.0' encoding='iso-8859-1'?>\n<a>ü</a>".encode("iso-8859-1")
        self.assertEqual(parse_file(latin, "x").text, "ü")
        self.assertEqual(parse_file("<a>ü</a>".encode("utf-16"), "x").text, "ü")
        self.assertEqual(parse_file(b"\xef\xbb\xbf<a/>", "x").tag, "a")
        self.assertIn("/r/a.xml:2: ", self.refusal("<a>\nü</a>".encode("iso-8859-1")))

    def test_white_space(self) -> None:
        """White space alone between elements is dropped, and kept around text."""
        root = parse_file(b"<a> <b/>\n <c> </c> <d> x </d></a>", "x")
        self.assertEqual(serialise(root), "<a><b/><c> </c><d> x </d></a>")

    def test_entities(self) -> None:
        """Entities of a file are expanded, within limits; what lies outside is not read."""
        self.assertEqual(parse_file(ENTITY.format("x").encode(), "x").text, "x")
        self.assertIn("/r/a.xml", self.refusal(BILLION_LAUGHS))
        folder = os.path.abspath(self.mktemp())
        write_files(folder, {"secret": "secret"})
        outside = f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{folder}/secret">]><a>&e;</a>'
        self.assertNotIn("secret", self.text_or_refusal(outside))

    def text_or_refusal(self, text: str) -> str:
        """Return the text of a root, or why it has none."""
        try:
            return parse_file(text.encode(), "/r/a.xml").text or ""
        except RepositoryError as error:
            return str(error)

    def test_size(self) -> None:
        """Texts may be so long, elements so deep; the server's own files have no such limits."""
        deep = DEEP.encode()
        self.assertIn("/r/a.xml", self.refusal(deep))
        self.assertEqual(parse_own_file(deep, "x").tag, "a")
        long = b"<a b='" + b"x" * 10_000_001 + b"'/>"
        self.assertIn("/r/a.xml", self.refusal(long))
        self.assertEqual(len(parse_own_file(long, "x").get("b") or ""), 10_000_001)
        error = self.assertRaises(RepositoryError, parse_own_file, b"<a>\n", "/r/own.xml")
        self.assertTrue(str(error).startswith("/r/own.xml:"))


def resident_bytes() -> int:
    """Return how much memory this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def parse_small(text: object) -> Element:
    """Parse an upload of a thousand elements at most."""
    return parse_upload(text, 1000)


class UploadTests(SynchronousTestCase):
    """Documents that clients send."""

    def test_text(self) -> None:
        """A document is text; white space, comments and references come as they were sent."""
        root = parse_small("<a> <b c='&#10;ü'/> <!-- d --></a>")
        self.assertEqual(serialise(root), '<a> <b c="&#10;&#252;"/> <!-- d --></a>')

    def test_no_text(self) -> None:
        """Whatever is no string is refused by its kind."""
        for value, kind in ((b"<a/>", "bytes"), (None, "NoneType"), (7, "int"), (["<a/>"], "list")):
            error = self.assertRaises(Bcfg2Error, parse_small, value)
            self.assertEqual(str(error), f"a document comes as a string, not as {kind}")

    def test_entities(self) -> None:
        """A document type is refused, whatever it holds."""
        for text in (ENTITY.format("x"), "<!DOCTYPE a []><a/>"):
            error = self.assertRaises(Bcfg2Error, parse_small, text)
            self.assertIn("the document declares a document type", str(error))

    def test_expansion(self) -> None:
        """Entities that would fill the memory are refused, by us or by the parser."""
        for parse in (parse_small, parse_data):
            try:
                self.assertLess(len(serialise(parse(BILLION_LAUGHS))), 10_000)
            except (Bcfg2Error, etree.XMLSyntaxError):
                continue

    def test_malformed(self) -> None:
        """What is not well-formed, too deep or too large is refused by the parser."""
        for text in ("", "<a>", "<a>\x00</a>", DEEP, f"<a>{'x' * 10_000_001}</a>"):
            self.assertRaises(etree.XMLSyntaxError, parse_small, text)

    def test_number(self) -> None:
        """What can have too many elements or attributes is refused, and told what the bound is."""
        most = f"<a>{'<b/><c></c>' * 499}<!-- --></a>"
        self.assertEqual(len(parse_small(most)), 999)
        attributes = "".join(f" a{number} =\n'x'" for number in range(3000))
        self.assertEqual(len(parse_small(f"<a{attributes}/>").attrib), 3000)
        for text in (most + "<b/>", f"<a b=''{attributes}/>"):
            error = self.assertRaises(Bcfg2Error, parse_small, text)
            self.assertIn("[bcfg2tw] max_upload_elements is 1000", str(error))

    def test_names(self) -> None:
        """Names that clients make up are forgotten with their documents."""
        for parse in (lambda text: parse_upload(text, 100_000), parse_data):
            before = None
            for round in range(8):
                names = (f"round{round}name{number}{'x' * 60}" for number in range(50_000))
                parse(f"<a><{'/><'.join(names)}/></a>")
                give_back()
                if round == 2:
                    before = resident_bytes()
            assert before is not None
            self.assertLess(resident_bytes() - before, 12 << 20)

    def test_names_of_small_ones(self) -> None:
        """So are those of many small documents, though few names are kept for good."""
        before = None
        for round in range(6):
            for document in range(500):
                names = (f"r{round}d{document}n{number}{'x' * 25}" for number in range(100))
                parse_small(f"<a><{'/><'.join(names)}/></a>")
            give_back()
            if round == 1:
                before = resident_bytes()
        assert before is not None
        self.assertLess(resident_bytes() - before, 6 << 20)

    def test_data(self) -> None:
        """A document within a document may declare any encoding: it is text already."""
        text = "<?xml version='1.0' encoding='iso-8859-1'?>\n<a> <b>ü</b> </a>"
        self.assertEqual(serialise(parse_data(text)), "<a><b>&#252;</b></a>")
        self.assertRaises(etree.XMLSyntaxError, parse_data, "<a>")
        self.assertRaises(etree.XMLSyntaxError, parse_data, DEEP)


class WriteTests(SynchronousTestCase):
    def test_serialised(self) -> None:
        """Clients get ASCII with references, and what was written is read as it was."""
        root = etree.Element("a", b="ü<\n")
        root.text = " \U0001f40d & \t"
        text = serialise(root)
        self.assertTrue(text.isascii() and text.startswith("<a "))
        again = parse_own(text.encode())
        self.assertEqual((again.get("b"), again.text), ("ü<\n", " \U0001f40d & \t"))

    def test_pretty(self) -> None:
        """Files are indented UTF-8, with a line end and no declaration."""
        root = parse_file(b"<a><b/><c>\xc3\xbc</c></a>", "x")
        self.assertEqual(pretty(root).decode(), "<a>\n  <b/>\n  <c>ü</c>\n</a>\n")

    def test_whole(self) -> None:
        """What stands before and behind the root is written too, where it is a whole document."""
        root = parse_file(b"<!-- one --><a/><!-- two -->", "x")
        self.assertEqual(pretty_document(root).decode(), "<!-- one -->\n<a/>\n<!-- two -->\n")
        self.assertNotIn(b"one", pretty(root))


class ElementTests(SynchronousTestCase):
    def setUp(self) -> None:
        text = b"<a x='1'>\n<!-- c --><b/><?p i?>text<c/></a>"
        self.root = parse_file(text, "x")

    def test_kinds(self) -> None:
        """Comments and instructions are no elements."""
        self.assertEqual([node.tag for node in elements_of(self.root)], ["b", "c"])
        self.assertEqual([is_element(node) for node in self.root], [False, True, False, True])

    def test_attributes(self) -> None:
        """Attributes are a copy."""
        copied = attributes(self.root)
        copied["x"] = "2"
        self.assertEqual((self.root.get("x"), attributes(self.root)), ("1", {"x": "1"}))

    def test_line(self) -> None:
        """An element of a file knows its line; one that was made does not."""
        self.assertEqual(line_of(self.root[1]), 2)
        self.assertIsNone(line_of(etree.Element("a")))
