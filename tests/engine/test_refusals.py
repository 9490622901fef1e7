"""How often the log has a line about changes that cannot be kept."""

from __future__ import annotations

import errno
import logging

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.refusals import Refusals
from tests.doubles import ManualClock


class RefusalsTests(SynchronousTestCase):
    def test_once_a_minute(self) -> None:
        """However many changes are refused, it is said once a minute, and once when it is over."""
        clock = ManualClock()
        refusals = Refusals(logging.getLogger("refusals"), "/srv/x.journal", clock)
        full = OSError(errno.ENOSPC, "No space left on device")
        with self.assertLogs("refusals", "WARNING") as logs:
            for _ in range(100):
                said = refusals.note(full)
            clock.advance(59)
            refusals.note(full)
            clock.advance(1)
            refusals.note(full)
            refusals.end()
            refusals.end()
        sentence = "/srv/x.journal cannot be written: No space left on device"
        self.assertEqual(said, sentence)
        refusal = f"{sentence}; what clients send is not kept, and they are told to come back"
        self.assertEqual(
            [record.getMessage() for record in logs.records],
            [refusal, refusal, "/srv/x.journal can be written again"],
        )
