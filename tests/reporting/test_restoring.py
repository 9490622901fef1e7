"""The content of a file, told from the difference that a client reported."""

from __future__ import annotations

import difflib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.restoring import restore

TEXTS = st.lists(st.sampled_from(["a", "b", "- a", "", "@@ -1 +1 @@"]), max_size=12).map("\n".join)


def unified(old: str, new: str) -> str:
    """Return a difference as 1.4 reports it."""
    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), "f (on disk)", "f (from bcfg2)")
    return "\n".join(lines)


class RestoreTests(SynchronousTestCase):
    """Both kinds of differences."""

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(TEXTS, TEXTS)
    def test_all_lines(self, old: str, new: str) -> None:
        """1.3's difference holds the whole file."""
        difference = "\n".join(difflib.ndiff(old.split("\n"), new.split("\n")))
        self.assertEqual(restore(difference, str), old)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(TEXTS, TEXTS)
    def test_unified(self, old: str, new: str) -> None:
        """1.4's difference is undone on what the client would get."""
        if old != new:
            self.assertEqual(restore(unified(old, new), lambda: new), old)

    def test_changed(self) -> None:
        """Where the file is another by now, that is an error, not a text."""
        error = self.assertRaises(Bcfg2Error, restore, unified("a", "b"), lambda: "c")
        self.assertIn("has changed since", str(error))
