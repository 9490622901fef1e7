"""
Tells a core which files changed, once they are quiet.

A change of many files, such as a `git pull`, is taken in as one; a single file is, where its writer
has finished, waited for half as long. While the core reads, further changes gather for the next
time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.calls.interfaces import Pool, WatchedCore
from bcfg2tw.engine.repository.checkout import Checkout
from bcfg2tw.engine.repository.listing import IgnoredNames
from bcfg2tw.errors import Bcfg2Error, UnreadableRepository
from bcfg2tw.pool import Busy
from bcfg2tw.settings import Settings
from bcfg2tw.watching.file_changes import ChangeSource, Notifications, Polling
from bcfg2tw.watching.inotify import NoInotify

log = Logger()

#: A repository that never rests is read all the same after this time.
CONTINUOUS_SECONDS = 10.0
#: A file that somebody writes, and has not closed, is waited for so long after the last change.
WRITING_SECONDS = 2.0
#: Between two attempts to read a repository that cannot be read.
RETRY_SECONDS = 2.0
#: How often the core is asked what counts, where files are not looked at anyway: a template may
#: have included a file for a client that nobody has watched yet.
ASK_SECONDS = 5.0


class Watcher(Service):
    """
    Watches what a core was read from, and has it read again.

    It begins with a reading: something may have changed since the core was started.
    """

    name = "watcher"

    def __init__(self, reactor: Any, core: WatchedCore, pool: Pool, settings: Settings) -> None:
        self._reactor = reactor
        self._core = core
        self._pool = pool
        self._settings = settings
        self._ignored = IgnoredNames(settings.ignore_files)
        self._source: ChangeSource | None = None
        self._paths: tuple[str, ...] = ()
        # what changed since the core read last; None in it stands for anything
        self._changed: set[str | None] = set()
        # what the core is being told, and what it failed to take in
        self._missed: set[str | None] = set()
        self._first_seconds = self._last_seconds = 0.0
        # what is being written, and whether the writer of what changed last has finished
        self._unfinished: set[str | None] = set()
        self._is_last_whole = False
        self._quiet_call: IDelayedCall | None = None
        self._poll_call: IDelayedCall | None = None
        self._retry_call: IDelayedCall | None = None
        # the last thing that kept the repository from being read; it is logged once
        self._obstacle: str | None = None
        self._busy: Deferred[None] | None = None

    def startService(self) -> None:
        """Begin to watch."""
        super().startService()
        self._source = self._new_source()
        self._begin(self._poll())

    def stopService(self) -> Deferred[None]:
        """End; the Deferred fires when a reading that is under way has ended."""
        super().stopService()
        for call in (self._quiet_call, self._poll_call, self._retry_call):
            if call is not None and call.active():
                call.cancel()
        stopped: Deferred[None] = Deferred()
        stopped.addCallback(lambda _: self._close())
        if self._busy is None:
            stopped.callback(None)
        else:
            self._busy.chainDeferred(stopped)
        return stopped

    def changed(self, path: str | None, is_whole: bool | None = None) -> None:
        """
        Take note of a change.

        :param path: a full path, or None where anything may have changed
        :param is_whole: whether the file's writer has finished; None if that is not known
        """
        now = self._reactor.seconds()
        if not self._changed:
            self._first_seconds = now
        self._last_seconds = now
        self._changed.add(path)
        self._is_last_whole = is_whole is True
        if is_whole is False:
            self._unfinished.add(path)
        elif is_whole:
            self._unfinished.discard(path)
        if self._busy is None:
            self._wait_for_quiet()

    def _new_source(self) -> ChangeSource:
        if self._settings.filemonitor == "polling":
            return Polling(self._ignored)
        try:
            return Notifications(self._reactor, self._ignored, self.changed)
        except NoInotify as error:
            return self._polling_because(error)

    def _polling_because(self, error: NoInotify) -> ChangeSource:
        log.warn("Looking for changed files from time to time instead of by inotify: {e}", e=error)
        return Polling(self._ignored)

    def _close(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None

    def _wait_for_quiet(self, seconds: float | None = None) -> None:
        if not self.running:
            return
        delay = self._quiet_seconds() if seconds is None else seconds
        if self._quiet_call is None or not self._quiet_call.active():
            self._quiet_call = self._reactor.callLater(delay, self._look_whether_quiet)
        elif self._quiet_call.getTime() > self._reactor.seconds() + delay:
            self._quiet_call.reset(delay)  # a file that was waited for is whole now

    def _look_whether_quiet(self) -> None:
        if self._busy is not None:
            return  # looks again when it is done
        wait = self._due_seconds() - self._reactor.seconds()
        if wait > 0:
            self._wait_for_quiet(wait)
        else:
            self._begin(self._take_in())

    def _due_seconds(self) -> float:
        now, quiet = self._reactor.seconds(), self._quiet_seconds()
        if Checkout(self._settings.working_copy).is_changing():
            return float(now + quiet)  # the files belong together only when git has finished
        return min(self._last_seconds + quiet, self._first_seconds + CONTINUOUS_SECONDS)

    def _quiet_seconds(self) -> float:
        """Return how long nothing has to change before the core is told."""
        quiet = self._settings.quiet_seconds
        if self._unfinished:
            return max(quiet, WRITING_SECONDS)
        return quiet / 2 if self._is_last_whole and len(self._changed) == 1 else quiet

    def _begin(self, work: Any) -> None:
        """Start what only one may do at a time."""
        self._busy = Deferred()
        Deferred.fromCoroutine(work).addBoth(self._done)

    def _done(self, result: Failure | None) -> None:
        if result is not None:
            self._report(result)
        busy, self._busy = self._busy, None
        if self._changed:
            self._wait_for_quiet()
        self._plan_poll()
        if busy is not None:
            busy.callback(None)

    def _report(self, failure: Failure) -> None:
        if failure.check(UnreadableRepository):
            self._try_again(str(failure.value))
        elif failure.check(Bcfg2Error):
            log.error("{reason}; what was read last stays in service", reason=failure.value)
        else:
            log.failure("Taking in changed files failed; the next change has them read", failure)

    def _try_again(self, obstacle: str) -> None:
        """Say once what keeps the repository from being read, and read it when that may be over."""
        if obstacle != self._obstacle:
            log.error(
                "{reason}; what was read last stays in service, and it is tried again",
                reason=obstacle,
            )
        self._obstacle = obstacle
        if self.running:
            self._retry_call = self._reactor.callLater(RETRY_SECONDS, self.changed, None)

    def _plan_poll(self) -> None:
        if not self.running or self._source is None:
            return
        if self._poll_call is None or not self._poll_call.active():
            seconds = self._source.poll_seconds
            if seconds is None:
                self._poll_call = self._reactor.callLater(ASK_SECONDS, self._ask_now)
            else:
                self._poll_call = self._reactor.callLater(seconds, self._poll_now)

    def _poll_now(self) -> None:
        if self._busy is None:
            self._begin(self._poll())

    async def _poll(self, paths: tuple[str, ...] | None = None) -> None:
        await self._look(paths)

    def _ask_now(self) -> None:
        asked = Deferred.fromCoroutine(self._ask()).addErrback(self._report)
        asked.addCallback(lambda _: self._plan_poll())

    async def _ask(self) -> None:
        """Have what the core has read since it was asked last be watched; it counts as changed."""
        try:
            paths = await self._pool.call(self._core.watched)
        except Busy:
            paths = self._paths  # it is asked again
        if self.running and self._busy is None and set(paths) != set(self._paths):
            self._begin(self._poll(paths))

    async def _take_in(self) -> None:
        # what counts is asked after the reading: all processes answer, and the change waits for it
        has_more = await self._look(self._paths or None)
        if has_more and self._reactor.seconds() < self._first_seconds + CONTINUOUS_SECONDS:
            return  # what was not noticed until now may go on
        self._missed |= self._changed
        self._changed, self._unfinished = set(), set()
        try:
            paths = await self._pool.call(self._reload_core, frozenset(self._missed))
        except Busy:
            self._changed |= self._missed
            return
        self._missed = set()
        self._obstacle = None
        if not set(paths).issubset(self._paths):
            # what has not been read again yet goes on being watched, until the core is asked
            await self._look(tuple({*self._paths, *paths}))

    async def _look(self, paths: tuple[str, ...] | None = None) -> bool:
        """
        Look at what counts now, and say whether there are changes that were not noticed.

        :param paths: all that counts; None if the core is to say
        """
        try:
            changes = await self._pool.call(self._look_at_files, paths)
        except Busy:
            changes = {None}
        except NoInotify as error:
            self._close()
            self._source = self._polling_because(error)
            return await self._look(paths)
        for path in changes:
            self.changed(path)
        return bool(changes)

    def _look_at_files(self, paths: tuple[str, ...] | None) -> set[str | None]:
        """Look at what counts now; runs in the pool."""
        assert self._source is not None
        self._paths = self._core.watched() if paths is None else paths
        return {*self._source.look(self._paths)}

    def _reload_core(self, changed: Collection[str | None]) -> tuple[str, ...]:
        """Have the core read, and return what counts from now on; runs in the pool."""
        paths = [path for path in changed if path is not None]
        self._core.reload(paths if len(paths) == len(changed) else None)
        return self._core.watched()
