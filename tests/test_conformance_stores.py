"""
A chosen part of the conformance cases, with the state of clients kept elsewhere than in the files.

By hand all cases are run so: `BCFG2TW_TEST_STORE=sqlite`, or another name of
`tests.conformance.stores`, in the environment of `tests.test_conformance`.
"""

from __future__ import annotations

from typing import Any

from twisted.internet import defer

from tests import test_conformance
from tests.conformance.stores import STORES

CASES = (
    "live-metadata", "metadata-bootstrap", "metadata-clientversion", "metadata-registration",
    "probes-data", "probes-stored",
)  # fmt: skip


class StoresTests(test_conformance.CaseRunner):
    """The cases that say most about what clients change, with every store but the files."""

    async def run_with(self, store: str, name: str) -> None:
        """Run a case with a store."""
        self.store = store
        await self.run_case(name)


def a_test(store: str, name: str) -> Any:
    """Return a test method for a case and a store."""

    def test(self: StoresTests) -> defer.Deferred[None]:
        return defer.Deferred.fromCoroutine(self.run_with(store, name))

    test.__doc__ = f"{name}, with the store {store}"
    return test


for store in STORES:
    if store != "files":
        for case in CASES:
            method = f"test_{store}_{case.replace('-', '_')}"
            setattr(StoresTests, method, a_test(store, case))
