"""The simulation of the top of the hour, where it is known what comes of it."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

from twisted.trial.unittest import SynchronousTestCase

from tests import top_of_hour
from tests.top_of_hour import Outcome, Simulation, Site


def outcome(**site: float) -> Outcome:
    """Return what comes of a small site."""
    given = {"clients": 500, "nodes": 1, "cores": 1, "run_seconds": 0.1, "pause_seconds": 5.0}
    return Simulation(Site(**{**given, **site})).run()  # type: ignore[arg-type]


class TopOfHourTests(SynchronousTestCase):
    def test_alone(self) -> None:
        """Where nobody waits a run takes what it costs."""
        result = outcome(spread_seconds=100_000.0)
        self.assertAlmostEqual(result.percentile(0.5), 0.1)
        self.assertEqual((result.late, result.failed, len(result.runs)), (0, 0, 500))

    def test_at_once(self) -> None:
        """Where all come at once the last one waits for all the others, on as many cores."""
        for cores, nodes in ((1, 1), (2, 1), (1, 2)):
            result = outcome(spread_seconds=0.0, cores=cores, nodes=nodes, timeout_seconds=1000.0)
            seconds = 500 * 0.1 / (cores * nodes)
            self.assertGreaterEqual(result.end_seconds, seconds)
            self.assertLess(result.end_seconds, seconds + 6)
            self.assertEqual(len(result.runs), 500)

    def test_too_late(self) -> None:
        """Who waits too long calls again, and gives up in the end."""
        result = outcome(spread_seconds=0.0, run_seconds=10.0, timeout_seconds=20.0)
        self.assertGreater(result.late, 500)
        self.assertGreater(result.failed, 0)
        self.assertEqual(len(result.runs) + result.failed, 500)

    def test_sent_away(self) -> None:
        """Of more calls than may wait the further ones are sent away, and come back."""
        result = outcome(spread_seconds=0.0, queue=100)
        self.assertGreater(result.refused, 500)
        self.assertEqual(result.longest_queue, 100)
        self.assertEqual(len(result.runs) + result.failed, 500)
        self.assertGreater(result.failed, 0)

    def test_printed(self) -> None:
        """The command says what came of it."""
        text = io.StringIO()
        with redirect_stdout(text):
            top_of_hour.main(
                ["--clients", "100", "--nodes", "2", "--cpu-ms", "20", "--spread", "1"]
            )
        self.assertIn("100 clients begin within 1 s; all cores together need 0 s", text.getvalue())
        self.assertIn("runs given up: 0", text.getvalue())
