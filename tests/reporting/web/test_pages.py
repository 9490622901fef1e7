"""Pages as HTML: sound, safe against hostile names, and linked with each other."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote, unquote, urlsplit

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.reporting.lines import microseconds_of
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.reporting.web.page import match
from bcfg2tw.reporting.web.pages.table import PAGES
from bcfg2tw.reporting.web.question import Viewer
from bcfg2tw.reporting.web.rendering import STATIC, render_error
from tests.reporting.cases import SECOND, a_report_database
from tests.reporting.test_storing import a_report
from tests.reporting.web.asking import NOW, Asker, a_sqlite_fixture
from tests.reporting.web.parsing import PageParser

#: Pages of each kind that a walk looks at.
EACH = 6

WEB1, VAULT, DESK = (f"{name}.harbour.example" for name in ("web1", "vault", "desk"))


class FixtureTests(SynchronousTestCase):
    """The pages of all that was recorded."""

    def setUp(self) -> None:
        self.asker = Asker(a_sqlite_fixture(self), prefix="/reports")

    def page(self, address: str) -> PageParser:
        """Return a page, and fail if there is anything wrong with its HTML."""
        parser = PageParser(self.asker.text(address))
        self.assertEqual(parser.mistakes, [], address)
        return parser

    def test_walk(self) -> None:
        """Every link leads to a page that is sound, whatever was reported."""
        seen, waiting, kinds = set[str](), ["/reports/"], Counter[str]()
        while waiting:
            address = waiting.pop(0)
            matched = match(PAGES, unquote(urlsplit(address).path).removeprefix("/reports"))
            assert matched is not None, address
            kinds[matched.page.name] += 1
            if kinds[matched.page.name] > EACH or not matched.page.template:
                continue
            for link in self.page(address).links:
                if link.startswith("/reports/static/"):
                    self.assertTrue((STATIC / link.rpartition("/")[2]).exists())
                elif not link.startswith("#") and "format=" not in link and link not in seen:
                    self.assertTrue(link.startswith("/reports/"), link)
                    seen.add(link)
                    waiting.append(link)
        self.assertLessEqual(
            {page.name for page in PAGES} - {"radiator", "entry_by_name", "search"}, set(kinds)
        )

    def test_other_pages(self) -> None:
        """Pages that no link leads to are sound as well, and those of parameters."""
        for address in (
            "/radiator", "/radiator?refresh=0", "/compare", f"/compare?a={WEB1}",
            f"/compare?a={WEB1}&b={VAULT}", "/?at=2026-10-22T12:00", "/search?q=",
            "/search?q=%3Cscript%3E", "/clients?q=%22%3E%3Cscript%3E&group=%3Cb%3E&columns=host",
            "/clients/never.harbour.example", "/?at=2000-01-01",
        ):  # fmt: skip
            self.page(f"/reports{address}")

    def test_difference(self) -> None:
        """A page of a host shows both kinds of differences, with signs."""
        runs = self.asker.page(f"/reports/clients/{WEB1}/runs")
        dry = [row for row in runs.xpath("//tbody/tr") if "dry run" in row.text_content()]
        links = [row.xpath(".//th//a/@href")[0] for row in dry]
        self.assertGreaterEqual(len(links), 2)
        for link in links:
            page = self.asker.page(link)
            motd = page.xpath("//article[.//h3//bdi='/etc/motd']")[0]
            lines = [line.text_content() for line in motd.xpath(".//ol/li")]
            self.assertIn("-Welcome elsewhere", lines)
            self.assertIn("+Welcome to the harbour", lines)
            heads = [cell.text for cell in motd.xpath(".//thead//th")]
            self.assertEqual(heads, ["Expected", "On the host"])
            owner = [cell.text_content() for cell in motd.xpath(".//tr[th='owner']/td")]
            self.assertEqual(owner, ["root", "0"])

    def test_details(self) -> None:
        """What is sensitive is not shown; what is large or binary is told, and can be had."""
        text = " ".join(self.page(f"/clients/{WEB1}").text.split())
        self.assertIn("it is sensitive, and was never kept", text)
        self.assertIn("too large to be kept", text)
        self.assertIn("The file on the host is binary", text)
        self.assertNotIn("KEY-1234", text)

    def test_buttons(self) -> None:
        """Only who may expire hosts sees buttons for it, each in a form with a token."""
        button = "//form[@method='post' and .//input[@name='token' and @value='t0ken']]//button"
        for address, count in (("/reports/clients", 4), (f"/reports/clients/{DESK}", 1)):
            self.assertEqual(len(self.asker.page(address).xpath(button)), count)
            viewer = Asker(self.asker.database, viewer=Viewer("bob"), prefix="/reports")
            page = viewer.page(address)
            self.assertEqual(page.xpath("//form[@method='post']"), [])
            self.assertNotIn("t0ken", viewer.text(address))

    def test_zone(self) -> None:
        """Times are in UTC for machines and in the site's zone for people, which is named once."""
        berlin = Asker(self.asker.database, zone="Europe/Berlin")
        page = berlin.page(f"/clients/{DESK}")
        time = page.xpath("//dl//time")[0]
        self.assertEqual(time.get("datetime"), "2026-11-20T06:00:14Z")
        self.assertEqual(time.text, "2026-11-20 07:00")
        self.assertEqual(page.text_content().count("Europe/Berlin"), 1)

    def test_error(self) -> None:
        """An error has a page that needs no database, with a search where something is missing."""
        _, request = self.asker.request("/reports/clients")
        for status, has_search in ((404, True), (503, False)):
            text = render_error(request, status, "Title", "A <sentence>.")
            self.assertEqual(PageParser(text).mistakes, [])
            self.assertIn("A &lt;sentence&gt;.", text)
            self.assertEqual('id="again"' in text, has_search)


