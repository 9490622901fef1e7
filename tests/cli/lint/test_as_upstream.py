"""Mistakes as Bcfg2's own lint finds them: the same ones, in its words."""

from __future__ import annotations

import re

from twisted.trial.unittest import SynchronousTestCase

from tests.cli.lint.sites import Site, demonstration

PROFILE = '<Group name="desk" profile="true" default="true"/>\n'
XINCLUDE = 'xmlns:xi="http://www.w3.org/2001/XInclude"'


class GroupTests(SynchronousTestCase):
    """Groups and clients that are declared more than once, or by halves."""

    def told(self, groups: str, clients: str = "") -> list[str]:
        """Return the lines that lint prints of a site with these."""
        contents = {
            "Metadata/groups.xml": f"<Groups>{PROFILE}{groups}</Groups>",
            "Metadata/clients.xml": f"<Clients>{clients}</Clients>",
        }
        ended = Site(self, contents, "Metadata").lint("--lint-plugins", "Metadata")
        return ended.errors.strip().splitlines()

    def lines(self, *items: str) -> set[int]:
        """Return the lines of a group that is said to be declared twice: one item on each."""
        told = "\n".join(self.told("\n".join(items)))
        return {int(line) - 1 for line in re.findall(r"line (\d+): <", told)}

    def test_repeated_groups(self) -> None:
        """
        Groups of the first level come before nested ones; from attributes after a mention on.

        The expected lines are what Bcfg2 1.4.0pre2 prints.
        """
        plain, full = '<Group name="a"/>', '<Group name="a" category="x"/>'
        nested_plain = f'<Group name="b">{plain}</Group>'
        nested_full = f'<Group name="c">{full}</Group>'
        for items, lines in (
            ((nested_plain, full), set()),
            ((nested_plain, plain), set()),
            ((full, plain), set()),
            ((full, nested_plain), set()),
            ((nested_full, nested_plain), set()),
            ((plain, full), {1, 2}),
            ((nested_full, plain), {1, 2}),
            ((nested_plain, nested_full), {1, 2}),
            ((full, full), {1, 2}),
            ((plain, plain, full), {2, 3}),
            ((plain, nested_plain, full), {1, 2, 3}),
            ((nested_plain, plain, nested_full), {1, 3}),
            ((nested_full, plain, plain), {1, 3}),
            ((plain, full, plain), {1, 2, 3}),
        ):
            self.assertEqual(self.lines(*items), lines, items)

    def test_mentioned_for_clients(self) -> None:
        """What a client is a member of is no declaration, but for a client within a group."""
        mention = '<Client name="one"><Group name="a" category="y"/></Client>'
        declaration = '<Group name="a" category="x"/>'
        self.assertEqual(self.lines(mention, declaration), set())
        self.assertEqual(self.lines(f'<Group name="b">{mention}</Group>', declaration), {1, 2})

    def test_no_profile(self) -> None:
        """A client without a profile is one whose profile does not exist."""
        told = self.told("", '<Client name="one"/>')
        self.assertEqual(told[0], "ERROR: one has nonexistent profile group None:")

    def test_no_profile_once(self) -> None:
        """In all other formats it is told once."""
        contents = demonstration()
        clients = contents["Metadata/clients.xml"]
        contents["Metadata/clients.xml"] = re.sub(r' profile="[^"]*"', "", clients, count=1)
        found = Site(self, contents).findings()
        self.assertEqual([finding["name"] for finding in found], ["missing-attribute"])


class SchemaTests(SynchronousTestCase):
    """Files that include others, and schemas of Bcfg2 or of the site."""

    def test_included(self) -> None:
        """A schema is asked about a file with what it includes, mistakes told where they are."""
        contents = {
            "Properties/all.xml": f'<P {XINCLUDE}><a/><xi:include href="more.inc"/></P>',
            "Properties/more.inc": "\n<b/>",
            "Properties/all.xsd": """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="P"><xs:complexType><xs:sequence>
<xs:element name="a"/><xs:element name="b" type="B"/>
</xs:sequence></xs:complexType></xs:element>
<xs:complexType name="B"/>
</xs:schema>""",
            "Metadata/groups.xml": f"<Groups>{PROFILE}</Groups>",
        }
        site = Site(self, contents, "Metadata,Properties")
        self.assertEqual(site.findings("--lint-plugins", "Validate"), [])
        site.path("Properties/more.inc").write_text("\n\n<b colour='red'/>")
        (found,) = site.findings("--lint-plugins", "Validate")
        self.assertEqual((found["file"], found["line"]), ("Properties/more.inc", 3))
        self.assertIn("colour", found["message"])

    def test_missing_include(self) -> None:
        """An include is shown as it is written."""
        include = '<xi:include href="gone.xml"/>'
        contents = {"Metadata/groups.xml": f"<Groups {XINCLUDE}>{PROFILE}{include}</Groups>"}
        ended = Site(self, contents, "Metadata").lint("--lint-plugins", "Validate")
        self.assertIn(f'line 2: <xi:include {XINCLUDE} href="gone.xml"/>', ended.errors)


class AttributeTests(SynchronousTestCase):
    """Values that no client can use."""

    def test_selinux(self) -> None:
        """Users and roles of SELinux have their endings; who logs in is a user or a group."""
        entries = [
            ('<BoundSELogin name="ann" selinuxuser="staff_u"/>', None),
            ('<BoundSELogin name="%wheel" selinuxuser="staff_u"/>', None),
            ('<BoundSELogin name="__default__" selinuxuser="staff_u"/>', None),
            ('<BoundSELogin name="a/b" selinuxuser="staff_u"/>', "name attribute"),
            ('<BoundSEUser name="ann_u" prefix="user" roles="a_r b_r"/>', None),
            ('<BoundSEUser name="ann" prefix="user" roles="a_r"/>', "name attribute"),
            ('<BoundSEUser name="ann_u" prefix="user" roles="a_r b"/>', "roles attribute"),
        ]
        contents = {
            "Metadata/groups.xml": f"<Groups>{PROFILE}</Groups>",
            "Bundler/b.xml": "<Bundle>\n" + "\n".join(entry for entry, _ in entries) + "</Bundle>",
        }
        site = Site(self, contents, "Bundler,Metadata")
        found = {
            finding["line"]: finding["message"]
            for finding in site.findings("--lint-plugins", "RequiredAttrs")
        }
        wrong = {line: words for line, (_, words) in enumerate(entries, 2) if words}
        self.assertEqual(set(found), set(wrong))
        for line, words in wrong.items():
            self.assertIn(words, found[line])
