"""
Recorded commands of the administrator's tools against ours.

A case is a test of its own, named after the case's folder under `tests/conformance/tools`. Commands
run in this process; what only a process shows (terminals, signals) is tested in `tests/cli`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.commands import run
from tests.conformance.case import Place
from tests.conformance.tool_case import TOOL_CASES, ToolCase


class ToolsConformanceTests(SynchronousTestCase):
    """Each case is copied, and its commands are run."""

    def run_case(self, name: str) -> None:
        """Run a case."""
        folder = Path(self.mktemp()).absolute() / "case"
        certificate = folder.parent / "certificate.pem"
        place = Place(folder, 1, 1, certificate, certificate, certificate)
        troubles = list(ToolCase(name, place, run).troubles())
        self.assertEqual(troubles, [], "\n".join(troubles))


def a_test(name: str, title: str) -> Any:
    """Return a test method for a case."""

    def test(self: ToolsConformanceTests) -> None:
        self.run_case(name)

    test.__doc__ = title
    return test


for path in sorted(TOOL_CASES.glob("*/case.json")):
    title = json.loads(path.read_text("utf-8"))["title"]
    case = path.parent.name
    setattr(ToolsConformanceTests, "test_" + case.replace("-", "_"), a_test(case, title))