class OtherTests(SynchronousTestCase):
    """Pages of other databases."""

    def setUp(self) -> None:
        self.database = a_report_database(self)
        self.asker = Asker(self.database)

    def test_empty(self) -> None:
        """A store without hosts says what to do for the first report; all pages are there."""
        text = self.asker.text("/")
        self.assertIn("No host has reported yet", text)
        self.assertIn("bcfg2tw reports import", text)
        for page in PAGES:
            if "{" not in page.pattern and page.name != "entry_by_name":
                self.assertEqual(PageParser(self.asker.text(page.pattern)).mistakes, [])

    def test_clock_ahead(self) -> None:
        """The first run of a host, taken by a node whose clock is ahead, is shown already."""
        ReportStore(self.database).add([a_report(client="early", time=NOW + SECOND)])
        text = self.asker.text("/clients/early")
        self.assertEqual(PageParser(text).mistakes, [])
        self.assertIn("Last runs", text)

    def test_hostile(self) -> None:
        """Names that would be markup, or move or hide what stands beside them, are text."""
        name = "<script>alert(1)</script>\"'&amp;"
        hidden = "a\u202eb\u200fc"
        entries = "".join(
            f'<Path name="{quote_xml(text)}" type="file" owner="{quote_xml(text)}" '
            f'current_owner="x" current_diff="{quote_xml("- " + text)}"/>'
            for text in (name, hidden)
        )
        ReportStore(self.database).add([a_report(entries, "h")])
        for address in ("/", "/problems", "/clients/h", f"/entries/Path/{quote(name)}"):
            text = self.asker.text(address)
            self.assertEqual(PageParser(text).mistakes, [], address)
            self.assertNotIn("<script>alert", text)
            self.assertNotIn("\u202e", text)
            self.assertIn(name, PageParser(text).text)
        self.assertIn("a‹U+202E›b‹U+200F›c", self.asker.text("/clients/h"))

    def test_odd_names(self) -> None:
        """Entries that no path can name, such as one without a name, have a page."""
        names = ("", ".", "..", "/../x", "a/./b", "?", "#", "%2F", "a.json", "a b")
        bad = "".join(f'<Package name="{name}" version="1"/>' for name in names)
        ReportStore(self.database).add([a_report(bad, "h")])
        page = self.asker.page("/problems")
        links = page.xpath("//tbody/tr/th/a/@href")
        self.assertEqual(len(links), len(names))
        for link in links:
            self.assertNotIn("/./", link)
            self.assertEqual(PageParser(self.asker.text(link)).mistakes, [])

    def test_summer_time(self) -> None:
        """Two times of the hour that a clock has twice are told apart."""
        first = microseconds_of("2026-10-25T00:30:00Z")
        store = ReportStore(self.database)
        store.add(
            [a_report(client="h", time=first), a_report(client="h", time=first + 3600 * SECOND)]
        )
        berlin = Asker(self.database, first + 7200 * SECOND, zone="Europe/Berlin")
        page = berlin.page("/clients/h/runs")
        shown = [(time.get("datetime"), time.text) for time in page.xpath("//tbody//time")]
        self.assertEqual(
            shown,
            [("2026-10-25T01:30:00Z", "2026-10-25 02:30 CET"),
             ("2026-10-25T00:30:00Z", "2026-10-25 02:30 CEST")],
        )  # fmt: skip

    def test_large(self) -> None:
        """A report of thousands of entries with large differences has a page of its size."""
        diff = quote_xml("\n".join(f"+ line {number}" for number in range(9000)))
        bad = "".join(
            f'<Path name="/f{n}" type="file" current_diff="{diff[:50_000]}"/>' for n in range(30)
        ) + "".join(f'<Package name="p{n}" version="1"/>' for n in range(3000))
        report = a_report(bad, "h")
        ReportStore(self.database).add([report])
        text = self.asker.text("/clients/h")
        self.assertLess(len(text.encode()), 200_000)
        self.assertEqual(PageParser(text).mistakes, [])
        self.assertIn("All 3030", text)


def quote_xml(text: str) -> str:
    """Return a text as an attribute of XML has it."""
    for character, name in (("&", "amp"), ("<", "lt"), ('"', "quot"), ("\n", "#10")):
        text = text.replace(character, f"&{name};")
    return text
