"""Memory that this process takes from the C library and gives back; glibc alone needs it."""

from __future__ import annotations

import ctypes
import gc

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


def set_aside_modules() -> None:
    """
    Have the garbage collector pass over what was imported so far, which is never garbage.

    Full collections come when garbage may be a quarter of all objects: of a few, then, and not of
    those of all libraries. For processes of our own, before the repository is read.
    """
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """
    Return free memory to the system.

    The C library keeps what parsers have freed, and the repository is read rarely.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
