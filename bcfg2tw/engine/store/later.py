"""Work that is put off: done later, once for many changes that ask for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from bcfg2tw.engine.clock import Clock, Timer

logger = logging.getLogger("bcfg2-server")

#: At most one part in so many of the time goes into such work, however much changes.
REST_PER_WORK = 20


class Later:
    """
    Runs a function some seconds after the first of many requests, once for all of them.

    :ivar delay_seconds: between a request and its run; more where the last run took long
    """

    def __init__(self, function: Callable[[], bool], clock: Clock, delay_seconds: float) -> None:
        """
        Run nothing yet.

        :param function: says whether it is done; if not it is run again later
        :param clock: runs it
        """
        self.delay_seconds = delay_seconds
        self._function = function
        self._clock = clock
        self._lock = threading.Lock()
        self._timer: Timer | None = None
        self._took_seconds = 0.0
        self._is_closed = False

    def request(self) -> None:
        """
        Have the function run, unless it is about to run anyway.

        Where there is no memory for a thread that is put off to the next request: what has been
        done already must not fail for it.
        """
        if self._timer is not None:
            return  # without the lock: nearly every request of a busy server ends here
        with self._lock:
            if self._timer is None and not self._is_closed:
                delay_seconds = max(self.delay_seconds, REST_PER_WORK * self._took_seconds)
                try:
                    self._timer = self._clock.call_later(delay_seconds, self._run)
                except RuntimeError as error:
                    logger.warning("Changes are written later than usual: %s", error)

    def _run(self) -> None:
        with self._lock:
            self._timer = None  # what is requested from now on may be missed by this run
        started = self._clock.monotonic()
        is_done = self._try()
        self._took_seconds = self._clock.monotonic() - started
        if not is_done:
            self.request()

    def _try(self) -> bool:
        try:
            return self._function()
        except Exception:  # the thread of a timer: what was requested would wait for ever
            logger.exception("Changes could not be written, they are tried again")
            return False

    def close(self) -> None:
        """Run nothing any more; a run that has begun goes on."""
        with self._lock:
            self._is_closed = True
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
