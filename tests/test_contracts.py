"""The comparison with an interface notices what an object lacks."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.interfaces import RunningCore, WatchedCore
from tests.contracts import deviations, members


class DeviationTests(SynchronousTestCase):
    """The comparison itself: it notices what a core lacks."""

    def test_members(self) -> None:
        """All members are compared, inherited and merely annotated ones as well."""
        self.assertEqual(
            members(RunningCore),
            [
                "_get_rmi", "_resolve_exposed_method", "authenticate", "call_statistics",
                "check_acls", "debug_listeners", "downloader", "reload", "settings", "shutdown",
                "start", "watched",
            ],
        )  # fmt: skip

    def test_missing(self) -> None:
        """A member that is not there is named."""
        self.assertIn("reload is missing", deviations(RunningCore, object()))

    def test_other_signature(self) -> None:
        """A method that cannot be called as the interface says is named, with the reason."""

        class Deaf:
            def watched(self) -> tuple[str, ...]:
                return ()

            def reload(self) -> None:
                raise AssertionError

        self.assertEqual(
            deviations(WatchedCore, Deaf()),
            ["reload with 1 parameters: too many positional arguments"],
        )
