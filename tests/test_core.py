"""The Twisted cores: what `_run`, `_block` and `shutdown` come to (:ref:`core-4`)."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from typing import Any

from twisted.internet.defer import maybeDeferred
from twisted.trial.unittest import SynchronousTestCase, TestCase

from bcfg2tw.core import TwistedCore, core_class, make_core
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import MetadataRuntimeError, SettingsError
from bcfg2tw.settings import Settings
from tests.processes import environment
from tests.test_service import Site
from tests.waiting import PATIENCE_SECONDS, wait_until

RUN = """
import logging, sys
from bcfg2tw.core import make_core
from bcfg2tw.settings import Settings
logging.basicConfig(level=logging.INFO, stream=sys.stdout)
print("run returned", make_core(Settings.from_file(sys.argv[1])).run())
"""


class RunTests(SynchronousTestCase):
    """A program that makes a core and runs it, as Bcfg2 documents."""

    def setUp(self) -> None:
        self.site = Site(self)

    def program(self) -> subprocess.Popen[str]:
        """Start the program."""
        return subprocess.Popen(
            [sys.executable, "-c", RUN, str(self.site.conf)],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def listens(self) -> bool:
        """Say whether somebody listens."""
        with socket.socket() as probe:
            return probe.connect_ex(("localhost", self.site.port)) == 0

    def test_run(self) -> None:
        """`run` serves until a signal comes, and shuts the core down once."""
        program = self.program()
        wait_until(self.listens, lambda: "nobody listens")
        self.assertIn('<Bundle name="motd">', self.site.call("GetConfig"))
        program.send_signal(signal.SIGTERM)
        said, _ = program.communicate(timeout=PATIENCE_SECONDS)
        self.assertIn("run returned True\n", said)
        self.assertEqual(said.count("Shutting down core..."), 1)
        self.assertEqual(said.count("All plugins shut down"), 1)
        self.assertNotIn("Traceback", said)

    def test_port_in_use(self) -> None:
        """`run` says whether it could be set up; the core is shut down where it could not."""
        with socket.create_server(("127.0.0.1", self.site.port)):
            said, _ = self.program().communicate(timeout=PATIENCE_SECONDS)
        self.assertIn("run returned False\n", said)
        self.assertIn(f"Server startup failed: port {self.site.port} on 127.0.0.1 is in use", said)
        self.assertEqual(said.count("Shutting down core..."), 1)


class ClassTests(TestCase):
    """Which core the settings ask for."""

    def test_embedded(self) -> None:
        """By default it is the engine's, which detaches by nothing but twistd."""
        site = Site(self)
        core: Any = make_core(site.settings)
        self.assertIsInstance(core, TwistedCore)
        self.assertIsInstance(core, NetworkCore)
        self.assertTrue(core._daemonize())
        core.shutdown()

    def test_upstream_absent(self) -> None:
        """An upstream core that is not installed is named with what to install."""
        if "Bcfg2" in sys.modules:
            del sys.modules["Bcfg2"]
        error = self.assertRaises(SettingsError, core_class, Settings(core="upstream"))
        self.assertIn("install it there from", str(error))

    async def test_set_up(self) -> None:
        """`_run` binds the ports and returns at once; nothing is read yet."""
        site = Site(self)
        core: Any = make_core(site.settings)
        self.addCleanup(core.shutdown)
        self.assertTrue(core._run())
        socket.create_connection(("localhost", site.port)).close()
        self.assertRaises(MetadataRuntimeError, getattr, core, "snapshot")
        await maybeDeferred(core._service.stopService)
