"""Debian's Chromium, driven by Playwright; and what pages are held to in it."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from twisted.trial.unittest import SynchronousTestCase

from tests.browser.server import PagesServer, empty_server, pages_server
from tests.reporting.web.sites import PASSWORD

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

PROGRAM = next(filter(None, map(shutil.which, PROGRAMS)), None)
#: Why the tests cannot be run, if they cannot.
MISSING = "" if PROGRAM else "no Chromium is installed (Debian: apt install chromium)"

#: Milliseconds that a page may take on a busy machine.
PATIENCE = 30_000

Scheme = Literal["light", "dark"]


@cache
def browser() -> Browser:
    """Return the browser, which is started when it is asked for first."""
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # which it insists on for root
    started = playwright.chromium.launch(executable_path=PROGRAM, args=arguments)
    atexit.register(started.close)
    return started


class BrowserTestCase(SynchronousTestCase):
    """Tests that look at pages of the server that all of them share."""

    skip = MISSING or None
    timeout = 300
    is_empty = False

    def setUp(self) -> None:
        self.server: PagesServer = empty_server() if self.is_empty else pages_server()
        self.page = self.open()

    def context(self, name: str = "bob", **options: Any) -> BrowserContext:
        """Return a browser of its own for a user, without any script running unless asked."""
        values: dict[str, Any] = {
            "http_credentials": {"username": name, "password": PASSWORD},
            "viewport": {"width": 1280, "height": 900},
            "java_script_enabled": False,
            **options,
        }
        context = browser().new_context(**values)
        self.addCleanup(context.close)
        context.set_default_timeout(PATIENCE)
        return context

    def open(self, name: str = "bob", **options: Any) -> Page:
        """Return a page of a browser of its own."""
        return self.context(name, **options).new_page()

    def go(self, address: str, page: Page | None = None, status: int = 200) -> Page:
        """Have a page show an address below the prefix."""
        page = page or self.page
        response = page.goto(self.server.url + address)
        assert response is not None
        self.assertEqual((address, response.status), (address, status))
        return page

    def get(self, address: str, **options: Any) -> Any:
        """Return the answer to a request, redirections followed unless said otherwise."""
        return self.page.request.get(self.server.url + address, **options)

    def text(self, page: Page | None = None) -> str:
        """Return the text of the main part of a page that is shown as its style sheet says."""
        page = page or self.page
        page.wait_for_load_state()  # a click waits for the beginning of the next page only
        return page.locator("main").inner_text()


def complaints(page: Page) -> list[str]:
    """Return what axe-core finds on a page that is serious, or worse."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{item['id']}: {item['nodes'][0]['html'][:200]} {item['nodes'][0]['failureSummary'][:300]}"
        for item in violations
        if item["impact"] in ("serious", "critical")
    ]


@contextmanager
def listening(page: Page) -> Iterator[list[str]]:
    """Collect what a page complains about, and the dialogs that it opens."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    yield heard
