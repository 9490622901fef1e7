"""Rules: what entries say, by name, priority and condition."""

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
                "Rules/a.xml": '<Rules priority="1"><Service name="s"/>\n<Service name="s"/>'
                "</Rules>",
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
        self.assertIn("a.xml:1: priority='high' of <Rules> is no whole number", logs.output[0])
        self.assertEqual(entry(configuration(core), "Service", "s").get("status"), "on")

    def test_no_priority(self) -> None:
        """A file that never had a priority is used where no other says the same, as by Bcfg2."""
        rule = '<Rules><Service name="s" status="on"/><Service name="t" status="on"/></Rules>'
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = a_core(
                self,
                {
                    **bundle('<Service name="s"/><Service name="t"/>'),
                    "Rules/a.xml": rule,
                    "Rules/b.xml": '<Rules priority="0"><Service name="t" status="off"/></Rules>',
                },
            )
        self.assertIn("Rules/a.xml:1: <Rules> has no priority", logs.output[0])
        config = configuration(core)
        self.assertEqual(entry(config, "Service", "s").get("status"), "on")
        self.assertEqual(entry(config, "Service", "t").get("status"), "off")

    def test_included_rules(self) -> None:
        """What a file includes needs no priority of its own."""
        with self.assertNoLogs("bcfg2-server", "ERROR"):
            core = a_core(
                self,
                {
                    **bundle('<Service name="s"/>'),
                    "Rules/a.xml": '<Rules priority="1" xmlns:xi="http://www.w3.org/2001/XInclude">'
                    '<xi:include href="../common/rules.xml"/></Rules>',
                    "common/rules.xml": '<Rules><Service name="s" status="on"/></Rules>',
                },
            )
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

    def test_conditional_text(self) -> None:
        """Text in a condition inside a definition is the entry's where it applies."""
        core = a_core(
            self,
            {
                **bundle('<Path name="/a"/><Path name="/b"/>'),
                "Rules/a.xml": '<Rules priority="1"><Path name="/a">one <!-- no -->'
                '<Group name="all">'
                'two</Group><Group name="no">three</Group></Path><Path name="/b"><Group name="no">x'
                "</Group></Path></Rules>",
            },
        )
        config = configuration(core)
        self.assertEqual(entry(config, "Path", "/a").text, "one two")
        self.assertEqual(len(entry(config, "Path", "/a")), 0)
        self.assertIs(entry(config, "Path", "/b").text, None)

    def test_slashes(self) -> None:
        """Slashes at the end of a path do not count, in a rule or in an entry."""
        core = a_core(
            self,
            {
                **bundle('<Path name="/a/"/><Path name="/b"/><Service name="s/"/>'),
                "Rules/a.xml": '<Rules priority="1"><Path name="/a" to="x"/>'
                '<Path name="/b/" to="y"/>'
                '<Service name="s"/></Rules>',
            },
        )
        config = configuration(core)
        self.assertEqual(entry(config, "Path", "/a/").get("to"), "x")
        self.assertEqual(entry(config, "Path", "/b").get("to"), "y")
        self.assertEqual(entry(config, "Service", "s/").get("failure"), "no matching generator")

    def test_conditions_and_priority(self) -> None:
        """Only definitions that apply to the client compete."""
        core = a_core(
            self,
            {
                **bundle('<Service name="s"/>'),
                "Rules/a.xml": '<Rules priority="1"><Service name="s" status="on"/></Rules>',
                "Rules/b.xml": '<Rules priority="9"><Group name="no">'
                '<Service name="s" status="off"/>'
                '</Group><Client name="client.example.test" negate="true">'
                '<Service name="s" status="off"/></Client></Rules>',
            },
        )
        self.assertEqual(entry(configuration(core), "Service", "s").get("status"), "on")

    def test_included(self) -> None:
        """What an included file says counts, and nothing of its place reaches the client."""
        core = a_core(
            self,
            {
                **bundle('<Service name="s"/>'),
                "Rules/a.xml": '<Rules priority="1" xmlns:xi="http://www.w3.org/2001/XInclude">'
                '<xi:include href="part/s.inc"/></Rules>',
                "Rules/part/s.inc": '<Service name="s" status="on"><Instance arch="x"/></Service>',
            },
        )
        service = entry(configuration(core), "Service", "s")
        self.assertEqual(dict(service.attrib), {"name": "s", "status": "on"})
        self.assertEqual([dict(child.attrib) for child in service], [{"arch": "x"}])

    def test_template(self) -> None:
        """A file may be a template, which is rendered for each client; it is listed as written."""
        core = a_core(
            self,
            {
                **bundle('<Service name="client"/><Service name="x"/>'),
                "Rules/a.xml": '<Rules priority="1" xmlns:py="http://genshi.edgewall.org/">'
                '<Service name="${metadata.hostname.split(\'.\')[0]}" status="on"/></Rules>',
            },
        )
        config = configuration(core)
        self.assertEqual(entry(config, "Service", "client").get("status"), "on")
        self.assertEqual(entry(config, "Service", "x").get("failure"), "no matching generator")

    def test_regex_and_name(self) -> None:
        """With regular expressions, anchored at both ends, an exact name has no precedence."""
        rules = (
            '<Rules priority="1"><Service name="nt.*" status="on"/><Service name="ntp"/></Rules>'
        )
        core = a_core(
            self,
            {**bundle('<Service name="ntp"/><Service name="ntx"/><Service name="xnt"/>'),
             "Rules/a.xml": rules},
            rules_regex=True,
        )  # fmt: skip
        config = configuration(core)
        failures = [entry(config, "Service", name).get("failure") for name in ("ntp", "ntx", "xnt")]
        self.assertIn("Found conflicting sources", failures[0] or "")
        self.assertEqual(failures[1:], [None, "no matching generator"])

    def test_replace_name(self) -> None:
        """`%{name}` and `%name` stand for the entry's name if that is on; text is left alone."""
        for switched, expected in (
            (True, "/u/u %other %{bad %"),
            (False, "/%{name}/%name %other %{bad %%"),
        ):
            core = a_core(
                self,
                {
                    **bundle('<Path name="u"/>'),
                    "Rules/a.xml": '<Rules priority="1"><Path name="u" to="/%{name}/%name %other '
                    '%{bad %%">%{name}</Path></Rules>',
                },
                rules_replace_name=switched,
            )
            path = entry(configuration(core), "Path", "u")
            self.assertEqual((path.get("to"), path.text), (expected, "%{name}"))

    def test_nameless(self) -> None:
        """A definition without a name, or with an empty one, is for no entry."""
        core = a_core(
            self,
            {
                **bundle('<Service name="s"/><Service/>'),
                "Rules/a.xml": '<Rules priority="1"><Service status="on"/><Service name=""/>'
                "</Rules>",
            },
        )
        failures = [one.get("failure") for one in configuration(core).iter("Service")]
        self.assertEqual(failures, ["no matching generator"] * 2)
