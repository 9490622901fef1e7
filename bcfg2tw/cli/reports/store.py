"""The reports of a site, as the commands see them."""

from __future__ import annotations

import datetime
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, wraps
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from bcfg2tw.cli.looking import start_logging
from bcfg2tw.cli.progress import progress_bar
from bcfg2tw.cli.site_options import overrides_of
from bcfg2tw.engine.store.sql.location import SQLITE, DatabaseLocation
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.database import ReportDatabase, open_reports
from bcfg2tw.reporting.importing import Outcome, import_upstream
from bcfg2tw.reporting.upstream.reading import OldReports
from bcfg2tw.reporting.upstream.succession import is_waiting, old_reports
from bcfg2tw.settings import Settings

__all__ = ["Reports", "database_errors", "import_old", "pass_reports", "with_reports"]


class Reports:
    """The settings and the database of reports, opened when they are asked for."""

    def __init__(self, context: click.Context) -> None:
        """
        Open nothing yet.

        :param context: of the command; the database is closed at its end
        """
        self._context = context

    @cached_property
    def settings(self) -> Settings:
        """
        The settings; asking for them also sends the log to standard error.

        :raises SettingsError: if bcfg2.conf cannot be used
        """
        settings = Settings.load(overrides_of(self._context))
        start_logging(settings)
        return settings

    @cached_property
    def database(self) -> ReportDatabase:
        """
        The database; what an older Bcfg2 has left in it is imported when it is first asked for.

        :raises Bcfg2Error: if reports cannot be kept there
        """
        database = self.own_database
        with database_errors(database):
            if is_waiting(database):
                outcome = import_old(database, old_reports(database, self.zone))
                click.echo(
                    f"{database}: {outcome.runs} runs of {outcome.clients} hosts, of an older "
                    "Bcfg2, are imported now",
                    err=True,
                )
        return database

    @cached_property
    def own_database(self) -> ReportDatabase:
        """
        The database as it is, made if it is not there.

        :raises Bcfg2Error: if reports cannot be kept there
        """
        database = open_reports(self.settings)
        self._context.call_on_close(database.close)
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """
        Give a connection for reading; nothing is made where there are no reports yet.

        :raises Bcfg2Error: if the database cannot be used
        """
        with database_errors(self.database):
            if self.database.has_tables():
                with self.database.reading() as connection:
                    yield connection
                return
            with _nothing() as connection:
                yield connection

    @cached_property
    def zone(self) -> datetime.tzinfo | None:
        """The time zone of what is shown; None for the machine's."""
        return ZoneInfo(self.settings.time_zone) if self.settings.time_zone else None


@contextmanager
def _nothing() -> Iterator[Connection]:
    """Give a connection to a database of no reports, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        url = URL.create(SQLITE, database=os.path.join(folder, "nothing.sqlite"))
        database = ReportDatabase(DatabaseLocation(url))
        with database.reading() as connection:
            yield connection
        database.close()


def import_old(database: ReportDatabase, reports: OldReports) -> Outcome:
    """
    Import reports of upstream, drawing at a terminal how far it is.

    :raises Bcfg2Error: if something of them cannot be read, or was not stored as it was
    """
    with progress_bar("runs", reports.count()) as progress:
        return import_upstream(database, reports, progress)


@contextmanager
def database_errors(database: object) -> Iterator[None]:
    """Turn errors of a database into one line, and status 1."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise Bcfg2Error(f"{database} cannot be used: {reason}") from error


pass_reports = click.make_pass_decorator(Reports)


def with_reports(command: Callable[..., None]) -> Callable[..., None]:
    """Call a command of another tool with the reports as its first parameter."""

    @wraps(command)
    @click.pass_context
    def run(context: click.Context, /, **parameters: Any) -> None:
        command(Reports(context), **parameters)

    return run
