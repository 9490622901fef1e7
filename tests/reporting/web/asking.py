"""Questions to pages without a server: from an address to what a browser would get."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from lxml import html
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.importing import import_upstream
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.reporting.upstream.reading import OldReports
from bcfg2tw.reporting.upstream.source import OldDatabase, old_url
from bcfg2tw.reporting.web.page import Match, Model, match
from bcfg2tw.reporting.web.pages.table import PAGES
from bcfg2tw.reporting.web.question import Request, Viewer
from bcfg2tw.reporting.web.rendering import render
from bcfg2tw.settings import Settings
from tests.postgresql import the_server
from tests.reporting.cases import DATABASES, SECOND, START, a_report_database, recorded_reports

#: A minute after the last of the recorded documents.
NOW = START + 60 * SECOND

OPERATOR = Viewer("ann", "operator", may_expire=True)


@cache
def _sqlite_fixture() -> Path:
    """Return a file with the fixture, for tests to copy; it goes when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="bcfg2tw-pages-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "reports.sqlite"
    database = ReportDatabase(location_of(Settings(db_url=f"sqlite:///{path}"), {}))
    _fill(database)
    database.close()
    return path


@cache
def _postgresql_fixture() -> str:
    """
    Return the name of a database with the fixture, for tests to copy.

    :raises SkipTest: if there can be no server
    """
    server, name = the_server(), "pages_fixture"
    server.run(f"CREATE DATABASE {name}")
    database = ReportDatabase(location_of(Settings(db_url=server.url(name)), {}))
    _fill(database)
    database.close()
    return name


def a_sqlite_fixture(case: SynchronousTestCase) -> ReportDatabase:
    """Return a database in SQLite with all that was recorded."""
    path = case.mktemp()
    shutil.copy(_sqlite_fixture(), path)
    return a_report_database(case, f"sqlite:///{os.path.abspath(path)}")


def a_postgresql_fixture(case: SynchronousTestCase) -> ReportDatabase:
    """Return a database in PostgreSQL with all that was recorded."""
    server, name = the_server(), f"pages{next(_numbers)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {_postgresql_fixture()}")
    case.addCleanup(server.run, f"DROP DATABASE {name} WITH (FORCE)")
    return a_report_database(case, server.url(name))


_numbers = itertools.count(1)


def a_fixture(case: SynchronousTestCase, database: ReportDatabase) -> None:
    """Put all that was recorded into a database of a test."""
    _fill(database)


def _fill(database: ReportDatabase) -> None:
    """Import the recorded database of 1.4, and store the recorded documents."""
    source = OldDatabase(old_url(str(DATABASES / "bcfg2-1.4.sqlite")))
    import_upstream(database, OldReports(source, ZoneInfo("UTC")))
    source.close()
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
