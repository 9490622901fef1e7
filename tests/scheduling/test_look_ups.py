"""Look-ups beside the calls."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred, gatherResults
from twisted.trial.unittest import TestCase

from bcfg2tw.errors import NotServing
from bcfg2tw.pool import CorePool
from bcfg2tw.scheduling import look_ups
from bcfg2tw.settings import Settings
from tests.doubles import Hold
from tests.network import log_lines


class LookUpTests(TestCase):
    def setUp(self) -> None:
        self.pool = CorePool(reactor, Settings(threads=1))
        self.pool.start()
        self.addCleanup(self.pool.stop)
        self.hold = Hold()
        self.addCleanup(self.hold.release)
        self.made: list[str] = []

    def slow(self) -> None:
        """Look something up for as long as the test likes."""
        self.made.append("slow")
        self.hold.wait()

    async def test_made(self) -> None:
        """A look-up is made in another thread; what it stumbles over is told."""
        await self.pool.look_up("192.0.2.1", lambda: self.made.append("made"))
        self.assertEqual(self.made, ["made"])
        await self.assertFailure(self.pool.look_up("x", lambda: int("x")), ValueError)

    async def test_joined(self) -> None:
        """Look-ups of the same are made once at a time, and others are not kept waiting."""
        waiting = [self.pool.look_up("192.0.2.1", self.slow) for _ in range(20)]
        await self.pool.look_up("192.0.2.2", lambda: self.made.append("other"))
        left = waiting.pop()
        left.cancel()
        self.failureResultOf(left, CancelledError)
        self.hold.release()
        await gatherResults(waiting)
        self.assertEqual(sorted(self.made), ["other", "slow"])
        await self.pool.look_up("192.0.2.1", self.slow)
        self.assertEqual(self.made.count("slow"), 2)

    async def test_too_long(self) -> None:
        """Nobody waits for long, and who comes later not at all; the log says it once."""
        self.patch(look_ups, "PATIENCE_SECONDS", 0.1)
        lines = log_lines(self)
        waiting: list[Deferred[Any]] = [self.pool.look_up("192.0.2.1", self.slow) for _ in range(2)]
        for each in waiting:
            error = await self.assertFailure(each, NotServing)
            self.assertIn("not answered about 192.0.2.1 for 0.1 seconds", str(error))
        self.failureResultOf(self.pool.look_up("192.0.2.1", self.slow), NotServing)
        self.assertEqual(sum("not answered" in line for line in lines), 1)

    async def test_too_many(self) -> None:
        """There is a bound on how many are made."""
        self.patch(look_ups, "LIMIT", 1)
        waiting = self.pool.look_up("192.0.2.1", self.slow)
        self.failureResultOf(self.pool.look_up("192.0.2.2", self.slow), NotServing)
        self.hold.release()
        await waiting

    async def test_stop(self) -> None:
        """A pool stops without waiting for what is looked up."""
        waiting = self.pool.look_up("192.0.2.1", self.slow)
        self.hold.until_reached()
        await self.pool.stop()
        waiting.cancel()
        self.failureResultOf(waiting, CancelledError)
