"""A deadline that is set, moved and cleared."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.serving.deadline import Deadline


class DeadlineTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.expired: list[float] = []
        self.deadline = Deadline(self.clock, lambda: self.expired.append(self.clock.seconds()))

    def pass_seconds(self, seconds: int) -> None:
        """Let time pass, second by second."""
        self.clock.pump([1] * seconds)

    def test_expires(self) -> None:
        """It expires at its time, once."""
        self.deadline.set(5)
        self.pass_seconds(4)
        self.assertTrue(self.deadline.is_set)
        self.pass_seconds(10)
        self.assertEqual(self.expired, [5])
        self.assertFalse(self.deadline.is_set)

    def test_moved(self) -> None:
        """The one that was set last counts, be it later or sooner; there is one timer."""
        self.deadline.set(5)
        self.deadline.set(20)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.pass_seconds(10)
        self.deadline.set(2)
        self.pass_seconds(20)
        self.assertEqual(self.expired, [12])

    def test_cleared(self) -> None:
        """One that was cleared never expires; a further one does at its own time."""
        self.deadline.set(5)
        self.pass_seconds(2)
        self.deadline.clear()
        self.pass_seconds(10)
        self.deadline.set(5)
        self.deadline.clear()
        self.deadline.set(7)
        self.pass_seconds(20)
        self.assertEqual(self.expired, [19])

    def test_end(self) -> None:
        """After the end there is none, and no timer."""
        self.deadline.set(5)
        self.deadline.end()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.pass_seconds(10)
        self.deadline.end()
        self.assertEqual(self.expired, [])
