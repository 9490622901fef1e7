"""What is logged during a test."""

from __future__ import annotations

import logging

from twisted.trial.unittest import SynchronousTestCase


class CapturedLog(logging.Handler):
    """
    What the engine and the dispatcher say from now on, until a test ends; nobody else hears it.

    For tests of several lines, or of none; where one error is expected there is `assertLogs`.

    :ivar lines: the messages of all levels, with `\\nTraceback` where there is one
    """

    def __init__(self, case: SynchronousTestCase) -> None:
        super().__init__()
        self.lines: list[str] = []
        logger = logging.getLogger("bcfg2-server")
        case.addCleanup(setattr, logger, "propagate", logger.propagate)
        logger.propagate = False
        # not the attribute: loggers remember for which levels they are enabled
        case.addCleanup(logger.setLevel, logger.level)
        logger.setLevel(logging.DEBUG)
        logger.addHandler(self)
        case.addCleanup(logger.removeHandler, self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.lines.append(record.getMessage() + ("\nTraceback" if record.exc_info else ""))
