"""Commands that need the reactor: it is run once, for one asynchronous function."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import click
from twisted.internet.defer import Deferred
from twisted.internet.task import react
from twisted.python.failure import Failure

__all__ = ["run_once"]

T = TypeVar("T")


def run_once(function: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """
    Run the reactor until an asynchronous function has ended, and return its result.

    The reactor cannot be run a second time in a process, so this is a command's only call of it.

    :param function: is called with the reactor, in the reactor's thread
    :raises Exception: the function's own
    :raises click.Abort: if the reactor was stopped before the function had ended
    """
    results: list[T | Failure] = []

    def start(reactor: Any) -> Deferred[None]:
        running = Deferred.fromCoroutine(function(reactor))
        return running.addBoth(results.append)

    try:
        react(start)
    except SystemExit as end:
        if end.code:
            raise
    if not results:
        raise click.Abort
    if isinstance(results[0], Failure):
        results[0].raiseException()
    return results[0]
