"""The call that a thread is in, for those who write the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from os import urandom
from typing import Any

from bcfg2tw.engine.model.address import ClientAddress

#: What a message of the log may be about; numbers and texts.
FIELDS = ("call", "client", "ip", "method", "result", "duration", "revision")


@dataclass(frozen=True)
class CurrentCall:
    """
    A call that is being answered.

    :ivar name: identifies it, in the log and in the fault that its client gets
    :ivar address: of its peer; says whom the call acts as, once that is found out
    """

    name: str
    address: ClientAddress

    @property
    def client(self) -> str | None:
        """The client that it acts as, None as long as that is not found out."""
        return self.address.client


class CallNames:
    """Gives calls names, such as `5e01c7-2a`: none is given twice, in other processes either."""

    def __init__(self) -> None:
        self._prefix = urandom(3).hex()
        self._numbers = count(1)

    def next(self) -> str:
        """Return the next name."""
        return f"{self._prefix}-{next(self._numbers):x}"


_current: ContextVar[CurrentCall | None] = ContextVar("current_call", default=None)


def current_call() -> CurrentCall | None:
    """Return the call that this thread is in, None where it is in none."""
    return _current.get()


@contextmanager
def in_call(call: CurrentCall) -> Iterator[None]:
    """Have the block be part of a call."""
    token = _current.set(call)
    try:
        yield
    finally:
        _current.reset(token)


def fields_of_record(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields that a record has, or else those of the call that this thread is in."""
    own = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
    return own or call_fields()


def call_fields() -> dict[str, str]:
    """Return the fields that say in which call this thread is; none where it is in none."""
    call = current_call()
    if call is None:
        return {}
    fields = {"call": call.name, "ip": call.address.ip}
    return fields if call.client is None else {**fields, "client": call.client}
