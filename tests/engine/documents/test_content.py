"""Content of files, in the server's encoding and in others."""

from __future__ import annotations

import base64

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.documents.content import (
    Content,
    as_bytes,
    as_text,
    restrict_to_encoding,
    set_content,
)
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings

UTF_8 = Settings()
LATIN_1 = Settings(encoding="ISO-8859-1")
ASCII = Settings(encoding="ascii")


class TextTests(SynchronousTestCase):
    def test_text(self) -> None:
        """What is the server's encoding of a text is that text, and is sent as it was."""
        for settings, data in ((UTF_8, "grün".encode()), (LATIN_1, b"gr\xfcn"), (ASCII, b"gr")):
            text = as_text(data, settings)
            self.assertIsInstance(text, str)
            self.assertEqual(as_bytes(text, settings), data)

    def test_no_text(self) -> None:
        """What is not in the encoding stays bytes."""
        for settings, data in ((UTF_8, b"gr\xfcn"), (ASCII, "grün".encode())):
            self.assertIs(as_text(data, settings), data)

    def test_unfaithful(self) -> None:
        """Where the encoding can write a text in two ways, only the usual one is a text."""
        settings = Settings(encoding="utf-7")
        self.assertEqual(as_text(b"a+AOQ-b", settings), "aäb")
        self.assertEqual(as_text(b"+AGE-", settings), b"+AGE-")  # a long way to write "a"

    def test_unknown_encoding(self) -> None:
        """A template's text that the encoding lacks is replaced, in the file and before."""
        self.assertEqual(as_bytes("grün€", LATIN_1), b"gr\xfcn?")
        self.assertEqual(as_bytes(b"\xff", ASCII), b"\xff")
        self.assertEqual(restrict_to_encoding("grün€", LATIN_1), "grün?")
        self.assertEqual(restrict_to_encoding("grün€", ASCII), "gr?n?")
        self.assertEqual(restrict_to_encoding("grün€", UTF_8), "grün€")


class EntryTests(SynchronousTestCase):
    def entry(self, content: Content, settings: Settings = UTF_8, **attributes: str) -> Element:
        """Return an entry with content."""
        entry = etree.Element("Path", {"name": "/a", **attributes})
        entry.text = "before"
        set_content(entry, content, settings)
        return entry

    def test_text(self) -> None:
        """Text is the entry's text, bytes as well if they are in the encoding."""
        self.assertEqual(self.entry("grün").text, "grün")
        self.assertEqual(self.entry(b"gr\xfcn", LATIN_1).text, "grün")
        self.assertIsNone(self.entry("x").get("empty"))

    def test_empty(self) -> None:
        """No content is said so, whatever the encoding."""
        for content in ("", b""):
            for entry in (self.entry(content), self.entry(content, encoding="base64")):
                self.assertEqual((entry.text, entry.get("empty")), (None, "true"))

    def test_base64(self) -> None:
        """Where the entry is to be in base64, bytes of any kind are."""
        entry = self.entry(b"\x00\xff", encoding="base64")
        self.assertEqual(base64.b64decode(entry.text or ""), b"\x00\xff")
        entry = self.entry("ü", LATIN_1, encoding="base64")
        self.assertEqual(base64.b64decode(entry.text or ""), b"\xfc")

    def test_not_decoded(self) -> None:
        """Bytes that are no text fail with the path and the place; the log has the remedies."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            error = self.assertRaises(PluginExecutionError, self.entry, b"gr\xfcn")
        self.assertEqual(
            str(error),
            "Failed to decode /a: 'utf8' codec can't decode byte 0xfc in position 2: invalid "
            "start byte",
        )
        self.assertEqual(
            logs.records[0].getMessage(),
            "/a: the file is not UTF-8; give it the encoding base64 in info.xml, or set "
            "[components] encoding",
        )

    def test_no_xml(self) -> None:
        """Text that XML cannot hold fails, and the entry's text is not half of it."""
        error = self.assertRaises(PluginExecutionError, self.entry, "a\x00b")
        self.assertIn("XML compatible", str(error))
