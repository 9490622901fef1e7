"""The workers: as many as there are to be, each replaced when it dies, hangs or is worn out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from twisted.application.internet import TimerService
from twisted.application.service import MultiService
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.error import ConnectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings
from bcfg2tw.workers.conversation import converse
from bcfg2tw.workers.hired import Hired
from bcfg2tw.workers.nursery_link import NurseryLink

T = TypeVar("T")

log = Logger()

#: How often it is looked whether all workers live.
LOOK_SECONDS = 0.25

#: How much longer than its calls a worker may take to end.
END_SECONDS = 1.0

#: How long workers may take to answer questions.
ANSWER_SECONDS = 2.0

#: How long workers may take to read a change that the nursery has read; who does not is replaced.
READING_SECONDS = 1.0

#: Workers that die young are replaced at once so often; then there is a pause, doubled each time.
HASTY_REPLACEMENTS = 3
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.25, 30.0


@dataclass(frozen=True)
class Answer:
    """
    The answer of one worker.

    :ivar process: its number
    :ivar value: None where there is none
    :ivar silence: why there is none, None where there is one
    """

    process: int
    value: Any = None
    silence: str | None = None


class Crew(MultiService):
    """
    Keeps a number of workers.

    :ivar number: how many there are to be
    :ivar first_serving: fires when the first ones serve
    :ivar is_draining: whether clients are being sent elsewhere
    :ivar restarts: how many workers were replaced that had died or hung
    """

    name = "crew"

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        number: int,
        nursery: NurseryLink,
        obey_here: Callable[[str, list[Any]], None],
    ) -> None:
        """
        Have none yet.

        :param obey_here: called with name and parameters of each method that all processes obey
        """
        super().__init__()
        self._reactor = reactor
        self._settings = settings
        self.number = number
        self._nursery = nursery
        self._obey_here = obey_here
        self._workers: set[Hired] = set()
        self._hiring = 0
        self._young_deaths = 0
        self._last_look = 0.0
        self.is_draining = False
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

    def _staying(self) -> list[Hired]:
        """Return the workers that nobody is to follow, those that do not serve yet among them."""
        return [w for w in self._workers if not (w.is_leaving or w.has_successor)]

    def descriptors(self) -> list[int]:
        """Return the descriptors of the ways to all workers."""
        return [worker.conversation.fileno() for worker in self._workers]

    # Hiring

    def fill(self) -> None:
        """Have as many workers as there are to be."""
        staying = len(self._staying())
        for _ in range(self.number - staying - self._hiring if self.running else 0):
            self._in_background(self._hire())

    async def _hire(self) -> Hired | None:
        """Have one more worker serve; None if it died before."""
        worker = await self._prepare()
        if worker is not None:
            await self._open(worker)
        return worker if worker is not None and worker.is_serving else None

    async def _prepare(self) -> Hired | None:
        """Have a worker that could serve; None if it died before."""
        self._hiring += 1
        try:
            process, end = await self._nursery.fork()
        finally:
            self._hiring -= 1
        worker = Hired(self._reactor, process, self._answerers(process))
        self._workers.add(worker)
        worker.gone.addCallback(lambda _: self._note_gone(worker))
        converse(self._reactor, end, worker.conversation)
        worker.keeps_good_states = not any(w.keeps_good_states for w in self._staying())
        keeps = worker.keeps_good_states
        return worker if await self._obeys(worker, "start", keeps_good_states=keeps) else None

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

    def _answerers(self, process: int) -> dict[str, Callable[..., Any]]:
        return {
            "spread": partial(self._spread, process),
            "statistics": partial(self._statistics, process),
            "leaving": partial(self._note_leaving, process),
        }

    # Ends

    def _note_gone(self, worker: Hired) -> None:
        self._workers.discard(worker)
        if worker.is_leaving or not self.running:
            self.fill()
            return
        self.restarts += 1
        self._young_deaths = self._young_deaths + 1 if worker.is_young else 0
        pause = self._pause_seconds()
        if pause:
            log.error("Workers die young: the next one starts in {pause:g} s", pause=pause)
        self._reactor.callLater(pause, self.fill)

    def _pause_seconds(self) -> float:
        """Return how long nobody is hired after a death."""
        excess = self._young_deaths - HASTY_REPLACEMENTS
        if excess < 0:
            return 0.0
        return float(min(FIRST_PAUSE_SECONDS * 2 ** min(excess, 16), LAST_PAUSE_SECONDS))

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

    def _end_silent(self, worker: Hired, seconds: float) -> None:
        log.error(
            "Worker {process} gave no sign of life for {seconds:.1f} s: it is replaced",
            process=worker.process,
            seconds=seconds,
        )
        worker.beat_seconds = self._reactor.seconds()
        worker.kill()

    def _replace_worn_out(self, worker: Hired) -> None:
        if worker.has_successor or not worker.is_serving:
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
            self._in_background(self._succeed(worker))

    async def _succeed(self, worker: Hired) -> None:
        try:
            successor = await self._hire()
        finally:
            worker.has_successor = False
        if successor is not None:
            self.dismiss(worker)

    async def replace_all(self) -> None:
        """Have new workers serve in the place of all, at the same moment."""
        former = self._staying()
        for worker in former:
            worker.has_successor = True
        try:
            successors = await self._prepare_all()
            for successor in successors:
                await self._open(successor)
        finally:
            for worker in former:
                worker.has_successor = False
        for worker in former if successors else ():
            self.dismiss(worker)
        self.fill()

    async def _prepare_all(self) -> list[Hired]:
        """Have as many workers as there are to be; return those that did not die at once."""
        preparing = [Deferred.fromCoroutine(self._prepare()) for _ in range(self.number)]
        results = await DeferredList(preparing, consumeErrors=True)
        return [worker for is_there, worker in results if is_there and worker is not None]

    def dismiss(self, worker: Hired) -> None:
        """Have a worker end, once its calls are answered."""
        if not worker.is_leaving:
            self._expect_end(worker)
            self._in_background(self._obeys(worker, "drain"))

    def _expect_end(self, worker: Hired) -> None:
        worker.is_leaving = True
        seconds = self._settings.drain_timeout_seconds + END_SECONDS
        limit = self._reactor.callLater(seconds, worker.kill)
        worker.gone.addCallback(lambda _: limit.cancel() if limit.active() else None)

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

    # Questions and commands

    def ask_all(
        self, command: str, seconds: float, but: int | None = None, /, **arguments: Any
    ) -> Deferred[list[Answer]]:
        """
        Ask all workers that serve.

        :param seconds: after which no answer is waited for
        :param but: the process of one that is not asked
        :returns: a Deferred of their answers, in the order of their processes
        """
        asked = [worker for worker in self.serving if worker.process != but]
        answers = [
            self._answer_of(worker, worker.conversation.ask(command, **arguments), seconds)
            for worker in asked
        ]
        gathered: Deferred[list[Answer]] = DeferredList(answers).addCallback(
            lambda results: [answer for _, answer in results]
        )
        return gathered

    def _answer_of(self, worker: Hired, answer: Deferred[Any], seconds: float) -> Deferred[Answer]:
        answer.addTimeout(seconds, self._reactor)
        return answer.addCallbacks(
            lambda value: Answer(worker.process, value),
            lambda failure: Answer(worker.process, silence=_reason(failure, seconds)),
        )

    def cut_short(self) -> None:
        """Have workers that end wait for no call any more."""
        for worker in self._workers:
            worker.conversation.note("cut_short")

    def spread(self, name: str, parameters: list[Any]) -> Deferred[None]:
        """Have all processes obey."""
        return self._spread(None, name, parameters)

    def _spread(self, process: int | None, name: str, parameters: list[Any]) -> Deferred[None]:
        """Have all processes but one obey a call that one has answered."""
        self._obey_here(name, parameters)
        self._in_background(self._nursery.ask("obey", name=name, parameters=parameters))
        answers = self.ask_all("obey", ANSWER_SECONDS, process, name=name, parameters=parameters)
        return answers.addCallback(lambda given: _warn_of_silence(name, given))

    def _statistics(self, process: int) -> Deferred[list[Any]]:
        """Return the figures of all workers but one."""
        answers = self.ask_all("statistics", ANSWER_SECONDS, process)
        return answers.addCallback(
            lambda given: [answer.value for answer in given if answer.silence is None]
        )

    async def reload(self, changed: Collection[str] | None) -> None:
        """
        Have all workers read a change that the nursery has read.

        They put it into service at the same moment; who takes too long is replaced.
        """
        workers = [worker for worker in self._workers if not worker.is_leaving]
        readings = [self._reading_of(worker, changed) for worker in workers]
        await DeferredList([ready for ready, _ in readings])
        for worker, (_, done) in zip(workers, readings, strict=True):
            worker.conversation.note("swap")
            done.addCallback(partial(self._replace_late, worker))

    def _reading_of(
        self, worker: Hired, changed: Collection[str] | None
    ) -> tuple[Deferred[None], Deferred[bool]]:
        """Return Deferreds that fire when a worker has read a change, and whether it is served."""
        prepared: Deferred[None] = Deferred()
        worker.prepared = prepared
        answer = worker.conversation.ask("reload", changed=changed)
        answer.addTimeout(ANSWER_SECONDS, self._reactor)
        done: Deferred[bool] = answer.addCallbacks(
            lambda _: True, partial(_note_failed_reading, worker)
        )
        prepared.addTimeout(READING_SECONDS, self._reactor)
        either: list[Deferred[Any]] = [prepared, _follow(done)]
        first = DeferredList(
            either, fireOnOneCallback=True, fireOnOneErrback=True, consumeErrors=True
        )
        ready: Deferred[None] = first.addBoth(lambda _: None)
        return ready, done

    def _replace_late(self, worker: Hired, is_in_service: bool) -> None:
        if not is_in_service and worker in self._workers:
            self.replace(worker, "it does not read what has changed")

    def _in_background(self, work: Any) -> None:
        deferred = work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)
        deferred.addErrback(_report)


def _follow(source: Deferred[T]) -> Deferred[T]:
    """Return a Deferred that fires when another one does, whose value stays as it is."""
    follower: Deferred[T] = Deferred()

    def tell(value: T) -> T:
        if not follower.called:
            follower.callback(value)
        return value

    source.addCallback(tell)
    return follower


def _note_failed_reading(worker: Hired, failure: Failure) -> bool:
    if not failure.check(ConnectionDone):
        log.warn(
            "Worker {process} cannot read the repository: {reason}",
            process=worker.process,
            reason=_reason(failure, ANSWER_SECONDS),
        )
    return False


def _reason(failure: Failure, seconds: float) -> str:
    """Return in words why there is no answer."""
    if failure.check(ConnectionDone):
        return "it has ended"
    if failure.check(Bcfg2Error):
        return str(failure.value)
    return f"no answer within {seconds:g} s"


def _warn_of_silence(name: str, answers: list[Answer]) -> None:
    for answer in answers:
        if answer.silence is not None:
            log.warn(
                "{name} has not reached worker {process}: {reason}",
                name=name,
                process=answer.process,
                reason=answer.silence,
            )


def _report(failure: Failure) -> None:
    """Log what went wrong in the background; ends of processes are told elsewhere."""
    if not failure.check(ConnectionDone):
        log.failure("The supervisor failed", failure)
