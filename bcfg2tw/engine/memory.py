"""Memory that reading the repository needed, and nothing uses any more."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """
    Return free memory to the system.

    The C library keeps what parsers have freed, for the thread that they ran in, and reading is
    done rarely. Other libraries than glibc do so by themselves, or not at all.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
