"""Deps: what the entries of a client bring with them."""

from __future__ import annotations

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import ValidationError
from tests.builders import CLIENT, a_core, change, configuration


class DepsTests(SynchronousTestCase):
    def serve(self, bundle: str, *files: str) -> NetworkCore:
        """Return a core with a bundle, and files of Deps named a.xml, b.xml and so on."""
        deps = {f"Deps/{chr(97 + number)}.xml": text for number, text in enumerate(files)}
        return a_core(self, {"Bundler/b.xml": f"<Bundle>{bundle}</Bundle>", **deps})

    def added(self, core: NetworkCore) -> list[str] | None:
        """Return the entries of the structure that was added, None where there is none."""
        config = configuration(core)
        for structure in config.iterfind("Independent"):
            if structure.get("name") == "Deps":
                return [f"{entry.tag}:{entry.get('name')}" for entry in structure]
        return None

    def test_chain(self) -> None:
        """What is added brings further entries; what is there already is not added."""
        core = self.serve(
            '<BoundPackage name="a"/><BoundService name="s"/>',
            '<Dependencies priority="0"><Package name="a"><Package name="b"/><Service name="s"/>'
            '</Package><Package name="b"><Path name="/c"/><Package name="a"/></Package>'
            "</Dependencies>",
        )
        self.assertEqual(self.added(core), ["Path:/c", "Package:b"])

    def test_nothing(self) -> None:
        """The structure is there even where it is empty."""
        core = self.serve("", '<Dependencies priority="0"/>')
        self.assertEqual(self.added(core), [])

    def test_is_bound(self) -> None:
        """What is added is bound like any other entry, and nothing is announced."""
        core = a_core(
            self,
            {
                "Bundler/b.xml": '<Bundle><Package name="a"/></Bundle>',
                "Deps/d.xml": '<Dependencies priority="0"><Package name="a"><Package name="b"/>'
                "</Package></Dependencies>",
                "Rules/r.xml": '<Rules priority="1"><Package name="a" type="deb"/>'
                '<Package name="b" type="deb"/></Rules>',
            },
        )
        packages = list(configuration(core).iter("Package"))
        self.assertEqual([one.get("type") for one in packages], ["deb", "deb"])

    def test_same_order_always(self) -> None:
        """Entries of one name come in the order of the files, whatever Python's hashes are."""
        tags = [f"T{number}" for number in range(20)]
        core = self.serve(
            '<BoundPackage name="a"/>',
            '<Dependencies priority="0"><Package name="a">'
            + "".join(f'<{tag} name="same"/>' for tag in tags)
            + "</Package></Dependencies>",
        )
        self.assertEqual(self.added(core), [f"{tag}:same" for tag in tags])

    def test_conditions(self) -> None:
        """Conditions around a definition count; of those that apply the innermost wins."""
        core = self.serve(
            '<BoundPackage name="a"/>',
            '<Dependencies priority="0">'
            f'<Group name="all"><Client name="{CLIENT}"><Package name="a"><Package name="in"/>'
            "</Package></Client></Group>"
            '<Group name="all" negate="true"><Package name="a"><Package name="no"/></Package>'
            '</Group><Package name="a"><Package name="out"/></Package></Dependencies>',
        )
        self.assertEqual(self.added(core), ["Package:in"])

    def test_priority(self) -> None:
        """Of several files the one with the highest priority counts, alone."""
        core = self.serve(
            '<BoundPackage name="a"/>',
            '<Dependencies priority="2"><Package name="a"><Package name="two"/></Package>'
            "</Dependencies>",
            '<Dependencies priority="10"><Package name="a"><Package name="ten"/></Package>'
            "</Dependencies>",
        )
        self.assertEqual(self.added(core), ["Package:ten"])

    def test_conflict_later(self) -> None:
        """A change that makes two files contradict each other takes nothing away: a fault."""
        dependencies = (
            '<Dependencies priority="2">\n<Package name="a"><Package name="b"/></Package>'
            "</Dependencies>"
        )
        core = self.serve('<BoundPackage name="a"/>', dependencies)
        self.assertEqual(self.added(core), ["Package:b"])
        change(core, {"Deps/b.xml": dependencies})
        failure = self.assertRaises(ValidationError, self.added, core)
        self.assertIn("same priority (2) for Package:a", str(failure))
        self.assertIn("give the files other priorities", str(failure))

    def test_conflict(self) -> None:
        """Two files of the same priority: nothing is added, and the log names both places."""
        one = (
            '<Dependencies priority="2">\n<Package name="a"><Package name="b"/></Package>'
            "</Dependencies>"
        )
        core = self.serve('<BoundPackage name="a"/>', one, one)
        with self.assertLogs(level="ERROR") as logs:
            self.assertIsNone(self.added(core))
        text = f"Found conflicting dependencies with same priority (2) for Package:a for {CLIENT}"
        self.assertIn(text, logs.output[0])
        self.assertRegex(logs.output[0], r"Deps/a.xml:2, .*Deps/b.xml:2$")
        self.assertIn(f"Deps: {text}; the client gets no dependencies", logs.output[1])

    def test_template(self) -> None:
        """A file may be a template."""
        core = self.serve(
            '<BoundPackage name="a"/>',
            '<Dependencies priority="0" xmlns:py="http://genshi.edgewall.org/"><Package name="a">'
            '<Package name="${metadata.profile}"/></Package></Dependencies>',
        )
        self.assertEqual(self.added(core), ["Package:all"])

    def test_no_priority(self) -> None:
        """A file that never had a priority counts where no other says the same, as for Bcfg2."""
        good = (
            '<Dependencies priority="0"><Package name="a"><Package name="b"/></Package>'
            "</Dependencies>"
        )
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = self.serve('<BoundPackage name="a"/>', good, good.replace(' priority="0"', ""))
        self.assertIn("Deps/b.xml:1: <Dependencies> has no priority", logs.output[0])
        self.assertEqual(self.added(core), ["Package:b"])

    def test_broken_file(self) -> None:
        """A file that was never readable may say anything of what depends on what: a fault."""
        good = '<Dependencies priority="0"><Package name="a"><Package name="b"/></Package>'
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = self.serve('<BoundPackage name="a"/>', f"{good}</Dependencies>", good)
        self.assertIn("Deps/b.xml:1: ", logs.output[0])
        failure = self.assertRaises(ValidationError, self.added, core)
        self.assertIn("Deps/b.xml:1: ", str(failure))
        change(core, {"Deps/b.xml": '<Dependencies priority="0"/>'})
        self.assertEqual(self.added(core), ["Package:b"])
        change(core, {"Deps/a.xml": "<Dependencies"})
        self.assertEqual(self.added(core), ["Package:b"])

    def test_comments(self) -> None:
        """Comments are no entries, here or there."""
        core = self.serve(
            '<!-- one --><BoundPackage name="a"/>',
            '<Dependencies priority="0"><!-- x --><Package name="a"><!-- y --><Package name="b"/>'
            "</Package></Dependencies>",
        )
        self.assertEqual(self.added(core), ["Package:b"])
        self.assertNotIn("<!-- x", etree.tostring(configuration(core), encoding="unicode"))
