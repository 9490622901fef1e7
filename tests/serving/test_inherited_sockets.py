"""Sockets that somebody else has made."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import tempfile
from typing import Any

from twisted.internet import reactor
from twisted.internet.endpoints import AdoptedStreamServerEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import TestCase

from bcfg2tw.serving.inherited_sockets import gently


class InheritedSocketsTests(TestCase):
    async def test_systemd(self) -> None:
        """A UNIX socket of systemd's keeps its rights and its place, whoever begins and ends."""
        folder = tempfile.mkdtemp()  # paths of sockets have few bytes
        self.addCleanup(shutil.rmtree, folder)
        path = f"{folder}/clients.sock"
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path)
            bound.listen()
            os.chmod(path, 0o640)
            for _ in range(2):
                descriptor = os.dup(bound.fileno())
                endpoint = AdoptedStreamServerEndpoint(reactor, descriptor, socket.AF_UNIX)
                port: Any = await gently(endpoint).listen(Factory.forProtocol(Protocol))
                self.assertEqual(port.getHost().name, path.encode())
                await port.stopListening()
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o640)
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(path)
