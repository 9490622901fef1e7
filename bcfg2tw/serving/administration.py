"""
What administrators ask of one process that serves: how it is, and a few commands.

Questions and answers are plain data, so that they can come from another process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

import bcfg2tw
from bcfg2tw.calls.interfaces import PicturedCore, RunningCore, StatefulCore
from bcfg2tw.certificates.endings import endings, utc_now
from bcfg2tw.errors import Bcfg2Error, NotServing
from bcfg2tw.pool import Busy
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.serving.process_figures import process_figures
from bcfg2tw.serving.service_state import STOPPING

log = Logger()

Arguments = Mapping[str, Any]

#: How long a thread may take for a question; then it counts as one that does not answer.
PATIENCE_SECONDS = 5.0

DAY_SECONDS = 86_400.0


class Administration:
    """
    One process that serves, for who administers it; in the reactor's thread.

    :ivar name: of the process, among those of one server
    """

    def __init__(self, reactor: Any, service: CoreService, name: str = "main") -> None:
        self._reactor = reactor
        self._service = service
        self._started = time.time()
        self._pending: dict[Hashable, _Pending] = {}
        self.name = name
        self._commands: Mapping[str, Callable[[Arguments], Deferred[dict[str, Any]]]] = {
            command: _as_coroutine(function)
            for command, function in {
                "picture": self._picture,
                "alive": self._alive,
                "ready": self._ready,
                "reload": self._reload,
                "drain": self._drain,
                "debug": self._debug,
                "expire": self._expire,
            }.items()
        }

    def obey(self, command: str, arguments: Arguments) -> Deferred[dict[str, Any]]:
        """
        Answer a question, or carry out a command.

        :param command: `picture`, `alive`, `ready`, `reload`, `drain` (`off`), `debug` (`on`) or
            `expire` (`clients`)
        :returns: a Deferred of plain data with the name of the `process`, and an `error` where
            something failed
        """
        work = self._commands[command](arguments)
        return work.addErrback(self._failed, command).addCallback(self._signed)

    def _failed(self, failure: Any, command: str) -> dict[str, Any]:
        if not failure.check(Bcfg2Error, Busy):
            log.failure("{command} failed", failure, command=command)
        return {"error": str(failure.value) or type(failure.value).__name__}

    def _signed(self, answer: dict[str, Any]) -> dict[str, Any]:
        return {"process": self.name, **answer}

    # Questions

    async def _alive(self, arguments: Arguments) -> dict[str, Any]:
        """Say that the event loop runs, and a thread; that is what `error` denies."""
        if self._service.pool.is_lost:
            return {"error": "every thread hangs: restart the server; the log names the places"}
        if str(self._service.state) != STOPPING:
            await self._in_thread(int)
        return {}

    async def _ready(self, arguments: Arguments) -> dict[str, Any]:
        """Say whether clients are to come; `error` says why not."""
        state, core = self._service.state, self._service.core
        if not state.is_ready or core is None:
            return {"error": f"the server is {state}" if str(state) != "failed" else "it failed"}
        await self._in_thread(_touch_state, core)
        return {}

    async def _picture(self, arguments: Arguments) -> dict[str, Any]:
        """Return all that can be seen of this process."""
        service = self._service
        picture: dict[str, Any] = {
            "version": bcfg2tw.__version__,
            "pid": os.getpid(),
            "uptime_seconds": time.time() - self._started,
            "state": str(service.state),
            "threads": service.pool.picture(),
            "figures": process_figures(),
            "ends": self._ends(),
        }
        if service.site is not None:
            picture.update(service.site.picture())
        if service.shadow is not None:
            picture["shadow"] = service.shadow.picture()
        return {**picture, **await self._picture_of(service.core), "ready": await self._readiness()}

    async def _picture_of(self, core: object) -> dict[str, Any]:
        if not isinstance(core, PicturedCore):
            return {}  # not there yet, or of upstream
        try:
            picture: dict[str, Any] = await self._in_thread(core.picture)
        except (Bcfg2Error, Busy) as error:
            return {"error": str(error)}
        return picture

    async def _readiness(self) -> str:
        """Return why no client is to come, empty where they are."""
        try:
            return str((await self._ready({})).get("error", ""))
        except (Bcfg2Error, Busy) as error:
            return str(error)

    def _ends(self) -> list[dict[str, Any]]:
        """Return what of the server's certificates ends, and in how many days."""
        context = self._service.context
        if context is None:
            return []
        now = utc_now()
        return [
            {
                "kind": ending.kind,
                "name": ending.subject,
                "days": (ending.end - now).total_seconds() / DAY_SECONDS,
            }
            for ending in endings(context.files)
        ]

    # Commands

    async def _reload(self, arguments: Arguments) -> dict[str, Any]:
        reasons = await self._service.reload()
        return {"error": "; ".join(reasons)} if reasons else {}

    async def _drain(self, arguments: Arguments) -> dict[str, Any]:
        self._core()  # before it is there nothing is served that could be drained, or taken again
        self._service.drain(not arguments.get("off", False))
        return {"state": str(self._service.state)}

    async def _debug(self, arguments: Arguments) -> dict[str, Any]:
        await self._in_thread(_call_exposed, self._core(), "set_debug", bool(arguments.get("on")))
        return {}

    async def _expire(self, arguments: Arguments) -> dict[str, Any]:
        clients = list(arguments.get("clients") or ()) or None
        await self._in_thread(_call_exposed, self._core(), "expire_metadata_cache", clients)
        return {}

    def _core(self) -> RunningCore:
        if self._service.core is None:
            raise NotServing(f"the server is {self._service.state}")
        return self._service.core

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """
        Run a function in a thread, and wait for it, but not for ever.

        A question that is the same as one whose answer is still to come is not asked again, so that
        who asks often takes no thread away, and hides from nobody that threads hang.

        :raises NotServing: if that takes too long
        """
        question = (function, repr(arguments))
        pending = self._pending.get(question)
        if pending is None:
            pending = self._pending[question] = _Pending()
            running = self._service.pool.call(function, *arguments)
            running.addBoth(self._hand_out, question)
        try:
            return await pending.wait(self._reactor)
        except CancelledError as error:
            raise NotServing(f"no thread answers within {PATIENCE_SECONDS:g} seconds") from error

    def _hand_out(self, result: object, question: Hashable) -> None:
        self._pending.pop(question).fire(result)


