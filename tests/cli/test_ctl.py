"""`bcfg2tw status` and `bcfg2tw ctl`, as processes that ask a server in this one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from twisted.internet.threads import deferToThread
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.status.facts import call_rows, fact_rows
from bcfg2tw.errors import NotServing
from tests.admin.test_listener import AdminTestCase
from tests.processes import environment


class CommandsTestCase(AdminTestCase):
    """A server with a token, and a bcfg2.conf that says where it is."""

    def setUp(self) -> None:
        super().setUp()
        self.with_token()
        self.conf = Path(self.mktemp())
        source = self.service._settings.admin_token
        self.conf.write_text(f"[admin]\nlisten = {self.address}\ntoken = {source}\n")

    async def run_command(self, *words: str) -> tuple[int, str, str]:
        """Return status, output and errors of a command."""
        command = ["-m", "bcfg2tw.cli", *words, "-C", str(self.conf)]
        output, errors, status = await getProcessOutputAndValue(
            sys.executable, command, environment()
        )
        return status, output.decode(), errors.decode()


class StatusTests(CommandsTestCase):
    async def test_serving(self) -> None:
        """It shows processes, facts and calls; status 0 says that clients are served."""
        await self.started()
        await deferToThread(self.ask, "GetConfig")
        status, output, errors = await self.run_command("status")
        self.assertEqual((status, errors), (0, ""))
        lines = [[cell.strip() for cell in line.split("|")] for line in output.splitlines()]
        self.assertIn(["main", "serving"], [[line[0], line[2]] for line in lines if len(line) == 9])
        self.assertIn(["GetConfig", "answered", "1"], [line[:3] for line in lines])
        self.assertIn(["Failed logins", "0"], lines)

    async def test_not_ready(self) -> None:
        """Status 1 says that they are not, and why not."""
        await self.started()
        self.service.drain(True)
        status, output, _ = await self.run_command("status")
        self.assertEqual(status, 1)
        self.assertIn("the server is draining", output)
        status, output, _ = await self.run_command("status", "--json")
        self.assertEqual((status, json.loads(output)[0]["state"]), (1, "draining"))

    async def test_nobody(self) -> None:
        """Status 2 says that nobody can be asked: there is no server, or no place to ask."""
        status, _, errors = await self.run_command("status")
        self.assertEqual(status, 2)
        self.assertIn(f"no server answers at {self.address}: Connection refused", errors)
        self.conf.write_text("")
        status, _, errors = await self.run_command("status")
        self.assertEqual(status, 2)
        self.assertIn("write [admin] listen =", errors)

    async def test_wrong_token(self) -> None:
        """So does a token that the server does not take."""
        await self.started()
        other = Path(self.mktemp())
        other.write_text("x" * 20)
        self.conf.write_text(f"[admin]\nlisten = {self.address}\ntoken = file:{other.absolute()}\n")
        status, _, errors = await self.run_command("ctl", "reload")
        self.assertEqual((status, self.core.reloads), (2, []))
        self.assertIn("refuses: show the token", errors)


class ControlTests(CommandsTestCase):
    async def test_reload(self) -> None:
        """A reload that fails ends with status 1 and the reason, as systemctl needs it."""
        await self.started()
        self.assertEqual(await self.run_command("ctl", "reload"), (0, "main: done\n", ""))
        self.core.failures["reload"] = NotServing("it cannot be read")
        self.assertEqual(
            await self.run_command("ctl", "reload"), (1, "", "main: it cannot be read\n")
        )

    async def test_drain(self) -> None:
        """A server is drained, and taken back."""
        await self.started()
        self.assertEqual(await self.run_command("ctl", "drain"), (0, "main: draining\n", ""))
        back = await self.run_command("ctl", "drain", "--off")
        self.assertEqual(back, (0, "main: serving\n", ""))

    async def test_others(self) -> None:
        """Debug messages, expiry, and the list of processes."""
        await self.started()
        for words in (("debug", "on"), ("expire", "a", "b")):
            self.assertEqual(await self.run_command("ctl", *words), (0, "main: done\n", ""))
        self.assertEqual(
            self.core.exposed_calls, [("set_debug", True), ("expire_metadata_cache", ["a", "b"])]
        )
        status, output, _ = await self.run_command("ctl", "workers", "--json")
        self.assertEqual(status, 0)
        self.assertEqual([row["process"] for row in json.loads(output)], ["main"])


class FactsTests(SynchronousTestCase):
    """The rows of several processes together."""

    def picture(self, name: str, **parts: Any) -> dict[str, Any]:
        """Return the picture of a process."""
        return {"process": name, "ready": "", "state": "serving", **parts}

    def test_calls(self) -> None:
        """Calls are added up."""
        entry = {"method": "ping", "result": "answered", "count": 2, "seconds": 1.0}
        pictures = [self.picture(name, calls=[entry]) for name in ("worker 1", "worker 2")]
        self.assertEqual(call_rows(pictures), [("ping", "answered", 4, "0.500")])

    def test_facts(self) -> None:
        """Troubles come first; revisions that differ are all told; what is plural is counted."""
        snapshot = {"revision": "a", "age_seconds": 3, "clients": None, "problems": {"Cfg": 2}}
        plugins = {
            "Packages": {"sources": 3, "missing": 1, "oldest_seconds": 60},
            "Reporting": {"is_away": True, "waiting_bytes": 2048},
        }
        rows = dict(
            fact_rows(
                [
                    self.picture("worker 1", snapshot=snapshot, plugins=plugins),
                    self.picture("worker 2", snapshot={**snapshot, "revision": "b"}),
                    {"process": "worker 3", "error": "it does not answer"},
                ]
            )
        )
        self.assertEqual(rows["worker 3 is not ready"], "it does not answer")
        self.assertEqual(rows["Revision"], "a, b")
        self.assertEqual(rows["Files with problems"], "Cfg: 2")
        self.assertEqual(rows["Clients"], "not known now")
        self.assertIn("1 of them without an index", rows["Packages"])
        self.assertIn("the database is away", rows["Hosts that report"])
        self.assertEqual(rows["Reports that wait"], "2 KB")
