"""Calls that hang, in the real server: they hurt nobody else, and not its end."""

from __future__ import annotations

import signal
import time
import xmlrpc.client
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.processes import ServerProcess
from tests.test_service import Site
from tests.waiting import PATIENCE_SECONDS

#: Longer than anything that does not hang takes, on a busy machine.
DEADLINE_SECONDS = 4

BUNDLE = '<Bundle xmlns:py="http://genshi.edgewall.org/">\n<?python\n{code}\n?>'

ENDLESS = 'while metadata.hostname == "localhost":\n    pass'
SLEEPING = 'import time\nif metadata.hostname == "localhost":\n    time.sleep(1000)'

#: As a look-up of a download does that nobody answers: Twisted waits for it at the end.
IN_REACTORS_THREAD = """import time
from twisted.internet import reactor
reactor.callFromThread(reactor.callInThread, time.sleep, 1000)"""


class HangingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.site = Site(self)
        self.site.set("bcfg2tw", f"call_timeout = {DEADLINE_SECONDS}\ndrain_timeout = 3")
        self.bundle = self.site.folder / "repository/Bundler/motd.xml"
        self.threads = ThreadPoolExecutor(8)
        self.addCleanup(self.threads.shutdown)

    def hang(self, code: str) -> None:
        """Have code run in a bundle."""
        text = self.bundle.read_text()
        self.bundle.write_text(text.replace("<Bundle>", BUNDLE.format(code=code)))

    def calls(self, name: str, number: int) -> list[Future[Any]]:
        """Make calls at once."""
        return [self.threads.submit(self.site.call, name) for _ in range(number)]

    def assert_given_up(self, call: Future[Any], place: str) -> None:
        """Check that a call ended in a fault with a place."""
        fault = call.exception(PATIENCE_SECONDS)
        assert isinstance(fault, xmlrpc.client.Fault), fault
        self.assertEqual(fault.faultCode, -32500)
        self.assertIn(f"given up after {DEADLINE_SECONDS} seconds in {place}", fault.faultString)

    def assert_ends(self, server: ServerProcess) -> None:
        """Check that a server ends within its drain timeout."""
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE_SECONDS)
        self.assertLess(time.monotonic() - started, 3 + 2)

    def test_endless_template(self) -> None:
        """A client's endless template is a fault with file and line; the thread ends."""
        self.hang(ENDLESS)
        with self.site.server() as server:
            (call,) = self.calls("GetConfig", 1)
            self.assertEqual(self.site.call("ping"), [])
            self.assert_given_up(call, f"Bundler: {self.bundle}:")
            server.wait_for(
                f"GetConfig of localhost (127.0.0.1) was given up after {DEADLINE_SECONDS}"
            )
            server.wait_for("The thread of a call that was given up has ended")
            self.assertNotIn("Traceback", server.said())
            self.assert_ends(server)

    def test_sleeping_template(self) -> None:
        """So is one that only waits; its thread does not keep the server from ending."""
        self.hang(SLEEPING)
        with self.site.server() as server:
            (call,) = self.calls("GetConfig", 1)
            self.assert_given_up(call, f"Bundler: {self.bundle}:")
            self.assert_ends(server)

    def test_end_while_hanging(self) -> None:
        """A server ends within its drain timeout, also while a call hangs that has time left."""
        self.site.set("bcfg2tw", "call_timeout = 60")
        self.hang(SLEEPING)
        with self.site.server() as server:
            (call,) = self.calls("GetConfig", 1)
            self.assertEqual(self.site.call("ping"), [])
            self.assert_ends(server)
            self.assertIsInstance(call.exception(PATIENCE_SECONDS), OSError)

    def test_end_of_process(self) -> None:
        """A thread that everybody waits for does not keep the process from ending either."""
        self.hang(IN_REACTORS_THREAD)
        with self.site.server() as server:
            self.assertIn("<Configuration", self.site.call("GetConfig"))
            self.assert_ends(server)
            self.assertIn("something hangs; the drain timeout is over", server.said())
