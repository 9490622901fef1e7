"""
Memory of this process: what it takes from the C library, and Python's garbage collector.

A full collection walks all objects that it tracks and holds the interpreter meanwhile: for a large
repository half a second, in which no client is answered. So what the repository was read into is
*set aside* from the collector (`gc.freeze`). Such objects go as all others do, when nothing refers
to them any more; only those that refer to each other in a ring stay. They are looked for when there
are twice as many objects as there were.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

#: glibc's number for the greatest number of arenas.
M_ARENA_MAX = -8


def share_arenas() -> None:
    """
    Have all threads take memory from one place.

    By default each has one of its own, and what a thread has freed is of no use to the others.
    Python's threads run one at a time and gain nothing from that. For processes of our own, before
    there are threads.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(M_ARENA_MAX, 1)


#: What survives a full collection that takes longer than this is set aside.
LONG_SECONDS = 0.003
#: Rings are not looked for before there are so many objects more.
MANY_OBJECTS = 100_000


class Collector:
    """
    Python's garbage collector, as a process of our own uses it; it does nothing before `begin`.

    Safe to use from any thread.
    """

    def __init__(self) -> None:
        self._is_ours = False
        self._lock = threading.Lock()
        self._readings = 0
        self._began_seconds = 0.0
        self._limit = 0  # of objects, beyond which rings are looked for; 0 for any

    def begin(self) -> None:
        """Set aside what was imported so far, which is never garbage."""
        gc.collect()
        gc.freeze()
        if not self._is_ours:
            self._is_ours = True
            gc.callbacks.append(self._watch)

    def end(self) -> None:
        """Leave the collector alone again, with all objects in its care."""
        if self._is_ours:
            self._is_ours = False
            gc.callbacks.remove(self._watch)
            gc.unfreeze()

    @contextmanager
    def setting_aside(self) -> Iterator[None]:
        """Set aside what is there at the end of the block, in which nothing is collected."""
        if not self._is_ours:
            yield
            return
        self._count_reading(1)
        try:
            yield
        finally:
            self._set_aside()
            self._count_reading(-1)

    def _count_reading(self, number: int) -> None:
        with self._lock:
            self._readings += number
            (gc.disable if self._readings else gc.enable)()

    def _set_aside(self) -> None:
        if 0 < self._limit < sys.getallocatedblocks():
            gc.unfreeze()
            gc.collect()
            self._limit = 0
        gc.freeze()
        self._limit = self._limit or 2 * sys.getallocatedblocks() + MANY_OBJECTS

    def _watch(self, phase: str, info: dict[str, int]) -> None:
        """Set aside what made a full collection long; called before and after each collection."""
        if info["generation"] < 2:
            return
        if phase == "start":
            self._began_seconds = time.perf_counter()
        elif time.perf_counter() - self._began_seconds > LONG_SECONDS:
            if 0 < self._limit < sys.getallocatedblocks():
                self._limit = 0
                gc.unfreeze()  # the next full collection looks for rings in all there is
            else:
                gc.freeze()


#: There is one in a process.
collector = Collector()


def give_back() -> None:
    """
    Return free memory to the system.

    The C library keeps what parsers have freed, and the repository is read rarely.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """Return the C library's function; to look it up leaves a ring of objects each time."""
    trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim
