"""Equal differences of many clients are one, and the report says whom they concern."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.comparing.client_names import Memberships, folded_names
from bcfg2tw.comparing.details import ComparedClient
from bcfg2tw.comparing.differences import compare
from bcfg2tw.comparing.documents import from_json, to_json
from bcfg2tw.comparing.grouping import MOST_WAYS
from bcfg2tw.comparing.ignoring import IgnoreRules
from bcfg2tw.comparing.rendering.formats import COMPARISON_FORMATS
from bcfg2tw.comparing.report import ComparisonReport, ReportBuilder
from bcfg2tw.errors import Bcfg2Error
from tests.comparing.test_differences import bundle, document, motd

HOSTS = [f"web{number}.example.test" for number in range(1, 35)]


def add(builder: ReportBuilder, client: str, old: str, new: str, group: str = "web") -> None:
    """Add a client that was compared."""
    differences = compare(document(bundle(old)), document(bundle(new)), ComparedClient(client))
    builder.add(client, differences, "server", [group, "server"])


def fleet_report(*rules: str) -> ComparisonReport:
    """Return the report of a fleet, in which a file changes for 34 hosts, and a service for one."""
    builder = ReportBuilder("HEAD", "working tree", IgnoreRules(rules))
    for host in HOSTS:
        add(
            builder, host, motd("welcome\n", 'mode="0644"'),
            motd(f"welcome to {host} &lt;b>\n", 'mode="0600"'),
        )  # fmt: skip
    add(builder, "db.example.test", "", '<Service name="s|`"/>', "db")
    return builder.report(1.5)


class GroupingTests(SynchronousTestCase):
    def test_equal(self) -> None:
        """Equal changes are told once, those that hit most clients first."""
        report = fleet_report()
        self.assertEqual(
            [(group.description, group.difference.name) for group in report.groups],
            [("34 clients of group web", "/etc/motd"), ("db.example.test", "s|`")],
        )
        self.assertEqual(report.groups[0].clients, tuple(sorted(HOSTS)))
        self.assertEqual(len(report.changed), 35)

    def test_own_names(self) -> None:
        """The client's own name does not count at the beginning of a line that goes either."""
        builder = ReportBuilder("a", "b")
        for host in HOSTS:
            add(builder, host, motd(f"{host}\n"), motd(f"{host}.\n"))
        self.assertEqual([group.ways for group in builder.report().groups], [1])

    def test_twice(self) -> None:
        """A client that has the same difference twice counts once."""
        builder = ReportBuilder("a", "b")
        add(builder, HOSTS[0], 2 * '<Service name="s"/>', "")
        self.assertEqual([group.clients for group in builder.report().groups], [(HOSTS[0],)])

    def test_other_context(self) -> None:
        """What stands around a change does not count, nor on which line it is."""
        builder = ReportBuilder("a", "b")
        for number, host in enumerate(HOSTS):
            lines = f"{host}\n" * number
            add(builder, host, motd(f"{lines}old\n"), motd(f"{lines}new\n"))
        self.assertEqual(len(builder.report().groups), 1)

    def test_many_ways(self) -> None:
        """What differs in many ways is told in a few, and the number of the others."""
        builder = ReportBuilder("a", "b")
        for number, host in enumerate(HOSTS):
            add(builder, host, motd("old\n"), motd(f"{number}\n"))
        groups = builder.report().groups
        self.assertEqual(len(groups), MOST_WAYS + 1)
        self.assertEqual(groups[0].ways, len(HOSTS) - MOST_WAYS)
        self.assertIn(f"there are {groups[0].ways} such ways", to_text(builder.report()))

    def test_new_contents(self) -> None:
        """A file that is new for all is one difference, whatever each has in it."""
        builder = ReportBuilder("a", "b")
        for host in HOSTS:
            add(builder, host, "", motd(f"{host * 3}\n"))
        self.assertEqual([group.ways for group in builder.report().groups], [1])

    def test_stable(self) -> None:
        """A difference is known again by its identity in another comparison."""
        first, second = fleet_report(), fleet_report("Service:*")
        self.assertEqual(first.groups[0].identity, second.groups[0].identity)


def to_text(report: ComparisonReport) -> str:
    """Return a report as text."""
    return COMPARISON_FORMATS["text"](report)


class DescriptionTests(SynchronousTestCase):
    def test_words(self) -> None:
        """Clients are all, a profile, a group, or names, folded and cut off."""
        members = Memberships()
        for host in HOSTS:
            members.add(host, "server", ["server", "web"])
        members.add("db1", "server", ["server", "db"])
        members.add("db2", "other", ["db"])
        self.assertEqual(members.description([*HOSTS, "db1", "db2"]), "all 36 clients")
        self.assertEqual(members.description([*HOSTS, "db1"]), "35 clients of profile server")
        self.assertEqual(members.description(["db1", "db2"]), "2 clients of group db")
        self.assertEqual(members.description(["db1"]), "db1")
        self.assertEqual(
            members.description(["db2", "web1.example.test", "web2.example.test"]),
            "3 clients: db2, web[1-2].example.test",
        )
        odd = [f"a{number}{'x' * 20}{number}" for number in range(20)]
        self.assertRegex(members.description(odd), "^20 clients: a0x.*, …$")

    def test_folded(self) -> None:
        """Names are folded that differ in their first number, as `compare` always did."""
        for names, expected in (
            (["b", "a3.x", "a1.x", "a2.x", "a05"], "a05,a[1-3].x,b"),
            (["pc1.a", "pc2.a", "pc3.a", "pc5.a"], "pc[1-3,5].a"),
            (["pc9.a", "pc10.a"], "pc[9-10].a"),
            (["pc09", "pc10"], "pc09,pc10"),
            (["pc08", "pc09"], "pc[08-09]"),
            (["a", "b1", "c1.x", "c2.y"], "a,b1,c1.x,c2.y"),
        ):
            self.assertEqual(folded_names(names), expected)


