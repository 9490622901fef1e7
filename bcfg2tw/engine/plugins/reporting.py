"""Reporting: what clients report is kept, and can be asked for (:ref:`reporting-2`)."""

from __future__ import annotations

import copy
import os
import platform
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from lxml import etree

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Monitored, PullSource, Statistics, Threaded
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error, CoreInitError, PluginExecutionError, PluginInitError
from bcfg2tw.settings import Settings

try:
    from sqlalchemy.exc import SQLAlchemyError

    from bcfg2tw.reporting.database import ReportDatabase, open_reports
    from bcfg2tw.reporting.documents import report_of
    from bcfg2tw.reporting.host_counts import hosts_by_class, last_run
    from bcfg2tw.reporting.intake import Intake
    from bcfg2tw.reporting.lines import MICROSECONDS
    from bcfg2tw.reporting.model import Run
    from bcfg2tw.reporting.questions import current_path, extras_of
    from bcfg2tw.reporting.spool import Spool
    from bcfg2tw.reporting.storing import ReportStore
    from bcfg2tw.reporting.upkeep import Upkeep
    from bcfg2tw.reporting.waiting_files import take_waiting_files
except ImportError as error:
    raise PluginInitError(
        f"it needs SQLAlchemy and alembic: pip install 'bcfg2tw[sql]' ({error})"
    ) from error

#: The folder of reports that are in no database yet, below the plugin's.
SPOOL = "spool"

#: All hosts are counted at most every so many seconds.
COUNTING_SECONDS = 30.0

TRANSPORTS = {"directstore", "localfilesystem"}


class _Reports:
    """The database of reports and the way into it; outlives the snapshots."""

    def __init__(self, context: PluginContext, folder: str) -> None:
        """
        Open nothing yet.

        :raises CoreInitError: if a library is missing
        :raises Bcfg2Error: if reports cannot be kept in the database that is named
        """
        settings = context.settings
        self.database: ReportDatabase = open_reports(settings)
        if settings.state is not None:
            folder = os.path.join(settings.state, Reporting.name)
        # the site's own folder is a new site's to make, and no other's
        base = folder if os.path.isdir(folder) else os.path.dirname(folder)
        spool = Spool(os.path.join(folder, SPOOL), base, settings.spool_limit)
        self.intake = Intake(spool, context.clock, ReportStore(self.database, context.clock).add)
        self.upkeep = Upkeep(self.database, context.clock, settings.report_days, spool.folder)
        self._clock = context.clock
        self._counts: tuple[float, dict[str, Any]] | None = None

    def picture(self) -> dict[str, Any]:
        """Return how many hosts are of which class, the newest run, and what waits."""
        waiting = {"waiting_bytes": self.intake.spool.waiting_bytes, "is_away": False}
        now = self._clock.time()
        if self._counts is None or now - self._counts[0] >= COUNTING_SECONDS:
            try:
                self._counts = now, self._count(int(now * MICROSECONDS))
            except (SQLAlchemyError, OSError):  # the intake logs that it is away
                return {**waiting, "is_away": True}
        return {**waiting, **self._counts[1]}

    def _count(self, now: int) -> dict[str, Any]:
        with self.database.reading() as connection:
            newest = last_run(connection)
            return {
                "hosts": hosts_by_class(connection, now),
                "last_run": None if newest is None else newest / MICROSECONDS,
            }

    def start(self, folder: str, file_limit: int) -> None:
        """Take in what waits, and go on doing so."""
        self.intake.start()
        take_waiting_files(folder, self.intake, file_limit)
        self.upkeep.start()

    def stop(self) -> None:
        """Take in what waits, and close the database."""
        self.upkeep.stop()
        self.intake.stop()
        self.database.close()


