"""Properties: data for templates from XML, JSON and YAML."""

from __future__ import annotations

from typing import Any

from lxml import etree

from bcfg2tw.engine.plugins.properties.formats import parse
from bcfg2tw.settings import Settings
from tests.builders import CLIENT, change, configuration, metadata_of
from tests.engine.plugins.properties.case import PASSPHRASES, PropertiesCase, secret


class ReadingTests(PropertiesCase):
    def test_kinds(self) -> None:
        """XML, JSON and YAML files are there under their path below the folder."""
        core = self.core(
            {
                "sub/a.json": '{"x": [1]}',
                "b.yaml": "y: {z: 2}",
                "c.yml": "",
                "d.xml": "<P><e/><!--c--><f/></P>",
            }
        )
        properties = self.properties(core)
        self.assertEqual(properties["sub/a.json"].json, {"x": [1]})
        self.assertEqual(properties["b.yaml"].yaml, {"y": {"z": 2}})
        self.assertIsNone(properties["c.yml"].yaml)
        self.assertEqual(properties["d.xml"].xdata.tag, "P")
        self.assertEqual(len(properties["d.xml"].entries), 3)
        self.assertEqual(properties["d.xml"].name, self.path(core, "d.xml"))
        self.assertEqual(properties["d.xml"].data, "<P><e/><!--c--><f/></P>")
        self.assertEqual(repr(properties["d.xml"]), f"<Properties {self.path(core, 'd.xml')}>")
        self.assertEqual(properties.get("e.xml"), None)
        self.assertRaises(KeyError, lambda: properties["e.xml"])

    def test_other_files(self) -> None:
        """Schemas are passed over in silence; other files are named in the log, once."""
        with self.assertLogs("Properties", "ERROR") as logs:
            core = self.core({"a.xsd": "<xs/>", "b.ini": "", "a.json5": "{}"})
            change(core, {"Properties/c.json": "{}"})
        self.assertEqual(len(logs.output), 2)
        self.assertIn("Could not process filename", logs.output[0])
        self.assertEqual(set(self.properties(core)), {".keep.xml", "c.json"})

    def test_unsafe_yaml(self) -> None:
        """YAML cannot make the server run anything."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.core({"a.yaml": "x: 1\ny: !!python/object/apply:os.getpid []\n"})
        self.assertIn("a.yaml:2: Could not load YAML data from", logs.output[0])

    def test_broken(self) -> None:
        """A file that breaks is reported with its line, and its last good state stays."""
        core = self.core({"a.json": '{"x": 1}', "b.yml": "x: 1"})
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            change(core, {"Properties/a.json": '{"x":\n2,,}', "Properties/b.yml": "x: [\n"})
        self.assertIn("a.json:2: Could not load JSON data from", logs.output[0])
        self.assertIn("last good state", logs.output[0])
        self.assertIn("Could not load YAML data from", logs.output[1])
        properties = self.properties(core)
        self.assertEqual((properties["a.json"].json, properties["b.yml"].yaml["x"]), ({"x": 1}, 1))

    def test_never_good(self) -> None:
        """A file that never was understood is listed; whoever wants its data is told why."""
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = self.core({"a.json": "{", "b.xml": "<P>\n<"})
        properties = self.properties(core)
        self.assertEqual(set(properties), {".keep.xml", "a.json", "b.xml"})
        self.assertEqual(len(properties), 3)
        self.assertIn("a.json:1: Could not load", self.refused(lambda: properties["a.json"].json))
        self.assertIn("b.xml:2: ", self.refused(lambda: properties["b.xml"].XMLMatch))

    def test_undecryptable(self) -> None:
        """A file whose secrets cannot be decrypted has no key; asking for it says why."""
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = self.core({"a.xml": '<P>\n<x encrypted="ring">nonsense</x></P>'})
        properties = self.properties(core)
        self.assertNotIn("a.xml", properties)
        self.assertEqual(list(properties), [".keep.xml"])
        error = self.assertRaises(KeyError, lambda: properties["a.xml"])
        self.assertIn("a.xml:2: Failed to decrypt x element", str(error))

    def test_old_laxness(self) -> None:
        """`[encryption] decrypt = lax` of 1.3 counts, unless there is `lax_decryption`."""
        conf = self.mktemp()
        for lines, expected in (
            ("decrypt = lax", True),
            ("decrypt = strict", False),
            ("decrypt = lax\nlax_decryption = no", False),
        ):
            with open(conf, "w", encoding="utf-8") as stream:
                stream.write(f"[encryption]\n{lines}\nring = x\n")
            settings = Settings.from_file(conf)
            self.assertEqual((settings.lax_decryption, dict(settings.passphrases)),
                             (expected, {"ring": "x"}))  # fmt: skip

    def test_shared(self) -> None:
        """A file is parsed once, for all clients, until it changes."""
        core = self.core({"a.xml": "<P/>"})
        first = self.properties(core)["a.xml"].xdata
        change(core, {"Properties/b.xml": "<P/>"})
        self.assertIs(self.properties(core)["a.xml"].xdata, first)
        change(core, {"Properties/a.xml": "<P><new/></P>"})
        self.assertEqual(len(self.properties(core)["a.xml"].xdata), 1)

    def test_changes_show(self) -> None:
        """What a template changes shows everywhere until the file is read again."""
        core = self.core({"a.xml": '<P><Group name="all"><x/></Group></P>'})
        metadata = metadata_of(core)
        one = self.properties(core)["a.xml"]
        self.assertEqual([child.tag for child in one.Match(metadata)], ["x"])
        etree.SubElement(one.xdata, "y")
        other = self.properties(core)["a.xml"]
        self.assertEqual([child.tag for child in other.XMLMatch(metadata)], ["x", "y"])
        other.xdata = etree.fromstring("<P><z/></P>")
        self.assertEqual([child.tag for child in other.Match(metadata)], ["z"])
        self.assertEqual(len(one.Match(metadata)), 2)

    def test_match_is_a_copy(self) -> None:
        """What `XMLMatch` returns belongs to its caller."""
        core = self.core({"a.xml": "<P><x/></P>"})
        file = self.properties(core)["a.xml"]
        file.XMLMatch(metadata_of(core)).clear()
        self.assertEqual(len(file.XMLMatch(metadata_of(core))), 1)

    def test_template(self) -> None:
        """A Genshi template is rendered by `XMLMatch`; `xdata` is the decrypted template."""
        text = (
            '<P xmlns:py="http://genshi.edgewall.org/">'
            '<h py:for="i in [1, 2]">${metadata.hostname} $i</h>'
            f'<s encrypted="ring">{secret("hidden")}</s></P>'
        )
        core = self.core({"a.xml": text}, passphrases=PASSPHRASES)
        file = self.properties(core)["a.xml"]
        matched = file.XMLMatch(metadata_of(core))
        self.assertEqual([h.text for h in matched.findall("h")], [f"{CLIENT} 1", f"{CLIENT} 2"])
        self.assertEqual(matched.findtext("s"), "hidden")
        self.assertEqual(file.xdata.findtext("s"), "hidden")


class AutomatchTests(PropertiesCase):
    FILES = {
        "a.xml": '<P><Group name="all"><x/></Group></P>',
        "b.xml": '<P automatch="false"/>',
        "c.xml": '<P automatch="true"><Client name="no"><x/></Client></P>',
        "d.json": "{}",
    }

    def kinds(self, **settings: Any) -> dict[str, str]:
        """Return what templates get for each file."""
        properties = self.properties(self.core(self.FILES, **settings))
        return {name: type(one).__name__ for name, one in properties.items()}

    def test_off(self) -> None:
        """Files are matched for the client where their root says so."""
        self.assertEqual(
            self.kinds(),
            {".keep.xml": "XMLView", "a.xml": "XMLView", "b.xml": "XMLView", "c.xml": "_Element",
             "d.json": "JSONView"},
        )  # fmt: skip

    def test_on(self) -> None:
        """With the option all XML files are, but for those whose root says no."""
        self.assertEqual(
            self.kinds(automatch=True),
            {".keep.xml": "_Element", "a.xml": "_Element", "b.xml": "XMLView",
             "c.xml": "_Element", "d.json": "JSONView"},
        )  # fmt: skip

    def test_matched(self) -> None:
        """Templates get the root with what applies to their client, one and the same each time."""
        properties = self.properties(self.core(self.FILES, automatch=True))
        self.assertEqual([child.tag for child in properties["a.xml"]], ["x"])
        self.assertEqual(len(properties["c.xml"]), 0)
        self.assertIs(properties["a.xml"], properties["a.xml"])

    def test_failure(self) -> None:
        """A template that fails costs those who use it, and nobody else."""
        broken = '<P xmlns:py="http://genshi.edgewall.org/" automatch="true">${1 / 0}</P>'
        properties = self.properties(self.core({"a.xml": broken, "b.json": "{}"}))
        self.assertIn("a.xml", properties)
        self.assertEqual(properties["b.json"].json, {})
        self.assertRaises(ZeroDivisionError, lambda: properties["a.xml"])


class InterpretationTests(PropertiesCase):
    def test_once(self) -> None:
        """Another client's compile reads nothing again."""
        core = self.core({"a.json": "{}"})
        key = (self.path(core, "a.json"), parse)
        before = core.snapshot.library._interpreted[key]
        configuration(core)
        self.properties(core)
        self.assertIs(core.snapshot.library._interpreted[key], before)
