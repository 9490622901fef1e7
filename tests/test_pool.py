"""The one way into threads."""

from __future__ import annotations

import threading
import time
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from bcfg2tw.pool import HANGING_OF_CALLER, Busy, CorePool, TookTooLong
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings
from tests.doubles import Hold
from tests.network import log_lines

PATIENCE_SECONDS = 10

A, B = Turn("192.0.2.1"), Turn("192.0.2.2")


def caller(name: object, address: str = "192.0.2.1", **how: Any) -> Turn:
    """Return the turn of a caller."""
    return Turn(address, name, **how)


class PoolTestCase(TestCase):
    """A pool of few threads, and calls that wait in them."""

    timeout = 6 * PATIENCE_SECONDS

    def pool_of(self, **settings: Any) -> CorePool:
        """Return a pool that runs until the end of the test."""
        values: dict[str, Any] = {"threads": 2, "max_queue": 1, "spare_threads": 0}
        pool = CorePool(reactor, Settings(**{**values, **settings}))
        pool.start()
        self.addCleanup(pool.stop)
        self.go_on = threading.Event()
        self.addCleanup(self.go_on.set)
        return pool

    def setUp(self) -> None:
        self.pool = self.pool_of()

    def hold(self, result: object) -> object:
        """Occupy a thread until the test goes on."""
        self.go_on.wait(PATIENCE_SECONDS)
        return result


class PoolTests(PoolTestCase):
    async def test_results(self) -> None:
        """A call gives the result of its function, from another thread."""
        name = await self.pool.call(lambda: threading.current_thread() is threading.main_thread())
        self.assertIs(name, False)
        self.assertEqual(await self.pool.call(divmod, 7, 2), (3, 1))
        self.assertEqual(await self.pool.serve(A, divmod, 7, 2), (3, 1))

    async def test_exceptions(self) -> None:
        """A call fails with what its function raises, and the pool goes on."""
        for _ in range(10):
            await self.assertFailure(self.pool.call(int, "x"), ValueError)
            await self.assertFailure(self.pool.serve(A, int, "x"), ValueError)
        self.assertEqual(self.pool.pending, 0)

    async def test_busy(self) -> None:
        """When all threads are busy and the queue is full, a further call is refused at once."""
        turns = (caller(1), caller(2, "192.0.2.2"), caller(3))
        calls = [self.pool.serve(turn, self.hold, number) for number, turn in enumerate(turns)]
        self.assertEqual(self.pool.pending, 3)
        busy = self.failureResultOf(self.pool.serve(caller(4), self.hold, 4), Busy)
        self.assertEqual(str(busy.value), "1 calls are waiting")
        self.go_on.set()
        self.assertEqual(await gatherResults(calls), [0, 1, 2])
        self.assertEqual(await self.pool.serve(A, self.hold, 5), 5)

    async def test_own_work(self) -> None:
        """What the server does itself waits for no client."""
        calls = [self.pool.serve(turn, self.hold, 1) for turn in (A, B)]
        self.assertEqual(await self.pool.call(divmod, 7, 2), (3, 1))
        self.go_on.set()
        await gatherResults(calls)

    async def test_stop(self) -> None:
        """A pool that is stopped ends when its last call has ended, and takes no other."""
        call = self.pool.call(self.hold, "done")
        stopped, again = self.pool.stop(), self.pool.stop()
        self.failureResultOf(self.pool.call(self.hold, 1), Busy)
        self.failureResultOf(self.pool.serve(A, self.hold, 1), Busy)
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


class FairnessTests(PoolTestCase):
    """Calls of clients beside each other."""

    async def test_quick(self) -> None:
        """A call that costs next to nothing waits behind no other."""
        calls = [self.pool.serve(turn, self.hold, 1) for turn in (A, B)]
        quick = self.pool.serve(caller("x", is_quick=True), divmod, 7, 2)
        self.assertEqual(await quick, (3, 1))
        self.go_on.set()
        await gatherResults(calls)

    async def test_one_address(self) -> None:
        """One address never has all threads: another is served while its calls run."""
        self.pool = self.pool_of(max_queue=100)
        calls = [self.pool.serve(caller(number), self.hold, number) for number in range(20)]
        self.assertEqual(await self.pool.serve(B, divmod, 7, 2), (3, 1))
        self.go_on.set()
        self.assertEqual(await gatherResults(calls), list(range(20)))

    async def test_turns(self) -> None:
        """Who comes after many calls of another address does not wait for them."""
        self.pool = self.pool_of(threads=1, max_queue=100)
        order: list[object] = []
        first: Deferred[Any] = self.pool.serve(A, self.hold, 1)
        others: list[Deferred[Any]] = [
            self.pool.serve(caller(number), order.append, number) for number in range(20)
        ]
        late: Deferred[Any] = self.pool.serve(B, order.append, "late")
        self.go_on.set()
        await gatherResults([first, *others, late])
        self.assertLess(order.index("late"), 2)

    async def test_alike(self) -> None:
        """Calls that are the same at once are made once, whether it waits or runs."""
        made: list[int] = []

        def build(number: int) -> int:
            made.append(number)
            self.hold(number)
            return number

        turn = caller("x", same="GetConfig")
        calls = [self.pool.serve(turn, build, number) for number in range(10)]
        other = self.pool.serve(caller("y", same="GetConfig"), build, 10)
        self.go_on.set()
        self.assertEqual(await gatherResults(calls), [0] * 10)
        self.assertEqual(await other, 10)
        self.assertEqual(sorted(made), [0, 10])
        self.assertEqual(await self.pool.serve(turn, build, 11), 11)

    async def test_alike_failing(self) -> None:
        """They share a failure as well."""
        turn = caller("x", same="GetConfig")
        calls = [self.pool.serve(turn, int, "x") for _ in range(3)]
        for call in calls:
            await self.assertFailure(call, ValueError)

    async def test_taken_back(self) -> None:
        """A call that nobody waits for any more is not made; one that runs goes on."""
        self.pool = self.pool_of(threads=1, max_queue=100)
        made: list[object] = []
        running = self.pool.serve(A, lambda: made.append(self.hold(1)))
        turn = caller("x", same="GetConfig")
        waiting = [self.pool.serve(turn, made.append, 2) for _ in range(2)]
        alone = self.pool.serve(caller("y"), made.append, 3)
        for call in (running, waiting[0], alone):
            call.cancel()
            self.failureResultOf(call, CancelledError)
        self.go_on.set()
        await waiting[1]
        await self.pool.stop()
        self.assertEqual(made, [1, 2])


