"""All workers, as who administers the server asks them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred, succeed

from bcfg2tw.serving.service_state import STOPPING
from bcfg2tw.workers.questions import Answer
from bcfg2tw.workers.supervisor import WorkersService

#: How long a worker may take; it gives up a question before that by itself.
PATIENCE_SECONDS = 8.0

#: The name of the process that leads the others, in its own answers.
SUPERVISOR = "supervisor"

Answers = Deferred[list[dict[str, Any]]]


class WorkerProcesses:
    """The processes of a server that has workers; `Processes` of the administrators' listener."""

    def __init__(self, service: WorkersService) -> None:
        self._service = service
        self._commands: Mapping[str, Callable[[Mapping[str, Any]], Answers]] = {
            "reload": self._reload,
            "drain": self._drain,
            "debug": self._debug,
            "expire": self._expire,
        }

    def ask_all(self, command: str, arguments: Mapping[str, Any], /) -> Answers:
        """Ask the workers, or do what concerns all of them once."""
        if command in self._commands:
            return self._commands[command](arguments)
        if not self._service.is_serving:
            return self._answer_alone(command)
        return self._ask(command, arguments)

    def _answer_alone(self, command: str) -> Answers:
        """Answer before there are workers that serve, and afterwards."""
        if command == "alive":
            return Supervisor(self._service).ask_all(command, {})
        state = str(self._service.state)
        if command == "ready":
            return succeed([_answer(error=f"the server is {state}")])
        return succeed([_answer(state=state, ready=f"the server is {state}", pid=os.getpid())])

    def _ask(self, command: str, arguments: Mapping[str, Any]) -> Answers:
        answers = self._service.questions.ask_all(
            "administer", PATIENCE_SECONDS, None, command=command, arguments=dict(arguments)
        )
        return answers.addCallback(lambda given: list(map(self._of_worker, given)))

    def _of_worker(self, answer: Answer) -> dict[str, Any]:
        if answer.silence is not None:
            return {"process": str(answer.place), "error": answer.silence}
        return {**answer.value, "restarts": self._service.crew.restarts}

    def _reload(self, arguments: Mapping[str, Any]) -> Answers:
        reloading = self._service.reload()
        return reloading.addCallback(
            lambda reasons: [_answer(error="; ".join(reasons)) if reasons else _answer()]
        )

    def _drain(self, arguments: Mapping[str, Any]) -> Answers:
        if not self._service.is_serving:
            return succeed([_answer(error=f"the server is {self._service.state}")])
        self._service.drain(not arguments.get("off", False))
        return self._ask("drain", arguments)

    def _debug(self, arguments: Mapping[str, Any]) -> Answers:
        return self._spread("set_debug", [bool(arguments.get("on"))])

    def _expire(self, arguments: Mapping[str, Any]) -> Answers:
        clients = list(arguments.get("clients") or ()) or None
        return self._spread("expire_metadata_cache", [clients])

    def _spread(self, name: str, parameters: list[Any]) -> Answers:
        return self._service.questions.spread(name, parameters).addCallback(lambda _: [_answer()])


class Supervisor:
    """The supervisor alone: as long as it lives, it replaces workers that do not."""

    def __init__(self, service: WorkersService) -> None:
        self._service = service

    def ask_all(self, command: str, arguments: Mapping[str, Any], /) -> Answers:
        """Say that the event loop and a thread work, whatever is asked."""
        return self._service.pool.call(int).addCallbacks(
            lambda _: [_answer()], lambda _: [_answer()] if self._is_ending() else [_SILENCE]
        )

    def _is_ending(self) -> bool:
        return str(self._service.state) == STOPPING


_SILENCE = {"process": SUPERVISOR, "error": "no thread answers"}


def _answer(**members: Any) -> dict[str, Any]:
    return {"process": SUPERVISOR, **members}