class IgnoringTests(SynchronousTestCase):
    def names(self, *rules: str) -> list[str]:
        """Return what differs in spite of rules."""
        groups = fleet_report(*rules).groups
        return [f"{one.difference.name} {len(one.difference.details)}" for one in groups]

    def test_entries(self) -> None:
        """Entries are ignored by type and name, with wildcards."""
        self.assertEqual(self.names(), ["/etc/motd 2", "s|` 0"])
        self.assertEqual(self.names("Path:/etc/*"), ["s|` 0"])
        self.assertEqual(self.names("*:*"), [])
        self.assertEqual(fleet_report("*:*").changed, ())

    def test_aspects(self) -> None:
        """Attributes and contents are ignored by name; a new entry is told all the same."""
        self.assertEqual(self.names("Path:* mode"), ["/etc/motd 1", "s|` 0"])
        self.assertEqual(self.names("*:* mode content"), ["s|` 0"])

    def test_mistakes(self) -> None:
        """What is no rule is quoted."""
        for text in ("/etc/motd", "Path:", "'", ""):
            with self.assertRaisesRegex(Bcfg2Error, "is no rule: write TYPE:NAME"):
                IgnoreRules([text])

    def test_file(self) -> None:
        """A file has a rule a line; comments and empty lines are none."""
        path = self.mktemp()
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("# noise\n\nPath:/etc/motd mode\n")
        self.assertEqual(IgnoreRules.read(path), ["Path:/etc/motd mode"])
        with open(path, "w", encoding="utf-8-sig") as stream:  # as an editor of Windows does
            stream.write("Path:/etc/motd\n")
        self.assertEqual(IgnoreRules.read(path), ["Path:/etc/motd"])
        with self.assertRaisesRegex(Bcfg2Error, "cannot be read"):
            IgnoreRules.read(path + ".none")


class FormatTests(SynchronousTestCase):
    def test_text(self) -> None:
        """A text names the clients, and below them what changes."""
        self.assertEqual(
            to_text(fleet_report()),
            "34 clients of group web\n"
            "  ~ Path /etc/motd changes (bundle base) (as web1.example.test has it)\n"
            "      mode: 0644 → 0600\n"
            "      content:\n"
            "        @@ -1 +1 @@\n"
            "        -welcome\n"
            "        +welcome to web1.example.test <b>\n"
            "\n"
            "db.example.test\n"
            "  + Service s|` is new in bundle base\n"
            "\n"
            "HEAD → working tree: 35 of 35 clients change, in 2 differences.\n",
        )

    def test_nothing(self) -> None:
        """Where nothing changes all formats say so."""
        report = ComparisonReport("a", "b", 3)
        for name, render in COMPARISON_FORMATS.items():
            if name != "json":
                self.assertIn("Nothing changes for 3 clients.", render(report))

    def test_json(self) -> None:
        """JSON can be read again, and has a number that says how."""
        report = fleet_report()
        values = json.loads(to_json(report))
        self.assertEqual((values["format"], values["clients"]), (1, 35))
        self.assertEqual(to_json(from_json(to_json(report))), to_json(report))
        for text in ("", "[]", "{}", '{"format": 99}'):
            with self.assertRaises(Bcfg2Error):
                from_json(text)

    def test_markdown(self) -> None:
        """Nothing of a site's words is Markdown, and a comment is short enough for a forge."""
        text = COMPARISON_FORMATS["markdown"](fleet_report())
        self.assertIn(r"Service s\|\` is new", text)
        self.assertIn("```diff", text)
        builder = ReportBuilder("a", "b")
        for number in range(2000):
            add(builder, f"host{number}", motd("x\n"), motd(f"{number}\n" * 10))
            add(builder, f"host{number}", "", f'<Service name="s{number}"/>')
        long = COMPARISON_FORMATS["markdown"](builder.report())
        self.assertLess(len(long), 61_000)
        self.assertIn("more that have no room here", long)

    def test_junit(self) -> None:
        """Each difference is a test that fails."""
        root = etree.fromstring(COMPARISON_FORMATS["junit"](fleet_report()).encode())
        self.assertEqual(
            [case.get("classname") for case in root.iter("testcase")],
            ["34 clients of group web", "db.example.test"],
        )
        self.assertEqual(len(list(root.iter("failure"))), 2)

    def test_page(self) -> None:
        """A page has all names, asks nobody for anything, and nothing of a site is HTML."""
        page = COMPARISON_FORMATS["html"](fleet_report())
        tags: set[str] = set()

        class Tags(HTMLParser):
            def handle_starttag(self, tag: str, attrs: object) -> None:
                tags.add(tag)

        Tags().feed(page)
        self.assertFalse(tags & {"b", "script", "link", "img"})
        self.assertIn(HOSTS[-1], page)
        self.assertIn("&lt;b&gt;", page)
