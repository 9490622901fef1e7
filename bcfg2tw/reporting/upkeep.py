"""The upkeep of the database of reports: what is older than wanted is removed."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.sole_process import sole_process
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import HOUR
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.host_states import latest_at
from bcfg2tw.reporting.lines import MICROSECONDS
from bcfg2tw.reporting.purging import Purge, purge
from bcfg2tw.reporting.upstream.succession import is_waiting

#: Seconds after the start, and between two times.
FIRST_SECONDS, INTERVAL_SECONDS = 300.0, 6 * 3600.0

DAY = 24 * HOUR

#: Days after which a store that keeps everything is worth a warning.
LONG_DAYS = 366

logger = logging.getLogger("Reporting")


class Upkeep:
    """A thread that removes old reports. Its methods may be called from any thread."""

    def __init__(
        self, database: ReportDatabase, clock: Clock, days: int | None, folder: str
    ) -> None:
        """
        Start nothing yet.

        :param folder: of the spool: of those that share it one does this at a time
        :param days: after which reports are removed; None: never
        """
        self._database = database
        self._clock = clock
        self._days = days
        self._folder = folder
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="reporting upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, once it has made its step."""
        thread, self._thread = self._thread, None
        self._stopping.set()
        if thread is not None:
            thread.join(5)

    def _run(self) -> None:
        pause_seconds = FIRST_SECONDS
        while not self._stopping.wait(pause_seconds):
            pause_seconds = INTERVAL_SECONDS
            try:
                with sole_process(self._folder) as is_alone:
                    if is_alone:
                        self.look_after()
            except (SQLAlchemyError, Bcfg2Error, OSError) as error:
                logger.error("old reports cannot be removed now: %s", getattr(error, "orig", error))

    def look_after(self) -> None:
        """
        Remove what is too old; where everything is kept, warn once that is much.

        Reports of an older Bcfg2 in the same database are named until they are imported.

        :raises SQLAlchemyError: if the database fails
        """
        if is_waiting(self._database):
            logger.warning(
                "%s holds reports of an older Bcfg2, which are not shown: bcfg2tw reports import "
                "takes them over",
                self._database,
            )
        now = int(self._clock.time() * MICROSECONDS)
        if self._days is None:
            self._warn_of_age(now)
            return
        count = purge(self._database, Purge(now - self._days * DAY, latest=latest_at(self._clock)))
        if count:
            logger.info("%d reports that were older than %d days are removed", count, self._days)

    def _warn_of_age(self, now: int) -> None:
        with self._database.reading() as connection:
            oldest = connection.execute(select(func.min(tables.runs.c.time))).scalar()
        if oldest is not None and now - oldest > LONG_DAYS * DAY:
            logger.warning(
                "the oldest report is %d days old: [reporting] keep = DAYS removes what is older, "
                "bcfg2tw reports purge does it by hand",
                (now - oldest) // DAY,
            )
