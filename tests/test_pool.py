"""The one way into threads."""

from __future__ import annotations

import threading

from twisted.internet import reactor
from twisted.internet.defer import gatherResults
from twisted.trial.unittest import TestCase

from bcfg2tw.pool import Busy, CorePool
from bcfg2tw.settings import Settings

PATIENCE_SECONDS = 10


class PoolTests(TestCase):
    def setUp(self) -> None:
        self.pool = CorePool(reactor, Settings(threads=2, max_queue=1))
        self.pool.start()
        self.addCleanup(self.pool.stop)
        self.go_on = threading.Event()
        self.addCleanup(self.go_on.set)

    def hold(self, result: object) -> object:
        """Occupy a thread until the test goes on."""
        self.go_on.wait(PATIENCE_SECONDS)
        return result

    async def test_results(self) -> None:
        """A call gives the result of its function, from another thread."""
        name = await self.pool.call(lambda: threading.current_thread() is threading.main_thread())
        self.assertIs(name, False)
        self.assertEqual(await self.pool.call(divmod, 7, 2), (3, 1))

    async def test_exceptions(self) -> None:
        """A call fails with what its function raises, and the pool goes on."""
        for _ in range(10):
            await self.assertFailure(self.pool.call(int, "x"), ValueError)
        self.assertEqual(self.pool.pending, 0)

    async def test_busy(self) -> None:
        """When all threads are busy and the queue is full, a further call is refused at once."""
        calls = [self.pool.call(self.hold, number) for number in range(3)]
        self.assertEqual(self.pool.pending, 3)
        busy = self.failureResultOf(self.pool.call(self.hold, 4), Busy)
        self.assertEqual(str(busy.value), "3 calls are waiting")
        self.go_on.set()
        self.assertEqual(await gatherResults(calls), [0, 1, 2])
        self.assertEqual(await self.pool.call(self.hold, 5), 5)

    async def test_stop(self) -> None:
        """A pool that is stopped ends when its last call has ended, and takes no other."""
        call = self.pool.call(self.hold, "done")
        stopped, again = self.pool.stop(), self.pool.stop()
        self.failureResultOf(self.pool.call(self.hold, 1), Busy)
        self.assertNoResult(stopped)
        ended: list[object] = []
        call.addCallback(ended.append)
        self.go_on.set()
        await stopped
        await again
        self.assertEqual(ended, ["done"])

    def test_stop_unused(self) -> None:
        """A pool without calls, started or not, stops at once."""
        self.successResultOf(self.pool.stop())
        self.successResultOf(CorePool(reactor, Settings()).stop())
