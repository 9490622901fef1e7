"""A server whose disk has no room for what clients send."""

from __future__ import annotations

import resource
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.processes import ServerProcess
from tests.test_service import Site

#: More than the log of the server needs, which is a file of it as well.
ROOM_BYTES = 1 << 16


class FullDiskTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.site = Site(self)

    def upload(self, text: str) -> bool:
        """Upload the output of a probe; say whether it is acknowledged, or else to be repeated."""
        data = f'<probe-data name="kernel" source="Probes">{text}</probe-data>'
        try:
            return bool(self.site.call("RecvProbeData", f"<ProbeData>{data}</ProbeData>"))
        except AssertionError as error:
            self.assertEqual(str(error), "503")
            return False

    def limit(self, server: ServerProcess, size_bytes: int) -> None:
        """Let no file of a server grow beyond a size: writing more fails, as on a full disk."""
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size_bytes, hard))

    def test_served_on(self) -> None:
        """
        Clients whose data cannot be kept are told to come back, the others are served; the log says
        it once, and when it is over. What was acknowledged is there after the next start.
        """
        with self.site.server() as server:
            self.assertTrue(self.upload("first"))
            self.limit(server, ROOM_BYTES)
            for _ in range(3):
                self.assertFalse(self.upload("x" * ROOM_BYTES))
            self.assertIn("<Configuration", self.site.call("GetConfig"))
            self.assertTrue(self.upload("second"))
            self.assertFalse(self.upload("y" * ROOM_BYTES))
            self.limit(server, resource.RLIM_INFINITY)
            self.assertTrue(self.upload("last"))
            said = server.said()
        self.assertEqual(said.count("probed.xml.journal cannot be written"), 2)
        self.assertEqual(said.count("probed.xml.journal can be written again"), 2)
        self.assertNotIn("Traceback", said)
        with self.site.server():
            self.assertIn('value="last"', Path(self.site.folder / "state/probed.xml").read_text())
