"""
Look-ups that block for as long as another machine likes, and where they are made.

A core by itself makes them at once, in the thread that asks. The network side has none of its
threads wait for them: there, asking raises `LookUpNeeded`, and when the look-up has been made
elsewhere the same question is asked again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class LookUpNeeded(Exception):
    """
    Something has to be looked up before this can be decided.

    :ivar subject: what is looked up; the same for each who needs it
    :ivar look_up: makes the look-up and keeps its result; blocks, in any thread
    """

    def __init__(self, subject: str, look_up: Callable[[], object]) -> None:
        super().__init__(f"{subject} has to be looked up")
        self.subject = subject
        self.look_up = look_up


class _Place(threading.local):
    is_elsewhere = False


_place = _Place()


@contextmanager
def look_ups_elsewhere() -> Iterator[None]:
    """Have this thread raise `LookUpNeeded` in a block, instead of waiting."""
    before, _place.is_elsewhere = _place.is_elsewhere, True
    try:
        yield
    finally:
        _place.is_elsewhere = before


def are_elsewhere() -> bool:
    """Say whether this thread is not to wait for look-ups."""
    return _place.is_elsewhere