class Reporting(Plugin, Statistics, Threaded, PullSource, Monitored):
    """
    Keeps what clients report of their runs in a database.

    A report is on disk before its client is answered; a thread of its own brings it into the
    database. `Reporting.Ping`, `GetExtra` and `GetCurrentEntry` can be called by name.
    """

    __rmi__: ClassVar[list[str]] = [*Plugin.__rmi__, "Ping", "GetExtra", "GetCurrentEntry"]
    create = False
    ignored = ("*",)

    def __init__(
        self, context: PluginContext, files: Files, previous: Reporting | None = None
    ) -> None:
        super().__init__(context, files, previous)
        settings = files.library.settings
        _check_transport(settings)
        self._file_limit = settings.file_limit
        try:
            self._reports = self.lasting.keep("reports", lambda: _Reports(context, self.data))
        except CoreInitError as error:
            raise PluginInitError(str(error)) from error

    def start_threads(self) -> None:
        """Start taking in; what an old server left waiting comes first."""
        self._reports.start(self.data, self._file_limit)

    def shutdown(self) -> None:
        """Bring into the database what waits, as far as that takes no long time."""
        self._reports.stop()

    def picture(self) -> dict[str, Any]:
        """Return how many hosts are of which class, the newest run, and what waits."""
        return self._reports.picture()

    # Taking in

    def process_statistics(self, metadata: ClientMetadata, document: Element) -> None:
        """
        Keep a report; it is on disk on return.

        :raises NotKept: if it cannot be written
        """
        run = Run(
            client=metadata.hostname,
            time=self._reports.intake.clock.now(),
            server=platform.node(),
            profile=metadata.profile or None,
            groups=tuple(sorted(metadata.groups)),
            bundles=tuple(sorted(metadata.bundles)),
        )
        self._reports.intake.take(report_of(document, run, self._file_limit))

    # Questions

    def Ping(self) -> str:
        """Say that reports are kept."""
        return "Pong"

    def GetExtra(self, client: str) -> list[tuple[str, str]] | None:
        """Return type and name of the entries that a client has beyond its configuration."""
        extras: list[tuple[str, str]] | None = self._ask(
            "GetExtra", lambda connection: extras_of(connection, client)
        )
        return extras

    def GetCurrentEntry(
        self, client: str, e_type: str, e_name: str
    ) -> Sequence[str | bytes | None]:
        """
        Return owner, group, mode and content of a file as a client has it.

        :raises PluginExecutionError: if the last run of the client does not tell
        """
        if e_type != "Path":
            raise PluginExecutionError(
                f"Reporting: RPC method GetCurrentEntry failed: {e_type} is no Path"
            )
        intended = partial(self._intended, client, e_name)
        path: Sequence[str | bytes | None] = self._ask(
            "GetCurrentEntry",
            lambda connection: current_path(connection, client, e_name, intended),
        )
        return path

    def _ask(self, method: str, question: Any) -> Any:
        try:
            with self._reports.database.reading() as connection:
                return question(connection)
        except SQLAlchemyError as error:
            raise PluginExecutionError(
                f"Reporting: RPC method {method} failed: the database cannot be used: "
                f"{getattr(error, 'orig', error)}"
            ) from error
        except Bcfg2Error as error:
            raise PluginExecutionError(f"Reporting: RPC method {method} failed: {error}") from error

    def _intended(self, client: str, name: str) -> str:
        """Return the content of a file that a client would be given now."""
        metadata = self.context.build_metadata(client)
        for structure in self.context.structures(metadata):
            for entry in structure.iter("Path"):
                if entry.get("name") == name:
                    bound = copy.deepcopy(entry)
                    self.context.bind(bound, metadata)
                    return _text_of(bound)
        raise Bcfg2Error(f"{name} is no longer in the configuration of {client}")


def _check_transport(settings: Settings) -> None:
    transport = settings.reporting_transport
    if transport.lower() not in TRANSPORTS:
        remedy = (
            "several servers share a PostgreSQL database in its place ([database] engine)"
            if transport.lower() == "redistransport"
            else "there is none of this name"
        )
        raise PluginInitError(
            f"[reporting] transport = {transport}: {remedy}; write DirectStore, or remove the line "
            f"({settings.place('reporting', 'transport')})"
        )


def _text_of(bound: etree._Element) -> str:
    if bound.get("encoding") == "base64":
        raise Bcfg2Error("the file is binary in the repository now")
    return bound.text or ""