class HangingTests(PoolTestCase):
    """Calls that do not come back."""

    async def given_up(self, call: Deferred[Any]) -> str:
        """Return why a call was given up."""
        error: Any = await self.assertFailure(call, TookTooLong)
        return str(error.reason)

    async def test_given_up(self) -> None:
        """At its deadline the caller learns where the call hangs; others have its thread."""
        self.pool = self.pool_of(threads=1, call_timeout_seconds=0.2, spare_threads=1)
        changes: list[int] = []
        self.pool.listeners.append(lambda: changes.append(self.pool.given_up))
        hold = Hold()
        reason = await self.given_up(self.pool.serve(A, hold.wait))
        self.assertRegex(reason, r"^given up after 0\.2 seconds in .*/threading\.py:\d+$")
        self.assertEqual(await self.pool.serve(A, divmod, 7, 2), (3, 1))
        hold.release()
        while self.pool.given_up:
            await deferLater(reactor, 0.01)
        self.assertEqual(changes, [1, 0])

    async def test_moved_aside(self) -> None:
        """A call that only waits keeps nobody from being served for long, and gets its answer."""
        self.pool = self.pool_of(threads=1, spare_threads=3, max_queue=100)
        calls = [self.pool.serve(caller(number), self.hold, number) for number in range(3)]
        self.assertEqual(await self.pool.serve(B, divmod, 7, 2), (3, 1))
        self.go_on.set()
        self.assertEqual(await gatherResults(calls), [0, 1, 2])
        self.assertEqual(self.pool._schedule._spare, 3)

    async def test_none_left(self) -> None:
        """Where every thread hangs, calls are refused at once until one comes back."""
        self.pool = self.pool_of(threads=1, call_timeout_seconds=0.2, max_queue=10)
        lines = log_lines(self)
        hung = self.pool.serve(A, self.hold, 1)
        waiting = self.pool.serve(B, self.hold, 2)
        await self.given_up(hung)
        self.failureResultOf(waiting, Busy)
        self.failureResultOf(self.pool.serve(B, divmod, 7, 2), Busy)
        self.assertEqual(sum("Restart the server" in line for line in lines), 1)
        self.assertEqual(await self.pool.serve(caller(1, is_quick=True), divmod, 7, 2), (3, 1))
        self.go_on.set()
        while self.pool.given_up:
            await deferLater(reactor, 0.01)
        self.assertEqual(await self.pool.serve(B, divmod, 7, 2), (3, 1))

    async def test_again_and_again(self) -> None:
        """A caller whose calls hang again and again cannot have all threads; others go on."""
        self.pool = self.pool_of(call_timeout_seconds=0.1, spare_threads=10)
        for _ in range(HANGING_OF_CALLER):
            self.assertIn("given up", await self.given_up(self.pool.serve(A, self.hold, 1)))
        self.assertIn("still hang", await self.given_up(self.pool.serve(A, self.hold, 1)))
        self.assertEqual(await self.pool.serve(B, divmod, 7, 2), (3, 1))
        self.go_on.set()
        while self.pool.given_up:
            await deferLater(reactor, 0.01)
        self.assertEqual(await self.pool.serve(A, divmod, 7, 2), (3, 1))

    async def test_stop(self) -> None:
        """A pool in which a call hangs stops all the same."""
        self.pool = self.pool_of(call_timeout_seconds=0.2)
        await self.given_up(self.pool.serve(A, self.hold, 1))
        await self.pool.stop()
        self.assertEqual(self.pool.given_up, 1)

    async def test_abandoned(self) -> None:
        """A pool that is not waited for any more sends away what waits, and leaves nothing."""
        self.pool = self.pool_of(threads=1)
        running = self.pool.serve(A, self.hold, 1)
        waiting = self.pool.serve(B, self.hold, 2)
        stopped = self.pool.stop()
        self.pool.abandon()
        self.failureResultOf(waiting, Busy)
        self.go_on.set()
        self.assertEqual(await running, 1)
        await stopped

    async def test_own_work(self) -> None:
        """What the server does itself may take as long as it takes; the log says where it is."""
        self.pool = self.pool_of(call_timeout_seconds=0.1)
        lines = log_lines(self)
        self.assertEqual(await self.pool.call(self.sleep, 0.5), 0.5)
        (line,) = [line for line in lines if "other work of the server" in line]
        self.assertRegex(line, rf"longer than 0\.1 seconds\. It is in {__file__}:\d+$")

    def sleep(self, seconds: float) -> float:
        """Take some time."""
        time.sleep(seconds)
        return seconds
