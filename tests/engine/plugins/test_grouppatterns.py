"""GroupPatterns: groups from the names of clients."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, a_core, change, configuration, entry

GROUPS = '<Groups><Group name="all" profile="true" default="true"/></Groups>'


def config(*patterns: str) -> dict[str, str]:
    """Return a repository's contents with some GroupPattern elements."""
    elements = "\n".join(f"<GroupPattern>{one}</GroupPattern>" for one in patterns)
    return {
        "GroupPatterns/config.xml": f"<GroupPatterns>\n{elements}</GroupPatterns>",
        "Metadata/groups.xml": GROUPS,
    }


def by_pattern(pattern: str, *groups: str) -> str:
    """Return a pattern and its groups."""
    return f"<NamePattern>{pattern}</NamePattern>" + _groups(groups)


def by_range(text: str, *groups: str) -> str:
    """Return a range and its groups."""
    return f"<NameRange>{text}</NameRange>" + _groups(groups)


def _groups(groups: tuple[str, ...]) -> str:
    return "".join(f"<Group>{group}</Group>" for group in groups or ("found",))


class GroupPatternsTests(SynchronousTestCase):
    def groups(self, core: NetworkCore, client: str) -> set[str]:
        """Return the groups of a client beside its profile."""
        return core.build_metadata(client).groups - {"all"}

    def assertMatches(self, pattern: str, matching: list[str], others: list[str]) -> None:
        """A pattern matches some names and not others."""
        core = a_core(self, config(pattern))
        found = [name for name in (*matching, *others) if self.groups(core, name)]
        self.assertEqual(found, matching)

    # Patterns

    def test_searched(self) -> None:
        """A pattern is searched anywhere in the name, which is in lower case."""
        self.assertMatches(by_pattern("eb[0-9]"), ["web1.a", "WEB2", "my-web3.a"], ["web.a"])

    def test_captures(self) -> None:
        """`$1` and so on stand for what was captured, in ascending order, as plain text."""
        core = a_core(
            self, config(by_pattern(r"^(\w+?)(\d+)\.(x)?", "$1", "n-$2", "$2$1-$12", "-$3", "$4$"))
        )
        self.assertEqual(self.groups(core, "web07.x"), {"web", "n-07", "07web-web2", "-x", "$4$"})
        self.assertEqual(self.groups(core, "db1.a"), {"db", "n-1", "1db-db2", "-", "$4$"})

    def test_alternatives(self) -> None:
        """Several patterns of one element are alternatives."""
        self.assertMatches(
            "<NamePattern>^a</NamePattern>" + by_range("b[[1-2]]"), ["a1", "b1", "ax"], ["b3", "c1"]
        )

    # Ranges

    def test_range(self) -> None:
        """A number has to be in a range; leading zeros, and what follows, do not count."""
        self.assertMatches(
            by_range("c[[1-3,7,10-]]"),
            ["c1", "c3", "c003.example", "c7x", "c10", "c99999999999999999999"],
            ["c0", "c4", "c8", "c5x", "c", "xc1"],
        )

    def test_several_ranges(self) -> None:
        """Every number of the name has to be in its own ranges."""
        self.assertMatches(
            by_range("r[[1-2]](n|m)[[5-]]"), ["r1n5", "r2m100"], ["r3n5", "r1n4", "r1x5", "r1"]
        )

    def test_range_groups(self) -> None:
        """Groups of a range are taken as they are written."""
        core = a_core(self, config(by_range("(c)[[1]]", "$1", "x")))
        self.assertEqual(self.groups(core, "c1"), {"$1", "x"})

    # What cannot be understood

    def test_bad_patterns(self) -> None:
        """A pattern that cannot be understood is reported; the rest of its element is skipped."""
        for bad, reason in (
            ("<NamePattern>(</NamePattern>", "Failed to initialize pattern (: it is no regular"),
            ("<NamePattern/>", "it is empty"),
            ("<NameRange/>", "it is empty"),
            ("<NameRange>c[[1-x]]</NameRange>", "'1-x' is no range"),
            ("<NameRange>c[[]]</NameRange>", "'' is no range"),
            ("<NameRange>c[[-3]]</NameRange>", "'-3' is no range"),
            ("<NameRange>c([[1]]</NameRange>", "it is no regular expression"),
            (r"<NameRange>c\d[[1]]</NameRange>", "backslashes are not allowed"),
        ):
            with self.subTest(bad=bad):
                with self.assertLogs("GroupPatterns", "ERROR") as logs:
                    core = a_core(
                        self,
                        config(
                            "<NamePattern>^before</NamePattern>" + bad + by_pattern("after"),
                            by_pattern("^other", "rest"),
                        ),
                    )
                    found = [self.groups(core, name) for name in ("before", "after", "other", "c1")]
                self.assertEqual(found, [{"found"}, set(), {"rest"}, set()])
                self.assertEqual(len(logs.output), 1)
                self.assertIn("config.xml:2: GroupPatterns: Failed to initialize", logs.output[0])
                self.assertIn(reason, logs.output[0])

    def test_empty_group(self) -> None:
        """A Group without a name gives nothing."""
        core = a_core(self, config("<NamePattern>.</NamePattern><Group/><Group>x</Group>"))
        self.assertEqual(self.groups(core, "a"), {"x"})

    def test_broken_file(self) -> None:
        """A file that is not well-formed keeps its last good state."""
        core = a_core(self, config(by_pattern(".")))
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            change(core, {"GroupPatterns/config.xml": "<GroupPatterns>\n<x"})
        self.assertIn("GroupPatterns/config.xml:2: ", logs.output[0])
        self.assertEqual(self.groups(core, "a"), {"found"})

    # The file

    def test_missing_file(self) -> None:
        """A missing file is created, empty."""
        with self.assertLogs("GroupPatterns", "WARNING") as logs:
            core = a_core(self, {"GroupPatterns/readme": ""})
        path = os.path.join(core.settings.repository, "GroupPatterns", "config.xml")
        self.assertIn(f"{path} does not exist, creating", logs.output[0])
        self.assertEqual(Path(path).read_text(), "<GroupPatterns/>\n")
        self.assertEqual(self.groups(core, CLIENT), set())

    def test_vanished_file(self) -> None:
        """A file that is gone keeps its last state, and is not created behind anybody's back."""
        core = a_core(self, config(by_pattern(".")))
        path = os.path.join(core.settings.repository, "GroupPatterns", "config.xml")
        os.unlink(path)
        with self.assertLogs("GroupPatterns", "ERROR") as logs:
            core.reload(None)
        self.assertIn(f"{path} is gone; its last state stays in service", logs.output[0])
        self.assertEqual(self.groups(core, "a"), {"found"})
        self.assertFalse(os.path.exists(path))
        change(core, config())
        self.assertEqual(self.groups(core, "a"), set())

    def test_include(self) -> None:
        """Files may be included; comments count for nothing; a change of them counts."""
        included = "<GroupPatterns><GroupPattern>{}</GroupPattern></GroupPatterns>"
        core = a_core(
            self,
            {
                **config(),
                "GroupPatterns/config.xml": "<GroupPatterns "
                'xmlns:xi="http://www.w3.org/2001/XInclude"><!-- more -->'
                '<xi:include href="m/*.xml"/>'
                "</GroupPatterns>",
                "GroupPatterns/m/a.xml": included.format("<!-- x -->" + by_pattern("a", "1")),
            },
        )
        self.assertEqual(self.groups(core, "ab"), {"1"})
        change(core, {"GroupPatterns/m/b.xml": included.format(by_pattern("b", "2"))})
        self.assertEqual(self.groups(core, "ab"), {"1", "2"})

    def test_no_conditions(self) -> None:
        """A Group is what a name gives, never a condition; the file is no template."""
        core = a_core(self, config(by_pattern("a", "${1}", "all")))
        self.assertEqual(self.groups(core, "ab"), {"${1}"})

    def test_bundles(self) -> None:
        """Groups bring their bundles, and a changed file counts for cached metadata as well."""
        core = a_core(
            self,
            {
                **config(by_pattern("^other")),
                "Metadata/groups.xml": '<Groups><Group name="all" profile="true"/>'
                '<Group name="found"><Bundle name="b"/></Group></Groups>',
                "Bundler/b.xml": '<Bundle><BoundService name="s"/></Bundle>',
            },
            client_metadata_cache="aggressive",
        )
        self.assertEqual(len(configuration(core)), 0)
        change(
            core,
            {"GroupPatterns/config.xml": config(by_pattern("^cl"))["GroupPatterns/config.xml"]},
        )
        self.assertEqual(entry(configuration(core), "Service", "s").get("failure"), None)
