"""The file or syslog that takes log messages; its troubles are nobody's who logs."""

from __future__ import annotations

import logging.handlers
import os
import sys
import time
from contextlib import suppress

from twisted.logger import Logger

log = Logger()

COMPLAINT_SECONDS = 60.0


class _Complaining(logging.Handler):
    """Says in Twisted's log, once a minute at most, why messages are lost."""

    _complained: float | None = None

    def handleError(self, record: logging.LogRecord) -> None:
        """Say why a message is lost; whoever logged it is not to know."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            self.complain(error)
        else:
            super().handleError(record)

    def complain(self, error: OSError) -> None:
        """Say what is wrong, unless that was said within the last minute."""
        now = time.monotonic()
        if self._complained is None or now - self._complained >= COMPLAINT_SECONDS:
            self._complained = now
            log.error(
                "{place} cannot be written: {reason}",
                place=self.place(),
                reason=error.strerror or error,
                is_record=True,  # so that it does not come here again
            )

    def place(self) -> str:
        """Return what is written to, in the words of bcfg2.conf."""
        return "[logging] syslog: the system's log"


class LogFile(_Complaining, logging.handlers.WatchedFileHandler):
    """
    A log file, opened anew when it was moved away.

    Where that cannot be, what is logged goes on into the file that was open.
    """

    def __init__(self, path: str) -> None:
        """
        Open a file.

        :raises OSError: if it cannot be written
        """
        super().__init__(path, encoding="utf-8", errors="backslashreplace")

    def place(self) -> str:
        """Return the file with its option."""
        return f"[logging] path: {self.baseFilename}"

    def reopenIfNeeded(self) -> None:
        """Open the file anew if its path leads to another one, or to none."""
        try:
            status = os.stat(self.baseFilename)
        except OSError:
            self.reopen()
        else:
            if (status.st_dev, status.st_ino) != (self.dev, self.ino):
                self.reopen()

    def reopen(self) -> None:
        """Open the file anew; where that cannot be, the open one stays in use."""
        self.acquire()
        try:
            previous, self.stream = self.stream, self._open()
            self._statstream()
            if previous is not None:
                with suppress(OSError):  # what could not be written before is lost
                    previous.close()
        except OSError as error:
            self.complain(error)
        finally:
            self.release()

    def close(self) -> None:
        """Close the file; what could not be written before is lost."""
        with suppress(OSError):
            super().close()


class Syslog(_Complaining, logging.handlers.SysLogHandler):
    """The system's log."""
