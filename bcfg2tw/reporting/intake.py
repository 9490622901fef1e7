"""
Taking in: from the answer to a client to the database.

A report is in the spool before its client is answered; a thread of its own brings it into the
database, many at a time. A database that is away delays nobody: reports wait in the spool.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from uuid import uuid4

from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.reporting.lines import MICROSECONDS
from bcfg2tw.reporting.model import Report
from bcfg2tw.reporting.records import record_of, report_of_record
from bcfg2tw.reporting.spool import FILE_MODE, Spool

#: Reports of one transaction, and bytes after which no further one is added.
BATCH, BATCH_BYTES = 100, 4 << 20

#: Seconds in which reports are gathered, so that one commit serves many.
GATHER_SECONDS = 0.5

#: Seconds after which a database that is away is tried again; doubled each time.
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.5, 30.0

#: Seconds that the shutdown may take; what is left is taken in at the next start.
SHUTDOWN_SECONDS = 10.0

#: Seconds between two looks for reports that other processes have left, where there is no news.
ADOPT_SECONDS = 30.0

#: How PostgreSQL's codes begin for what is beyond its limits, such as a name that is too long for
#: an index: the class of the error is that of a database which is away, but it is the report's.
LIMITS = "54"

#: Attempts at a report that meets what others do to the same rows at the same time.
ATTEMPTS = 3

logger = logging.getLogger("Reporting")


#: Microseconds by which a clock goes back without having been wrong before.
SMALL_STEP = 60 * MICROSECONDS


class RunClock:
    """
    Gives each run a time of its own, so that two of a client are never taken for one.

    The times grow, but for a clock that was far ahead and is set right: what it says then counts.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0

    def now(self) -> int:
        """Return the time in microseconds since 1970."""
        with self._lock:
            time = int(self._clock.time() * MICROSECONDS)
            is_set_right = time < self._last - SMALL_STEP
            self._last = time if is_set_right else max(self._last + 1, time)
            return self._last


class Intake:
    """
    The way of reports into the database. Safe to use from any thread.

    :ivar spool: the reports that wait
    :ivar clock: gives runs their times
    """

    def __init__(
        self, spool: Spool, clock: Clock, store: Callable[[Sequence[Report]], None]
    ) -> None:
        """
        Start nothing yet.

        :param store: stores reports; raises an error of SQLAlchemy if it cannot
        """
        self.spool = spool
        self.clock = RunClock(clock)
        self._store = store
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_away = False

    def take(self, report: Report) -> None:
        """
        Keep a report; it is on disk on return.

        :raises NotKept: if it is not
        """
        self.spool.append(record_of(report))

    def start(self) -> None:
        """Start the thread that brings reports into the database."""
        with self._lock:
            if self._thread is None:
                self._stopping.clear()
                self._thread = threading.Thread(target=self._run, name="reporting", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Bring what waits into the database, if that takes not too long, and end the thread."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping.set()
            self.spool.news.set()
            thread.join(SHUTDOWN_SECONDS)
            if thread.is_alive():
                logger.warning("reports wait in %s for the next start", self.spool.folder)
                return
        self.spool.close()

    def _run(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        self._adopt()
        while True:
            self.spool.news.clear()
            is_done = self._take_in_all()
            if self._stopping.is_set():
                return
            if is_done:
                pause_seconds = FIRST_PAUSE_SECONDS
                if not self.spool.news.wait(ADOPT_SECONDS):
                    self._adopt()
                self._stopping.wait(GATHER_SECONDS)
            else:
                self._stopping.wait(pause_seconds)
                pause_seconds = min(2 * pause_seconds, LAST_PAUSE_SECONDS)

    def _adopt(self) -> None:
        try:
            self.spool.adopt()
        except OSError as error:
            logger.error("%s: reports that wait there cannot be read: %s", self.spool.folder, error)

    def _take_in_all(self) -> bool:
        """Take in what waits; returns whether nothing is left, as far as can be seen."""
        try:
            while True:
                records, place = self.spool.waiting(BATCH, BATCH_BYTES)
                if place is None:
                    return True
                self._take_in(records)
                self.spool.done(place)
                self._note_success()
        except (DatabaseError, InterfaceError) as error:
            self._note_failure("the database of reports cannot be used", error)
        except (MemoryError, OSError) as error:  # the next attempt may have what this one lacked
            self._note_failure("reports cannot be taken in for the moment", error)
        except Exception:  # the thread must live on, and try again: no report may be lost
            logger.exception("reports cannot be taken in for the moment")
        return False

    def _take_in(self, records: Sequence[bytes]) -> None:
        """
        Store some reports together, or else each by itself.

        :raises DatabaseError: if the database is away
        :raises MemoryError: if there is not enough for one of them
        :raises OSError: if one that cannot be stored cannot be set aside
        """
        try:
            self._store([report_of_record(record) for record in records])
        except Exception as error:  # one of them cannot be stored: the others can
            if _is_of_database(error):
                raise
            logger.info("reports are taken in one by one: %s", _reason(error))
            for record in records:
                self._take_in_one(record)

    def _take_in_one(self, record: bytes) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._store([report_of_record(record)])
                return
            except IntegrityError as error:
                if attempt == ATTEMPTS:
                    self._set_aside(record, error)
            except MemoryError:
                raise  # which is no fault of the report's
            except Exception as error:  # a defect of this server: the report is kept all the same
                if _is_of_database(error):
                    raise
                self._set_aside(record, error)
                return

    def _set_aside(self, record: bytes, error: Exception) -> None:
        path = os.path.join(self.spool.folder, f"{uuid4().hex}.refused")
        write_atomically(path, record, FILE_MODE)
        logger.error("a report cannot be stored, and is kept in %s: %s", path, _reason(error))

    def _note_failure(self, failure: str, error: Exception) -> None:
        if not self._is_away:
            logger.error("%s: %s; reports wait in %s", failure, _reason(error), self.spool.folder)
        self._is_away = True

    def _note_success(self) -> None:
        if self._is_away:
            logger.warning("reports are taken into the database again")
        self._is_away = False


def _is_of_database(error: Exception) -> bool:
    """Say whether a failure is that of the database, and not of what it was to store."""
    if type(error) is DatabaseError:
        return True  # it is no other one of a file of SQLite's that is damaged
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    return not str(getattr(error.orig, "sqlstate", None)).startswith(LIMITS)


def _reason(error: Exception) -> str:
    """Return why a database failed, on one line, without the values that it was given."""
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    return " ".join(str(getattr(error, "orig", None) or error).split())[:300]
