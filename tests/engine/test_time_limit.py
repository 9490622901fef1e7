"""The time that is left for a call."""

from __future__ import annotations

import threading
import time

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine import time_limit as time_limits
from bcfg2tw.engine.programs import ProgramError, run
from bcfg2tw.engine.time_limit import sparing, time_limit, within_limit
from tests.waiting import PATIENCE_SECONDS


class LimitTests(SynchronousTestCase):
    def test_no_limit(self) -> None:
        """Where there is none, everything may take its time."""
        self.assertEqual(within_limit(12.5), 12.5)

    def test_limit(self) -> None:
        """In a block nothing gets more than what is left, and afterwards all as before."""
        with time_limit(10):
            self.assertEqual(within_limit(1), 1)
            self.assertLessEqual(within_limit(60), 10)
            with time_limit(100):
                self.assertLessEqual(within_limit(60), 10)
            with time_limit(0):
                self.assertEqual(within_limit(60), 0)
        self.assertEqual(within_limit(60), 60)

    def test_other_threads(self) -> None:
        """Other threads have limits of their own."""
        limits: list[float] = []
        with time_limit(1):
            thread = threading.Thread(target=lambda: limits.append(within_limit(60)))
            thread.start()
            thread.join(PATIENCE_SECONDS)
        self.assertEqual(limits, [60])

    def test_sparing(self) -> None:
        """A lock that spares work is waited for as long as there is time, and no longer."""
        self.patch(time_limits, "SPARING_SECONDS", 0.05)
        lock = threading.Lock()
        with sparing(lock):
            self.assertTrue(lock.locked())
            with sparing(lock):
                pass
            self.assertTrue(lock.locked())
        self.assertFalse(lock.locked())

    def test_program(self) -> None:
        """A program is ended when the time of the call is over that runs it, and says so."""
        started = time.monotonic()
        with time_limit(0.5), self.assertRaisesRegex(ProgramError, r"still running after 0\.\d+ s"):
            run(["sleep", "60"], PATIENCE_SECONDS)
        self.assertLess(time.monotonic() - started, 10)
