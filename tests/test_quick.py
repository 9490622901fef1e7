"""Which tests are quick."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.quick import is_quick, quick_modules


class QuickTests(SynchronousTestCase):
    """Modules of tests that exist, each for a kind."""

    def test_quick(self) -> None:
        """A module that works in its own process is quick."""
        self.assertTrue(is_quick("tests.engine.plugins.test_rules"))
        self.assertIn("tests.engine.plugins.test_rules", quick_modules())

    def test_processes(self) -> None:
        """One that starts processes is not, whether by itself or with what tests share."""
        self.assertFalse(is_quick("tests.test_run"))
        self.assertFalse(is_quick("tests.test_service"))

    def test_cases(self) -> None:
        """The conformance cases are not."""
        self.assertFalse(is_quick("tests.test_conformance"))
