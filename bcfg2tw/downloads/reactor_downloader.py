"""
Downloads by Twisted's HTTP client, for engine code that waits for them in threads.

Bounded in time and size, with redirects, authentication, proxies and conditional requests. What a
download fails of, and whether it is worth another try, is decided here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Queue
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.python.threadable import isInIOThread

from bcfg2tw.engine.plugin.downloads import Download, DownloadError, Validators
from bcfg2tw.settings import Settings

__all__ = ["ReactorDownloader"]

#: Before the first further try; doubled each time.
PAUSE_SECONDS = 1.0

#: Added to the time that a download may take, for a reactor that is busy.
PATIENCE_SECONDS = 60.0

STOPPING = "the server is stopping"

Result = Validators | None | Failure


class ReactorDownloader:
    """
    Fetches files in the reactor's thread for other threads.

    :param settings: returns those in force
    """

    def __init__(self, reactor: Any, settings: Callable[[], Settings]) -> None:
        self._reactor = reactor
        self._settings = settings
        self._lock = threading.Lock()
        self._waiting: set[Queue[Result]] = set()
        self._running: set[Deferred[Any]] = set()
        self._is_stopped = False

    def fetch(self, download: Download) -> Validators | None:
        """
        Fetch a file, and wait for it; None says that it has not changed.

        :raises NotThere: if the server has no such file
        :raises DownloadError: if it cannot be fetched
        """
        if isInIOThread() or not self._can_wait():
            raise DownloadError("nothing can be downloaded before the server runs")
        result: Queue[Result] = Queue()
        with self._lock:
            if self._is_stopped:
                raise DownloadError(STOPPING)
            self._waiting.add(result)
        self._reactor.callFromThread(self._start, download, result)
        return self._wait_for(result)

    def _can_wait(self) -> bool:
        """Say whether this thread can wait for the reactor: it must not be the one to run it."""
        is_main = threading.current_thread() is threading.main_thread()
        return not is_main or bool(self._reactor.running)

    def _wait_for(self, result: Queue[Result]) -> Validators | None:
        settings = self._settings()
        tries = settings.packages_retries + 1
        longest = tries * (settings.packages_download_timeout_seconds + 2**tries * PAUSE_SECONDS)
        try:
            validators = result.get(timeout=longest + PATIENCE_SECONDS)
        except Empty:
            raise DownloadError("the reactor does not run, so that nothing is fetched") from None
        finally:
            with self._lock:
                self._waiting.discard(result)
        if isinstance(validators, Failure):
            validators.raiseException()
        return validators

    def _start(self, download: Download, result: Queue[Result]) -> None:
        running: Deferred[Validators | None] = Deferred.fromCoroutine(self._try(download))
        self._running.add(running)

        def finish(validators: Result) -> None:
            self._running.discard(running)
            result.put(validators)

        running.addBoth(finish)

    async def _try(self, download: Download) -> Validators | None:
        # here, because most sites download nothing: Twisted's HTTP client is large
        from bcfg2tw.downloads.transfer import Passing

        settings = self._settings()
        pause = PAUSE_SECONDS
        for _ in range(settings.packages_retries):
            with suppress(Passing):
                return await self._once(download, settings)
            if self._is_stopped:
                raise DownloadError(STOPPING)
            await deferLater(self._reactor, pause)
            pause *= 2
        return await self._once(download, settings)

    async def _once(self, download: Download, settings: Settings) -> Validators | None:
        from bcfg2tw.downloads.transfer import Transfer

        transfer = Transfer(self._reactor, download, settings)
        limit = self._reactor.callLater(settings.packages_download_timeout_seconds, transfer.expire)
        try:
            return await transfer.run()
        finally:
            if limit.active():
                limit.cancel()

    def stop(self) -> None:
        """Cut off the downloads that run; further ones are refused."""
        with self._lock:
            self._is_stopped = True
            waiting = list(self._waiting)
        for result in waiting:
            result.put(Failure(DownloadError(STOPPING)))
        for running in list(self._running):
            running.cancel()
