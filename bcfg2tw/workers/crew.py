"""The workers: as many as there are to be, each replaced when it dies, hangs or is worn out."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, TypeVar

from twisted.application.internet import TimerService
from twisted.application.service import MultiService
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.error import ConnectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings
from bcfg2tw.workers.conversation import Answerers, converse
from bcfg2tw.workers.hired import Hired
from bcfg2tw.workers.nursery_link import NurseryLink
from bcfg2tw.workers.worker_core import Figures, merged_figures

T = TypeVar("T")

log = Logger()

#: How often it is looked whether all workers live.
LOOK_SECONDS = 0.25

#: How much longer than its calls a worker may take to end.
END_SECONDS = 1.0

#: Workers that die young are replaced at once so often; then there is a pause, doubled each time.
HASTY_REPLACEMENTS = 3
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.25, 30.0


class Crew(MultiService):
    """
    Keeps a number of workers.

    :ivar number: how many there are to be
    :ivar first_serving: fires when the first ones serve
    :ivar is_draining: whether clients are being sent elsewhere
    :ivar answerers_of: returns for a worker's process what answers its requests
    :ivar past_statistics: the figures of workers that are gone, as they said last
    :ivar restarts: how many workers were replaced that had died or hung
    """

    name = "crew"

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        number: int,
        nursery: NurseryLink,
    ) -> None:
        """Have none yet."""
        super().__init__()
        self._reactor = reactor
        self._settings = settings
        self.number = number
        self._nursery = nursery
        self._workers: set[Hired] = set()
        self._gone: set[int] = set()  # processes that may have become this one's to take note of
        self._hiring = 0
        self._young_deaths = self._failed_forks = 0
        self._last_look = 0.0
        self._resume_seconds = 0.0  # before that nobody is hired
        self.answerers_of: Callable[[int], Answerers] = lambda process: {}
        self.is_draining = False
        self.past_statistics: Figures = {}
        self.restarts = 0
        self.first_serving: Deferred[None] = Deferred()
        nursery.note_ended = self._note_ended
        timer = TimerService(LOOK_SECONDS, self._look)
        timer.clock = reactor
        timer.setServiceParent(self)

    def startService(self) -> None:
        """Begin to have workers."""
        self._last_look = self._reactor.seconds()
        super().startService()
        self.fill()

    @property
    def serving(self) -> list[Hired]:
        """The workers that take calls, in the order of their processes."""
        staying = (worker for worker in self._workers if worker.is_serving)
        return sorted(
            (worker for worker in staying if not worker.is_leaving), key=lambda w: w.process
        )

    @property
    def present(self) -> list[Hired]:
        """The workers that were not told to end, those that do not serve yet among them."""
        return [worker for worker in self._workers if not worker.is_leaving]

    def _staying(self) -> list[Hired]:
        """Return the workers that nobody is to follow, those that do not serve yet among them."""
        return [worker for worker in self.present if not worker.has_successor]

    def descriptors(self) -> list[int]:
        """Return the descriptors of the ways to all workers."""
        return [worker.conversation.fileno() for worker in self._workers]

    # Hiring

    def fill(self) -> None:
        """Have as many workers as there are to be, unless they die young, one after the other."""
        pause = self._resume_seconds - self._reactor.seconds()
        if pause > 0:
            self._reactor.callLater(pause, self.fill)
            return
        staying = len(self._staying())
        for _ in range(self.number - staying - self._hiring if self.running else 0):
            in_background(self._hire())

    async def _hire(self) -> Hired | None:
        """Have one more worker serve; None if it died before."""
        worker = await self._prepare()
        if worker is not None:
            await self._open(worker)
        return worker if worker is not None and worker.is_serving else None

    async def _prepare(self) -> Hired | None:
        """Have a worker that could serve; None if it died before, or there is no room for it."""
        self._hiring += 1
        try:
            process, end = await self._nursery.fork()
            worker = Hired(self._reactor, process, self._free_place(), self._answerers(process))
            converse(self._reactor, end, worker.conversation)
        except (Bcfg2Error, OSError) as error:
            self._wait_for_room(error)
            return None
        finally:
            self._hiring -= 1
        self._failed_forks = 0
        self._workers.add(worker)
        worker.gone.addCallback(lambda _: self._note_gone(worker))
        worker.keeps_good_states = not any(w.keeps_good_states for w in self._staying())
        if not self.running:  # the end came first, and knows nothing of this one
            self.dismiss(worker)
            return None
        arguments = {"place": worker.place, "keeps_good_states": worker.keeps_good_states}
        return worker if await self._obeys(worker, "start", **arguments) else None

    def _wait_for_room(self, error: Exception) -> None:
        """Try it again later: the system has no room for one more process, or its descriptors."""
        pause = _doubled_seconds(self._failed_forks)
        self._failed_forks += 1
        log.error(
            "No worker can be forked: {error}. It is tried again in {pause:g} s",
            error=error,
            pause=pause,
        )
        self._resume_seconds = self._reactor.seconds() + pause
        self.fill()

    def _free_place(self) -> int:
        """Return the first place that no process has: there are few, however many come and go."""
        taken = {worker.place for worker in self._workers}
        return next(place for place in count(1) if place not in taken)

    async def _open(self, worker: Hired) -> None:
        """Have a worker take connections."""
        if self.is_draining:
            await self._obeys(worker, "administer", command="drain", arguments={})
        if not worker.is_leaving and await self._obeys(worker, "listen"):
            worker.note_serving()
            if not self.first_serving.called and len(self.serving) >= self.number:
                self.first_serving.callback(None)

    async def _obeys(self, worker: Hired, command: str, /, **arguments: Any) -> bool:
        """Have a worker do something, and say whether it has; one that cannot is ended."""
        try:
            await worker.conversation.ask(command, **arguments)
        except ConnectionDone:
            return False
        except Bcfg2Error as error:
            log.error("Worker {process}: {error}", process=worker.process, error=error)
            worker.kill()
            return False
        return True

    def _answerers(self, process: int) -> Answerers:
        leaving = partial(self._note_leaving, process)
        return {**self.answerers_of(process), "leaving": leaving}

    # Ends

    def _note_gone(self, worker: Hired) -> None:
        self._workers.discard(worker)
        self._gone.add(worker.process)
        last = worker.figures.get("statistics", {})
        self.past_statistics = merged_figures([self.past_statistics, last])
        if worker.is_leaving or not self.running:
            self.fill()
            return
        self.restarts += 1
        self._young_deaths = self._young_deaths + 1 if worker.is_young else 0
        pause = self._pause_seconds()
        if pause:
            log.error("Workers die young: the next one starts in {pause:g} s", pause=pause)
        self._resume_seconds = self._reactor.seconds() + pause
        self.fill()

    @property
    def _is_pausing(self) -> bool:
        """Say whether nobody is hired now."""
        return bool(self._reactor.seconds() < self._resume_seconds)

    def _pause_seconds(self) -> float:
        """Return how long nobody is hired after a death."""
        excess = self._young_deaths - HASTY_REPLACEMENTS
        return 0.0 if excess < 0 else _doubled_seconds(excess)

    def _note_ended(self, process: int, code: int) -> None:
        """Say how a worker has ended, if it was not told to."""
        if code == 0:
            return
        how = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
        log.error("Worker {process} {how}", process=process, how=how)

    def _note_leaving(self, process: int) -> None:
        """Replace a worker that somebody has told to end."""
        for worker in self._workers:
            if worker.process == process and not worker.is_leaving:
                self._expect_end(worker)
        self.fill()

    def _look(self) -> None:
        """Replace who gives no sign of life, and who is worn out."""
        self._reap_adopted()
        self._nursery.look()
        now = self._reactor.seconds()
        # where this process itself was stopped, or the machine, silence says nothing
        pause, self._last_look = now - self._last_look, now
        for worker in tuple(self._workers):
            if pause > 8 * LOOK_SECONDS:
                worker.beat_seconds = now
            elif worker.is_leaving:
                continue
            elif now - worker.beat_seconds > self._settings.worker_heartbeat_seconds:
                self._end_silent(worker, now - worker.beat_seconds)
            else:
                self._replace_worn_out(worker)

    def _reap_adopted(self) -> None:
        """
        Take note of the end of workers whose nursery ended before them.

        They have become children of the first process of a container, which may be this one.
        """
        for process in tuple(self._gone):
            try:
                is_ended = os.waitpid(process, os.WNOHANG)[0] != 0
            except ChildProcessError:  # its nursery has done so, or another process does
                is_ended = True
            if is_ended:
                self._gone.discard(process)

    def _end_silent(self, worker: Hired, seconds: float) -> None:
        log.error(
            "Worker {process} gave no sign of life for {seconds:.1f} s: it is replaced",
            process=worker.process,
            seconds=seconds,
        )
        worker.beat_seconds = self._reactor.seconds()
        worker.kill()

    def _replace_worn_out(self, worker: Hired) -> None:
        if worker.has_successor or not worker.is_serving or self._is_pausing:
            return
        reason = worker.reason_to_go(self._settings.max_calls_per_worker)
        if reason is not None:
            self.replace(worker, reason)

    def replace(self, worker: Hired, reason: str) -> None:
        """Have another one serve in a worker's place, which ends then."""
        if not worker.has_successor and not worker.is_leaving:
            log.info(
                "Worker {process} is replaced: {reason}", process=worker.process, reason=reason
            )
            worker.has_successor = True
            in_background(self._succeed(worker))

    async def _succeed(self, worker: Hired) -> None:
        try:
            successor = await self._hire()
        finally:
            worker.has_successor = False
        if successor is not None:
            self.dismiss(worker)

    async def replace_all(self) -> None:
        """Have new workers serve in the place of all, at the same moment; none once it ends."""
        if not self.running:
            return
        former = self._staying()
        for worker in former:
            # one that nobody follows now, for want of room, is followed later
            worker.has_successor = worker.is_outdated = True
        try:
            successors = await self._prepare_all()
            for successor in successors:
                await self._open(successor)
        finally:
            for worker in former:
                worker.has_successor = False
        for worker in former if successors else ():
            self.dismiss(worker)
        self._dismiss_excess()
        self.fill()

    def _dismiss_excess(self) -> None:
        """Have those end that are too many: some were being hired when all were replaced."""
        staying = sorted(self._staying(), key=lambda worker: not worker.is_serving)
        for worker in staying[self.number :]:
            self.dismiss(worker)

    async def _prepare_all(self) -> list[Hired]:
        """Have as many workers as there are to be; return those that did not die at once."""
        preparing = [Deferred.fromCoroutine(self._prepare()) for _ in range(self.number)]
        results = await DeferredList(preparing, consumeErrors=True)
        return [worker for is_there, worker in results if is_there and worker is not None]

    def dismiss(self, worker: Hired) -> None:
        """Have a worker end, once its calls are answered."""
        if not worker.is_leaving:
            self._expect_end(worker)
            in_background(self._obeys(worker, "drain"))

    def _expect_end(self, worker: Hired) -> None:
        worker.is_leaving = True
        seconds = self._settings.drain_timeout_seconds + END_SECONDS
        limit = self._reactor.callLater(seconds, worker.kill)
        worker.gone.addCallback(lambda _: limit.cancel() if limit.active() else None)

    def cut_short(self) -> None:
        """Have workers that end wait for no call any more."""
        for worker in self._workers:
            worker.conversation.note("cut_short")

    def stopService(self) -> Deferred[None]:
        """End; the Deferred fires when all workers have ended."""
        super().stopService()
        ended: Deferred[None] = Deferred()
        gone = []
        for worker in tuple(self._workers):
            waiting: Deferred[None] = Deferred()
            worker.gone.addCallback(waiting.callback)
            gone.append(waiting)
            self.dismiss(worker)
        DeferredList(gone).addCallback(lambda _: ended.callback(None))
        return ended


def _doubled_seconds(times: int) -> float:
    """Return a pause that was doubled so often."""
    return float(min(FIRST_PAUSE_SECONDS * 2 ** min(times, 16), LAST_PAUSE_SECONDS))


def _report(failure: Failure) -> None:
    """Log what went wrong in the background; ends of processes are told elsewhere."""
    if not failure.check(ConnectionDone):
        log.failure("The supervisor failed", failure)


def in_background(work: Any) -> None:
    """Have a coroutine or Deferred go on by itself; what goes wrong is logged."""
    deferred = work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)
    deferred.addErrback(_report)
