"""
Servers and workers that are killed under uploads: what was answered with true is kept, once.

Some are killed each time; `BCFG2TW_TEST_KILLS=100` has as many killed in each test.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import func, select
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.database import ReportDatabase
from tests.network import an_authority, free_port
from tests.postgresql import a_database
from tests.reporting.uploads import PACKAGES, SQLITE, Node, Uploads, reports_of, stored_revisions
from tests.waiting import wait_until
from tests.workers.servers import processes_of, wait_for_ends, workers_of

KILLS = int(os.environ.get("BCFG2TW_TEST_KILLS", "3"))
#: Documents that are acknowledged before the next kill, at most.
DOCUMENTS = 40
WORKERS = 2


class KillTests(SynchronousTestCase):
    """In SQLite."""

    def setUp(self) -> None:
        self.authority = an_authority(self)
        self.chance = random.Random(KILLS)

    def node(self, *options: str, database: str = SQLITE) -> Node:
        """Return a server that runs."""
        folder = Path(self.mktemp())
        node = Node(folder, free_port(self), self.authority, database, options=options)
        self.addCleanup(node.end)
        node.start()
        return node

    def uploads(self, node: Node, name: str = "r") -> Uploads:
        """Return clients of a server."""
        return Uploads(node.port, self.authority, name)

    def kill_often(self, uploads: Uploads, kill: Callable[[int], None]) -> None:
        """Kill something again and again, in the middle of uploads."""
        for number in range(KILLS):
            uploads.wait_for(self.chance.randrange(1, DOCUMENTS))
            kill(number)
        uploads.wait_for(1)

    def assert_kept(self, url: str, all_uploads: Sequence[Uploads]) -> None:
        """All that was acknowledged is stored, once; entries are stored once, too."""
        acknowledged = {name for uploads in all_uploads for name in uploads.acknowledged}
        with reports_of(url) as database:
            wait_until(
                lambda: acknowledged <= stored_revisions(database).keys(),
                lambda: f"missing: {sorted(acknowledged - stored_revisions(database).keys())}",
            )
            twice = [name for name, count in stored_revisions(database).items() if count > 1]
            self.assertEqual(twice, [])
            self.assertEqual(self.entries(database), PACKAGES)

    def entries(self, database: ReportDatabase) -> int:
        """Return how many entries are stored."""
        with database.reading() as connection:
            query = select(func.count()).select_from(tables.entries)
            return int(connection.execute(query).scalar_one())

    def test_server(self) -> None:
        """A server that is killed and started again."""
        node = self.node()

        def kill(number: int) -> None:
            node.kill()
            node.start()

        with self.uploads(node) as uploads:
            self.kill_often(uploads, kill)
        self.assert_kept(f"sqlite:///{node.folder}/reports.sqlite", [uploads])
        wait_until(lambda: node.waiting_bytes() == 0, lambda: "something waits in the spool")

    def test_workers(self) -> None:
        """Workers that are killed, and now and then all processes of the server."""
        node = self.node("--workers", str(WORKERS))

        def kill(number: int) -> None:
            processes = processes_of(node.process.pid)
            if number % 4 == 2:
                for process in processes:
                    os.kill(process, signal.SIGKILL)
                node.process.wait()
                wait_for_ends(processes, node.log.read_text)
                node.start()
            else:
                worker = self.chance.choice(processes[2:])
                os.kill(worker, signal.SIGKILL)
                wait_for_ends([worker], node.log.read_text)
            wait_until(lambda: len(workers_of(node.process.pid)) == WORKERS, node.log.read_text)

        with self.uploads(node) as uploads:
            self.kill_often(uploads, kill)
        self.assert_kept(f"sqlite:///{node.folder}/reports.sqlite", [uploads])

    def test_nodes(self) -> None:
        """Two nodes on one PostgreSQL, of which now one is killed, now the other."""
        url = a_database(self)
        nodes = [self.node(database=f"url = {url}") for _ in range(2)]

        def kill(number: int) -> None:
            nodes[number % 2].kill()
            nodes[number % 2].start()

        with self.uploads(nodes[0], "a") as first, self.uploads(nodes[1], "b") as second:
            self.kill_often(first, kill)
            second.wait_for(1)
        self.assert_kept(url, [first, second])
