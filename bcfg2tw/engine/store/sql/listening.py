"""A thread that waits for PostgreSQL to tell of changes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

logger = logging.getLogger("bcfg2-server")

#: Seconds until it is seen that the thread is to end, or the connection is tried again.
WAIT_SECONDS = 1.0


class Listener:
    """Calls a function whenever a channel is notified, and after each time of not listening."""

    def __init__(self, engine: Engine, channel: str, wake: Callable[[], object]) -> None:
        self._engine = engine
        self._channel = channel
        self._wake = wake
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="database", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._listen()
            except Exception as error:  # of the driver's, of its server: it has to go on
                logger.debug("Not listening: %s", error)
            self._closed.wait(WAIT_SECONDS)

    def _listen(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"LISTEN {self._channel}")
            driver: Any = connection.connection.driver_connection
            try:
                self._wake()  # for what was said before
                while not self._closed.is_set():
                    for _ in driver.notifies(timeout=WAIT_SECONDS, stop_after=1):
                        self._wake()
            finally:
                connection.invalidate()  # nobody else is to have a connection that listens

    def close(self) -> None:
        """Listen no more; what is being taken in is taken in."""
        self._closed.set()
        self._thread.join(3 * WAIT_SECONDS)
