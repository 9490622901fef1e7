"""`bcfg2tw shadow`: the record as a report, over restarts and with workers."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.comparing.details import ComparedClient
from bcfg2tw.comparing.difference import Detail, Difference
from bcfg2tw.comparing.rendering.text import as_text
from bcfg2tw.shadow import record
from bcfg2tw.shadow.counts import Counts
from bcfg2tw.shadow.record import ComparedCall, Record
from bcfg2tw.shadow.report import report_of
from bcfg2tw.shadow.ways import ways_of
from tests.commands import Ended, run
from tests.processes import ServerProcess, bcfg2_core, ended
from tests.shadow.servers import DB, WEB, TwoServersTestCase
from tests.workers.servers import workers_of

CHANGE = Difference(
    "entry-changed",
    "Path",
    "/etc/motd",
    "motd",
    (Detail("attribute", "mode", "0644", "0600", identity="a"),),
)


def content_of(text: str) -> Detail:
    """Return what is told where the content becomes a line."""
    return Detail("content", lines=(f"+{text}",), identity=text)


class RecordTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = os.path.abspath(self.mktemp())
        self.record = Record(self.path)
        self.addCleanup(self.record.close)

    def add(self, at: float, client: str, *differences: Difference) -> None:
        """Record a comparison of a client's configuration."""
        ways = ways_of(ComparedClient(client), differences)
        result = "different" if ways else "equal"
        counts = Counts({("GetConfig", result): 1})
        unkept = len(differences) - len(ways)
        compared = ComparedCall(client, "GetConfig", result, ways, unkept=unkept)
        self.record.add(at, [compared], counts, [])

    def test_nothing(self) -> None:
        """A record that is not there holds nothing, and is not made by a look at it."""
        self.assertIsNone(self.record.read().since)
        self.assertFalse(os.path.exists(self.path))

    def test_grouped(self) -> None:
        """Equal differences of clients are one, from when they were seen first to the last time."""
        self.add(10, WEB, CHANGE)
        self.add(20, DB, CHANGE)
        self.add(30, WEB, CHANGE)
        (difference,) = self.record.read().differences
        self.assertEqual(difference.clients, (DB, WEB))
        self.assertEqual((difference.first, difference.last, difference.times), (10, 30, 3))
        self.assertEqual(difference.difference.details[0].new, "0600")

    def test_newest(self) -> None:
        """What counts for a client is its newest comparison."""
        self.add(10, WEB, CHANGE)
        self.add(20, WEB)
        (difference,) = self.record.read().differences
        self.assertEqual(difference.clients, ())

    def test_private(self) -> None:
        """The file is nobody else's to read: it holds parts of configurations."""
        self.add(10, WEB, CHANGE)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)

    def test_ways(self) -> None:
        """An entry that is another one for each client does not fill the record."""
        for number in range(30):
            client = f"pc{number}.example.test"
            self.add(number, client, CHANGE.with_details((content_of(str(number)),)))
        contents = self.record.read()
        self.assertEqual(len(contents.differences), 6)
        self.assertEqual(sum(len(entry.clients) for entry in contents.differences), 30)

    def test_rest(self) -> None:
        """Of ways that are told together the newest is shown, and that others may be others."""
        for number in range(8):
            self.add(number, f"pc{number}", CHANGE.with_details((content_of(str(number)),)))
        rest = self.record.read().differences[-1]
        self.assertEqual((rest.example, rest.clients), ("pc7", ("pc5", "pc6", "pc7")))
        self.assertIn(
            "Path /etc/motd changes (bundle motd) (as pc7 has it; the others may differ in other "
            "ways)\n      content:\n        +7\n",
            as_text(report_of(self.record.read(), "theirs")),
        )
        self.add(10, "pc7")
        report = as_text(report_of(self.record.read(), "theirs"))
        self.assertIn("2 clients: pc[5-6]", report)
        self.assertIn("(as pc7 had it; the others may", report)

    def test_many(self) -> None:
        """Of an answer with very many differences it is said how many are not kept."""
        many = [Difference("entry-added", "Path", f"/{number}") for number in range(1700)]
        self.add(10, WEB, *many)
        self.add(11, DB, *many)
        contents = self.record.read()
        self.assertEqual(len(contents.differences), 500)
        self.assertIn(
            f"note: 2,400 further differences of {DB}, {WEB} are not kept: of an answer the "
            "record has the first 500\n",
            as_text(report_of(contents, "theirs")),
        )
        for client in (WEB, DB):
            self.add(20, client, CHANGE)
        self.assertEqual(self.record.read().unkept, {})

    def test_bounds(self) -> None:
        """Where there are too many differences the oldest go."""
        self.patch(record, "MOST_DIFFERENCES", 10)
        self.patch(record, "PRUNING", 1)
        for number in range(30):
            self.add(number, WEB, Difference("entry-added", "Path", f"/{number}"))
        names = {entry.difference.name for entry in self.record.read().differences}
        self.assertEqual(names, {f"/{number}" for number in range(20, 30)})

    def test_two_processes(self) -> None:
        """Several processes add to the same record."""
        other = Record(self.path)
        self.addCleanup(other.close)
        self.add(10, WEB, CHANGE)
        other.add(11, [], Counts({("GetConfig", "equal"): 2}), [(WEB, "RecvStats", "it is away")])
        self.add(12, DB)
        contents = other.read()
        self.assertEqual(contents.counts["GetConfig", "equal"], 3)
        self.assertEqual(contents.lone, ((WEB, "RecvStats", "it is away", 1, 11.0),))

    def test_reset(self) -> None:
        """What is forgotten is gone for the server that has the file open as well."""
        self.add(10, WEB, CHANGE)
        other = Record(self.path)
        self.addCleanup(other.close)
        self.assertTrue(other.reset())
        self.assertEqual(self.record.read(), record.Contents())
        self.add(20, WEB)
        self.assertEqual(self.record.read().since, 20)

    def test_removed(self) -> None:
        """A file that is removed under a server that runs is made anew, as private as it was."""
        self.add(10, WEB, CHANGE)
        record.remove(self.path)
        self.add(20, DB, CHANGE)
        other = Record(self.path)
        self.addCleanup(other.close)
        (difference,) = other.read().differences
        self.assertEqual(difference.clients, (DB,))
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)

    def test_broken(self) -> None:
        """A file that is no record is named."""
        Path(self.path).write_text("this is no database, " * 100)
        error = self.assertRaises(record.RecordError, self.record.read)
        self.assertIn(self.path, str(error))


