"""The threads that calls run in: Twisted's, whose calls leave nothing to the garbage collector."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

log = Logger()

Report = Callable[[bool, Any], object]


class Threads(ThreadPool):
    """
    Threads that do not keep the process from ending, whatever hangs in them.

    Twisted's own wraps each call into a function that refers to itself.
    """

    # static: from Python 3.14 on a class's partial is a method
    threadFactory = staticmethod(partial(Thread, daemon=True))  # type: ignore[assignment]

    def callInThreadWithCallback(
        self, onResult: Report | None, func: Callable[..., Any], *args: Any, **kw: Any
    ) -> None:
        """Call a function in a thread, and report there whether that went well, and its result."""
        if not self.joined:
            self._team.do(partial(_run, onResult or _report_failure, partial(func, *args, **kw)))


def _report_failure(is_good: bool, result: Any) -> None:
    if not is_good:
        log.failure("A call in a thread failed", result)


def _run(report: Report, function: Callable[[], Any]) -> None:
    is_good, result = result_of(function)
    report(is_good, result)
    del result  # the traceback of a failure has this frame: it would refer to itself


def result_of(function: Callable[[], Any]) -> tuple[bool, Any]:
    """Call a function; return whether that went well, and its result, or the `Failure`."""
    try:
        return True, function()
    except BaseException:  # whoever reports it decides
        return False, Failure()
