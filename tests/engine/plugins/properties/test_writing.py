"""Properties that templates write back."""

from __future__ import annotations

import json
import os

from lxml import etree

from tests.builders import (
    CLIENT,
    a_core,
    configuration,
    entry,
    groups_with,
    metadata_of,
    write_files,
)
from tests.engine.plugins.properties.case import PropertiesCase

SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Properties">'
    '<xs:complexType><xs:sequence><xs:element name="n" type="xs:int"/></xs:sequence>'
    "</xs:complexType></xs:element></xs:schema>"
)
TWO_CLIENTS = {
    "Metadata/clients.xml": f'<Clients><Client name="{CLIENT}" profile="all"/>'
    '<Client name="other.example.test" profile="all"/></Clients>'
}
XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'


class WritingTests(PropertiesCase):
    def test_formats(self) -> None:
        """XML is written indented, JSON on one line, YAML as usual; others see it at once."""
        core = self.core({"a.xml": "<P>\n\n<x/></P>", "b.json": '{"x":1}', "c.yaml": "{x: 1}"})
        properties = self.properties(core)
        etree.SubElement(properties["a.xml"].xdata, "y").text = "ü"
        properties["b.json"].json["y"] = 2
        properties["c.yaml"].yaml = {"z": [3]}
        for name in ("a.xml", "b.json", "c.yaml"):
            self.assertTrue(properties[name].write())
        self.assertEqual(self.text(core, "a.xml"), "<P>\n  <x/>\n  <y>ü</y>\n</P>\n")
        self.assertEqual(self.text(core, "b.json"), '{"x": 1, "y": 2}')
        self.assertEqual(self.text(core, "c.yaml"), "z:\n- 3\n")
        others = self.properties(core)
        self.assertEqual((others["b.json"].json["y"], others["c.yaml"].yaml), (2, {"z": [3]}))
        core.reload(None)
        again = self.properties(core)
        self.assertEqual(again["a.xml"].xdata.findtext("y"), "ü")
        self.assertEqual(again["c.yaml"].yaml, {"z": [3]})

    def test_from_a_template(self) -> None:
        """A template of a file writes back, and the client's next run reads it."""
        core = a_core(
            self,
            {
                "Bundler/b.xml": '<Bundle><Path name="/etc/n"/></Bundle>',
                "Properties/n.json": '{"n": 1}',
                "Cfg/etc/n/n.genshi": "{% python\np = metadata.Properties['n.json']\n"
                "p.json['n'] += 1\np.write()\n%}${p.json['n']}",
            },
        )
        self.assertEqual(entry(configuration(core), "Path", "/etc/n").text, "2")
        core.reload(None)
        self.assertEqual(entry(configuration(core), "Path", "/etc/n").text, "3")

    def test_disabled(self) -> None:
        """Where writing is switched off the file stays as it is."""
        core = self.core({"a.json": "{}"}, writes_enabled=False)
        file = self.properties(core)["a.json"]
        file.json["x"] = 1
        self.assertEqual(
            self.refused(file.write),
            "Properties files write-back is disabled in the configuration",
        )
        self.assertEqual(self.text(core, "a.json"), "{}")

    def test_not_serialisable(self) -> None:
        """What JSON or YAML cannot hold is refused."""
        core = self.core({"a.json": "{}", "b.yml": "{}"})
        properties = self.properties(core)
        properties["a.json"].json["x"] = object()
        properties["b.yml"].yaml["x"] = object()
        start = f"Cannot write {self.path(core, 'a.json')}: Data for {self.path(core, 'a.json')}"
        self.assertIn(f"{start} cannot be dumped to JSON: ",
                      self.refused(properties["a.json"].write))  # fmt: skip
        self.assertIn("cannot be dumped to YAML: ", self.refused(properties["b.yml"].write))
        self.assertEqual(self.text(core, "a.json") + self.text(core, "b.yml"), "{}{}")

    def test_schema(self) -> None:
        """XML that contradicts the schema beside it is refused; a broken schema refuses all."""
        core = self.core({"a.xml": "<Properties><n>1</n></Properties>", "a.xsd": SCHEMA})
        file = self.properties(core)["a.xml"]
        file.xdata.find("n").text = "many"
        self.assertEqual(
            self.refused(file.write),
            f"Cannot write {file.name}: Data for {file.name} fails to validate; "
            "run bcfg2-lint for more details",
        )
        file.xdata.find("n").text = "2"
        self.assertTrue(file.write())
        write_files(os.path.dirname(file.name), {"a.xsd": "<xs"})
        file.xdata.find("n").text = "3"
        self.assertIn(f"Cannot write {file.name}: Failed to process schema for {file.name}: ",
                      self.refused(file.write))  # fmt: skip
        self.assertIn("<n>2</n>", self.text(core, "a.xml"))

    def test_not_possible(self) -> None:
        """A folder that is gone is named in the failure."""
        core = self.core({"sub/a.json": "{}"})
        file = self.properties(core)["sub/a.json"]
        os.unlink(file.name)
        file.json["x"] = 1
        self.assertEqual(self.refused(file.write),
                         f"Failed to write {file.name}: No such file or directory")  # fmt: skip

    def test_foreign_change(self) -> None:
        """What an administrator changed meanwhile is not overwritten."""
        core = self.core({"a.json": "{}"})
        file = self.properties(core)["a.json"]
        write_files(os.path.dirname(file.name), {"a.json": '{"edited": true}'})
        file.json["x"] = 1
        self.assertIn("it has changed since it was read", self.refused(file.write))
        core.reload(None)
        file = self.properties(core)["a.json"]
        file.json["x"] = 1
        file.write()
        self.assertEqual(json.loads(self.text(core, "a.json")), {"edited": True, "x": 1})

    def test_two_clients(self) -> None:
        """Clients that write one after the other, on old and new states, lose nothing."""
        core = a_core(self, {**TWO_CLIENTS, "Metadata/groups.xml": groups_with([]),
                             "Properties/a.json": "{}"})  # fmt: skip
        old = self.properties(core)["a.json"]
        new = self.properties(core, "other.example.test")["a.json"]
        new.json["new"] = 1
        new.write()
        core.reload(None)
        newest = self.properties(core)["a.json"]
        newest.json["newest"] = 2
        newest.write()
        old.json["old"] = 3
        old.write()
        self.assertEqual(json.loads(self.text(core, "a.json")), {"new": 1, "newest": 2, "old": 3})

    def test_replaced_value(self) -> None:
        """Data that replace what another client has replaced since are refused."""
        core = self.core({"a.yaml": "1"})
        one, other = self.properties(core)["a.yaml"], self.properties(core)["a.yaml"]
        one.yaml, other.yaml = 2, 3
        one.write()
        self.assertIn("has changed since", self.refused(other.write))
        one.yaml = 4
        self.assertTrue(one.write())
        self.assertEqual(self.text(core, "a.yaml"), "4\n...\n")

    def test_unchanged(self) -> None:
        """Writing what is there already leaves the file alone."""
        core = self.core({"a.json": '{"x": 1}'})
        file = self.properties(core)["a.json"]
        before = os.stat(file.name)
        self.assertTrue(file.write())
        self.assertEqual(os.stat(file.name), before)

    def test_written_template(self) -> None:
        """A template that was written back is rendered anew."""
        text = '<P xmlns:py="http://genshi.edgewall.org/"><x>${1 + 1}</x></P>'
        core = self.core({"a.xml": text})
        file = self.properties(core)["a.xml"]
        file.xdata.find("x").text = "${2 + 2}"
        file.write()
        core.reload(None)
        matched = self.properties(core)["a.xml"].XMLMatch(metadata_of(core))
        self.assertEqual(matched.findtext("x"), "4")
