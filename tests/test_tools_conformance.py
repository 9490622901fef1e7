"""
Recorded commands of the administrator's tools against ours.

A case is a test of its own, named after the case's folder under `tests/conformance/tools`. Commands
run in this process, unless they need the network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from twisted.web.server import Site
from twisted.web.static import File

from bcfg2tw.service import coreService
from bcfg2tw.settings import Settings
from tests.certificates import Authority
from tests.command_processes import run_process
from tests.commands import run
from tests.conformance.case import HOST, Place
from tests.conformance.tool_case import TOOL_CASES, ToolCase
from tests.network import free_port

#: Commands that call a server, for which they run a reactor of their own, and the one that forks,
#: which is not to be done beside the threads of other tests.
CALLERS = ("admin xcmd", "admin perf", "admin expirecache", "test")


def needs_process(step: Mapping[str, Any]) -> bool:
    """Say whether a step is a command that cannot be run in this process."""
    return str(step["run"]).startswith(CALLERS)


class ToolsConformanceTests(TestCase):
    """Each case is copied, and its commands are run."""

    timeout = 120

    async def run_case(self, name: str) -> None:
        """Run a case."""
        folder = Path(self.mktemp()).absolute() / "case"
        folder.parent.mkdir()
        authority = Authority(folder.parent / "authority")
        certificate, key = authority.issue("localhost")
        ports = (free_port(self), free_port(self))
        place = Place(folder, *ports, certificate, key, authority.certificate)
        description = json.loads((TOOL_CASES / name / "case.json").read_text("utf-8"))
        if "serve" in description:
            self.serve(folder / description["serve"], place.www_port)
        if "serve" in description or any(map(needs_process, description["commands"])):
            troubles = await self.run_beside_server(ToolCase(name, place, run_process))
        else:
            troubles = list(ToolCase(name, place, run).troubles())
        self.assertEqual(troubles, [], "\n".join(troubles))

    async def run_beside_server(self, case: ToolCase) -> list[str]:
        """Run a case's commands as processes, beside the server that it may want."""
        if not case.description.get("server"):
            return await deferToThread(lambda: list(case.troubles()))
        case.prepare()
        # what a server keeps for itself in the repository would change what the case compares
        state = case.place.folder.with_name("state")
        state.mkdir()
        settings = Settings.from_file(str(case.place.folder / "bcfg2.conf"))
        settings = replace(settings, state=str(state))
        service: Any = coreService(reactor, settings)
        service.privilegedStartService()
        service.startService()
        try:
            return await deferToThread(lambda: list(case.troubles()))
        finally:
            await maybeDeferred(service.stopService)
            self.flushLoggedErrors()

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
