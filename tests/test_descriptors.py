"""A server with few descriptors, and somebody who takes as many of them as are to be had."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.processes import ServerProcess
from tests.test_service import Site
from tests.waiting import PATIENCE_SECONDS, wait_until

FEW = 256


class DescriptorTests(SynchronousTestCase):
    """The real server, below a low limit."""

    def setUp(self) -> None:
        self.site = Site(self)

    def idle_connections(self, number: int) -> ExitStack:
        """Open connections on which nothing is said, until the block ends."""
        connections = ExitStack()
        self.addCleanup(connections.close)
        address = ("localhost", self.site.port)
        for _ in range(number):
            connections.enter_context(socket.create_connection(address, PATIENCE_SECONDS))
        return connections

    def is_served(self, text: str) -> bool:
        """Say whether a text is in a client's configuration."""
        return text in self.site.call("GetConfig")

    def test_idle_connections(self) -> None:
        """
        300 idle connections at `ulimit -n 256` keep nobody from being served.

        A change of the repository is read all the same, and half of the descriptors stay for that.
        """
        bundle = self.site.folder / "repository/Bundler/motd.xml"
        text = bundle.read_text()
        with self.site.server(descriptors=(FEW, FEW)) as server:
            before = self.site.call("GetConfig")
            with self.idle_connections(300):
                self.assertEqual(self.site.call("GetConfig"), before)
                for number in range(3):
                    service = f"changed-{number}"
                    bundle.write_text(
                        text.replace("</Bundle>", f"<Service name='{service}'/></Bundle>")
                    )
                    wait_until(partial(self.is_served, service), server.said)
                self.assertLess(descriptors(server), FEW * 3 // 4)
            self.assertIn("LimitNOFILE", server.said())
            self.assertNotIn("cannot be read", server.said())
            self.assertNotIn("Traceback", server.said())

    def test_raised(self) -> None:
        """The soft limit is raised to the hard one."""
        with self.site.server(descriptors=(FEW, FEW * 2)) as server:
            limits = Path(f"/proc/{server.process.pid}/limits").read_text()
        (line,) = [line for line in limits.splitlines() if line.startswith("Max open files")]
        self.assertEqual(line.split()[3:5], [str(FEW * 2)] * 2)


def descriptors(server: ServerProcess) -> int:
    """Return how many descriptors a server has open now."""
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))
