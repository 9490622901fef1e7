"""Questions to all workers, and of one of them to the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.error import ConnectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.workers.conversation import Answerers
from bcfg2tw.workers.crew import Crew, in_background
from bcfg2tw.workers.hired import Hired
from bcfg2tw.workers.nursery_link import NurseryLink
from bcfg2tw.workers.worker_core import Figures, merged_figures

log = Logger()
logger = logging.getLogger("bcfg2-server")

#: How long workers may take to answer.
ANSWER_SECONDS = 2.0


@dataclass(frozen=True)
class Answer:
    """
    The answer of one worker.

    :ivar process: its number
    :ivar place: that it has among the workers
    :ivar value: None where there is none
    :ivar silence: why there is none, None where there is one
    """

    process: int
    place: int
    value: Any = None
    silence: str | None = None


class Questions:
    """Asks workers, bounded in time."""

    def __init__(
        self,
        reactor: Any,
        crew: Crew,
        nursery: NurseryLink,
        obey_here: Callable[[str, list[Any]], None],
    ) -> None:
        """
        Answer the workers of a crew from now on.

        :param obey_here: called with name and parameters of each method that all processes obey
        """
        self._reactor = reactor
        self._crew = crew
        self._nursery = nursery
        self._obey_here = obey_here
        crew.answerers_of = self._answerers_of

    def _answerers_of(self, process: int) -> Answerers:
        return {
            "spread": partial(self._spread, process),
            "statistics": partial(self._statistics, process),
            "failed_login": partial(self._pass_on, process, "failed_login"),
        }

    def _pass_on(self, process: int, name: str, /, **arguments: Any) -> None:
        """Tell all other workers what one has noted."""
        for worker in self._crew.present:
            if worker.process != process:
                worker.conversation.note(name, **arguments)

    def ask_all(
        self, command: str, seconds: float, but: int | None = None, /, **arguments: Any
    ) -> Deferred[list[Answer]]:
        """
        Ask all workers that serve.

        :param seconds: after which no answer is waited for
        :param but: the process of one that is not asked
        :returns: a Deferred of their answers, in the order of their processes
        """
        asked = [worker for worker in self._crew.serving if worker.process != but]
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
            lambda value: Answer(worker.process, worker.place, value),
            lambda failure: Answer(
                worker.process, worker.place, silence=reason_of(failure, seconds)
            ),
        )

    def spread(self, name: str, parameters: list[Any]) -> Deferred[None]:
        """Have all processes obey."""
        return self._spread(None, name, parameters)

    def _spread(self, process: int | None, name: str, parameters: list[Any]) -> Deferred[None]:
        """Have all processes but one obey a call that one has answered."""
        self._obey_here(name, parameters)
        in_background(self._nursery.ask("obey", name=name, parameters=parameters))
        answers = self.ask_all("obey", ANSWER_SECONDS, process, name=name, parameters=parameters)
        return answers.addCallback(lambda given: _warn_of_silence(name, given))

    def _statistics(self, process: int) -> Deferred[list[Any]]:
        """Return the figures of all workers but one."""
        answers = self.ask_all("statistics", ANSWER_SECONDS, process)
        return answers.addCallback(self._with_past)

    def log_statistics(self) -> Deferred[None]:
        """Log the figures of all workers together."""
        answers = self.ask_all("statistics", ANSWER_SECONDS).addCallback(self._with_past)
        return answers.addCallback(_log_figures)

    def _with_past(self, answers: list[Answer]) -> list[Figures]:
        """Return figures, also those of workers that are gone."""
        given = [answer.value for answer in answers if answer.silence is None]
        return [*given, self._crew.past_statistics]


def _log_figures(parts: list[Figures]) -> None:
    for name, (low, high, mean, number) in sorted(merged_figures(parts).items()):
        logger.info(
            "Performance statistics: %s min=%.06f, max=%.06f, average=%.06f, count=%d",
            name, low, high, mean, number,
        )  # fmt: skip


def reason_of(failure: Failure, seconds: float) -> str:
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
