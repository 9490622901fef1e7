"""When journals are brought into their files: later, once for many changes, until it is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.xmlfiles.folding import REST_PER_WORK, Gate, Later

PATIENCE_SECONDS = 20.0


class Work:
    """Something to run later; says of the first runs that they are not done, or raises."""

    def __init__(self, *results: bool | Exception, seconds: float = 0.0) -> None:
        self.runs: list[float] = []
        self._results = list(results)
        self._seconds = seconds

    def __call__(self) -> bool:
        self.runs.append(time.monotonic())
        time.sleep(self._seconds)
        result = self._results.pop(0) if self._results else True
        if isinstance(result, Exception):
            raise result
        return result


class LaterTests(SynchronousTestCase):
    def later(self, work: Callable[[], bool], delay_seconds: float = 0.01) -> Later:
        """Return what runs the work, ended after the test."""
        later = Later(work, delay_seconds)
        self.addCleanup(later.close)
        return later

    def wait_for_runs(self, work: Work, number: int) -> None:
        """Wait until the work was begun so often."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(work.runs) < number and time.monotonic() < deadline:
            time.sleep(0.001)
        self.assertGreaterEqual(len(work.runs), number)

    def test_once_for_many(self) -> None:
        """Many requests make one run, after the delay."""
        work = Work()
        later = self.later(work, 0.1)
        started = time.monotonic()
        for _ in range(100):
            later.request()
        self.wait_for_runs(work, 1)
        self.assertGreaterEqual(work.runs[0] - started, 0.1)
        time.sleep(0.2)
        self.assertEqual(len(work.runs), 1)

    def test_requested_meanwhile(self) -> None:
        """What is requested during a run, which may have missed it, makes another one."""
        work = Work(seconds=0.05)
        later = self.later(work)
        later.request()
        self.wait_for_runs(work, 1)
        later.request()
        self.wait_for_runs(work, 2)

    def test_not_done(self) -> None:
        """What is not done, or fails, is tried again; a failure is in the log."""
        work = Work(False, KeyError("disk"))
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.later(work).request()
            self.wait_for_runs(work, 3)
        self.assertIn("Changes could not be written, they are tried again", logs.output[0])

    def test_rest(self) -> None:
        """Work that takes long is done less often, whatever is requested."""
        work = Work(seconds=0.02)
        later = self.later(work, 0.0)
        later.request()
        self.wait_for_runs(work, 1)
        while not later._took_seconds:
            time.sleep(0.001)
        later.request()
        self.wait_for_runs(work, 2)
        self.assertGreaterEqual(work.runs[1] - work.runs[0], 0.02 * REST_PER_WORK)

    def test_closed(self) -> None:
        """Once closed nothing is run."""
        work = Work()
        later = self.later(work, 0.5)
        later.request()
        later.close()
        later.request()
        time.sleep(0.7)
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

        threads = [threading.Thread(target=one) for one in (pass_slowly, close, enter)]
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
