"""A file of the repository whose changes are on disk, in a journal, before they are in the file."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.client_locks import ClientLocks
from bcfg2tw.engine.store.xmlfiles.folding import Gate, Later
from bcfg2tw.engine.store.xmlfiles.journal import Journal
from bcfg2tw.errors import Bcfg2Error

#: One change, and all that is written to the file at once.
Change = TypeVar("Change")
Batch = TypeVar("Batch")

FOLDING_DELAY_SECONDS = 3.0


class JournaledFile(ABC, Generic[Change, Batch]):
    """
    A file, its journal, and what is in memory of both: durable at once, in the file later.

    A change is appended to the journal, then applied in memory, then acknowledged. Some seconds
    later everything that the file lacks is written to it in one step, once for all changes of
    that time (*folding*). While the file cannot be written, because somebody is editing it for
    instance, changes stay in the journal and in force.

    Three locks, taken in this order: that of a client keeps the order of its changes the same in
    the journal and in memory; `_folding` is held while the file is read or written; `_lock` is
    held for moments, over what is in memory. The gate keeps changes out while it is decided
    which of them belong to the batch, so that the journal is set aside with these and no others.

    :cvar logger: of the plugin that the file belongs to
    :cvar failure: raised where a change cannot be kept
    :ivar later: folds some seconds after it is asked to
    """

    logger: logging.Logger
    failure: type[Bcfg2Error]

    def __init__(self, path: str, clock: Clock) -> None:
        """
        Open nothing yet.

        :param path: of the file; the journal stands beside it
        """
        self.later = Later(self.fold, clock, FOLDING_DELAY_SECONDS)
        self._path = path
        self._journal = Journal(f"{path}.journal")
        self._client_locks = ClientLocks()
        self._folding = threading.Lock()
        self._lock = threading.Lock()
        self._gate = Gate()
        self._is_serving = False  # a tool beside the server leaves its journal alone
        self._problem = ""

    # The file and the memory, as a subclass knows them

    @abstractmethod
    def _record_of(self, change: Change) -> Mapping[str, Any]:
        """Return what the journal keeps of a change."""

    @abstractmethod
    def _apply(self, change: Change) -> None:
        """Make a change visible; `_lock` is held."""

    @abstractmethod
    def _lacks_anything(self) -> bool:
        """Say whether there is something that the file lacks."""

    @abstractmethod
    def _collect(self) -> Batch:
        """Return all that the file lacks; `_lock` is held and the gate closed."""

    @abstractmethod
    def _write(self, batch: Batch) -> None:
        """
        Bring a batch to the file, in one step.

        :raises RepositoryError: if the file has to be read for that, and cannot be
        :raises OSError: if it cannot be written
        """

    @abstractmethod
    def _settle(self, batch: Batch) -> None:
        """Note that the file lacks a batch no more; `_lock` is held."""

    @abstractmethod
    def _describe_waiting(self) -> str:
        """Return what follows for the administrator from a file that cannot be written."""

    def _take_in(self) -> bool:
        """
        Read the file if somebody else wrote it, where that counts before it is folded.

        :returns: whether there is a file
        :raises RepositoryError: if it cannot be read or is not well-formed
        """
        return True

    # Changing

    def changing(self, name: str) -> AbstractContextManager[object]:
        """Keep other threads from changing a client."""
        return self._client_locks.lock_of(name.lower())

    def _commit(self, change: Change) -> None:
        """
        Make a change durable, then visible; the lock of its client is held.

        :raises Bcfg2Error: `failure`, if it cannot be made durable; nothing has changed then
        """
        self._is_serving = True
        with self._gate.passing():
            self._append(change)
            with self._lock:
                self._apply(change)
        self.later.request()

    def _append(self, change: Change) -> None:
        try:
            self._journal.append(self._record_of(change))
        except OSError as error:
            raise self.failure(
                f"{self._path}.journal cannot be written: {error.strerror or error}"
            ) from error

    # Folding

    def start(self) -> None:
        """Serve: what a killed process left in its journal is written to the file, soon."""
        self._is_serving = True
        if self._lacks_anything():
            self.later.request()

    def fold(self) -> bool:
        """
        Write all that the file lacks.

        What somebody else wrote there meanwhile is kept. Where that fails, because the file is
        broken for instance, it is not touched.
        """
        with self._folding:
            try:
                self._take_in()
                self._fold()
            except (Bcfg2Error, OSError) as error:
                self._report(error)
                return False
            self._problem = ""
            return True

    def _fold(self) -> None:
        """Write all that the file lacks; `_folding` is held."""
        with self._gate.closed():
            if not self._lacks_anything():
                return
            with self._lock:
                batch = self._collect()
            self._journal.start_folding()
        self._write(batch)
        self._journal.finish_folding()
        with self._lock:
            self._settle(batch)

    def _report(self, problem: Exception) -> None:
        if str(problem) != self._problem:  # it is tried again every few seconds
            self.logger.error("%s; %s", problem, self._describe_waiting())
        self._problem = str(problem)

    def close(self) -> None:
        """Write to the file what it lacks, if this process serves; there are no calls any more."""
        self.later.close()
        if self._is_serving and self._lacks_anything():
            self.fold()
        with self._folding:
            self._journal.close()
