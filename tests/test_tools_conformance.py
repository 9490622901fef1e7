"""
Recorded commands of the administrator's tools against ours.

A case is a test of its own, named after the case's folder under `tests/conformance/tools`. Commands
run in this process, unless they need the network.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from twisted.web.server import Site
from twisted.web.static import File

from tests.command_processes import run_process
from tests.commands import run
from tests.conformance.case import HOST, Place
from tests.conformance.tool_case import TOOL_CASES, ToolCase
from tests.network import free_port


class ToolsConformanceTests(TestCase):
    """Each case is copied, and its commands are run."""

    timeout = 120

    async def run_case(self, name: str) -> None:
        """Run a case."""
        folder = Path(self.mktemp()).absolute() / "case"
        certificate = folder.parent / "certificate.pem"
        served = json.loads((TOOL_CASES / name / "case.json").read_text("utf-8")).get("serve")
        port = free_port(self)
        place = Place(folder, free_port(self), port, certificate, certificate, certificate)
        if served is None:
            troubles = list(ToolCase(name, place, run).troubles())
        else:
            self.serve(folder / served, port)
            case = ToolCase(name, place, run_process)
            troubles = await deferToThread(lambda: list(case.troubles()))
        self.assertEqual(troubles, [], "\n".join(troubles))

    def serve(self, folder: Path, port: int) -> None:
        """Serve a folder over HTTP."""
        pages: Any = Site(File(str(folder)))
        listening: Any = reactor
        self.addCleanup(listening.listenTCP(port, pages, interface=HOST).stopListening)


def a_test(name: str, title: str) -> Any:
    """Return a test method for a case."""

    def test(self: ToolsConformanceTests) -> Deferred[None]:
        return Deferred.fromCoroutine(self.run_case(name))

    test.__doc__ = title
    return test


for path in sorted(TOOL_CASES.glob("*/case.json")):
    title = json.loads(path.read_text("utf-8"))["title"]
    case = path.parent.name
    setattr(ToolsConformanceTests, "test_" + case.replace("-", "_"), a_test(case, title))
