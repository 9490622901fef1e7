"""How pages look and are used: points 11 to 13, 18, 20 and 21 of what was agreed on."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.chromium import BrowserTestCase, complaints
from tests.browser.server import PagesServer
from tests.postgresql import PostgreSQLServer, programs
from tests.reporting.cases import DOCUMENTS

WEB1, DESK = "web1.harbour.example", "desk.harbour.example"

#: An address of each kind of page.
PAGES = (
    "/", "/clients", f"/clients/{WEB1}", f"/clients/{WEB1}/runs", "/runs",
    f"/compare?a={WEB1}&b=vault.harbour.example", "/problems", "/entries",
    "/entries/Package/rsync", "/changes", "/timing", "/radiator?refresh=0", "/search?q=rsync",
    f"/clients/{DESK}/runs", "/nothing",
)  # fmt: skip

#: Things that a keyboard has to reach, as far as they are shown.
REACHABLE = """() => [...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]')]
  .filter(item => item.checkVisibility({visibilityProperty: true})
    && !(item.closest('details:not([open])') && !item.matches('summary'))).length"""

#: What has the focus, and whether that can be seen.
FOCUS = """() => { const item = document.activeElement, style = getComputedStyle(item);
  return [item === document.body, item.outerHTML.slice(0, 200),
    (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== 'none']; }"""

#: What sticks out of the page, or is cut off by what it stands in.
CUT_OFF = """() => { const width = document.documentElement.clientWidth, cut = [];
  if (document.documentElement.scrollWidth > width) cut.push('the page scrolls sideways');
  for (const item of document.querySelectorAll('main *')) {
    const box = item.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && (box.right > width + 1 || box.left < -1)
        && item.checkVisibility() && !item.closest('.diff, pre, .unseen'))
      cut.push(item.outerHTML.slice(0, 150));
  }
  return cut.slice(0, 3); }"""


class LooksTests(BrowserTestCase):
    def status(self, address: str) -> int:
        """Return the status that a page has."""
        return 404 if address == "/nothing" else 200

    def test_accessible(self) -> None:
        """12: axe-core finds nothing serious on any page, light and dark."""
        for scheme in ("light", "dark"):
            page = self.open(color_scheme=scheme, java_script_enabled=True)
            for address in PAGES:
                self.go(address, page, self.status(address))
                self.assertEqual((scheme, address, complaints(page)), (scheme, address, []))

    def test_narrow(self) -> None:
        """12: nothing is cut off at 360 pixels' width, nor at a zoom of 200 %."""
        for width in (360, 640):
            page = self.open(viewport={"width": width, "height": 740})
            for address in PAGES:
                self.go(address, page, self.status(address))
                self.assertEqual((width, address, page.evaluate(CUT_OFF)), (width, address, []))

    def test_keyboard(self) -> None:
        """11: without scripts the keyboard reaches every link and form, and shows where it is."""
        for address in ("/", "/clients", f"/clients/{WEB1}", "/problems"):
            page = self.go(address, self.open("ann"))
            expected, reached = page.evaluate(REACHABLE), set()
            for _ in range(expected + 20):
                page.keyboard.press("Tab")
                is_nowhere, html, is_visible = page.evaluate(FOCUS)
                if is_nowhere:
                    break
                self.assertTrue(is_visible, f"{address}: the focus cannot be seen on {html}")
                reached.add(page.evaluate("() => [...document.querySelectorAll('*')]"
                                          ".indexOf(document.activeElement)"))  # fmt: skip
            self.assertEqual((address, len(reached)), (address, expected))

    def test_schemes(self) -> None:
        """13: dark and light follow the browser; a printed list has no menu."""

        def background(page: Page) -> Any:
            colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
            return sum(int(part) for part in colour.strip("rgba()").split(",")[:3])

        light = background(self.go("/clients", self.open(color_scheme="light")))
        dark = background(self.go("/clients", self.open(color_scheme="dark")))
        self.assertGreater(light, 600)
        self.assertLess(dark, 200)
        page = self.go("/clients")
        page.emulate_media(media="print")
        self.assertFalse(page.locator("nav.menu").is_visible())
        self.assertTrue(page.locator("table.list").is_visible())

    def test_size(self) -> None:
        """19: no page is larger than 200 KB."""
        for address in PAGES:
            self.assertLess(len(self.get(address).body()), 200_000, address)


