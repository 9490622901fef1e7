"""
The time that is left for the call which a thread is making.

A thread cannot be ended, but what it waits for can: programs, directories, and whatever else is
given a time limit, get none beyond that of the call. So it ends with a reason, which names what
took so long.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class _Limits(threading.local):
    due = math.inf


_limits = _Limits()


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """
    Bound what this thread does in a block; it is asked for, nothing is interrupted.

    :param seconds: from now on; a limit that is in force and ends sooner stays
    """
    before = _limits.due
    _limits.due = min(before, time.monotonic() + seconds)
    try:
        yield
    finally:
        _limits.due = before


def within_limit(seconds: float) -> float:
    """
    Return how long something may take in this thread.

    :param seconds: that it may take where nothing else is said
    :returns: these, or what is left; 0 where nothing is
    """
    return max(0.0, min(seconds, _limits.due - time.monotonic()))


#: How long a thread waits for work that another one does, before it does it as well.
SPARING_SECONDS = 5.0


@contextmanager
def sparing(lock: threading.Lock) -> Iterator[None]:
    """
    Hold a lock that spares work and protects nothing; whoever has waited for long goes on without.

    What is done below it may be a site's own code, which may never end: that must not keep those
    who could do without.
    """
    is_held = lock.acquire(timeout=within_limit(SPARING_SECONDS))
    try:
        yield
    finally:
        if is_held:
            lock.release()
