"""The share of a processor's time that a thread uses."""

from __future__ import annotations

import threading
import time


class ThreadTime:
    """The processor time of a thread, from the moment at which that thread makes this."""

    def __init__(self) -> None:
        """Begin to count, for the thread that runs."""
        self._clock = time.pthread_getcpuclockid(threading.get_ident())
        self._looked_at = (time.monotonic(), self._cpu_seconds())

    def share(self) -> float:
        """Return which part of a processor the thread has used since this was asked last."""
        before, cpu_before = self._looked_at
        self._looked_at = now, cpu = time.monotonic(), self._cpu_seconds()
        return (cpu - cpu_before) / max(now - before, 1e-9)

    def _cpu_seconds(self) -> float:
        try:
            return time.clock_gettime(self._clock)
        except OSError:  # of a thread that has ended
            return 0.0
