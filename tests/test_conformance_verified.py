"""
A chosen part of the conformance cases; each configuration that is kept is built anew and compared.

A client calls twice in most of them, before and after a change; what is kept must never show.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet import defer

from bcfg2tw.settings import Settings
from tests import test_conformance
from tests.logs import CapturedLog

CASES = (
    "bundler-genshi", "cfg-changes", "cfg-genshi", "cfg-specificity", "grouppatterns-names",
    "live-bundles", "live-connectors", "live-rules", "metadata-query", "probes-groups",
    "properties-formats", "site-school",
)  # fmt: skip


class VerifiedTests(test_conformance.CaseRunner):
    """The cases that say most about what configurations are made from."""

    def settings_of(self, path: str) -> Settings:
        """Return settings under which what is kept is compared."""
        return replace(super().settings_of(path), verify_configurations=True)

    async def run_verified(self, name: str) -> None:
        """Run a case, and see that nothing was told that differs."""
        log = CapturedLog(self)
        await self.run_case(name)
        told = [line for line in log.lines if "is not as one that was built anew" in line]
        self.assertEqual(told, [])


def a_test(name: str) -> Any:
    """Return a test method for a case."""

    def test(self: VerifiedTests) -> defer.Deferred[None]:
        return defer.Deferred.fromCoroutine(self.run_verified(name))

    test.__doc__ = f"{name}, verified"
    return test


for case in CASES:
    setattr(VerifiedTests, f"test_{case.replace('-', '_')}", a_test(case))
