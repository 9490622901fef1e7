"""A journal that several processes share, and what each of them has in memory of it."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

from bcfg2tw.engine.clock import Clock, Timer
from bcfg2tw.engine.store.later import Later
from bcfg2tw.engine.store.shared_client_locks import SharedClientLocks
from bcfg2tw.engine.store.state_folder import StateFolder
from bcfg2tw.engine.store.xmlfiles.journal import Journal
from bcfg2tw.engine.store.xmlfiles.mark import Progress
from bcfg2tw.engine.store.xmlfiles.records import Record
from bcfg2tw.engine.store.xmlfiles.shared_log import News
from bcfg2tw.errors import Bcfg2Error, RepositoryError, StateUnavailable

#: Seconds between two looks of a process that nobody calls.
LOOK_EVERY_SECONDS = 1.0


class FollowedJournal(ABC):
    """
    Takes in what other processes append: at the beginning of each call, and from time to time.

    :ivar later: folds some seconds after it is asked to
    """

    later: Later

    def __init__(self, journal: Journal, clock: Clock, folder: StateFolder | None) -> None:
        self._journal = journal
        self._folder = folder
        self._clock = clock
        self._client_locks = SharedClientLocks(self._hold, self._catch_up_if_possible)
        self._folding = threading.Lock()
        self._lock = threading.Lock()
        self._is_serving = False  # a tool beside the server leaves its journal alone
        self._timer: Timer | None = None
        self._is_closed = False
        # what other processes appended is put into force by one thread at a time
        self._news_lock = threading.Lock()
        self._needs_rereading = False
        self._seen: object = None  # the journal, when all of it was in force
        self._last_progress: Progress | None = None
        # generations of the journal that have ended, with the last change in each
        self._ends: list[tuple[int, int]] = []

    @abstractmethod
    def _take_record(self, record: Record) -> None:
        """Make a change of another process visible, and announce it."""

    @abstractmethod
    def _last_change(self) -> int:
        """Return the number of the last change that is in memory; `_lock` is held."""

    @abstractmethod
    def _note_folded(self, last: int, stamps: tuple[int, ...]) -> None:
        """
        Note that another process has written all changes up to a number; `_lock` is held.

        :param stamps: of the file, before and after that, where the process says so
        """

    @abstractmethod
    def _reread(self, records: list[Record]) -> None:
        """
        Take in the file, where it is not known what other processes did to it.

        Calls go on meanwhile: what is in memory changes to what file and journal say together,
        and never to what the file says alone.

        :param records: all that the journal holds, in order
        :raises RepositoryError: if it cannot be read or is not well-formed
        """

    @abstractmethod
    def _lacks_anything(self) -> bool:
        """Say whether there is something that the file lacks."""

    def _wants_folding(self) -> bool:
        """Say whether what the file lacks is to be written soon."""
        return self._lacks_anything()

    @abstractmethod
    def _report(self, problem: Exception) -> None:
        """Tell the administrator of a problem, once."""

    def changing(self, name: str) -> AbstractContextManager[None]:
        """Keep other threads, and other processes, from changing a client."""
        return self._client_locks.holding(name)

    def registering(self, ip: str) -> AbstractContextManager[None]:
        """Keep other threads, and other processes, from registering a client from an address."""
        return self._client_locks.holding_address(ip)

    @contextmanager
    def _hold(self, number: int) -> Iterator[None]:
        with ExitStack() as held:
            if self._is_serving and self._is_folder_there():
                with suppress(OSError):  # where nothing can be written the change is refused later
                    held.enter_context(self._journal.mark.holding(number))
            yield

    def _catch_up_if_possible(self) -> None:
        with suppress(StateUnavailable):  # what is to be changed is refused then
            self.catch_up()

    def catch_up(self) -> None:
        """
        Take in what other processes have changed, and announce it.

        :raises StateUnavailable: if the folder for state is gone, or the journal cannot be read
        """
        self._check_folder()
        if self._is_serving and self._timer is None:
            self._look_later()
        if not self._is_serving or self._journal.glance() == self._seen:
            return
        self._take_news()
        if self._needs_rereading:
            with self._folding:
                self._read_all_again()

    def _check_folder(self) -> None:
        """See that what is read and written is not the empty place of a folder that is gone."""
        if self._folder is not None:
            self._folder.check()

    def _is_folder_there(self) -> bool:
        return self._folder is None or self._folder.is_there()

    def _take_news(self) -> None:
        with self._news_lock:
            try:
                news = self._journal.news()
            except OSError as error:
                raise StateUnavailable(
                    f"{self._journal.path} cannot be read: {error.strerror or error}"
                ) from error
            with self._in_force_or_reread():
                self._put_into_force(news)

    @contextmanager
    def _in_force_or_reread(self) -> Iterator[None]:
        """
        Have file and journal read anew where a change of the journal does not come into force.

        There may be no memory for it, and the journal tells it only once: a leader that lacks it
        would write the file without, and forget the journal.
        """
        try:
            yield
        except BaseException:
            self._needs_rereading, self._seen = True, None
            raise

    def _put_into_force(self, news: News) -> None:
        self._needs_rereading = self._needs_rereading or news.is_gap
        ends = {count: generation for generation, count in news.rotations}
        for number, record in enumerate([*news.records, None]):
            if number in ends:
                with self._lock:
                    self._ends.append((ends[number], self._last_change()))
            if record is not None:
                self._take_record(record)
        self._take_progress()
        self._seen = None if self._needs_rereading else news.seen

    def _take_progress(self) -> None:
        """Note what the leader has folded."""
        progress = self._journal.folded
        if progress is None or progress == self._last_progress or self._journal.mark.is_leading:
            return
        self._last_progress = progress
        folded = [last for generation, last in self._ends if generation <= progress.folded]
        with self._lock:
            self._note_folded(folded[-1] if folded else 0, progress.stamps)
        del self._ends[: len(folded)]

    def _read_all_again(self) -> None:
        """
        Begin anew with the file and the whole journal; `_folding` is held.

        All that is in the journal counts, whoever edited the file meanwhile, as it does for the
        processes that missed nothing. Only the journal of a server that is gone is weighed.
        """
        if not self._needs_rereading:
            return
        with self._news_lock:
            try:
                leftover = self._journal.leftover()
                self._reread(leftover.records)
            except (RepositoryError, OSError) as error:
                self._report(error)
                return
            self._needs_rereading = False
            self._ends = []

    def _look(self) -> None:
        """Look what others have done, though nobody calls; and again, later."""
        try:
            if self._is_folder_there():
                self.catch_up()
                if self._wants_folding():
                    self.later.request()
        except (Bcfg2Error, MemoryError) as error:
            self._report(error)
        finally:
            self._look_later()

    def _look_later(self) -> None:
        if not self._is_closed:
            with suppress(RuntimeError):  # there is no memory for a thread: the next call tries it
                self._timer = self._clock.call_later(LOOK_EVERY_SECONDS, self._look)

    def _look_no_more(self) -> None:
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()

    def disconnect(self) -> None:
        """Close the journal, for a process that is about to fork and does not serve."""
        self._journal.disconnect()