class ExpiringTests(BrowserTestCase):
    def expired(self) -> list[str]:
        """Return the hosts that are expired."""
        rows = self.get("/clients.json?class=expired").json()
        return [row["host"] for row in rows]

    def press(self, page: Page, text: str) -> None:
        """Press the button of a host."""
        row = page.locator("tr", has_text=DESK)
        row.get_by_role("button", name=text).click()

    def test_operator(self) -> None:
        """18: an operator expires a host, which leaves the tiles, and takes it back."""
        page = self.go("/", self.open("ann"))
        before = page.locator("#hosts").inner_text()
        self.go("/clients", page)
        self.press(page, "Expire")
        self.assertTrue(page.url.endswith("/clients"), page.url)
        self.assertEqual(page.locator("tr", has_text=DESK).count(), 0)
        self.assertIn(DESK, self.expired())
        self.go("/", page)
        self.assertNotEqual(page.locator("#hosts").inner_text(), before)
        self.go("/clients?class=expired", page)
        self.press(page, "Take back")
        self.assertNotIn(DESK, self.expired())

    def test_others(self) -> None:
        """18: a viewer has no button; without permission, token or our origin there is 403."""
        self.go("/clients")
        self.assertEqual(self.page.get_by_role("button", name="Expire").count(), 0)
        address = f"{self.server.url}/expire"
        form: dict[str, str | float | bool] = {"host": DESK, "action": "expire", "token": ""}
        answer = self.page.request.post(address, form=form)
        self.assertEqual(answer.status, 403)
        page = self.go("/clients", self.open("ann"))
        token = page.locator("form.expire input[name=token]").first.get_attribute("value")
        query = f"/expire?host={DESK}&action=expire&token={token}"
        self.assertEqual(page.request.get(self.server.url + query).status, 404)
        for headers in ({"Origin": "http://evil.example"}, {}):
            answer = page.request.post(
                address, form={**form, "token": token or ""}, headers=headers
            )
            self.assertEqual(answer.status, 403)
        self.assertNotIn(DESK, self.expired())

    def test_foreign_page(self) -> None:
        """18: a form on a page of somebody else changes nothing, though the operator is in."""
        page = self.go("/clients", self.open("ann"))
        token = page.locator("form.expire input[name=token]").first.get_attribute("value")
        page.goto("about:blank")
        page.set_content(
            f'<form method="post" action="{self.server.url}/expire">'
            f'<input name="token" value="{token}"><input name="host" value="{DESK}">'
            '<button name="action" value="expire">Win</button></form>'
        )
        with page.expect_response("**/expire") as answer:
            page.get_by_role("button").click()
        self.assertEqual(answer.value.status, 403)
        self.assertNotIn(DESK, self.expired())


class EmptyTests(BrowserTestCase):
    is_empty = True

    def test_empty(self) -> None:
        """20: an empty store says what to do for the first report; an unknown host is 404."""
        self.go("/")
        self.assertIn("No host has reported yet", self.text())
        self.assertIn("bcfg2 -v", self.text())
        for address in ("/clients", "/problems", "/runs", "/timing", "/changes", "/radiator"):
            self.go(address)
        self.go("/clients/nobody.example", status=404)
        self.assertTrue(self.page.get_by_role("searchbox").first.is_visible())


class KnownTests(BrowserTestCase):
    def test_no_runs(self) -> None:
        """20: a host that has no runs has a page."""
        self.go("/clients/never.harbour.example")
        self.assertIn("has never reported", self.text())


class AwayTests(BrowserTestCase):
    """A database that goes and comes back."""

    def setUp(self) -> None:
        programs()  # without them the test is skipped
        self.postgresql = PostgreSQLServer()
        self.addCleanup(self.postgresql.remove)
        self.postgresql.start()
        lines = (
            "engine = postgresql\nname = postgres\nuser = postgres\n"
            f"host = {self.postgresql.folder}"
        )
        self.server = PagesServer(is_empty=True, database=lines)
        self.addCleanup(self.server.close)
        self.page = self.open()

    def test_away(self) -> None:
        """21: pages say that the database is away, uploads are answered, and come in later."""
        document = (DOCUMENTS / "07-desk-clean.xml").read_text("utf-8")
        self.server.upload("desk", document)
        self.server.wait_for_runs(1)
        self.go("/clients")
        self.assertIn(DESK, self.text())
        self.postgresql.stop()
        for address in ("/", "/clients", f"/clients/{DESK}"):
            self.go(address, status=503)
            self.assertIn("cannot be reached at the moment", self.text())
        self.assertTrue(self.server.upload("desk", document))
        self.postgresql.start()
        self.server.database.close()  # whose connections are lost
        self.go("/clients")  # with the first request, whatever was lost
        self.server.wait_for_runs(2)
        self.go(f"/clients/{DESK}")
        self.assertEqual(len(self.get(f"/clients/{DESK}/runs.json").json()), 2)
