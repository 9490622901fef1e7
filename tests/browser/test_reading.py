"""What pages of reports say: points 1 to 11 and 14 to 17 of what was agreed on."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.chromium import BrowserTestCase, listening
from tests.browser.server import CLOCK
from tests.reporting.cases import DOCUMENTS

WEB1, VAULT, DESK = (f"{name}.harbour.example" for name in ("web1", "vault", "desk"))


def logo() -> bytes:
    """Return the content of the picture that the first document reports."""
    runs = json.loads((DOCUMENTS / "expected.json").read_text("utf-8"))["runs"]
    (entry,) = [entry for entry in runs[0]["entries"] if entry["name"] == "/srv/logo.png"]
    return base64.b64decode(entry["detail"]["base64"])


class ReadingTestCase(BrowserTestCase):
    def rows(self, address: str) -> list[dict[str, Any]]:
        """Return the rows of a list as JSON has them."""
        path, _, query = address.partition("?")
        response = self.get(f"{path}.json?{query}")
        self.assertEqual(response.status, 200, address)
        rows: list[dict[str, Any]] = response.json()
        return rows

    def runs_of(self, host: str) -> list[int]:
        """Return the numbers of the runs of a host that were uploaded, the oldest first."""
        rows = self.rows(f"/clients/{host}/runs?since=2026-11-01T00:00")
        return [row["run"] for row in reversed(rows)]

    def click(self, name: str, page: Page | None = None) -> None:
        """Click the first link of a name in the main part."""
        (page or self.page).locator("main").get_by_role("link", name=name).first.click()

    def count(self, selector: str) -> int:
        """Return how many elements of a kind there are on the page, once all of it is there."""
        self.page.wait_for_load_state()  # a click waits for the beginning of the next page only
        return self.page.locator(selector).count()


class OverviewTests(ReadingTestCase):
    def test_classes(self) -> None:
        """1: hosts are named with their classes; tiles add up, and each leads to as many rows."""
        self.go("/")
        needy = self.page.locator("section[aria-labelledby=needs-you]").inner_text()
        for host in (WEB1, VAULT):
            self.assertRegex(needy, rf"{host}\s+\S\s+(failed|dirty)")
        numbers = {}
        for tile in self.page.locator(".tiles a").all():
            count, _, kind = tile.inner_text().split()
            numbers[kind] = int(count)
        total = int(self.page.locator("#hosts").inner_text().split()[0])
        self.assertEqual(sum(numbers.values()) - numbers["expired"], total)
        self.assertEqual(len(self.rows("/clients")), total)
        for name, number in numbers.items():
            self.go("/")
            self.page.locator(f".tiles a.t-{name}").click()
            self.assertEqual(self.count("table.list tbody tr"), number, name)

    def test_past(self) -> None:
        """7: at a time in the past pages show what was then, and no host that came later."""
        then = "?at=2026-10-22T12:00"
        for address in ("/", "/clients", "/problems"):
            self.go(address + then)
            self.assertIn("As it was at 2026-10-22 12:00", self.page.locator("body").inner_text())
        past = {row["host"]: row for row in self.rows("/clients" + then)}
        self.assertEqual(past[VAULT]["last_run"], "2026-10-22T04:31:39Z")
        self.assertNotIn(DESK, self.rows("/clients?at=2026-09-01T12:00"))
        self.assertEqual(self.rows("/clients?at=2026-09-01T12:00"), [])
        self.go("/clients" + then)
        self.click(VAULT)
        self.assertIn("at=2026-10-22T12", self.page.url)


class EntryTests(ReadingTestCase):
    def article(self, name: str, page: Page | None = None) -> Locator:
        """Return what a page shows of an entry."""
        page = page or self.page
        heading = page.locator("h3 a.entry bdi", has_text=re.compile(f"^{re.escape(name)}$"))
        return page.locator("article.view").filter(has=heading).first

    def check_difference(self, page: Page) -> None:
        """See the difference of /etc/motd, and its attributes beside each other."""
        article = self.article("/etc/motd", page)
        self.assertTrue(article.is_visible())
        signs = article.locator(".diff .d-sign").all_inner_texts()
        self.assertLessEqual({"-", "+"}, {sign.strip() for sign in signs})

    def test_two_clicks(self) -> None:
        """2: two clicks lead from the overview to a difference, as 1.3.4 and 1.4 report it."""
        self.go("/")
        self.click(WEB1)
        self.page.locator("details.folded summary", has_text="/etc/motd").first.click()
        self.check_difference(self.page)
        runs = self.runs_of(WEB1)
        for number in (runs[0], runs[2]):
            self.go(f"/clients/{WEB1}/runs/{number}")
            self.check_difference(self.page)
            article = self.article("/etc/perm")
            titles = article.locator("table.attributes thead th").all_inner_texts()
            self.assertEqual(titles, ["Expected", "On the host"])
            rows = article.locator("table.attributes tbody th").all_inner_texts()
            self.assertLessEqual({"owner", "group", "mode"}, set(rows))

    def test_kinds(self) -> None:
        """3, 4: sensitive, large and binary contents say what they are, and no secret is told."""
        run = self.runs_of(WEB1)[0]
        self.go(f"/clients/{WEB1}/runs/{run}")
        texts = {
            name: self.article(name).inner_text()
            for name in ("/etc/nginx/site.key", "/etc/big", "/srv/logo.png")
        }
        self.assertIn("not shown: it is sensitive", texts["/etc/nginx/site.key"])
        self.assertRegex(texts["/etc/big"], r"too large to be kept: \d+ bytes, MD5 [0-9a-f]{32}")
        self.assertRegex(texts["/srv/logo.png"], r"binary, \d+ bytes\. Download it")
        article = self.article("/srv/logo.png")
        address = article.get_by_role("link", name="Download it").get_attribute("href")
        answer = self.page.request.get(f"http://127.0.0.1:{self.server.web_port}{address}")
        self.assertEqual(answer.headers["content-type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["content-disposition"])
        self.assertEqual(answer.body(), logo())
        for secret in (f"/clients/{WEB1}", f"/clients/{WEB1}/runs/{run}", "/api/1/export",
                       f"/api/1/runs/{run}", "/entries/Path//etc/nginx/site.key"):  # fmt: skip
            self.assertNotIn(b"KEY-1234", self.get(secret).body(), secret)
        for path in self.server.folder.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"KEY-1234", path.read_bytes(), path)

    def test_problems(self) -> None:
        """5: an entry is one row with all its hosts; types of 1.4 and failures are there."""
        self.go("/problems?state=failed,bad,modified")
        rows = self.rows("/problems?state=failed,bad,modified")
        rsync = [row for row in rows if (row["type"], row["name"]) == ("Package", "rsync")]
        self.assertEqual([row["hosts"] for row in rsync], [1])
        self.assertLessEqual({"POSIXUser", "SELogin"}, {row["type"] for row in rows})
        self.assertIn("failed", {row["state"] for row in rows})
        fewer = self.rows("/problems?state=failed,bad,modified&group=web")
        self.assertLess(len(fewer), len(rows))
        self.page.get_by_label("Group", exact=True).select_option("web")
        self.page.get_by_role("button", name="Filter").click()
        self.assertIn("group=web", self.page.url)
        text = self.text()
        self.page.reload()
        self.assertEqual(self.text(), text)

    def test_names(self) -> None:
        """9: names with slashes and umlauts are links that work, from every page."""
        for start in (f"/clients/{WEB1}", "/problems?type=Path", "/search?q=gr%C3%BC%C3%9Fe"):
            self.go(start)
            self.click("/etc/grüße.conf")
            self.assertIn("/etc/grüße.conf", self.page.locator("h1").inner_text(), start)
        self.go("/entries/POSIXGroup/webstaff")
        self.assertIn(WEB1, self.text())
        self.go("/entries/Path//etc/gr%C3%BC%C3%9Fe.conf")
        self.assertIn(WEB1, self.text())

    def test_hostile_names(self) -> None:
        """10: names that would be scripts are text; no script ran, and none may."""
        page = self.open(java_script_enabled=True)
        rows = self.rows(f"/clients/{DESK}/runs")
        with listening(page) as heard:
            for row in rows:
                self.go(f"/clients/{DESK}/runs/{row['run']}", page)
                if "<script>alert(1)</script>" in page.locator("main").inner_text():
                    break
            else:
                self.fail("no run of the host has the name")
            self.go("/search?q=%3Cscript%3Ealert(2)%3C/script%3E", page)
        self.assertEqual(heard, [])
        self.assertEqual(page.locator("script:not([src])").count(), 0)
        for address in ("/", "/clients.csv", "/static/style.css", "/nothing"):
            headers = self.get(address).headers
            self.assertIn("script-src 'self'", headers["content-security-policy"])
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertIn("referrer-policy", headers)


class HostTests(ReadingTestCase):
    def test_since(self) -> None:
        """6: a host's class counts from its first run; what looks at a part does not change it."""
        self.go(f"/clients/{WEB1}")
        standing = self.page.locator(".standing").inner_text()
        self.assertIn("failed", standing)
        runs = self.rows(f"/clients/{WEB1}/runs")
        since = self.page.locator(".standing time").get_attribute("datetime")
        first = None
        for row in runs:  # the newest first
            if "dry run" in row["flags"] or "only important" in row["flags"]:
                continue
            if row["class"] != "failed":
                break
            first = row["time"]
        self.assertEqual(since, first and re.sub(r"\.(\d{3})\d*Z", r".\1Z", first))
        flags = {flag for row in runs for flag in row["flags"]}
        self.assertEqual(flags, {"dry run", "only important"})
        numbers = self.runs_of(WEB1)
        self.go(f"/clients/{WEB1}/runs/{numbers[1]}")
        self.page.locator("a[rel=prev]").click()
        self.assertTrue(self.page.url.endswith(f"/runs/{numbers[0]}"))
        self.page.locator("a[rel=next]").click()
        self.assertTrue(self.page.url.endswith(f"/runs/{numbers[1]}"))

    def test_compare(self) -> None:
        """8: two hosts beside each other: three lists, and no entry in two of them."""
        self.go(f"/compare?a={WEB1}&b={VAULT}")
        lists = [
            set(self.page.locator(f"section[aria-labelledby={name}] tbody th").all_inner_texts())
            for name in ("different", "only-a", "only-b")
        ]
        self.assertTrue(lists[1] and lists[2])
        self.assertEqual(len(set.union(*lists)), sum(map(len, lists)))

    def test_time_zone(self) -> None:
        """16: times are UTC for programs and local in texts; an hour that comes twice is told."""
        self.go(f"/clients/{CLOCK}/runs")
        times = self.page.locator("table.list tbody th time")
        texts, stamps = (
            times.all_inner_texts(),
            [item.get_attribute("datetime") for item in times.all()],
        )
        self.assertEqual(stamps, ["2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z"])
        self.assertEqual(texts, ["2026-10-25 02:30 CET", "2026-10-25 02:30 CEST"])
        footer = self.page.locator("footer").inner_text()
        self.assertEqual(footer.count("Europe/Berlin"), 1)
        self.assertNotIn("Europe/Berlin", self.text())


