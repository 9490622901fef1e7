"""Decisions: lists of what a client may, or may not, install."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import CriticalError, NotServing
from tests.builders import CLIENT, a_core, address, change

GENSHI = 'xmlns:py="http://genshi.edgewall.org/"'


def decided(core: NetworkCore, mode: str = "whitelist") -> list[tuple[str, str]]:
    """Return a list as the client gets it."""
    return core.GetDecisionList(address(), mode)


def a_list(content: str, attributes: str = "") -> str:
    """Return a file of decisions."""
    return f"<Decisions {attributes}>{content}</Decisions>"


class DecisionsTests(SynchronousTestCase):
    def test_order(self) -> None:
        """Decisions come in the order of the document, what conditions hold in its place."""
        core = a_core(
            self,
            {
                "Decisions/whitelist.xml": a_list(
                    '<Decision type="Service" name="*"/><!-- x -->'
                    '<Group name="all"><Decision type="Path" name="/etc/*"/>'
                    f'<Client name="{CLIENT}"><Decision type="*" name="a"/></Client></Group>'
                    '<Group name="other"><Decision type="Path" name="/no"/></Group>'
                    '<Group name="other" negate="true"><Decision type="Package" name="b"/></Group>'
                    '<Decision type="Service" name="*"/>'
                )
            },
        )
        self.assertEqual(
            decided(core),
            [
                ("Service", "*"),
                ("Path", "/etc/*"),
                ("*", "a"),
                ("Package", "b"),
                ("Service", "*"),
            ],
        )

    def test_modes(self) -> None:
        """Each mode has its file; one without a file is empty, and so is one that is unknown."""
        core = a_core(
            self, {"Decisions/blacklist.xml": a_list('<Decision type="Path" name="/a"/>')}
        )
        self.assertEqual(decided(core, "blacklist"), [("Path", "/a")])
        self.assertEqual(decided(core), [])
        for unknown in ("Blacklist", "", "none", "blacklist.xml"):
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                self.assertEqual(decided(core, unknown), [])
            self.assertIn(f"there is no list {unknown!r}", logs.output[0])

    def test_template(self) -> None:
        """A list may be a template; whatever its code raises is a fault: no list is shortened."""
        template = a_list(
            '<Decision py:for="n in range(2)" type="Path" name="/${n}/${metadata.hostname}"/>',
            GENSHI,
        )
        core = a_core(self, {"Decisions/whitelist.xml": template})
        self.assertEqual(decided(core), [("Path", f"/0/{CLIENT}"), ("Path", f"/1/{CLIENT}")])
        change(core, {"Decisions/whitelist.xml": template.replace("range(2)", "1/0")})
        with self.assertLogs("Decisions", "ERROR") as logs:
            failure = self.assertRaises(CriticalError, decided, core)
        self.assertIn("Decisions/whitelist.xml:1: ", str(failure))
        self.assertIn(f"Decisions: {CLIENT}: ", str(logs.output))
        self.assertNotIn("Traceback", str(logs.output))

    def test_cached_metadata(self) -> None:
        """A template is rendered for each call, also where a client's metadata are cached."""
        core = a_core(
            self,
            {
                "Metadata/groups.xml": '<Groups><Group name="all" profile="true" default="true"/>'
                "</Groups>",
                "Decisions/whitelist.xml": a_list(
                    '<Decision type="Path" name="${len(metadata.query.all_clients())}"/>', GENSHI
                ),
            },
            client_metadata_cache="aggressive",
        )
        self.assertEqual(decided(core), [("Path", "1")])
        core.build_metadata("new.example.test")
        self.assertEqual(decided(core), [("Path", "2")])

    def test_include(self) -> None:
        """Lists may be included."""
        core = a_core(
            self,
            {
                "Decisions/whitelist.xml": a_list(
                    '<xi:include href="more/list.xml"/>',
                    'xmlns:xi="http://www.w3.org/2001/XInclude"',
                ),
                "Decisions/more/list.xml": a_list('<Decision type="Path" name="/a"/>'),
            },
        )
        self.assertEqual(decided(core), [("Path", "/a")])

    def test_incomplete(self) -> None:
        """A decision without type or name is reported with its line, and sent to nobody."""
        with self.assertLogs("Decisions", "ERROR") as logs:
            core = a_core(
                self,
                {
                    "Decisions/blacklist.xml": a_list(
                        '\n<Decision type="Path"/>\n<Decision name="/a"/>\n'
                        '<Decision type="" name="/a"/><Decision type="Path" name="/b"/>'
                    )
                },
            )
        self.assertEqual(decided(core, "blacklist"), [("Path", "/b")])
        lines = [line.partition("blacklist.xml:")[2][0] for line in logs.output]
        self.assertEqual(lines, ["2", "3", "4"])

    def test_files_of_1_3(self) -> None:
        """Lists in the manner of 1.3 are not read; the log says what takes their place, once."""
        with self.assertLogs("Decisions", "ERROR") as logs:
            core = a_core(
                self,
                {
                    "Decisions/whitelist": a_list('<Decision type="Path" name="/a"/>'),
                    f"Decisions/whitelist.H_{CLIENT}": a_list(""),
                },
            )
            change(core, {"Decisions/whitelist.xml": a_list("")})
        self.assertEqual(len(logs.output), 2)
        self.assertIn("Decisions/whitelist; ignoring: lists are whitelist.xml", logs.output[0])
        self.assertEqual(decided(core), [])

    def test_broken(self) -> None:
        """A list that breaks keeps its last good state."""
        core = a_core(self, {"Decisions/whitelist.xml": a_list('<Decision type="a" name="b"/>')})
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            change(core, {"Decisions/whitelist.xml": "<Decisions>\n<"})
        self.assertIn("whitelist.xml:2: ", logs.output[0])
        self.assertEqual(decided(core), [("a", "b")])
        os.unlink(os.path.join(core.settings.repository, "Decisions", "whitelist.xml"))
        core.reload(None)
        self.assertEqual(decided(core), [])

    def test_never_understood(self) -> None:
        """A list that never could be read is no empty one: each call says why it fails."""
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = a_core(self, {"Decisions/whitelist.xml": "<Decisions>"})
        failure = self.assertRaises(NotServing, decided, core)
        self.assertIn("whitelist.xml:1: ", str(failure))
