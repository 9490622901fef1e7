"""Properties with secrets, which are never written back in the clear."""

from __future__ import annotations

from typing import Any

from lxml import etree

from bcfg2tw.engine.encryption import encrypt
from tests.engine.plugins.properties.case import PASSPHRASES, PropertiesCase, plain, secret

XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'


class SecretTests(PropertiesCase):
    def file(self, text: str, **settings: Any) -> Any:
        """Return a file of Properties for one client, and keep its core."""
        self.made = self.core({"a.xml": text}, **{"passphrases": PASSPHRASES, **settings})
        return self.properties(self.made)["a.xml"]

    def written(self) -> Any:
        """Return the document that was written."""
        return etree.fromstring(self.text(self.made, "a.xml").encode())

    def test_encrypted_again(self) -> None:
        """Secrets are written encrypted: what has not changed as it was, the rest anew."""
        same = secret("same")
        file = self.file(
            f'<!--top--><P><!--in--><x encrypted="ring">{same}</x>'
            f'<y encrypted="ring">{secret("old")}</y><z encrypted="ring"> </z></P>'
        )
        file.xdata.find("y").text = "new ü"
        etree.SubElement(file.xdata, "n", {"encrypted": "RING"}).text = "added"
        file.write()
        root = self.written()
        self.assertEqual(root.findtext("x"), same)
        self.assertEqual((plain(root.findtext("y")), plain(root.findtext("n"))), ("new ü", "added"))
        self.assertEqual((root.findtext("z") or "").strip(), "")
        self.assertTrue(self.text(self.made, "a.xml").startswith("<!--top-->"))
        self.assertEqual(file.xdata.findtext("y"), "new ü")
        before = self.text(self.made, "a.xml")
        self.made.reload(None)
        again = self.properties(self.made)["a.xml"]
        self.assertEqual(again.xdata.findtext("y"), "new ü")
        again.write()
        self.assertEqual(self.text(self.made, "a.xml"), before)

    def test_never_in_the_clear(self) -> None:
        """A secret that lost its attribute, or went elsewhere, is not written at all."""
        text = f'<P><x encrypted="ring">{secret("very secret")}</x><y a="b"/></P>'
        for move in (
            lambda root: root.find("x").attrib.pop("encrypted"),
            lambda root: root.find("y").set("url", "mysql://root:very secret@db"),
            lambda root: setattr(root.find("y"), "tail", "very secret"),
            lambda root: root.append(etree.Comment("very secret")),
        ):
            file = self.file(text)
            move(file.xdata)
            self.assertIn("lay open a secret", self.refused(file.write))
            self.assertNotIn("very secret", self.refused(file.write))
            self.assertEqual(self.text(self.made, "a.xml"), text)

    def test_same_word_in_the_clear(self) -> None:
        """A secret that stood in the clear elsewhere in the file anyway does not hinder."""
        file = self.file(f'<P><x encrypted="ring">{secret("keeper")}</x><y>keeper</y></P>')
        etree.SubElement(file.xdata, "z")
        self.assertTrue(file.write())

    def test_unknown_passphrase(self) -> None:
        """What cannot be encrypted is not written."""
        file = self.file("<P/>")
        etree.SubElement(file.xdata, "n", {"encrypted": "lost"}).text = "added"
        self.assertEqual(self.refused(file.write),
                         f"Cannot write {file.name}: No such passphrase: lost")  # fmt: skip

    def test_lax(self) -> None:
        """What was left encrypted is written as it was."""
        kept = encrypt(b"x", "unknown").decode().strip()
        file = self.file(f'<P lax_decryption="true"><x encrypted="lost">{kept}</x></P>')
        etree.SubElement(file.xdata, "n")
        file.write()
        self.assertEqual(self.written().findtext("x"), kept)

    def test_included(self) -> None:
        """What was included is written as well, its secrets encrypted."""
        core = self.core(
            {
                "a.xml": f'<P {XI}><xi:include href="b.xml"/></P>',
                "b.xml": f'<P><x encrypted="ring">{secret("included")}</x></P>',
            },
            passphrases=PASSPHRASES,
        )
        file = self.properties(core)["a.xml"]
        self.assertEqual(file.xdata.findtext("P/x"), "included")
        etree.SubElement(file.xdata, "n")
        with self.assertLogs("Properties", "WARNING") as logs:
            file.write()
            file.xdata.set("again", "1")
            file.write()
        self.assertEqual(len(logs.output), 1)
        self.assertIn("b.xml: from now on its own copy counts", logs.output[0])
        written = etree.fromstring(self.text(core, "a.xml").encode())
        self.assertEqual(plain(written.findtext("P/x")), "included")
        self.assertNotIn("base", self.text(core, "a.xml"))
