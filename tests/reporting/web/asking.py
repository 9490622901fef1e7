"""Questions to pages without a server: from an address to what a browser would get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from lxml import html
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.importing import import_upstream
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.reporting.upstream.reading import OldReports
from bcfg2tw.reporting.upstream.source import OldDatabase, old_url
from bcfg2tw.reporting.web.page import Match, Model, match
from bcfg2tw.reporting.web.pages.table import PAGES
from bcfg2tw.reporting.web.question import Request, Viewer
from bcfg2tw.reporting.web.rendering import render
from tests.reporting.cases import DATABASES, SECOND, START, recorded_reports

#: A minute after the last of the recorded documents.
NOW = START + 60 * SECOND

OPERATOR = Viewer("ann", "operator", may_expire=True)


def a_fixture(case: SynchronousTestCase, database: ReportDatabase) -> None:
    """Import the recorded database of 1.4, and store the recorded documents."""
    source = OldDatabase(old_url(str(DATABASES / "bcfg2-1.4.sqlite")))
    case.addCleanup(source.close)
    import_upstream(database, OldReports(source, ZoneInfo("UTC")))
    ReportStore(database).add(recorded_reports())


class Asker:
    """Asks for pages."""

    def __init__(
        self, database: ReportDatabase, now: int = NOW, zone: str = "UTC", prefix: str = "",
        viewer: Viewer = OPERATOR,
    ) -> None:  # fmt: skip
        self.database = database
        self.now, self.zone, self.prefix, self.viewer = now, ZoneInfo(zone), prefix, viewer

    def request(self, address: str) -> tuple[Match, Request]:
        """Return the page of an address, and the request for it."""
        parts = urlsplit(address.removeprefix(self.prefix))
        parameters: Mapping[str, Sequence[str]] = parse_qs(parts.query)
        matched = match(PAGES, unquote(parts.path))
        assert matched is not None, address
        request = Request(
            address=matched.address, path=matched.path, parameters=parameters, now=self.now,
            zone=self.zone, viewer=self.viewer, token="t0ken", prefix=self.prefix,
        )  # fmt: skip
        return matched, request

    def model(self, address: str) -> Model:
        """Return what a page shows."""
        matched, request = self.request(address)
        with self.database.reading() as connection:
            return matched.page.query(request.on(connection))

    def text(self, address: str) -> str:
        """Return the text of a page."""
        matched, request = self.request(address)
        with self.database.reading() as connection:
            question = request.on(connection)
            return render(matched.page, question, matched.page.query(question))

    def page(self, address: str) -> html.HtmlElement:
        """Return a page, parsed."""
        return html.document_fromstring(self.text(address))
