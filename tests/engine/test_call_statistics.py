"""How long things took."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.call_statistics import CallStatistics


class CallStatisticsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.statistics = CallStatistics()

    def test_figures(self) -> None:
        """For each name the least, the most, the mean and the number are told."""
        for name, seconds in (("a", 2.0), ("b", 0.5), ("a", 4.0), ("a", 0.0)):
            self.statistics.add(name, seconds)
        self.assertEqual(
            self.statistics.figures(), {"a": (0.0, 4.0, 2.0, 3), "b": (0.5, 0.5, 0.5, 1)}
        )

    def test_copy(self) -> None:
        """Figures that were given away do not change any more."""
        self.statistics.add("a", 1.0)
        figures = self.statistics.figures()
        self.statistics.add("a", 3.0)
        figures["b"] = (0.0, 0.0, 0.0, 0)
        self.assertEqual(figures["a"], (1.0, 1.0, 1.0, 1))
        self.assertEqual(list(self.statistics.figures()), ["a"])

    def test_track(self) -> None:
        """A block is measured, also when it fails."""
        with self.statistics.track("good"):
            pass
        self.assertRaises(KeyError, self.fail_in_block)
        figures = self.statistics.figures()
        self.assertEqual({name: figures[name][3] for name in figures}, {"good": 1, "bad": 1})
        self.assertTrue(all(low >= 0 for low, _, _, _ in figures.values()))

    def fail_in_block(self) -> None:
        """Raise what is measured."""
        with self.statistics.track("bad"):
            raise KeyError
