"""Defaults: what every entry says that does not say it itself."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import a_core, configuration, entry
from tests.engine.plugins.test_rules import bundle


class DefaultsTests(SynchronousTestCase):
    def test_nameless(self) -> None:
        """Entries without a name are passed over; the others are completed."""
        core = a_core(
            self,
            {
                **bundle('<BoundPath to="x"/><BoundPath name="/a"/>'),
                "Defaults/d.xml": '<Defaults priority="1"><Path name=".*" owner="u"/></Defaults>',
            },
        )
        owners = [path.get("owner") for path in configuration(core).iter("Path")]
        self.assertEqual(owners, [None, "u"])

    def test_conflict(self) -> None:
        """A conflict leaves the entry as it is."""
        core = a_core(
            self,
            {
                **bundle('<BoundPath name="/a"/>'),
                "Defaults/d.xml": '<Defaults priority="1"><Path name=".*" owner="u"/>'
                '<Path name="/a" owner="v"/></Defaults>',
            },
        )
        with self.assertLogs("bcfg2-server", "ERROR"):
            path = entry(configuration(core), "Path", "/a")
        self.assertEqual(dict(path.attrib), {"name": "/a"})

    def test_replace_name(self) -> None:
        """`%{name}` in a default stands for the entry's name if that is switched on."""
        contents = {
            **bundle('<BoundPOSIXUser name="alice"/>'),
            "Defaults/d.xml": '<Defaults priority="1"><POSIXUser name=".*" home="/x/%{name}/%%y"/>'
            "</Defaults>",
        }
        core = a_core(self, contents, defaults_replace_name=True)
        user = entry(configuration(core), "POSIXUser", "alice")
        self.assertEqual(user.get("home"), "/x/alice/%y")

    def test_entry_wins(self) -> None:
        """What an entry says stays; what it lacks is added, with text and children."""
        core = a_core(
            self,
            {
                **bundle('<BoundPath name="/a" owner="own"><ACL user="x"/></BoundPath>'),
                "Defaults/d.xml": '<Defaults priority="1"><Path name="/.*" owner="u" mode="0600">'
                '<ACL user="y"/></Path></Defaults>',
            },
        )
        path = entry(configuration(core), "Path", "/a")
        self.assertEqual((path.get("owner"), path.get("mode")), ("own", "0600"))
        self.assertEqual([child.get("user") for child in path], ["x", "y"])

    def test_failed_entries(self) -> None:
        """Entries that failed are completed as well, and no entry is bound by a default."""
        core = a_core(
            self,
            {
                **bundle('<Service name="s"/>'),
                "Defaults/d.xml": '<Defaults priority="1"><Service name="s" type="deb"/>'
                "</Defaults>",
            },
        )
        service = entry(configuration(core), "Service", "s")
        self.assertEqual(service.get("failure"), "no matching generator")
        self.assertEqual(service.get("type"), "deb")

    def test_bound_by_rules(self) -> None:
        """A default comes after what a generator says, and only to direct children."""
        core = a_core(
            self,
            {
                **bundle(
                    '<Service name="s"/><BoundAction name="a"><Service name="t"/></BoundAction>'
                ),
                "Rules/r.xml": '<Rules priority="1"><Service name="s" type="smf"/></Rules>',
                "Defaults/d.xml": '<Defaults priority="1">'
                '<Service name=".*" type="deb" status="on"/>'
                "</Defaults>",
            },
        )
        config = configuration(core)
        service = entry(config, "Service", "s")
        self.assertEqual((service.get("type"), service.get("status")), ("smf", "on"))
        self.assertIs(entry(config, "Service", "t").get("type"), None)

    def test_priority_and_conditions(self) -> None:
        """Of the defaults that apply the one with the highest priority is used alone."""
        core = a_core(
            self,
            {
                **bundle('<BoundService name="s"/>'),
                "Defaults/a.xml": '<Defaults priority="1"><Service name=".*" a="1"/></Defaults>',
                "Defaults/b.xml": '<Defaults priority="2"><Group name="all">'
                '<Service name="s" b="2"/>'
                "</Group></Defaults>",
                "Defaults/c.xml": '<Defaults priority="3"><Group name="no">'
                '<Service name="s" c="3"/>'
                "</Group></Defaults>",
            },
        )
        service = entry(configuration(core), "Service", "s")
        self.assertEqual(dict(service.attrib), {"name": "s", "b": "2"})
