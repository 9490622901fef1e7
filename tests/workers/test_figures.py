"""Figures of several processes, and which worker is worn out."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugins.awstags import AWSTags
from bcfg2tw.workers.hired import Hired
from bcfg2tw.workers.memory_use import private_bytes
from bcfg2tw.workers.worker_core import child_methods, merged_figures

MEGABYTE = 1 << 20


class FiguresTests(SynchronousTestCase):
    def test_merged(self) -> None:
        """Those of a name that several know are the least, the greatest, the mean, and the sum."""
        merged = merged_figures(
            [{"a": (1.0, 3.0, 2.0, 3)}, {"a": [0.5, 2.0, 1.0, 1], "b": [1.0, 1.0, 1.0, 1]}, {}]
        )
        self.assertEqual(merged, {"a": (0.5, 3.0, 1.75, 4), "b": (1.0, 1.0, 1.0, 1)})

    def test_memory(self) -> None:
        """A process has some memory of its own."""
        size = private_bytes()
        assert size is not None
        self.assertGreater(size, MEGABYTE)

    def test_methods_of_all(self) -> None:
        """Plugins say which of their methods reach all workers."""
        debug = [("toggle_debug", "set_debug"), ("set_debug", "set_debug")]
        self.assertEqual(list(child_methods(Plugin)), debug)
        self.assertEqual(list(child_methods(AWSTags)), [*debug, ("expire_cache",) * 2])


class WornOutTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.worker = Hired(self.clock, 7, 1, {})

    def beat(self, **figures: Any) -> None:
        """Have the worker give a sign of life."""
        self.worker._take_beat(figures)

    def test_as_good_as_new(self) -> None:
        """One of which nothing is known yet stays."""
        self.assertIsNone(self.worker.reason_to_go(100))

    def test_calls(self) -> None:
        """One that has answered so many calls goes, unless there is no bound."""
        self.beat(calls=100)
        self.assertEqual(self.worker.reason_to_go(100), "it has answered 100 calls")
        self.assertIsNone(self.worker.reason_to_go(101))
        self.assertIsNone(self.worker.reason_to_go(0))

    def test_hanging(self) -> None:
        """One in which a call hangs goes."""
        self.beat(calls=1, given_up=1)
        self.assertEqual(self.worker.reason_to_go(0), "calls hang in it")

    def test_memory(self) -> None:
        """One whose memory has grown by half since it had settled goes."""
        for calls, megabytes, reason in (
            (10, 20, None),
            (1000, 80, None),
            (2000, 115, None),
            (3000, 121, "its memory has grown from 80 to 121 MB"),
        ):
            self.beat(calls=calls, private_bytes=megabytes * MEGABYTE)
            self.assertEqual(self.worker.reason_to_go(0), reason)

    def test_small_growth(self) -> None:
        """Some megabytes more of a few are no reason."""
        self.beat(calls=1000, private_bytes=20 * MEGABYTE)
        self.beat(calls=2000, private_bytes=45 * MEGABYTE)
        self.assertIsNone(self.worker.reason_to_go(0))

    def test_youth(self) -> None:
        """A worker is young for a second after it has begun to serve."""
        self.assertTrue(self.worker.is_young)
        self.worker.note_serving()
        self.assertTrue(self.worker.is_young)
        self.clock.advance(1.5)
        self.assertFalse(self.worker.is_young)
