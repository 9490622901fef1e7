"""Names in uploads: those that are met by threads which live on are few."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.upload_names import (
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_UNUSUAL_TEXT,
    UploadNames,
    names_in,
)
from tests.patience import IN_ANY_TIME

#: What documents are put together from, to try what is made of them.
PIECES = (
    "<", "</", "<a", "<b>", "</b>", "<a>", "</a>", "<a/>", "/>", ">", " b='1'", " c = \"'\"", "x=",
    "'", '"', " ", "\n", "<!--", "-->", "<?x y?>", "<![CDATA[", "]]>", "&lt;", "&x;", "&#65;", ":d",
    ' b="1"', '<c d="', '" e="', '"/>', '">', "<c d=", "f", " xmlns='u'", " xmlns:e='v'",
    "<e:f/>", "ä", "-.0", "=",
)  # fmt: skip

REPORT = (
    "<upload-statistics>\n<Statistics version='2.0' state = \"it's &lt;dirty&gt;\" >"
    "<Bad><Path name='/a > b' current_mode=\"0600\"/></Bad>\n ü </Statistics></upload-statistics >"
)


class UploadNamesTests(SynchronousTestCase):
    def test_names(self) -> None:
        """Names are those of elements and attributes, whatever stands in values and text."""
        names = {
            "upload-statistics", "Statistics", "version", "state", "Bad", "Path", "name",
            "current_mode",
        }  # fmt: skip
        self.assertEqual(names_in(REPORT), names)

    def test_double_quotes(self) -> None:
        """Of a document as programs write it the names are known, however long it is."""
        entries = "".join(f'<Path name="/a > {n}" current_mode="it\'s {n}"/>\n' for n in range(500))
        report = f'<Statistics version="2.0" ><Good>{entries}</Good>\n<Bad/> text </Statistics>'
        self.assertGreater(len(report), LONGEST_UNUSUAL_TEXT)
        names = {"Statistics", "version", "Good", "Path", "name", "current_mode", "Bad"}
        self.assertEqual(names_in(report), names)
        for name in ("e:f", "xmlns", "xmlns:e"):
            self.assertIsNone(names_in(report.replace("current_mode", name, 1)), name)

    def test_quotes_in_text(self) -> None:
        """A quote in a text, or one of the other kind round a value, hides no name."""
        for text in (
            """<a b="1">"<c d="2"/></a>""", """<a b="1">"<c d="2"/>"</a>""",
            """<a b="1" e='"'><c d="'"/></a>""", """<a b='"1'><c d="2"/></a>""",
        ):  # fmt: skip
            root = etree.fromstring(text)
            met = {name for element in root.iter() for name in (element.tag, *element.attrib)}
            self.assertEqual(names_in(text), met, text)

    def test_anything_else(self) -> None:
        """A document with more than elements, attributes and text is not understood."""
        for text in (
            "<?xml version='1.0'?><a/>", "<!DOCTYPE a []><a/>", "<a><!-- b --></a>",
            "<a><![CDATA[<b/>]]></a>", "<a:b/>", "<a b:c='1'/>", "<a xmlns='urn:x'/>",
            "<a>&made-up;</a>", "<a>&#32;</a>", "<a b='&made-up;'/>", "<ä/>", "<a b/>", "<a b=c/>",
            "<a b='<'/>", "<a", "<a b='", f"<a>{' ' * 15}</a>", "<a b='1'c='2'/>",
        ):  # fmt: skip
            self.assertIsNone(names_in(text), text)

    def test_admitted(self) -> None:
        """What was admitted stays so; of what is new there is room for a number."""
        names = UploadNames(most=3)
        self.assertTrue(names.admit("<a b='1'/>"))
        self.assertFalse(names.admit("<c><d/></c>"))
        self.assertTrue(names.admit("<c a='2'/>"))
        self.assertFalse(names.admit("<d/>"))
        self.assertTrue(names.admit("<b><c a='3'/></b>"))

    def test_long(self) -> None:
        """Long names and long documents are not admitted."""
        names = UploadNames()
        self.assertFalse(names.admit(f"<{'a' * (LONGEST_NAME + 1)}/>"))
        self.assertFalse(names.admit(f"<a>{'b' * LONGEST_TEXT}</a>"))
        self.assertTrue(names.admit("<a/>"))

    @IN_ANY_TIME
    @given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
    def test_any_document(self, text: str) -> None:
        """Whatever is understood has no names but those that were found, by lxml's reading."""
        names = names_in(text)
        if names is None:
            return
        try:
            root = etree.fromstring(text)
        except etree.XMLSyntaxError:
            return
        met = {name for element in root.iter() for name in (element.tag, *element.attrib)}
        self.assertLessEqual(met, names)
