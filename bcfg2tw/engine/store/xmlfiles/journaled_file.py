"""A file of the repository whose changes are on disk, in a journal, before they are in the file."""

from __future__ import annotations

import itertools
import logging
import os
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.refusals import Refusals
from bcfg2tw.engine.store.later import Later
from bcfg2tw.engine.store.state_folder import StateFolder
from bcfg2tw.engine.store.xmlfiles.file_state import state_of
from bcfg2tw.engine.store.xmlfiles.followed_journal import FollowedJournal
from bcfg2tw.engine.store.xmlfiles.gate import Gate
from bcfg2tw.engine.store.xmlfiles.journal import Journal
from bcfg2tw.engine.store.xmlfiles.records import Leftover, Record, State
from bcfg2tw.engine.store.xmlfiles.takeover import Takeover
from bcfg2tw.errors import (
    Bcfg2Error,
    ChangedMeanwhile,
    RepositoryError,
    StateUnavailable,
)

#: One change, and all that is written to the file at once.
Change = TypeVar("Change")
Batch = TypeVar("Batch")

FOLDING_DELAY_SECONDS = 3.0


class JournaledFile(FollowedJournal, Generic[Change, Batch]):
    """
    A file, its journal, and what is in memory of both: durable at once, in the file later.

    Several processes may share it: each takes in what the others appended at the beginning of a
    call (`catch_up`), and one of them, the leader, writes the file.

    A change is appended to the journal, then applied in memory, then acknowledged. Some seconds
    later everything that the file lacks is written to it in one step, once for all changes of
    that time (*folding*). While the file cannot be written, because somebody is editing it for
    instance, changes stay in the journal and in force.

    Three locks, taken in this order: that of a client keeps the order of its changes the same in
    the journal and in memory; `_folding` is held while the file is read or written; `_lock` is
    held for moments, over what is in memory. The gate keeps changes out while it is decided
    which of them belong to the batch, so that the journal is set aside with these and no others.

    :cvar logger: of the plugin that the file belongs to
    :ivar later: folds some seconds after it is asked to
    """

    logger: logging.Logger

    def __init__(self, path: str, clock: Clock, folder: StateFolder | None = None) -> None:
        """
        Open nothing yet.

        :param path: of the file; the journal stands beside it
        :param folder: that it is in, where that holds nothing but state
        """
        self._path = path
        self.later = Later(self.fold, clock, FOLDING_DELAY_SECONDS)
        super().__init__(Journal(f"{path}.journal", self._state), clock, folder)
        self._gate = Gate()
        self._refusals = Refusals(self.logger, f"{path}.journal", clock)
        self._problem = ""
        self._is_taken_over = False
        self._takeover: Takeover | None = None  # what is not told yet
        self._left: list[Record] = []  # what is not taken over yet

    # The file and the memory, as a subclass knows them

    @abstractmethod
    def _record_of(self, change: Change) -> Mapping[str, Any]:
        """Return what the journal keeps of a change."""

    @abstractmethod
    def _apply(self, change: Change) -> None:
        """Make a change visible; `_lock` is held."""

    @abstractmethod
    def _collect(self) -> Batch:
        """Return all that the file lacks; `_lock` is held and the gate closed."""

    def _state(self) -> State:
        """Return the present state of the file."""
        return state_of(self._path)

    @abstractmethod
    def _reconcile(self, records: list[Record]) -> Takeover:
        """
        Decide which records count, now that the file is another than they continue.

        :raises RepositoryError: if it has to be read for that, and cannot be
        """

    @abstractmethod
    def _restore(self, records: list[Record]) -> None:
        """Make the changes visible that records hold."""

    @abstractmethod
    def _write(self, batch: Batch) -> State:
        """
        Bring a batch to the file, in one step.

        The state that the file is about to have is noted in the journal before.

        :returns: that state
        :raises RepositoryError: if the file has to be read for that, and cannot be
        :raises ChangedMeanwhile: if somebody has changed it since it was read; it is as it was
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

    def _take_in_apart(self) -> bool:
        """
        Read the file as `_take_in` does, while nothing is taken in of other processes.

        What they fold meanwhile may not be in what was read, and must not count as if it were.
        """
        with self._news_lock:
            return self._take_in()

    # Changing

    def _commit(self, change: Change) -> None:
        """
        Make a change durable, then visible; the lock of its client is held.

        :raises StateUnavailable: if it cannot be made durable; nothing has changed then
        """
        self._check_folder()
        self._serve()
        with self._gate.passing():
            self._append(change)
            with self._in_force_or_reread():
                self._take_news()  # a generation that ended before this change does not hold it
                with self._lock:
                    self._apply(change)
        self.later.request()

    def _append(self, change: Change) -> None:
        with self._refusals.refusing():
            self._journal.append(self._record_of(change))

    # Taking over

    def _take_over(self) -> None:
        """
        Take over what a killed process left in its journal, once; `_folding` is held.

        Where the file has to be read for that and cannot be, that waits until it can.
        """
        if self._is_taken_over:
            return
        leftover, state = self._journal.leftover(), self._state()
        try:
            takeover = self._weigh(leftover, state)
        except RepositoryError as error:
            self._left = leftover.records
            self._report(error)
            return
        self._is_taken_over, self._left = True, []
        self._restore(takeover.records)
        if leftover.records:
            self._takeover = takeover
        if self._is_serving:
            self._tell_takeover()

    def _weigh(self, leftover: Leftover, state: State) -> Takeover:
        if not leftover.records or leftover.continues(state):
            return Takeover(leftover.records)
        return replace(self._reconcile(leftover.records), state=state)

    def _serve(self) -> None:
        if not self._is_serving:
            with self._folding:
                self._begin_serving()

    def _begin_serving(self) -> None:
        """Serve, if that has not begun; `_folding` is held."""
        if self._is_serving:
            return
        self._is_serving = True
        try:
            if self._journal.mark.lead():
                self._tell_takeover()
        except OSError as error:
            self._report(error)
        self._look_later()

    def _tell_takeover(self) -> None:
        """Say what was taken over and what was not; `_folding` is held, and this process serves."""
        takeover, self._takeover = self._takeover, None
        if takeover is None:
            return
        self.logger.warning(
            "%s.journal: %d changes are taken over that a server left when it was killed%s",
            self._path, len(takeover.records),
            "" if takeover.state is None else "; the file was changed since",
        )  # fmt: skip
        for sentence in takeover.refused:
            self.logger.warning("%s: %s; the file counts", self._path, sentence)
        if takeover.refused and takeover.state is not None:
            self._set_aside(takeover.records, takeover.state)

    def _set_aside(self, kept: list[Record], state: State) -> None:
        copy = unused_name(f"{self._path}.journal.set-aside-{datetime.now():%Y-%m-%d-%H%M%S}")
        try:
            self._journal.replace(kept, state, copy)
        except OSError as error:
            self.logger.error("%s.journal cannot be set aside: %s", self._path, error)
        else:
            self.logger.warning("%s.journal is set aside: %s", self._path, copy)

    def prepare(self) -> None:
        """
        Make the folder for state, if the file is in one.

        :raises CoreInitError: if it cannot be made, or not be written
        """
        if self._folder is not None:
            self._folder.prepare()

    # Folding

    def start(self) -> None:
        """Serve: what a killed process left in its journal is written to the file, soon."""
        self._serve()
        if self._lacks_anything() or not self._is_taken_over:
            self.later.request()

    def fold(self) -> bool:
        """
        Write all that the file lacks.

        What somebody else wrote there meanwhile is kept. Where that fails, because the file is
        broken for instance, it is not touched.
        """
        if not self._is_folder_there():
            return False
        with self._folding:
            try:
                if self._is_serving and not self._journal.mark.lead():
                    return True  # that is the business of the process that leads
                self._take_over()
                self._take_news()
                self._read_all_again()
                self._take_in_apart()
                self._fold()
            except ChangedMeanwhile:
                return False  # it is taken in first: what somebody has just written is not lost
            except (Bcfg2Error, OSError, MemoryError) as error:
                self._report(error)
                return False
            self._problem = ""
            return True

    def _fold(self) -> None:
        """Write all that the file lacks; `_folding` is held."""
        if not self._is_taken_over:
            raise StateUnavailable(f"what {self._path}.journal holds is not taken over yet")
        with self._gate.closed():
            if not self._lacks_anything():
                return
            self._journal.start_folding()
            self._take_news()  # what others appended until then is in the batch
            if self._needs_rereading:
                raise ChangedMeanwhile(self._path)  # not all of that is in memory
            with self._lock:
                batch = self._collect()
        state = self._write(batch)
        self._journal.finish_folding(state, self._stamps())
        with self._lock:
            self._settle(batch)

    def _stamps(self) -> tuple[int, ...]:
        """Return the stamps of the file before and after it was written; empty if not known."""
        return ()

    def _report(self, problem: Exception) -> None:
        text = str(problem)
        if isinstance(problem, OSError):
            place = problem.filename or self._path
            text = f"{place} cannot be written: {problem.strerror or problem}"
        elif isinstance(problem, MemoryError):
            text = f"{self._path} cannot be read or written: there is not enough memory"
        if text != self._problem:  # it is tried again every few seconds
            self.logger.error("%s; %s", text, self._describe_waiting())
        self._problem = text

    def close(self) -> None:
        """Write to the file what it lacks, if this process serves; there are no calls any more."""
        self._look_no_more()
        self.later.close()
        if self._is_serving and self._lacks_anything():
            self.fold()
        with self._folding:
            self._journal.close()


def unused_name(path: str) -> str:
    """Return a path, or the first one with a number behind it that is not there yet."""
    names = itertools.chain([path], (f"{path}-{number}" for number in itertools.count(2)))
    return next(name for name in names if not os.path.exists(name))