class ListTests(ReadingTestCase):
    LISTS = (
        "/clients?class=failed,dirty,changed,clean,silent,expired", f"/clients/{WEB1}/runs",
        "/problems", "/entries", "/runs", "/timing", "/search?q=e",
        "/changes?since=2026-10-01T00:00", "/entries/Package/rsync?state=bad",
    )  # fmt: skip

    def test_same_rows(self) -> None:
        """14: CSV and JSON have the rows of all pages together."""
        for address in self.LISTS:
            path, _, query = address.partition("?")
            if path.startswith("/entries/"):  # names may end in .json themselves
                values, table = (self.get(f"{path}?format={name}&{query}")
                                 for name in ("json", "csv"))  # fmt: skip
            else:
                values, table = (self.get(f"{path}.{name}?{query}") for name in ("json", "csv"))
            rows = values.json()
            self.assertTrue(rows, address)
            lines = list(csv.DictReader(io.StringIO(table.text())))
            self.assertEqual(len(lines), len(rows), address)
            self.assertEqual(list(lines[0]), list(rows[0]), address)
            limit = max(1, len(rows) // 3)
            self.go(f"{path}?limit={limit}&{query}")
            shown = self.page.locator("table.list").last.locator("tbody tr").count()
            while self.page.locator("a[rel=next]").count():
                self.page.locator("a[rel=next]").last.click()
                self.page.wait_for_load_state()
                shown += self.page.locator("table.list").last.locator("tbody tr").count()
            self.assertEqual(shown, len(rows), address)

    def test_old_addresses(self) -> None:
        """15: addresses of upstream's pages lead to pages that are there."""
        for address in (
            "/summary", "/grid/2026-10-22/06-00", "/detailed?sort=client", "/manage",
            f"/client/{WEB1}", f"/client/{WEB1}/3", "/history", f"/history/{WEB1}/1|25",
            "/elements/bad", "/element/PathEntry/1", "/entry/PackageEntry/1", "/common/2",
            "/common/group/web/2",
        ):  # fmt: skip
            answer = self.get(address, max_redirects=0)
            self.assertEqual((address, answer.status), (address, 301))
            self.go(address)


class RadiatorTests(ReadingTestCase):
    def test_reload(self) -> None:
        """17: the radiator loads itself again, and shows what was reported meanwhile."""
        self.go("/radiator?refresh=5")
        before = self.page.locator(".tiles").inner_text()
        document = (DOCUMENTS / "07-desk-clean.xml").read_text("utf-8")
        again = (DOCUMENTS / "16-desk-names.xml").read_text("utf-8")
        try:
            self.server.upload("desk", document)
            for _ in range(12):
                self.page.wait_for_timeout(1000)
                if self.page.locator(".tiles").inner_text() != before:
                    break
            self.assertNotEqual(self.page.locator(".tiles").inner_text(), before)
        finally:
            self.server.upload("desk", again)


class ApiTests(ReadingTestCase):
    def test_export(self) -> None:
        """The whole database is had as it is exported by the command."""
        lines = self.get("/api/1/export").text().splitlines()
        self.assertEqual(json.loads(lines[-1])["kind"], "end")
