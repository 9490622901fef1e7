"""Clocks: the machine's, and the one that tests advance, keep the same promises."""

from __future__ import annotations

import threading
import time

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.clock import SystemClock
from tests.doubles import ManualClock

PATIENCE_SECONDS = 20.0


class SystemClockTests(SynchronousTestCase):
    def test_time(self) -> None:
        """It tells the time of day, and seconds that grow."""
        clock = SystemClock()
        before, moment = time.time(), clock.monotonic()
        self.assertTrue(before <= clock.time() <= time.time())
        self.assertGreaterEqual(clock.monotonic(), moment)

    def test_call_later(self) -> None:
        """A function is called in another thread, which keeps no process alive."""
        threads: list[threading.Thread] = []
        called = threading.Event()

        def note() -> None:
            threads.append(threading.current_thread())
            called.set()

        SystemClock().call_later(0.001, note)
        self.assertTrue(called.wait(PATIENCE_SECONDS))
        (thread,) = threads
        self.assertIsNot(thread, threading.current_thread())
        self.assertTrue(thread.daemon)

    def test_no_thread(self) -> None:
        """What asks to be called again goes on where no thread can be started, in its own."""
        clock, done = SystemClock(), threading.Event()
        calls: list[threading.Thread] = []
        start = threading.Timer.start

        def again() -> None:
            calls.append(threading.current_thread())
            if len(calls) == 1:
                self.patch(threading.Timer, "start", self.refuse)
                clock.call_later(0.001, calls.clear).cancel()
            if len(calls) == 4:
                self.patch(threading.Timer, "start", start)
            if len(calls) == 6:
                done.set()
                return
            clock.call_later(0.001, again)

        clock.call_later(0.001, again)
        self.assertTrue(done.wait(PATIENCE_SECONDS))
        self.assertEqual(len(set(calls[:4])), 1)
        self.assertEqual(len(set(calls)), 3)
        self.patch(threading.Timer, "start", self.refuse)
        self.assertRaises(RuntimeError, clock.call_later, 0.001, again)

    def refuse(self, *_: object) -> None:
        """Start no thread, as Python does where there is no memory for one."""
        raise RuntimeError("can't start new thread")

    def test_cancel(self) -> None:
        """A function whose timer is cancelled in time is not called."""
        called: list[str] = []
        clock, done = SystemClock(), threading.Event()
        clock.call_later(0.2, lambda: called.append("cancelled")).cancel()
        clock.call_later(0.3, done.set)
        self.assertTrue(done.wait(PATIENCE_SECONDS))
        self.assertEqual(called, [])


class ManualClockTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = ManualClock(100.0)
        self.calls: list[tuple[str, float]] = []

    def call(self, name: str) -> None:
        """Note that a function was called, and when."""
        self.calls.append((name, self.clock.monotonic()))

    def test_order(self) -> None:
        """Functions are called when their time has come, in the order of their times."""
        self.clock.call_later(2, lambda: self.call("second"))
        self.clock.call_later(1, lambda: self.call("first"))
        self.clock.call_later(9, lambda: self.call("never"))
        self.clock.advance(5)
        self.assertEqual(self.calls, [("first", 101.0), ("second", 102.0)])
        self.assertEqual(self.clock.time(), 105.0)

    def test_repeated(self) -> None:
        """A function that asks to be called again is, within the same advance."""

        def again() -> None:
            self.call("again")
            self.clock.call_later(2, again)

        again()
        self.clock.advance(5)
        self.assertEqual([at for _, at in self.calls], [100.0, 102.0, 104.0])

    def test_cancel(self) -> None:
        """A function whose timer is cancelled in time is not called."""
        self.clock.call_later(1, lambda: self.call("cancelled")).cancel()
        self.clock.advance(5)
        self.assertEqual(self.calls, [])
