"""What concerns all workers reaches all of them: real processes, over TLS."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.failed_logins import FREE_FAILURES
from tests.builders import bundle_of, write_files
from tests.network import basic, call_of
from tests.processes import ServerProcess
from tests.test_service import Site
from tests.waiting import PATIENCE_SECONDS, wait_until
from tests.workers.servers import wait_for_ends, workers_of

WORKERS = ("--workers", "2")


@contextmanager
def only(worker: int, workers: list[int]) -> Iterator[None]:
    """Have one of some workers take all connections while the block runs."""
    others = [process for process in workers if process != worker]
    for process in others:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in others:
            os.kill(process, signal.SIGCONT)


class UnixConnection(http.client.HTTPConnection):
    """A connection to the listener for administrators."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE_SECONDS)
        self._path = str(path)

    def connect(self) -> None:
        """Connect by the path."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


class TogetherTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.site = Site(self)
        self.bundle = self.site.folder / "repository/Bundler/motd.xml"

    def server(self) -> ServerProcess:
        """Return a server with two workers."""
        return self.site.server(*WORKERS)

    def write(self, number: int) -> None:
        """Have configurations hold a number."""
        text = f'<Bundle><BoundPath name="/n" type="directory" mtime="{number}"/></Bundle>'
        self.bundle.write_text(text)

    def each(self, server: ServerProcess, name: str, *parameters: Any) -> list[Any]:
        """Return what each worker answers to a call."""
        workers = workers_of(server.process.pid)
        answers = []
        for worker in workers:
            with only(worker, workers):
                answers.append(self.site.call(name, *parameters))
        return answers

    def numbers(self, server: ServerProcess) -> list[str]:
        """Return the number that each worker has."""
        pattern = re.compile(r'mtime="(\d+)"')
        return [pattern.findall(answer)[0] for answer in self.each(server, "GetConfig")]

    def wait_for_number(self, server: ServerProcess, number: int) -> None:
        """Wait until a call finds a number."""
        wait_until(
            lambda: f'mtime="{number}"' in self.site.call("GetConfig"), lambda: server.said()
        )

    def test_changed_file(self) -> None:
        """A changed file counts in all workers as soon as it counts in one; they stay."""
        self.write(0)
        with self.server() as server:
            workers = workers_of(server.process.pid)
            self.assertEqual(self.numbers(server), ["0", "0"])
            for number in (1, 2):
                self.write(number)
                self.wait_for_number(server, number)
                self.assertEqual(self.numbers(server), [str(number)] * 2)
            self.assertEqual(workers_of(server.process.pid), workers, server.said())

    def test_included(self) -> None:
        """So does one that a bundle includes from elsewhere in the repository."""
        including, self.bundle = self.bundle, self.bundle.parent.parent / "common/number.xml"
        self.bundle.parent.mkdir()
        self.write(0)
        including.write_text(
            '<Bundle xmlns:xi="http://www.w3.org/2001/XInclude">'
            '<xi:include href="../common/number.xml"/></Bundle>'
        )
        with self.server() as server:
            self.assertEqual(self.numbers(server), ["0", "0"])
            self.write(1)
            self.wait_for_number(server, 1)
            self.assertEqual(self.numbers(server), ["1", "1"])

    def test_included_for_a_client(self) -> None:
        """So does one that a template has included for a client, of which the nursery knows not."""
        repository = self.bundle.parent.parent
        common = repository / "common/number.txt"
        template = "{% python name = 'number' %}{% include ../../common/${name}.txt %}"
        write_files(
            str(repository),
            {
                "Bundler/motd.xml": bundle_of("/number"),
                "Cfg/number/number.genshi": template,
                "common/number.txt": 'mtime="0"',
            },
        )
        with self.server() as server:
            self.assertEqual(self.numbers(server), ["0", "0"])
            common.write_text('mtime="1"')
            wait_until(lambda: self.numbers(server) == ["1", "1"], server.said)

    def test_changed_while_replaced(self) -> None:
        """A worker that begins after a change begins with it."""
        self.write(0)
        with self.server() as server:
            self.write(1)
            self.wait_for_number(server, 1)
            former = workers_of(server.process.pid)
            for worker in former:
                os.kill(worker, signal.SIGKILL)
            wait_for_ends(former, server.said)
            wait_until(lambda: len(workers_of(server.process.pid)) == 2, server.said)
            self.assertEqual(self.numbers(server), ["1", "1"])

    def test_failed_logins(self) -> None:
        """Whoever guesses passwords waits in each worker for what he has got wrong in all."""
        self.site.set("bcfg2tw", "max_login_delay = 3")
        with self.server() as server:
            workers = workers_of(server.process.pid)
            with only(workers[0], workers):
                for _ in range(FREE_FAILURES):
                    self.fail_to_log_in()
            began = time.monotonic()
            with only(workers[1], workers):
                for _ in range(4):
                    self.fail_to_log_in()
            self.assertGreater(time.monotonic() - began, 2.9)

    def fail_to_log_in(self) -> None:
        """Make a call with a wrong password."""
        with contextlib.closing(self.site.connection()) as connection:
            connection.request("POST", "/", call_of("ping"), {"Authorization": basic("root", "no")})
            self.assertEqual(connection.getresponse().status, 401)

    def test_hang_up(self) -> None:
        """SIGHUP has new workers serve under what bcfg2.conf says now; no call fails."""
        with self.server() as server:
            former = workers_of(server.process.pid)
            self.site.call("ping", "x" * 5000)
            self.site.set("bcfg2tw", "max_body = 4k")
            server.hang_up()
            wait_for_ends(former, server.said)
            workers = workers_of(server.process.pid)
            for worker in workers:
                with only(worker, workers):
                    error = self.assertRaises(AssertionError, self.site.call, "ping", "x" * 5000)
                self.assertEqual(str(error), "413")

    def test_certificate(self) -> None:
        """A certificate that has changed is every worker's soon."""
        other = Site(self)
        with self.server() as server:
            former, workers = self.site.certificate(), workers_of(server.process.pid)
            for path in (self.site.settings.cert, self.site.settings.key):
                name = os.path.relpath(path, self.site.folder)
                Path(path).write_bytes((other.folder / name).read_bytes())
            server.wait_for("The certificates have changed and are read again")
            wait_until(lambda: self.site.certificate() != former, server.said)
            wait_for_ends(workers, server.said)
            workers = workers_of(server.process.pid)
            for worker in workers:
                with only(worker, workers):
                    self.assertNotEqual(self.site.certificate(), former)

    def test_debug(self) -> None:
        """Debug switches reach all workers, and the process that writes the log."""
        with self.server() as server:
            self.assertTrue(self.site.call("set_debug", True))
            server.wait_for("Core: debug = True", 3)
            self.assertFalse(self.site.call("toggle_debug"))
            self.assertTrue(self.site.call("Bundler.toggle_debug"))
            # what each says is the opposite of what it was; the other learns of it when it goes on
            self.assertEqual(self.each(server, "Bundler.toggle_debug"), [False, True])

    def test_statistics(self) -> None:
        """Statistics are those of all workers together, and of those that were replaced."""
        with self.server() as server:
            self.each(server, "ping")
            self.assertEqual(self.site.call("get_statistics")["ping"][3], 2)
            time.sleep(2)  # they say what they have done, twice a second
            former = workers_of(server.process.pid)
            server.hang_up()
            wait_for_ends(former, server.said)
            self.assertEqual(self.site.call("get_statistics")["ping"][3], 2)

    def test_administration(self) -> None:
        """Who administers the server asks and commands all workers by one listener."""
        folder = tempfile.mkdtemp()  # paths of sockets are short
        self.addCleanup(shutil.rmtree, folder)
        path = Path(folder) / "admin"
        self.site.set("admin", f"listen = {path}")
        with self.server() as server:
            workers = workers_of(server.process.pid)
            pictures = self.ask(path, "GET", "/status")
            self.assertEqual({picture["pid"] for picture in pictures}, set(workers))
            self.assertEqual([picture["state"] for picture in pictures], ["serving"] * 2)
            places = [picture["process"] for picture in pictures]
            self.assertCountEqual(places, ["1", "2"])
            self.ask(path, "POST", "/ctl/drain")
            self.assertEqual(self.status(path, "/readyz"), 503)
            self.ask(path, "POST", "/ctl/drain", {"off": True})
            self.assertEqual(self.status(path, "/readyz"), 200)
            self.ask(path, "POST", "/ctl/debug", {"on": True})
            server.wait_for("Core: debug = True", 3)
            self.assertEqual(self.ask(path, "POST", "/ctl/reload"), [{"process": "supervisor"}])
            wait_for_ends(workers, server.said)
            for picture in self.ask(path, "GET", "/status"):
                self.assertIn(picture["process"], ("1", "2", "3", "4"))

    def ask(self, path: Path, verb: str, page: str, arguments: Any = None) -> Any:
        """Return what the listener answers."""
        connection = UnixConnection(path)
        connection.request(verb, page, json.dumps(arguments or {}))
        response = connection.getresponse()
        body = response.read()
        self.assertEqual(response.status, 200, body)
        connection.close()
        return json.loads(body)

    def status(self, path: Path, page: str) -> int:
        """Return the status of a page."""
        connection = UnixConnection(path)
        connection.request("GET", page)
        status = connection.getresponse().status
        connection.close()
        return status
