"""Names in uploads: those that are met by threads which live on are few."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.upload_names import LONGEST_NAME, LONGEST_TEXT, UploadNames, names_in

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
