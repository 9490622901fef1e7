"""Updates by remote call: one at a time, and never many that wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bcfg2tw.errors import PluginExecutionError

#: With fewer threads than this an update that waits would leave none for clients.
THREADS_FOR_WAITING = 3


class Turns:
    """
    Lets one update work and, if there are threads enough, one more wait.

    The one that waits takes in all that there is when its turn comes; a third would do nothing
    but keep a thread from serving clients.

    :param threads: that calls run in
    """

    def __init__(self, threads: int) -> None:
        self._places = threading.BoundedSemaphore(2 if threads >= THREADS_FOR_WAITING else 1)
        self._working = threading.Lock()

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """
        Wait for the update that is at work, if any, and work.

        :param name: the plugin's
        :raises PluginExecutionError: if there are too many already
        """
        if not self._places.acquire(blocking=False):
            raise PluginExecutionError(
                f"{name}: too many updates at once: one is at work, and no further one may wait; "
                "call again when it has ended"
            )
        try:
            with self._working:
                yield
        finally:
            self._places.release()
