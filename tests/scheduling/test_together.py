"""Calls that run together, in one thread, and the turns that they and the reactor have."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable

from twisted.internet import reactor
from twisted.internet.defer import gatherResults
from twisted.trial.unittest import SynchronousTestCase, TestCase

from bcfg2tw.pool import CorePool
from bcfg2tw.scheduling.call import Call
from bcfg2tw.scheduling.runners import LONGEST_SECONDS
from bcfg2tw.scheduling.together import Together
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings

PATIENCE_SECONDS = 60
MOMENT_SECONDS = 1.0
MANY = 50


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
        self.addCleanup(self.go_on.set)
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

    def test_one_thread(self) -> None:
        """Calls run one after another, in one thread that is not this one."""
        made = self.together(*[threading.get_ident] * 3)
        self.assertTrue(made.make_way(PATIENCE_SECONDS, PATIENCE_SECONDS))
        self.assertTrue(made.has_ended)
        results = [result for result, _ in made.take_results()]
        self.assertEqual(results, [results[0]] * 3)
        self.assertNotEqual(results[0], threading.get_ident())
        self.assertFalse(self.told.is_set())

    def _assert_left(self, call: Callable[[], object], is_computing: bool) -> None:
        """See that a call that takes long is not waited for, and that its result is told."""
        made = self.together(call, threading.get_ident)
        self.assertIs(made.make_way(MOMENT_SECONDS, MOMENT_SECONDS / 2), is_computing)
        self.assertFalse(made.has_ended)
        self.assertEqual(len(made.take_back()), 1)
        self.assertEqual(made.take_results(), [])
        self.go_on.set()
        self.assertTrue(self.told.wait(PATIENCE_SECONDS))
        ((result, _),) = made.take_results()
        self.assertIs(result, True)
        self.assertTrue(made.has_ended)

    def test_waiting(self) -> None:
        """A call that waits, and does not compute, is not waited for."""
        self._assert_left(self.wait, is_computing=False)

    def test_computing(self) -> None:
        """One that computes is, but not for long."""
        self._assert_left(self.compute, is_computing=True)

    def test_not_awaited(self) -> None:
        """Results that nobody waits for are told, whenever they come."""
        for function in (self.wait, threading.get_ident):
            self.told.clear()
            made = self.together(function)
            made.leave()
            self.go_on.set()
            self.assertTrue(self.told.wait(PATIENCE_SECONDS))
            self.assertEqual(len(made.take_results()), 1)

    def test_failure(self) -> None:
        """A call that fails gives its failure, and the next one runs."""
        made = self.together(lambda: 1 // 0, lambda: 1)
        made.make_way(PATIENCE_SECONDS, PATIENCE_SECONDS)
        (failure, _), (result, _) = made.take_results()
        self.assertTrue(failure.check(ZeroDivisionError))
        self.assertEqual(result, 1)


class RunnersTests(TestCase):
    timeout = 2 * PATIENCE_SECONDS

    def setUp(self) -> None:
        self.pool = CorePool(reactor, Settings())
        self.pool.start()
        self.addCleanup(self.pool.stop)
        self.go_on = threading.Event()
        self.addCleanup(self.go_on.set)

    def compute(self, seconds: float = PATIENCE_SECONDS) -> str:
        """Use the processor for some time, or until the test goes on."""
        until = time.monotonic() + seconds
        while not self.go_on.is_set() and time.monotonic() < until:
            pass
        return "computed"

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

    async def test_behind_long(self) -> None:
        """Behind a call that computes for very long others have their turn."""
        long = self.pool.serve(Turn("long"), self.compute)
        short = [self.pool.serve(Turn(str(n), is_quick=n == 1), int, n) for n in range(3)]
        self.assertEqual(await gatherResults(short), [0, 1, 2])
        self.assertFalse(long.called)
        self.go_on.set()
        self.assertEqual(await long, "computed")

    async def test_behind_quick(self) -> None:
        """Quick calls come first, but however many follow each other, another has its turn."""
        other = self.pool.serve(Turn("other"), int, 7)
        ended: list[str] = []

        def ask_again(_: object) -> None:
            if not other.called and len(ended) < MANY:
                ended.append("quick")
                quick = Turn(f"quick {len(ended)}", is_quick=True)
                self.pool.serve(quick, self.compute, 2 * LONGEST_SECONDS).addCallback(ask_again)

        for _ in range(3):
            ask_again(None)
        self.assertEqual(await other, 7)
        self.assertLess(len(ended), MANY)
