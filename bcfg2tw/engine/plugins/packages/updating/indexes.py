"""
The indexes in service: opened when they are asked for, brought up to date by a thread.

They outlive a change of the repository: the plugin of the next snapshot takes them over. Whoever
asks for an index that was never there waits until the first attempt to make it has ended, well or
not, and is told to come back if that takes long. Nobody waits for one that only becomes newer.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from bcfg2tw.engine.plugin.downloads import Download, Downloader, DownloadError
from bcfg2tw.engine.plugins.packages.fetching.keys import key_path, update_keys
from bcfg2tw.engine.plugins.packages.indexes.source_index import SourceIndex, UnusableIndex
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.updating.update import (
    SourceUpdate,
    UpdateObserver,
    index_path,
    update,
)
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

logger = logging.getLogger("Packages")

#: How long a source that could not be read is left alone before the next attempt; doubled each
#: time, up to the longest.
RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 3600.0

#: How long a call waits for an index that was never there: it holds a thread that others need.
CALL_SECONDS = 20.0

#: How long the end of the server waits for an update that runs.
END_SECONDS = 10.0


class NotReady(Bcfg2Error):
    """An index that was never there is still being made."""


class NoDownloader:
    """Stands for a network side where there is none: files on this machine can be read."""

    def fetch(self, download: Download) -> None:
        """
        Refuse.

        :raises DownloadError: always
        """
        raise DownloadError(
            "nothing is fetched without a running server; `bcfg2tw packages refresh` does it"
        )


@dataclass(frozen=True)
class Order:
    """
    An order for the next update.

    :ivar number: orders are numbered; the one that is carried out stands for all before it
    """

    sources: tuple[PackageSource, ...]
    settings: Settings
    force: bool
    number: int = 0

    def with_those_of(self, waiting: Order) -> Order:
        """
        Return this order together with an earlier one that was not carried out yet.

        Clients of the state before may wait for its sources. Where both name the same index, it
        is made as this order says: the other may accept keys that count no more.
        """
        keys = {source.key for source in self.sources}
        others = tuple(source for source in waiting.sources if source.key not in keys)
        return replace(self, sources=(*others, *self.sources), force=self.force or waiting.force)


class Indexes(UpdateObserver):
    """
    The compiled indexes of one cache folder; all methods are safe in any thread.

    :ivar cache_folder: its path
    """

    def __init__(self, cache_folder: str, downloader: Callable[[], Downloader | None]) -> None:
        self.cache_folder = cache_folder
        self._downloader = downloader
        self._changed = threading.Condition(threading.RLock())
        self._open_indexes: dict[str, SourceIndex] = {}
        self._attempted_keys: set[str] = set()
        self._compiled_keys: set[str] = set()
        self._last: Order | None = None
        self._order: Order | None = None
        self._numbers = 0
        self._last_done = 0
        self._thread: threading.Thread | None = None
        self._is_stopped = False
        # whether nothing could be fetched because there was nothing to fetch it with
        self._lacked_downloader = False

    def get(self, source: PackageSource) -> SourceIndex | None:
        """
        Return the index of a source, None where it could not be made.

        :raises NotReady: if the first attempt to make it takes long, or none is made
        """
        index = self._open_index(source)
        if index is not None and not self._lacks_keys(source):
            return index
        if index is None and not self._numbers:  # a look: nothing is fetched or compiled
            raise NotReady(f"{source.place} has no index yet: run bcfg2tw packages refresh")
        if index is None:
            self._make_again(source)
        if not self._wait(lambda: self._was_attempted(source), CALL_SECONDS):
            raise NotReady(f"the index of {source.place} is still being fetched: try again soon")
        return self._open_index(source)

    def _make_again(self, source: PackageSource) -> None:
        """Have an index made that was made before, and that somebody has deleted since."""
        with self._changed:
            if source.key in self._compiled_keys:
                self._compiled_keys.discard(source.key)
                self._attempted_keys.discard(source.key)
                if self._last is not None:
                    # it may be of a state of the repository that is about to go
                    self._enqueue(self._last.with_those_of(replace(self._last, sources=(source,))))

    def wait_for_keys(self, sources: Iterable[PackageSource]) -> None:
        """Wait until the first attempt to fetch the sources' keys has ended, but not long."""
        for source in sources:
            if self._lacks_keys(source):
                self._wait(partial(self._was_attempted, source), CALL_SECONDS)

    def _was_attempted(self, source: PackageSource) -> bool:
        return source.key in self._attempted_keys or self._last_done >= self._numbers

    def _open_index(self, source: PackageSource) -> SourceIndex | None:
        index = self._open_indexes.get(source.key)
        if index is not None and index.is_current():
            return index
        try:
            replacement = SourceIndex.open(index_path(self.cache_folder, source))
        except UnusableIndex:
            return index  # its file may be gone, but what is open can be read
        self._open_indexes[source.key] = replacement
        return replacement

    def _lacks_keys(self, source: PackageSource) -> bool:
        paths = (key_path(self.cache_folder, url) for url in source.gpgkeys)
        return not all(map(os.path.exists, paths))

    def lack(self, sources: Iterable[PackageSource]) -> bool:
        """Say whether something that the sources need was never there."""
        return any(
            self._open_index(source) is None or self._lacks_keys(source) for source in sources
        )

    def age_seconds(self, source: PackageSource) -> float | None:
        """Return how long ago the index of a source was made, None where there is none."""
        try:
            return max(0.0, time.time() - os.stat(index_path(self.cache_folder, source)).st_mtime)
        except OSError:
            return None

    def load(self, sources: Iterable[PackageSource], settings: Settings) -> int:
        """
        Have a thread make the indexes that are missing.

        :param sources: all that there are; what others have left in the cache is deleted
        :returns: a number to wait for
        """
        with self._changed:
            for source in self._last.sources if self._last is not None else ():
                self._open_index(source)  # its file may be deleted while clients still ask
            self._last = Order(tuple(sources), settings, force=False)
            return self._enqueue(self._last)

    def load_again(self, force: bool) -> int:
        """
        Have a thread bring the indexes of the sources up to date that were given last.

        :param force: ask the servers for everything again, not only for what is missing
        :returns: a number to wait for
        """
        with self._changed:
            if self._last is None:
                return 0
            return self._enqueue(replace(self._last, force=force))

    def fetch_missing(self, sources: Iterable[PackageSource]) -> bool:
        """
        Have what is missing fetched, if nothing could be fetched before, as before a fork.

        :returns: whether that was so; calls of clients that need it wait for it
        """
        with self._changed:
            if not self._lacked_downloader or self._downloader() is None:
                return False
            self._lacked_downloader = False
            if self.lack(sources):
                self._attempted_keys.clear()
                self.load_again(force=False)
            return True

    def _enqueue(self, order: Order) -> int:
        """Put an order into the place for the next; what waits there is carried out with it."""
        self._numbers += 1
        order = replace(order, number=self._numbers)
        self._order = order if self._order is None else order.with_those_of(self._order)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="Packages", daemon=True)
            self._thread.start()
        self._changed.notify_all()
        return order.number

    def wait(self, number: int, seconds: float | None = None) -> bool:
        """Wait until an update is done, well or not; return whether it was in time."""
        return self._wait(lambda: self._last_done >= number, seconds)

    def _wait(self, is_over: Callable[[], bool], seconds: float | None) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: is_over() or self._is_stopped, seconds)

    def stop(self) -> None:
        """End the thread; nobody waits any more."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(END_SECONDS)

    def _run(self) -> None:
        pause = RETRY_SECONDS
        failed_order: Order | None = None
        while True:
            order, is_new = self._next(failed_order, pause)
            if order is None:
                return
            pause = RETRY_SECONDS if is_new else min(pause * 2, LONGEST_RETRY_SECONDS)
            failed_order = None if self._carry_out(order) else order

    def _next(self, failed_order: Order | None, pause: float) -> tuple[Order | None, bool]:
        """Return the next order, or after a pause the one that failed; None at the end."""
        with self._changed:
            if failed_order is not None:
                self._changed.wait_for(lambda: self._order or self._is_stopped, pause)
            order, self._order = self._order, None
            if self._is_stopped or (order is None and failed_order is None):
                self._thread = None if not self._is_stopped else self._thread
                return None, False
            if order is None and failed_order is not None:
                return self._again(failed_order), False
            return order, True

    def _again(self, failed_order: Order) -> Order:
        """Return an order to try again: what is not asked for any more is left out."""
        sources = failed_order.sources if self._last is None else self._last.sources
        return replace(failed_order, sources=sources, force=False)

    def _carry_out(self, order: Order) -> bool:
        """Say whether there is all that the sources need now, or no hope for it."""
        downloader = self._downloader()
        self._lacked_downloader = downloader is None
        try:
            is_whole = self._update(order, downloader or NoDownloader())
            return is_whole or downloader is None
        except Exception:  # whatever it was, those that wait must not wait for ever
            logger.exception("Packages: the indexes cannot be brought up to date")
            return False
        finally:
            with self._changed:
                self._attempted_keys.update(source.key for source in order.sources)
                self._last_done = max(self._last_done, order.number)
                self._changed.notify_all()

    def _update(self, order: Order, downloader: Downloader) -> bool:
        """Bring everything up to date; without metadata this is the keys alone."""
        if not order.settings.packages_metadata:
            urls = [url for source in order.sources for url in source.gpgkeys]
            with ThreadPoolExecutor(order.settings.packages_connections, "packages") as pool:
                update_keys(urls, self.cache_folder, order.settings, downloader, order.force, pool)
            return not any(map(self._lacks_keys, order.sources))
        outcomes = update(
            order.sources, self.cache_folder, downloader, order.settings, order.force, self
        )
        self._compiled_keys = {
            outcome.source.key for outcome in outcomes if outcome.path is not None
        }
        return len(self._compiled_keys) == len({source.key for source in order.sources})

    def source_finished(self, outcome: SourceUpdate) -> None:
        """Let those go on that wait for a source."""
        with self._changed:
            self._attempted_keys.add(outcome.source.key)
            self._changed.notify_all()
