"""
A chosen part of the conformance cases, served by two workers, with files and in a database.

By hand all cases are run so: `BCFG2TW_TEST_WORKERS=2` in the environment of
`tests.test_conformance`, and `BCFG2TW_TEST_STORE` as `tests.test_conformance_stores` says.
"""

from __future__ import annotations

from typing import Any

from twisted.internet import defer

from tests import test_conformance

CASES = (
    ("files", "live-metadata"),
    ("files", "metadata-registration"),
    ("files", "probes-data"),
    ("sqlite", "metadata-registration"),
    ("sqlite", "probes-stored"),
    ("state", "probes-data"),
)


class WorkersTests(test_conformance.CaseRunner):
    """The cases that say most about what workers have to agree on."""

    workers = "2"

    async def run_with(self, store: str, name: str) -> None:
        """Run a case with a store."""
        self.store = store
        await self.run_case(name)


def a_test(store: str, name: str) -> Any:
    """Return a test method for a case and a store."""

    def test(self: WorkersTests) -> defer.Deferred[None]:
        return defer.Deferred.fromCoroutine(self.run_with(store, name))

    test.__doc__ = f"{name}, with two workers and the store {store}"
    return test


for store, case in CASES:
    setattr(WorkersTests, f"test_{store}_{case.replace('-', '_')}", a_test(store, case))
