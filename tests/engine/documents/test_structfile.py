"""XML files with conditions, templating and encrypted elements."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.documents.structfile import StructFile
from bcfg2tw.engine.encryption import encrypt
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import TemplateDataProvider, XMLTemplate
from tests.builders import a_core, change, configuration, entry, metadata_of

PY = 'xmlns:py="http://genshi.edgewall.org/"'
SECRETS: dict[str, Any] = {"passphrases": {"one": "geheim"}}


def secret(text: str, passphrase: str = "geheim") -> str:
    """Return an encrypted text."""
    return encrypt(text.encode(), passphrase).decode().strip()


class Providing(Plugin, TemplateDataProvider):
    """Gives XML templates two variables, one of which is there already."""

    create = False

    def get_xml_template_data(
        self, structfile: XMLTemplate, metadata: ClientMetadata
    ) -> dict[str, Any]:
        return {"repo": "mine", "file": structfile.name}


class MatchTests(SynchronousTestCase):
    def file(self, content: str, **settings: Any) -> tuple[StructFile, ClientMetadata]:
        """Return a file of the Bundler, and the client's metadata."""
        core = a_core(self, {"Bundler/b.xml": content}, **settings)
        return core.plugins["Bundler"].bundles["b"], metadata_of(core)  # type: ignore[attr-defined]

    def test_copies(self) -> None:
        """What is asked for a client is a copy of one's own."""
        file, metadata = self.file('<Bundle><A/><Group name="all"><B/></Group></Bundle>')
        for _ in range(2):
            found = file.XMLMatch(metadata)
            self.assertEqual([one.tag for one in found], ["A", "B"])
            found.clear()
            self.assertEqual([one.tag for one in file.Match(metadata)], ["A", "B"])

    def test_conditions_of_templates(self) -> None:
        """Conditions are looked at in what a template came to; code in false ones is run, too."""
        file, metadata = self.file(
            f'<Bundle {PY}><Group name="${{metadata.profile}}"><A/></Group><!-- c -->'
            '<Group name="no"><B py:with="x = metadata.groups.add(\'x\')" name="$x"/></Group>'
            "</Bundle>"
        )
        self.assertEqual([one.tag for one in file.Match(metadata)], ["A"])
        self.assertIn("x", metadata.groups)

    def test_variables(self) -> None:
        """Templates see metadata, repo and what plugins provide; a name is never replaced."""
        file, metadata = self.file(
            f'<Bundle {PY}><A name="${{metadata.hostname}} $repo $file"/></Bundle>',
            plugins=("Bundler", "Metadata", "tests.engine.documents.test_structfile.Providing"),
        )
        repository = metadata.snapshot.settings.repository
        with self.assertLogs("bcfg2-server", "WARNING") as logged:
            (found,) = file.Match(metadata)
        self.assertEqual(found.get("name"), f"{metadata.hostname} {repository} b.xml")
        self.assertIn("Duplicate template variable repo provided by both", logged.output[0])


class EncodingTests(SynchronousTestCase):
    def test_declared(self) -> None:
        """A document is in the encoding that it declares, template or not."""
        for root in ("Bundle", f"Bundle {PY}"):
            for encoding in ("UTF-8", "iso-8859-1"):
                text = (
                    f'<?xml version="1.0" encoding="iso-8859-15"?><{root}><A name="ä€"/></Bundle>'
                )
                contents = {"Bundler/b.xml": text.encode("iso-8859-15")}
                core = a_core(self, contents, encoding=encoding)
                self.assertEqual(next(configuration(core).iter("A")).get("name"), "ä€")

    def test_undeclared(self) -> None:
        """One that declares none and is no UTF-8 is not used; what is wrong is told, and where."""
        for root in ("Bundle", f"Bundle {PY}"):
            with self.assertLogs("bcfg2-server", "ERROR") as logged:
                a_core(
                    self, {"Bundler/b.xml": f'<{root}>\n<A name="ä"/></Bundle>'.encode("latin-1")}
                )
            self.assertIn("Bundler/b.xml:2: ", logged.output[0])
            self.assertIn("byte 0xE4 at offset ", logged.output[0])
            self.assertIn(
                " is not UTF-8: convert the file, or begin it with <?xml", logged.output[0]
            )


class EncryptedTests(SynchronousTestCase):
    def core(self, root: str, text: str, **settings: Any) -> NetworkCore:
        """Return a core with a bundle that holds an encrypted element."""
        return a_core(self, {"Bundler/b.xml": self.bundle(root, text)}, **{**SECRETS, **settings})

    def bundle(self, root: str, text: str) -> str:
        """Return a bundle with a path whose text is encrypted, and one with plain text."""
        return (
            f'<{root}>\n<BoundPath name="p" encrypted="one">{text}</BoundPath>'
            '<BoundPath name="q">plain</BoundPath></Bundle>'
        )

    def texts(self, core: NetworkCore) -> list[str | None]:
        """Return the texts that the client gets."""
        return [path.text for path in configuration(core).iter("Path")]

    def test_decrypted(self) -> None:
        """The text of an element is decrypted, in a template's result as well."""
        self.assertEqual(self.texts(self.core("Bundle", secret("ä"))), ["ä", "plain"])
        self.assertEqual(self.texts(self.core(f"Bundle {PY}", secret("ä"))), ["ä", "plain"])

    def test_strict(self) -> None:
        """A file with an element that cannot be decrypted is not used, not even half of it."""
        with self.assertLogs("bcfg2-server", "ERROR") as logged:
            core = self.core("Bundle", secret("x", "other"))
            self.assertEqual(self.texts(core), [])
        self.assertIn("Bundler/b.xml:2: Failed to decrypt BoundPath element", logged.output[0])
        self.assertNotIn("geheim", "".join(logged.output))

    def test_last_good_state(self) -> None:
        """A file that could be decrypted before keeps what it said, whole."""
        core = self.core("Bundle", secret("old"))
        new = self.bundle("Bundle", "no ciphertext").replace("plain", "new")
        change(core, {"Bundler/b.xml": new})
        self.assertEqual(self.texts(core), ["old", "plain"])

    def test_lax(self) -> None:
        """Where decryption is lax the element stays as it is; the root goes before the option."""
        text = secret("x", "other")
        lax = self.core("Bundle", text, lax_decryption=True)
        self.assertEqual(self.texts(lax), [text, "plain"])
        self.assertEqual(entry(configuration(lax), "Path", "p").get("encrypted"), "one")
        root = self.core('Bundle lax_decryption="True"', text)
        self.assertEqual(self.texts(root), [text, "plain"])
        strict = self.core('Bundle lax_decryption="false"', text, lax_decryption=True)
        self.assertEqual(self.texts(strict), [])
