"""Files with priorities as Bcfg2 1.3 read them: what stands deeper, or later, wins."""

from __future__ import annotations

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.documents.conditions import CONDITIONS
from bcfg2tw.engine.documents.nested_definitions import NestedDefinitions, NestedFile
from bcfg2tw.engine.documents.old_clients import needs_old_names
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.errors import PluginExecutionError
from tests.builders import a_core, files_in, metadata_of

PY = 'xmlns:py="http://genshi.edgewall.org/"'


class NestedTests(SynchronousTestCase):
    def definitions(self, *texts: str) -> NestedDefinitions:
        """Return the definitions of files of these contents."""
        files = files_in(self, {f"{number}.xml": text for number, text in enumerate(texts)})
        loaded = [files.load(name, NestedFile) for name in files]
        return NestedDefinitions([one for one in loaded if one is not None], "things")

    def chosen(self, definitions: NestedDefinitions, *groups: str, name: str = "a") -> str | None:
        """Return the attribute `n` of what a client gets for a package."""
        metadata = ClientMetadata("www.example.test", groups=groups)
        definition = definitions.best("Package", name, metadata)
        if definition is None:
            return None
        entry = etree.Element("Package")
        definition.apply(entry, dict.fromkeys(CONDITIONS, ()))
        return entry.get("n")

    def test_innermost(self) -> None:
        """What stands in conditions that hold wins over what stands around them."""
        definitions = self.definitions(
            '<R priority="1"><Group name="x"><Package name="a" n="2"/><Group name="y">'
            '<Package name="a" n="3"/></Group></Group><Package name="a" n="1"/></R>'
        )
        self.assertEqual(self.chosen(definitions), "1")
        self.assertEqual(self.chosen(definitions, "x"), "2")
        self.assertEqual(self.chosen(definitions, "x", "y"), "3")
        self.assertEqual(self.chosen(definitions, "y"), "1")

    def test_last(self) -> None:
        """Of several in the same place the last one wins."""
        definitions = self.definitions(
            '<R priority="1"><Package name="a" n="1"/><!-- c --><Package name="a" n="2"/></R>'
        )
        self.assertEqual(self.chosen(definitions), "2")

    def test_priorities(self) -> None:
        """Between files the higher priority wins, also over what stands deeper."""
        definitions = self.definitions(
            '<R priority="1"><Group name="x"><Package name="a" n="low"/></Group></R>',
            '<R priority="2"><Package name="a" n="high"/></R>',
        )
        self.assertEqual(self.chosen(definitions, "x"), "high")

    def test_conflict(self) -> None:
        """Two files of the same priority conflict; the log names the places in both."""
        text = '<R priority="7">\n<Package name="a"/></R>'
        definitions = self.definitions(text, text, '<R priority="1"><Package name="a"/></R>')
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            error = self.assertRaises(PluginExecutionError, self.chosen, definitions)
        sentence = (
            "Found conflicting things with same priority (7) for Package:a for www.example.test"
        )
        self.assertEqual(str(error), sentence)
        self.assertRegex(logs.records[0].getMessage(), rf"^{sentence[:30]}.*/0.xml:2, .*/1.xml:2$")

    def test_none(self) -> None:
        """What nobody defines, or not for this client, is nothing; nor is what has no name."""
        definitions = self.definitions(
            '<R priority="1"><Group name="x"><Package name="a"/></Group><Package n="1"/></R>'
        )
        self.assertIsNone(self.chosen(definitions))
        self.assertIsNone(self.chosen(definitions, "x", name="b"))
        self.assertEqual(list(definitions.announced()), [("Package", "a")])

    def test_inside_entries(self) -> None:
        """What stands in an entry defines nothing by itself."""
        definitions = self.definitions(
            '<R priority="1"><Package name="a"><Package name="b"/></Package></R>'
        )
        self.assertIsNone(self.chosen(definitions, name="b"))

    def test_template(self) -> None:
        """A template's definitions are made for the client, and are not announced."""
        definitions = self.definitions(
            f'<R priority="1" {PY}><Package name="${{metadata.profile}}" n="1"/></R>'
        )
        self.assertEqual(list(definitions.announced()), [])
        metadata = metadata_of(a_core(self, {}))
        self.assertIsNone(definitions.best("Package", "other", metadata))
        definition = definitions.best("Package", "all", metadata)
        assert definition is not None
        self.assertEqual(definition.name, "all")


class OldClientTests(SynchronousTestCase):
    def test_versions(self) -> None:
        """Clients before 1.3.0, and those of which nobody knows, need the old names."""
        for version, is_old in (
            (None, True),
            ("soon", True),
            ("1.2.5", True),
            ("1.3.0pre1", False),
            ("1.3.0", False),
            ("1.4.0", False),
        ):
            self.assertIs(needs_old_names(ClientMetadata("x", version=version)), is_old, version)
