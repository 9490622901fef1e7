"""Calls that begin together: one thread for them, which the reactor waits for while it works."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable

from twisted.internet import reactor
from twisted.internet.defer import gatherResults
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase, TestCase

from bcfg2tw.pool import CorePool
from bcfg2tw.scheduling.call import Call
from bcfg2tw.scheduling.together import Together
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings

PATIENCE_SECONDS = 60


class TogetherTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.go_on, self.told = threading.Event(), threading.Event()
        self.addCleanup(self.go_on.set)

    def together(self, *functions: Callable[[], object]) -> Together:
        """Put calls together, and let them run in a thread."""
        calls = [Call(Turn(""), function, (), lambda _: None) for function in functions]
        made = Together(calls, PATIENCE_SECONDS, lambda _: self.told.set())
        thread = threading.Thread(target=made.run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, PATIENCE_SECONDS)
        return made

    def wait(self) -> object:
        """Wait for the test to go on."""
        return self.go_on.wait(PATIENCE_SECONDS)

    def compute(self) -> object:
        """Use the processor until the test goes on."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.go_on.is_set() and time.monotonic() < until:
            pass
        return self.go_on.is_set()

    def _all_results(self, made: Together, number: int) -> list[object]:
        """Return the results once there are so many."""
        results: list[object] = []
        until = time.monotonic() + PATIENCE_SECONDS
        while len(results) < number and time.monotonic() < until:
            results += [result for result, _ in made.results()]
        return results

    def test_one_thread(self) -> None:
        """Calls run one after another, in one thread that is not this one."""
        made = self.together(*[threading.get_ident] * 3)
        left = made.make_way()
        threads = set(self._all_results(made, 3 - len(left)))
        self.assertEqual(len(threads), 1)
        self.assertNotIn(threading.get_ident(), threads)

    def _assert_goes_on(self, call: Callable[[], object]) -> None:
        """See that nobody waits for a call, nor for its place behind it."""
        made = self.together(call, threading.get_ident)
        (left,) = made.make_way()
        self.assertEqual(list(made.results()), [])
        self.assertEqual(left.run(PATIENCE_SECONDS), threading.get_ident())
        self.go_on.set()
        self.assertTrue(self.told.wait(PATIENCE_SECONDS))
        ((result, _),) = made.results()
        self.assertIs(result, True)

    def test_waiting(self) -> None:
        """A call that waits, and does not compute, keeps nobody; its result comes later."""
        self._assert_goes_on(self.wait)

    def test_computing(self) -> None:
        """One that computes for long does not either."""
        self._assert_goes_on(self.compute)

    def test_failure(self) -> None:
        """A call that fails gives its failure, and the next one runs."""
        made = self.together(lambda: 1 // 0, lambda: 1)
        left = made.make_way()
        failure, *others = self._all_results(made, 2 - len(left))
        assert isinstance(failure, Failure)
        self.assertTrue(failure.check(ZeroDivisionError))
        self.assertEqual(others, [1][len(left) :])


class TogetherInPoolTests(TestCase):
    def setUp(self) -> None:
        self.pool = CorePool(reactor, Settings())
        self.pool.start()
        self.addCleanup(self.pool.stop)

    async def test_each_once(self) -> None:
        """Each call is made once, however long some of them take, and gives its own result."""
        numbers: list[int] = []
        seconds = random.Random(9)

        def call(number: int) -> int:
            numbers.append(number)
            time.sleep(seconds.choice((0, 0, 0, 0.0005, 0.002)))
            return number

        turns = [Turn(f"192.0.2.{n % 50}", n, is_quick=n % 3 == 0) for n in range(500)]
        calls = [self.pool.serve(turn, call, number) for number, turn in enumerate(turns)]
        self.assertEqual(await gatherResults(calls), list(range(500)))
        self.assertEqual(Counter(numbers), Counter(range(500)))

    async def test_quick_first(self) -> None:
        """Of calls that begin at the same time those come first that cost next to nothing."""
        order: list[str] = []
        turns = {name: Turn(name, is_quick=name == "quick") for name in ("long", "quick")}
        await gatherResults(
            [self.pool.serve(turn, order.append, name) for name, turn in turns.items()]
        )
        self.assertEqual(order, ["quick", "long"])