class CommandTests(TwoServersTestCase):
    """The command beside a server that runs."""

    def report(self, *words: str) -> Ended:
        return run("shadow", *words, "-C", self.config)

    async def start_pair(self, workers: int = 0, **shadow: Any) -> ServerProcess:
        """Start the other server, and return ours as a process that is to be entered."""
        await self.start_other({"Cfg/etc/motd/motd": "hallo\n"})
        folder = Path(self.mktemp())
        self.config = str(folder / "bcfg2.conf")
        self.our_settings = self.written(self.config, **shadow)
        options = ["--workers", str(workers)] if workers else []
        return ServerProcess(folder / "log", "--config", self.config, *options)

    async def until_recorded(self, number: int) -> None:
        """Wait until so many configurations were found to differ."""
        await self.until(
            lambda: self.record().counts["GetConfig", "different"] >= number, "nothing is recorded"
        )

    async def test_report(self) -> None:
        """Differences are shown once, with clients, and how much was compared; for weeks."""
        server = await self.start_pair()
        with server:
            await self.run_client()
            await self.ask("GetConfig", user=DB)
            await self.until_recorded(2)
        with server:  # another process of it
            await self.ask("GetConfig")
            await self.until_recorded(3)
        report = await deferToThread(self.report, "report")
        self.assertEqual(report.status, 0, report.errors)
        self.assertIn("all 2 clients", report.output)
        self.assertIn("/etc/motd", report.output)
        self.assertIn("-hallo", report.output)
        self.assertIn("GetConfig: 3 different", report.output)
        values = json.loads((await deferToThread(self.report, "report", "--json")).output)
        self.assertEqual(values["groups"][0]["clients"], [DB, WEB])
        self.assertEqual(values["groups"][0]["times"], 3)
        self.assertEqual((await deferToThread(self.report, "report", "--exit-code")).status, 1)
        for name in ("markdown", "junit", "html"):
            self.assertIn("/etc/motd", self.report("report", "--format", name).output)
        self.assertIn("is empty now", self.report("reset").output)
        self.assertIn("nothing was compared yet", self.report("report").output)

    async def test_workers(self) -> None:
        """With workers all of them write into one record."""
        server = await self.start_pair(workers=2, answers="ours")
        with server:
            for _ in range(12):
                await self.ask("GetConfig")
            await self.until_recorded(12)
            self.assertEqual(len(workers_of(server.process.pid)), 2)

    async def test_reloaded(self) -> None:
        """Workers keep on with what they had where the file of authorities is none any more."""
        authorities = Path(self.mktemp()).absolute()
        authorities.write_bytes(self.authority.certificate.read_bytes())
        server = await self.start_pair(workers=2, answers="theirs", ca=authorities)
        with server:
            authorities.write_text("")
            await deferToThread(server.hang_up)
            self.assertIn(
                f"[shadow] ca: {authorities} is empty: name a PEM file with the certificates "
                "of authorities",
                server.said(),
            )
            self.assertIn("what was read before stays in force", server.said())
            self.assertNotIn("Worker", server.said())
            await self.ask("GetConfig")
            await self.until_recorded(1)

    def test_bad_authorities(self) -> None:
        """A file of authorities that is none ends the start at once, with workers as well."""
        config = os.path.abspath(self.mktemp()) + "/bcfg2.conf"
        self.written(config, ca="/nonexistent/ca.crt")
        for options in ((), ("--workers", "2")):
            process = ended(bcfg2_core("--config", config, *options))
            self.assertEqual(process.returncode, 1)
            said = process.stdout + process.stderr
            self.assertIn(
                "[shadow] ca: /nonexistent/ca.crt cannot be read: No such file or directory; name "
                "a PEM file that can",
                said,
            )
            self.assertNotIn("Worker", said)

    def test_not_used(self) -> None:
        """Without another server, and without a record, the command says what is missing."""
        config = os.path.abspath(self.mktemp())
        Path(config).write_text(f"[server]\nrepository = {os.path.abspath(self.mktemp())}\n")
        ended = run("shadow", "report", "-C", config)
        self.assertEqual(ended.status, 1)
        self.assertIn("[shadow] server = https://", ended.errors)
