"""The record of calls, which is kept within bounds."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.call_record import BOUNDS, LIMIT, OTHER, CallRecord


class CallRecordTests(SynchronousTestCase):
    def test_durations(self) -> None:
        """Durations are counted in classes, a bound with the class that it ends, and summed up."""
        record = CallRecord()
        record.vouch_for("ping")
        for seconds in (0.001, 0.005, 0.3, 100.0):
            record.add("ping", "answered", seconds)
        (entry,) = record.picture()
        self.assertEqual((entry["count"], entry["seconds"]), (4, 100.306))
        self.assertEqual(entry["classes"][0], 2)
        self.assertEqual(entry["classes"][BOUNDS.index(0.5)], 1)
        self.assertEqual(entry["classes"][-1], 1)

    def test_bounded(self) -> None:
        """However many names there are, a bounded number of them is told apart."""
        record = CallRecord()
        for number in range(2 * LIMIT):
            record.vouch_for(f"Plugin.method{number}")
            record.add(f"Plugin.method{number}", "answered", 0.0)
        counts = {entry["method"]: entry["count"] for entry in record.picture()}
        self.assertEqual(len(counts), LIMIT + 1)
        self.assertEqual(counts[OTHER], LIMIT)
