"""Rules and Defaults: what entries say, by name, priority and condition."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.builders import a_core, change, configuration, entry


def bundle(content: str) -> dict[str, str]:
    """Return a repository's contents with one bundle."""
    return {"Bundler/b.xml": f"<Bundle>{content}</Bundle>"}


class RulesTests(SynchronousTestCase):
    def test_entry_wins(self) -> None:
        """Attributes of the abstract entry win; text and children are taken over."""
        core = a_core(
            self,
            {
                **bundle('<Path name="/a" mode="0600"/>'),
                "Rules/r.xml": '<Rules priority="1"><Path name="/a" mode="0644" owner="root">hi'
                '<ACL user="x"/></Path></Rules>',
            },
        )
        path = entry(configuration(core), "Path", "/a")
        self.assertEqual(dict(path.attrib), {"name": "/a", "mode": "0600", "owner": "root"})
        self.assertEqual((path.text, [child.tag for child in path]), ("hi", ["ACL"]))

    def test_priority(self) -> None:
        """The file with the highest priority wins."""
        core = a_core(
            self,
            {
                **bundle('<Service name="s"/>'),
                "Rules/a.xml": '<Rules priority="1"><Service name="s" status="off"/></Rules>',
                "Rules/b.xml": '<Rules priority="12"><Service name="s" status="on"/></Rules>',
            },
        )
        self.assertEqual(entry(configuration(core), "Service", "s").get("status"), "on")

    def test_conflict(self) -> None:
        """Two definitions of the same priority fail the entry; the log names both places."""
        core = a_core(
            self,
            {
                **bundle('<Service name="s"/>'),
                "Rules/a.xml": '<Rules priority="1"><Service name="s"/>\n<Service name="s"/></Rules>',
            },
        )
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            failure = entry(configuration(core), "Service", "s").get("failure")
        self.assertEqual(
            failure,
            "bind error: Found conflicting sources with same priority (1) for Service:s "
            "for client.example.test",
        )
        self.assertIn("Rules/a.xml:1, ", logs.output[0])
        self.assertIn("Rules/a.xml:2", logs.output[0])

    def test_bad_priority(self) -> None:
        """A priority that is no whole number is reported; the last good state stays."""
        good = '<Rules priority="1"><Service name="s" status="on"/></Rules>'
        core = a_core(self, {**bundle('<Service name="s"/>'), "Rules/a.xml": good})
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            change(core, {"Rules/a.xml": good.replace('"1"', '"high"')})
        self.assertIn("Rules/a.xml:1: Got bogus priority 'high'", logs.output[0])
        self.assertEqual(entry(configuration(core), "Service", "s").get("status"), "on")

    def test_bad_regex(self) -> None:
        """A name that is no regular expression stands for itself, and harms no other entry."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = a_core(
                self,
                {
                    **bundle('<Service name="s("/><Service name="t1"/>'),
                    "Rules/a.xml": '<Rules priority="1"><Service name="s(" status="on"/>'
                    '<Service name="t." status="on"/></Rules>',
                },
                rules_regex=True,
            )
        self.assertIn("'s(' is no regular expression", logs.output[0])
        config = configuration(core)
        self.assertEqual([one.get("status") for one in config.iter("Service")], ["on", "on"])

    def test_conditional_children(self) -> None:
        """Conditions inside a definition apply to each client by itself."""
        core = a_core(
            self,
            {
                **bundle('<POSIXUser name="u"/>'),
                "Rules/a.xml": '<Rules priority="1"><POSIXUser name="u">'
                '<Group name="all"><MemberOf group="x"/></Group>'
                '<Group name="no"><MemberOf group="y"/></Group></POSIXUser></Rules>',
            },
        )
        user = entry(configuration(core), "POSIXUser", "u")
        self.assertEqual([child.get("group") for child in user], ["x"])

    def test_file_is_removed_from_service(self) -> None:
        """What a file said is gone when its element is gone."""
        core = a_core(
            self,
            {
                **bundle('<Service name="s"/>'),
                "Rules/a.xml": '<Rules priority="1"><Service name="s"/></Rules>',
            },
        )
        change(core, {"Rules/a.xml": '<Rules priority="1"/>'})
        self.assertEqual(
            entry(configuration(core), "Service", "s").get("failure"), "no matching generator"
        )


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
