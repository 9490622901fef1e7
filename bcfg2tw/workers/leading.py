"""Leading all processes from one state of the repository and of its certificates to the next."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.error import ConnectionDone
from twisted.internet.threads import blockingCallFromThread
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.pool import Busy, CorePool
from bcfg2tw.serving.start_only import waiting_for_restart
from bcfg2tw.settings import Settings
from bcfg2tw.workers.changes import Changes
from bcfg2tw.workers.crew import Crew
from bcfg2tw.workers.nursery_link import NurseryLink
from bcfg2tw.workers.questions import ANSWER_SECONDS, Answer, Questions
from bcfg2tw.workers.shared_context import SharedContext

log = Logger()

#: A change that takes all workers together more processor time than this to read is not read by
#: each: they are forked anew from the nursery, which has read it.
READ_BY_EACH_SECONDS = 0.5


class Leader:
    """
    Has nursery and workers take in what changes, one change after the other.

    It is the core that the watcher watches for; `watched` and `reload` are for its threads, all
    else is for the reactor's.

    :ivar settings: those that were read last
    """

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        pool: CorePool,
        nursery: NurseryLink,
        crew: Crew,
        questions: Questions,
    ) -> None:
        self._reactor = reactor
        self._pool = pool
        self._nursery = nursery
        self._crew = crew
        self._questions = questions
        self._changes = Changes(reactor, crew)
        self._turn = DeferredLock()
        self._watched: tuple[str, ...] = ()
        self._has_other_settings = False
        self.settings = self._start_settings = settings

    async def begin(self) -> str:
        """Have the first nursery read the repository; return what it has read."""
        return self._note_read(await self._nursery.ask("load"))

    async def begin_again(self) -> None:
        """
        Have a nursery that takes another's place read the repository, and all workers know of it.

        The former one may have ended in the middle of a change, which nobody has served then.
        """
        description = await self._nursery.ask(
            "load_again", had_other_settings=self._has_other_settings
        )
        self._note_read(description)
        await self._in_turn(self._crew.replace_all)

    def _note_read(self, description: dict[str, Any]) -> str:
        """Take note of what the nursery has read."""
        self._watched = tuple(description["watched"])
        self._has_other_settings = description["has_other_settings"]
        return str(description["summary"])

    # For the watcher

    def watched(self) -> tuple[str, ...]:
        """Return what any process has read."""
        answers: list[Answer] = blockingCallFromThread(
            self._reactor, self._questions.ask_all, "watched", ANSWER_SECONDS
        )
        paths = dict.fromkeys(self._watched)
        for answer in answers:
            paths.update(dict.fromkeys(answer.value or ()))
        return tuple(paths)

    def reload(self, changed: Collection[str] | None) -> None:
        """
        Have all processes take in changes.

        :param changed: full paths; None where anything may have changed
        :raises UnreadableRepository: if something is there and cannot be read
        """
        paths = None if changed is None else list(changed)
        step: Any = partial(self._in_turn, self._take_in, paths)
        with suppress(ConnectionDone):  # the next nursery reads everything, for the workers as well
            blockingCallFromThread(self._reactor, step)

    def _in_turn(self, step: Any, *args: Any) -> Deferred[Any]:
        return self._turn.run(lambda: Deferred.fromCoroutine(step(*args)))

    async def _take_in(self, changed: list[str] | None) -> None:
        description = await self._nursery.ask("reload", changed=changed)
        if description["seconds"] is None:  # nothing new for the nursery, which serves nobody
            unknown = [path for path in changed or () if not self._is_watched(path)]
            if unknown:
                await self._changes.reload(unknown)
            return
        self._note_read(description)
        share = max(1.0, self._crew.number / (os.cpu_count() or 1))
        if description["seconds"] * share > READ_BY_EACH_SECONDS:
            await self._crew.replace_all()
        else:
            await self._changes.reload(description["changed"])

    def _is_watched(self, path: str) -> bool:
        """Say whether the nursery has read what is at a path; if not, a worker has, for someone."""
        return any(
            path == watched or path.startswith(watched + os.sep) for watched in self._watched
        )

    # Settings and certificates

    def take_in_certificates(self) -> None:
        """
        Have all processes read the certificates that have changed.

        Revocations count at once; new workers then share the keys of tickets again.
        """
        self._in_turn(self._take_in_certificates).addErrback(report)

    async def _take_in_certificates(self) -> None:
        await self._questions.ask_all("reload_certificates", ANSWER_SECONDS)
        await self._nursery.ask("reload_certificates")
        await self._crew.replace_all()

    def take_in_settings(self, context: SharedContext) -> Deferred[list[str]]:
        """
        Read bcfg2.conf, certificates and the repository again, and have new workers serve.

        :returns: a Deferred of sentences about what cannot be used
        """
        return self._in_turn(self._take_in_settings, context).addErrback(_reason_of)

    async def _take_in_settings(self, context: SharedContext) -> list[str]:
        reasons = []
        try:
            settings = await self._pool.call(self.settings.reread)
            context.reload_here(settings)
            self.settings = settings
        except Bcfg2Error as error:
            log.error("{error}; what was read before stays in force", error=error)
            reasons.append(str(error))
        else:
            log.info("bcfg2.conf and certificates are read again")
            for notice in waiting_for_restart(self._start_settings, settings):
                log.warn("{notice}", notice=notice)
        description = await self._nursery.ask("reload_settings")
        if description["seconds"] is not None:
            self._note_read(description)
        await self._crew.replace_all()
        log.info("The repository is read again")
        return reasons


def _reason_of(failure: Failure) -> list[str]:
    """Log what went wrong, and return it as a sentence."""
    report(failure)
    return [str(failure.value) or type(failure.value).__name__]


def report(failure: Failure) -> None:
    """Log what went wrong: a sentence where the reason is a known one, else all of it."""
    if failure.check(ConnectionDone, Busy):
        return  # that a process has ended is told elsewhere, and so is the end of this one
    if failure.check(Bcfg2Error):
        log.error("{reason}", reason=failure.value)
    else:
        log.failure("The server failed", failure)
