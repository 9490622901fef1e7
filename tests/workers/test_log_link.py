"""The way of log messages from one process to the one that writes them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.process.log_text import LogFormatter, failure_text
from bcfg2tw.workers.log_link import LogLink
from tests.forks import exit_status, fork

engine = logging.getLogger("bcfg2-server")
log = Logger("bcfg2tw.tests")


class Records(logging.Handler):
    """Keeps records."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)


class LogLinkTests(SynchronousTestCase):
    def said_by(self, say: Callable[[], None]) -> list[logging.LogRecord]:
        """Return what comes from another process that says something."""
        link, handler = LogLink(LogFormatter(), failure_text), Records()

        def say_there() -> None:
            link.enter_child(False)
            say()

        self.assertEqual(exit_status(fork(say_there)), 0)
        logging.getLogger().addHandler(handler)
        try:
            link.enter_parent().doRead()
        finally:
            logging.getLogger().removeHandler(handler)
        return handler.records

    def test_long(self) -> None:
        """A message that is too long is cut off, whatever it is written in."""
        for text in ("x" * 100_000, "\xe9" * 50_000, "\U0001f600" * 50_000):
            (record,) = self.said_by(partial(engine.error, "%s", text))
            self.assertTrue(text.startswith(record.getMessage()))
            self.assertGreater(len(record.getMessage()), 1_000)

    def test_wrong_arguments(self) -> None:
        """A message whose arguments do not fit is no failure of who says it, as without workers."""

        def say() -> None:
            logging.raiseExceptions = False  # of this process: it is told on standard error
            engine.error("%d things", "three")
            engine.error("afterwards")

        (record,) = self.said_by(say)
        self.assertEqual(record.getMessage(), "afterwards")

    def test_line_breaks_in_failures(self) -> None:
        """The words of a failure do not look like a line of the log."""

        def say() -> None:
            log.failure("It failed", Failure(ValueError("x\n2026-01-01 a made-up line")))

        (record,) = self.said_by(say)
        self.assertIn(r"ValueError: x\n2026-01-01 a made-up line", str(record.exc_text))
