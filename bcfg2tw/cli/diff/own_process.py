"""A function in a process of its own, whose result or error comes back."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from bcfg2tw.cli.test.processes import FORK
from bcfg2tw.errors import Bcfg2Error

__all__ = ["in_own_process"]

T = TypeVar("T")


def in_own_process(function: Callable[[], T]) -> T:
    """
    Call a function in a process that is forked for it, and return its result.

    :raises Bcfg2Error: the function's own, as its sentence; or because the process was killed
    """
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_send, args=(sender, function), daemon=True)
    process.start()
    sender.close()
    try:
        is_good, result = receiver.recv()
    except EOFError:
        raise Bcfg2Error("the process that was started for it has ended") from None
    finally:
        receiver.close()
        process.join()
    if not is_good:
        raise Bcfg2Error(result)
    value: T = result
    return value


def _send(sender: Connection, function: Callable[[], T]) -> None:
    try:
        sender.send((True, function()))
    except Bcfg2Error as error:
        sender.send((False, str(error)))
