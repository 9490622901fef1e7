"""`bcfg2tw info --live`: what the running server serves, asked over TLS."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from twisted.internet import reactor
from twisted.internet.defer import maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from bcfg2tw.cli.init.command import make_site
from bcfg2tw.service import coreService
from bcfg2tw.settings import Settings
from tests.command_processes import run_process
from tests.commands import Ended
from tests.network import free_port
from tests.processes import ended

#: Prints which of the heavy packages a call of the server imports.
IMPORTS = """
import sys
from bcfg2tw.cli.call.target import Server
print([name for name in ("twisted", "cryptography", "OpenSSL") if name in sys.modules])
"""


class LiveTests(TestCase):
    timeout = 60

    def setUp(self) -> None:
        self.port = free_port(self)
        self.conf = make_site(Path(self.mktemp()).absolute(), port=self.port) / "bcfg2.conf"
        text = self.conf.read_text().replace("strict_address = true", "")
        self.conf.write_text(text)
        self.service = coreService(reactor, Settings.from_file(str(self.conf)))
        self.service.privilegedStartService()
        self.service.startService()
        self.addCleanup(lambda: maybeDeferred(self.service.stopService))

    async def live(self, *words: str) -> Ended:
        return await deferToThread(
            run_process,
            "info",
            "-C",
            str(self.conf),
            "--live",
            *words,
            folder=str(self.conf.parent),
        )

    async def test_build(self) -> None:
        """What the server gives a client is shown, and a digest of it."""
        before = await self.live("build", "localhost")
        self.assertEqual((before.status, before.errors), (0, ""))
        self.assertIn('<Bundle name="motd">', before.output)
        hashes = await self.live("hash", "local*")
        self.assertEqual(hashes.status, 0)
        self.assertRegex(hashes.output, r"(?m)^ localhost +\| [0-9a-f]{64} ")

    async def test_clients(self) -> None:
        """The names of the server's clients are listed, also as JSON; it knows no others."""
        every = await self.live("clients")
        self.assertEqual((every.status, every.errors), (0, ""))
        words = re.findall(r"[\w.]+", every.output)
        names = ["db1.example.com", "localhost", "web1.example.com", "web2.example.com"]
        self.assertEqual(words, ["Client", *names])
        chosen = await self.live("clients", "--json", "local*")
        self.assertEqual(json.loads(chosen.output), [{"client": "localhost"}])
        unknown = await self.live("clients", "new.example.com")
        self.assertEqual(unknown.status, 1)
        self.assertIn("the server knows no client new.example.com", unknown.errors)

    async def test_unknown_client(self) -> None:
        """A client that the server does not know is not asked for, which would register it."""
        ended = await self.live("build", "new.example.com")
        self.assertEqual(ended.status, 1)
        self.assertIn("the server knows no client new.example.com", ended.errors)

    async def test_other_commands(self) -> None:
        """What the server has no answer to is refused with what there is."""
        ended = await self.live("showclient")
        self.assertEqual(ended.status, 2)
        self.assertIn("with --live there are build, buildall,", ended.errors)

    def test_imports(self) -> None:
        """It starts quickly: a call of the server imports neither Twisted nor cryptography."""
        self.assertEqual(ended([sys.executable, "-c", IMPORTS]).stdout, "[]\n")