class _Pending:
    """A question whose answer is still to come, and those who wait for it."""

    def __init__(self) -> None:
        self._waiting: list[Deferred[Any]] = []
        self._result: object = None
        self._has_come = False

    def wait(self, reactor: Any) -> Deferred[Any]:
        """Return a Deferred of the answer, which is cancelled when it does not come in time."""
        waiting: Deferred[Any] = Deferred(self._waiting.remove)
        if self._has_come:
            waiting.callback(self._result)
            return waiting
        self._waiting.append(waiting)
        return waiting.addTimeout(PATIENCE_SECONDS, reactor, _too_late)

    def fire(self, result: object) -> None:
        """Give the answer to all who wait."""
        self._result, self._has_come = result, True
        waiters, self._waiting = self._waiting, []
        for waiting in waiters:
            waiting.callback(result)


def _as_coroutine(function: Callable[[Arguments], Any]) -> Callable[[Arguments], Deferred[Any]]:
    return lambda arguments: Deferred.fromCoroutine(function(arguments))


def _too_late(value: Any, seconds: float) -> Any:
    return value


def _touch_state(core: RunningCore) -> None:
    """
    Do what each call of a client does first.

    :raises NotServing: if the state of clients cannot be reached
    """
    if isinstance(core, StatefulCore):
        with core.call():
            pass


def _call_exposed(core: RunningCore, method: str, argument: Any) -> None:
    core._resolve_exposed_method(method)(None, argument)
