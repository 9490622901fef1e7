"""
What clients and administrators change through the server: registrations, profiles, versions.

A change is in the journal, on disk, before anybody is told of it. It is visible at once in every
table that a snapshot of the repository reads clients from, and some seconds later it is written
to clients.xml together with all others of that time.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from zlib import crc32

from lxml import etree

from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.store.client_table import (
    ADD,
    REMOVE,
    UPDATE,
    Change,
    ClientElement,
    ClientTable,
)
from bcfg2tw.engine.store.xmlfiles.client_documents import fold
from bcfg2tw.engine.store.xmlfiles.folding import Gate
from bcfg2tw.engine.store.xmlfiles.journal import Journal
from bcfg2tw.engine.xmlio import line_of
from bcfg2tw.errors import Bcfg2Error, MetadataConsistencyError, MetadataRuntimeError

logger = logging.getLogger("Metadata")

FOLDING_DELAY_SECONDS = 3.0
LOCKS = 64


class ClientsFile:
    """
    What clients.xml said at one time; equal to itself alone, whatever it says.

    :ivar elements: in document order
    """

    def __init__(self, source: Source) -> None:
        self.elements: list[ClientElement] = []
        for element in source.xml().iter("Client"):
            if element.get("name"):
                self.elements.append(ClientElement.of(element))
            else:
                logger.warning("%s:%s: a Client without a name is ignored",
                               source.path, line_of(element))  # fmt: skip


class ClientChanges:
    """
    The changes of one repository's clients, from their journal to clients.xml.

    Safe to use from several threads. Which changes a reading of clients.xml lacks is known by
    when it was read: `table` makes sure that a file is what it says, at a moment when nothing is
    being written to it.
    """

    def __init__(self, path: str, delay_seconds: float = FOLDING_DELAY_SECONDS) -> None:
        """
        Take in what a killed server left in its journal.

        :param path: of clients.xml
        :param delay_seconds: how long after a change it is written to clients.xml
        """
        self._path = path
        self._delay_seconds = delay_seconds
        self._journal = Journal(f"{path}.journal")
        self._changes = [
            Change.from_record(number, record)
            for number, record in enumerate(self._journal.replay(), 1)
        ]
        self._sequence = len(self._changes)
        self._folded = 0
        self._tables: weakref.WeakSet[ClientTable] = weakref.WeakSet()
        self._readings: weakref.WeakKeyDictionary[ClientsFile, int] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self._folding = threading.Lock()
        self._gate = Gate()
        self._client_locks = [threading.RLock() for _ in range(LOCKS)]
        self._timer: threading.Timer | None = None
        self._is_closed = False
        self._problem = ""

    # Reading

    def table(self, reading: ClientsFile, is_current: Callable[[], bool]) -> ClientTable | None:
        """
        Return the clients as a reading of clients.xml and the changes since say.

        The table follows all changes to come.

        :param is_current: says whether the files are still what was read
        :returns: None if they are not: they have to be read again
        """
        with self._folding:
            if not is_current():
                # should it turn up again, as the last good state of a file that is broken now,
                # it may lack whatever the readings still in use lack
                self._readings.setdefault(reading, self._oldest())
                return None
            with self._lock:
                included = self._readings.setdefault(reading, self._folded)
                table = ClientTable(reading.elements)
                for change in self._changes:
                    if change.sequence > included:
                        table.apply(change)
                self._tables.add(table)
                self._forget_what_nobody_lacks()
                return table

    def _forget_what_nobody_lacks(self) -> None:
        oldest = self._oldest()
        self._changes = [change for change in self._changes if change.sequence > oldest]

    def _oldest(self) -> int:
        return min([self._folded, *self._readings.values()])

    # Changing

    @contextmanager
    def changing(self, name: str) -> Iterator[None]:
        """Keep other threads from changing one client; may be entered again by the same thread."""
        with self._client_locks[crc32(name.lower().encode()) % LOCKS]:
            yield

    def add(self, name: str, attributes: Mapping[str, str]) -> None:
        """Add a client; see `_record` for what is raised."""
        self._record(ADD, name, attributes)

    def update(self, name: str, attributes: Mapping[str, str]) -> None:
        """Set attributes of a client."""
        self._record(UPDATE, name, attributes)

    def remove(self, name: str) -> None:
        """Remove a client."""
        self._record(REMOVE, name, {})

    def _record(self, operation: str, name: str, attributes: Mapping[str, str]) -> None:
        """
        Make a change durable, then visible.

        :raises MetadataConsistencyError: if XML cannot hold a value
        :raises MetadataRuntimeError: if it cannot be written
        """
        name = name.lower()
        _check({"name": name, **attributes})
        with self.changing(name), self._gate.passing():
            with self._lock:
                self._sequence += 1
                change = Change(self._sequence, operation, name, dict(attributes))
            try:
                self._journal.append(change.record())
            except OSError as error:
                raise MetadataRuntimeError(
                    f"{self._path}.journal cannot be written: {error.strerror or error}"
                ) from error
            with self._lock:
                self._changes.append(change)
                for table in self._tables:
                    table.apply(change)
        self._fold_later()

    # Writing clients.xml

    def start(self) -> None:
        """Write to clients.xml, soon, what a killed server left in its journal."""
        if self._changes:
            self._fold_later()

    def _fold_later(self) -> None:
        with self._lock:
            if self._timer is None and not self._is_closed:
                self._timer = threading.Timer(self._delay_seconds, self._fold_now)
                self._timer.daemon = True
                self._timer.start()

    def _fold_now(self) -> None:
        with self._lock:
            self._timer = None
        try:
            done = self.fold()
        except Exception:  # the thread of a timer: the changes would wait for ever
            logger.exception("Changes of clients could not be written to %s", self._path)
            done = False
        if not done:
            self._fold_later()

    def fold(self) -> bool:
        """
        Write all changes to clients.xml, and to the files it includes where they hold a client.

        The files are read again right before. Where that fails, because somebody is editing
        them for instance, the changes stay in the journal and in force.

        :returns: whether everything is written
        """
        with self._folding:
            try:
                with self._gate.closed():
                    changes = self._unfolded()
                    if not changes:
                        return True
                    self._journal.start_folding()
                fold(self._path, changes)
                self._journal.folded()
            except (Bcfg2Error, OSError) as error:
                self._report(str(error), len(changes))
                return False
            with self._lock:
                self._folded = changes[-1].sequence
                self._problem = ""
            return True

    def _report(self, problem: str, waiting: int) -> None:
        if problem != self._problem:  # it is tried again every few seconds
            logger.error("%s; %s changes of clients wait in %s.journal until %s can be written",
                         problem, waiting, self._path, self._path)  # fmt: skip
        self._problem = problem

    def _unfolded(self) -> Sequence[Change]:
        with self._lock:
            waiting = [change for change in self._changes if change.sequence > self._folded]
        return sorted(waiting, key=lambda change: change.sequence)

    def close(self) -> None:
        """Write what is left to clients.xml; only once there are no calls any more."""
        with self._lock:
            self._is_closed = True
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            self.fold()
        with self._folding:
            self._journal.close()


def _check(attributes: Mapping[str, str]) -> None:
    try:
        element = etree.Element("Client", dict(attributes))
        etree.fromstring(etree.tostring(element, encoding="utf-8"))
    except (ValueError, etree.XMLSyntaxError) as error:
        raise MetadataConsistencyError(
            f"clients.xml cannot hold these values: {dict(attributes)!r}"
        ) from error
