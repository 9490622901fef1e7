"""The system's figures of this process: its memory, its time, its descriptors."""

from __future__ import annotations

import os
import resource
from contextlib import suppress

_STATM, _DESCRIPTORS = "/proc/self/statm", "/proc/self/fd"


def process_figures() -> dict[str, float]:
    """Return seconds of processor time, and where the system tells, memory and descriptors."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    figures: dict[str, float] = {"cpu_seconds": usage.ru_utime + usage.ru_stime}
    with suppress(OSError):  # systems without /proc
        with open(_STATM) as stream:
            figures["resident_bytes"] = int(stream.read().split()[1]) * resource.getpagesize()
        figures["descriptors"] = len(os.listdir(_DESCRIPTORS))
    figures["descriptor_limit"] = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return figures
