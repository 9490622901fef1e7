"""A server whose clients.xml or groups.xml cannot be used: its clients are to come back later."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.network import basic, call_of
from tests.processes import ServerProcess
from tests.test_service import Site
from tests.waiting import wait_until


class NotServingTests(SynchronousTestCase):
    """The real server, asked over TLS."""

    def setUp(self) -> None:
        self.site = Site(self)
        self.metadata = self.site.folder / "repository/Metadata"

    def status(self, password: str | None = None) -> tuple[int, str | None]:
        """Return status and Retry-After of the answer to a call."""
        connection = self.site.connection()
        try:
            authorization = basic("root", password or self.site.settings.password or "")
            headers = {"Authorization": authorization}
            connection.request("POST", "/RPC2", call_of("ping"), headers)
            response = connection.getresponse()
            response.read()
            return response.status, response.getheader("Retry-After")
        finally:
            connection.close()

    def errors(self, server: ServerProcess) -> list[str]:
        """Return the lines of the log about the repository's clients and groups."""
        self.assertNotIn("Traceback", server.said())
        return [line for line in server.said().splitlines() if str(self.metadata) in line]

    def assert_unserved(self, broken: Path, error: str, mended: str) -> None:
        """Check that nobody is served, that one line tells why, and that mending it is enough."""
        with self.site.server() as server:
            for password in (None, "wrong", None):
                self.assertEqual(self.status(password), (503, "5"))
            (line,) = self.errors(server)
            self.assertIn(f"{broken}{error}", line)
            self.assertIn("no client can be served until it is repaired", line)
            self.assertIn("error", line)
            broken.write_text(mended)
            wait_until(lambda: self.status()[0] == 200, server.said)
            self.assertEqual(self.status("wrong")[0], 401)

    def test_restart(self) -> None:
        """Once they were good, a server that starts serves what they said last."""
        with self.site.server():
            self.assertEqual(self.status()[0], 200)
        for name in ("clients.xml", "groups.xml"):
            (self.metadata / name).write_text("<Clients>\n<Client name='a'>\n</Clients>\n")
        with self.site.server() as server:
            self.assertEqual(self.status()[0], 200)
            self.assertEqual(self.status("wrong")[0], 401)
            errors = self.errors(server)
        self.assertEqual(len(errors), 2)
        for line in errors:
            self.assertIn(":3: ", line)
            self.assertIn("its last good state stays in service, kept 0 minutes ago", line)

    def test_clients(self) -> None:
        """A clients.xml that is broken at the start is 503, and never 401, for everybody."""
        path = self.metadata / "clients.xml"
        mended = path.read_text()
        path.write_text("<Clients>\n  <Client name='a'>\n</Clients>\n")
        self.assert_unserved(path, ":3: ", mended)

    def test_groups(self) -> None:
        """So is a groups.xml that is broken."""
        path = self.metadata / "groups.xml"
        mended = path.read_text()
        path.write_text("<Groups>\n")
        self.assert_unserved(path, ":", mended)

    def test_wrong_root(self) -> None:
        """So is a clients.xml that holds groups."""
        path = self.metadata / "clients.xml"
        mended = path.read_text()
        path.write_text("\n<Groups/>")
        self.assert_unserved(path, ":2: the root is <Groups>, <Clients> is wanted; ", mended)

    def test_groups_missing(self) -> None:
        """So is a groups.xml that is missing, which is not made up beside a clients.xml."""
        path = self.metadata / "groups.xml"
        mended = path.read_text()
        os.unlink(path)
        self.assert_unserved(path, " is missing: restore it; ", mended)

    def test_live(self) -> None:
        """A wrong root in a server that runs is told, and the last good state stays in service."""
        with self.site.server() as server:
            before = self.site.call("GetConfig")
            for name, root, wanted in (
                ("clients.xml", "Groups", "Clients"), ("groups.xml", "Clients", "Groups")
            ):  # fmt: skip
                (self.metadata / name).write_text(f"<{root}/>")
                server.wait_for(
                    f"{self.metadata / name}:1: the root is <{root}>, <{wanted}> is wanted; its "
                    "last good state stays in service"
                )
                self.assertEqual(self.site.call("GetConfig"), before)
