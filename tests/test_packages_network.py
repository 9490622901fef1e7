"""Packages as a server has it: indexes come over HTTP while clients call over TLS."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from typing import Any

from twisted.internet import defer, reactor
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from twisted.web.server import Site
from twisted.web.static import File

from bcfg2tw.service import coreService
from bcfg2tw.settings import Settings
from tests.certificates import Authority
from tests.conformance.case import HOST, Case, Place
from tests.network import free_port
from tests.processes import environment
from tests.waiting import PATIENCE_SECONDS, wait_until

CLIENT = "127.0.0.4"
RUN_CORE = """\
import sys
from bcfg2tw.core import TwistedCore
from bcfg2tw.settings import Settings
TwistedCore(Settings.from_file(sys.argv[1])).run()
"""


class NetworkTests(TestCase):
    """A recorded case, whose mirror is served by the test."""

    timeout = 120

    def setUp(self) -> None:
        authority = Authority(Path(self.mktemp()).absolute())
        folder = Path(self.mktemp()).absolute() / "case"
        ports = (free_port(self), free_port(self))
        place = Place(folder, *ports, *authority.issue("localhost"), authority.certificate)
        self.case = Case("packages-virtual", place, {})
        self.mirror = folder / "www"
        pages: Any = Site(File(str(self.mirror)))
        port = reactor.listenTCP(place.www_port, pages, interface=HOST)
        self.addCleanup(port.stopListening)

    def call(self, method: str, client: str = "127.0.0.1") -> Any:
        """Call a method and return its result, None if there is none."""
        answer = self.case.call({"from": client, "password": "foobat", "method": method})
        return answer.content if answer.kind == "value" else None

    async def test_refresh(self) -> None:
        """After Packages.Refresh clients get what the mirror has now, not before."""
        service: Any = coreService(reactor, Settings.from_file(str(self.case.configuration)))
        service.privilegedStartService()
        service.startService()
        try:
            before = await deferToThread(self.call, "GetConfig", CLIENT)
            changed = b"Package: real\nDepends: new-lib\n\nPackage: new-lib\n"
            (self.mirror / "pool/Packages.gz").write_bytes(gzip.compress(changed))
            reloaded = await deferToThread(self.call, "Packages.Reload")
            same = await deferToThread(self.call, "GetConfig", CLIENT)
            refreshed = await deferToThread(self.call, "Packages.Refresh")
            after = await deferToThread(self.call, "GetConfig", CLIENT)
        finally:
            await defer.maybeDeferred(service.stopService)
        self.flushLoggedErrors()
        self.assertEqual((reloaded, refreshed), (True, True))
        self.assertIn('"real-lib"', before)
        self.assertEqual(same, before)
        self.assertIn('"new-lib"', after)
        self.assertNotIn('"real-lib"', after)

    async def test_core_run(self) -> None:
        """A core that runs by itself fetches what is missing as soon as its reactor runs."""
        await deferToThread(self.run_core)

    def run_core(self) -> None:
        """Run a core in a process of its own and make the case's calls."""
        command = [sys.executable, "-c", RUN_CORE, str(self.case.configuration)]
        with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE) as process:
            try:
                wait_until(lambda: self.call("GetConfig", CLIENT) is not None, lambda: "no answer")
                self.assertEqual(list(self.case.troubles()), [])
            finally:
                process.terminate()
                process.communicate(timeout=PATIENCE_SECONDS)
