"""Restarts while clients call: as with systemd, whose socket outlives the server."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.init.command import make_site
from bcfg2tw.settings import Settings
from tests.long import IS_LONG
from tests.network import basic, call_of
from tests.processes import ServerProcess
from tests.waiting import PATIENCE_SECONDS, wait_until

RESTARTS = 20 if IS_LONG else 3
CLIENTS = 8

#: So many calls are answered by each server before it is ended, and more are under way then.
CALLS = 480 if IS_LONG else 40


#: Seconds between two attempts, as of Bcfg2's clients.
RETRY_SECONDS = 1.0


class Load:
    """
    Clients that call again and again, each call on a connection of its own.

    :ivar answered: how many calls were
    :ivar failures: of the others, why not
    """

    def __init__(self, port: int, settings: Settings, attempts: int = 1) -> None:
        """
        Call nothing yet.

        :param attempts: after which a call has failed
        """
        self.answered = 0
        self._attempts = attempts
        self.failures: list[str] = []
        self._port = port
        self._context = ssl.create_default_context(cafile=settings.ca)
        self._headers = {"Authorization": basic(password=settings.password or "")}
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._call_on) for _ in range(CLIENTS)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, after the calls that are under way."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def _call_on(self) -> None:
        while not self._is_over.is_set():
            errors = self._errors()
            if len(errors) < self._attempts:
                self.answered += 1
            else:
                self.failures.append(errors[-1])

    def _errors(self) -> list[str]:
        """Try a call until it is answered, or often enough; returns why it was not."""
        errors: list[str] = []
        while len(errors) < self._attempts:
            try:
                self._call()
                break
            except (OSError, http.client.HTTPException) as error:
                errors.append(repr(error))
                self._is_over.wait(RETRY_SECONDS if self._attempts > 1 else 0)
        return errors

    def _call(self) -> None:
        connection = http.client.HTTPSConnection(
            "localhost", self._port, context=self._context, timeout=PATIENCE_SECONDS
        )
        try:
            connection.request("POST", "/RPC2", call_of("GetProbes"), self._headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200 or b"<fault>" in body:
            raise OSError(f"{response.status}: {body!r}")


class RestartTests(SynchronousTestCase):
    options: tuple[str, ...] = ()

    def test_restarts(self) -> None:
        """No call fails, however often the server is restarted."""
        folder = Path(self.mktemp())
        site = make_site(folder / "site", ["localhost"])
        config = site / "bcfg2.conf"
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
            load = Load(listening.getsockname()[1], Settings.from_file(str(config)))
            self.addCleanup(load.stop)
            load.start()
            for number in range(RESTARTS + 1):
                self.serve(folder / f"log{number}", config, listening, load)
            with self.server(folder / "last", config, listening):
                load.stop()
        self.assertEqual(load.failures, [])
        self.assertGreaterEqual(load.answered, (RESTARTS + 1) * CALLS)

    def server(self, log: Path, config: Path, listening: socket.socket) -> ServerProcess:
        """Return a server that takes the socket over."""
        options = ("--config", str(config), "--endpoint", "systemd:domain=INET:index=0")
        return ServerProcess(log, *options, *self.options, sockets=(listening,))

    def serve(self, log: Path, config: Path, listening: socket.socket, load: Load) -> None:
        """Have a server answer some calls, and end it in their midst."""
        before = load.answered
        with self.server(log, config, listening):
            wait_until(
                lambda: load.answered >= before + CALLS or bool(load.failures),
                lambda: f"{load.answered - before} calls were answered",
            )
