"""When journals are brought into their files: later, once for many changes, until it is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.later import REST_PER_WORK, Later
from bcfg2tw.engine.store.xmlfiles.gate import Gate
from tests.doubles import ManualClock

PATIENCE_SECONDS = 20.0


class Work:
    """
    Something to run later; says of the first runs that they are not done, or raises.

    :ivar runs: when it was run
    """

    def __init__(
        self, clock: ManualClock, *results: bool | Exception, seconds: float = 0.0
    ) -> None:
        self.runs: list[float] = []
        self._clock = clock
        self._results = list(results)
        self._seconds = seconds

    def __call__(self) -> bool:
        self.runs.append(self._clock.monotonic())
        self._clock.advance(self._seconds)
        result = self._results.pop(0) if self._results else True
        if isinstance(result, Exception):
            raise result
        return result


class LaterTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = ManualClock(0.0)

    def later(self, work: Callable[[], bool], delay_seconds: float = 1.0) -> Later:
        """Return a `Later` that runs the work."""
        return Later(work, self.clock, delay_seconds)

    def test_once_for_many(self) -> None:
        """Many requests make one run, after the delay."""
        work = Work(self.clock)
        later = self.later(work, 3.0)
        for _ in range(100):
            later.request()
        self.clock.advance(2.9)
        self.assertEqual(work.runs, [])
        self.clock.advance(100)
        self.assertEqual(work.runs, [3.0])

    def test_no_thread(self) -> None:
        """A request for which no thread can be started fails nobody; the next one counts."""
        work = Work(self.clock)
        later = self.later(work)

        def refuse(*_: object) -> None:
            raise RuntimeError("can't start new thread")

        patch = self.patch(self.clock, "call_later", refuse)
        with self.assertLogs("bcfg2-server", "WARNING"):
            later.request()
        patch.restore()
        later.request()
        self.clock.advance(100)
        self.assertEqual(work.runs, [1.0])

    def test_requested_meanwhile(self) -> None:
        """What is requested during a run, which may have missed it, makes another one."""
        runs: list[float] = []

        def work() -> bool:
            runs.append(self.clock.monotonic())
            if len(runs) == 1:
                later.request()
            return True

        later = self.later(work)
        later.request()
        self.clock.advance(100)
        self.assertEqual(runs, [1.0, 2.0])

    def test_not_done(self) -> None:
        """What is not done, or fails, is tried again; a failure is in the log."""
        work = Work(self.clock, False, KeyError("disk"))
        self.later(work).request()
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.clock.advance(100)
        self.assertEqual(work.runs, [1.0, 2.0, 3.0])
        self.assertIn("Changes could not be written, they are tried again", logs.output[0])

    def test_rest(self) -> None:
        """Work that takes long is done less often, whatever is requested."""
        work = Work(self.clock, seconds=5.0)
        later = self.later(work)
        later.request()
        self.clock.advance(1)
        later.request()
        self.clock.advance(1000)
        self.assertEqual(work.runs, [1.0, 1.0 + 5.0 + 5.0 * REST_PER_WORK])

    def test_closed(self) -> None:
        """Once closed nothing is run."""
        work = Work(self.clock)
        later = self.later(work)
        later.request()
        later.close()
        later.request()
        self.clock.advance(100)
        self.assertEqual(work.runs, [])


class GateTests(SynchronousTestCase):
    def test_closed(self) -> None:
        """A gate closes when all are out, and lets nobody in until it is open again."""
        gate, events = Gate(), list[str]()
        inside, leave = threading.Event(), threading.Event()

        def pass_slowly() -> None:
            with gate.passing():
                inside.set()
                leave.wait(PATIENCE_SECONDS)
                events.append("left")

        def close() -> None:
            with gate.closed():
                events.append("closed")
                time.sleep(0.05)
                events.append("opened")

        def enter() -> None:
            with gate.passing():
                events.append("entered")

        threads = [threading.Thread(target=act) for act in (pass_slowly, close, enter)]
        threads[0].start()
        inside.wait(PATIENCE_SECONDS)
        threads[1].start()
        while not gate._is_closed:
            time.sleep(0.001)
        threads[2].start()
        leave.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        self.assertEqual(events, ["left", "closed", "opened", "entered"])

    def test_failure(self) -> None:
        """An error inside opens the gate again."""
        gate = Gate()
        for passage in (gate.closed, gate.passing, gate.closed):
            with self.assertRaises(KeyError), passage():
                raise KeyError
        with gate.closed():
            self.assertTrue(gate._is_closed)
