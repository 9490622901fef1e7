"""What the service manager is told, and when it is told nothing."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.process.notify import NotifyService, watchdog_seconds
from bcfg2tw.serving.service_state import FAILED, SERVING, ServiceState
from tests.network import log_lines


class FewProcesses:
    """Processes that answer what a test says."""

    def __init__(self, *answers: Mapping[str, Any]) -> None:
        self.answers = answers

    def ask_all(
        self, command: str, arguments: Mapping[str, Any], /
    ) -> Deferred[list[dict[str, Any]]]:
        """Return the answers."""
        return succeed([dict(answer) for answer in self.answers])


class NotifyTests(SynchronousTestCase):
    def setUp(self) -> None:
        folder = tempfile.mkdtemp()  # paths of sockets have few bytes
        self.addCleanup(shutil.rmtree, folder)
        self.environment = {"NOTIFY_SOCKET": f"{folder}/socket", "WATCHDOG_USEC": "3000000"}
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(self.environment["NOTIFY_SOCKET"])
        self.manager.setblocking(False)
        self.clock = Clock()
        self.state = ServiceState()
        self.processes = FewProcesses({"process": "main"})

    def start(self) -> None:
        """Start the service."""
        service = NotifyService(self.clock, self.state, self.processes, self.environment)
        service.startService()
        self.addCleanup(service.stopService)

    def said(self) -> list[str]:
        """Return what was said since the last look."""
        texts = []
        while True:
            try:
                texts.append(self.manager.recv(4096).decode())
            except BlockingIOError:
                return texts

    def test_watchdog(self) -> None:
        """The watchdog is fed three times in its time, as long as a process is alive."""
        self.state.enter(SERVING)
        self.start()
        self.said()
        self.clock.pump([1, 1, 1])
        self.assertEqual(self.said(), 3 * ["WATCHDOG=1"])
        self.processes.answers = ({"error": "every thread hangs"}, {"error": "no answer"})
        self.clock.pump([1, 1])
        self.assertEqual(self.said(), [])
        self.processes.answers = ({"error": "no answer"}, {})
        self.clock.advance(1)
        self.assertEqual(self.said(), ["WATCHDOG=1"])

    def test_loading(self) -> None:
        """A repository that takes long to read is no reason to end the server."""
        self.start()
        self.clock.advance(1)
        self.assertIn("EXTEND_TIMEOUT_USEC=60000000", self.said())

    def test_failed(self) -> None:
        """A server that cannot serve never says that it is ready."""
        self.start()
        self.state.enter(FAILED)
        self.assertFalse(any("READY" in text for text in self.said()))

    def test_nobody(self) -> None:
        """Without a service manager nothing is said, and one that is gone is only missed."""
        self.environment = {}
        self.start()
        self.state.enter(SERVING)
        self.assertEqual(self.said(), [])
        lines = log_lines(self)
        self.environment = {"NOTIFY_SOCKET": "/nonexistent/socket"}
        self.start()
        self.assertIn("cannot be told anything", lines[0])

    def test_others_watchdog(self) -> None:
        """A watchdog is heeded by the process that it is for."""
        usec = {"WATCHDOG_USEC": "2500000"}
        self.assertEqual(watchdog_seconds(usec), 2.5)
        self.assertEqual(watchdog_seconds({**usec, "WATCHDOG_PID": str(os.getpid())}), 2.5)
        self.assertIsNone(watchdog_seconds({**usec, "WATCHDOG_PID": "1"}))
        for nothing in ("", "0", "soon"):
            self.assertIsNone(watchdog_seconds({"WATCHDOG_USEC": nothing}))
