"""Updates by remote call: one at a time, and never many that wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bcfg2tw.errors import PluginExecutionError


class Turns:
    """
    Lets one update work and one more wait: it takes in all that there is when its turn comes.

    A third would only keep a thread from serving clients.
    """

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(2)
        self._working = threading.Lock()

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """
        Wait for the update that is at work, if any, and work.

        :param name: the plugin's
        :raises PluginExecutionError: if another update is waiting already
        """
        if not self._places.acquire(blocking=False):
            raise PluginExecutionError(
                f"{name}: one update is at work and another one is waiting, which takes in "
                "everything that is there by then"
            )
        try:
            with self._working:
                yield
        finally:
            self._places.release()
