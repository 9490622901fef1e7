"""Servers that take reports in, as processes of their own, and clients that upload meanwhile."""

from __future__ import annotations

import http.client
import itertools
import random
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.settings import Settings
from tests.builders import write_files
from tests.certificates import Authority
from tests.network import basic, call_of, client_context
from tests.processes import bcfg2_core, environment
from tests.waiting import PATIENCE_SECONDS, wait_until

PASSWORD = "foobat"
#: Clients that upload at the same time, and different packages that are bad.
AT_ONCE, PACKAGES = 4, 12

REPOSITORY = {
    "Metadata/clients.xml": "<Clients/>",
    "Metadata/groups.xml": '<Groups><Group name="all" profile="true" default="true"/></Groups>',
}
CONF = """
[server]
repository = {folder}/repository
plugins = {plugins}
[database]
{database}
[communication]
password = {password}
certificate = {certificate}
key = {key}
[components]
bcfg2 = https://localhost:{port}
"""

SQLITE = "engine = sqlite3\nname = {folder}/reports.sqlite"

#: The server is gone: what it answered is what counts.
GONE = (OSError, http.client.HTTPException)


class Node:
    """
    A server with Reporting, which can be started again and again.

    :ivar process: the one that runs, or ran last
    """

    process: subprocess.Popen[bytes]

    def __init__(
        self, folder: Path, port: int, authority: Authority, database: str = SQLITE, *,
        plugins: str = "Metadata, Reporting", options: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """
        Write its files.

        :param database: the lines of `[database]`; `{folder}` stands for its folder
        """
        self.port, self.folder = port, folder.absolute()
        self.log = self.folder / "server.log"
        self._options = options
        write_files(str(self.folder / "repository"), REPOSITORY)
        certificate, key = (path.absolute() for path in authority.issue("localhost"))
        text = CONF.format(
            folder=self.folder, database=database.format(folder=self.folder), password=PASSWORD,
            certificate=certificate, key=key, port=self.port, plugins=plugins,
        )  # fmt: skip
        (self.folder / "bcfg2.conf").write_text(text)

    def start(self) -> None:
        """Start it, and wait until it serves."""
        begin = self.log.stat().st_size if self.log.exists() else 0
        command = bcfg2_core("--config", str(self.folder / "bcfg2.conf"), *self._options)
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                command, env=environment(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until(
            lambda: b"Serving the repository" in self.log.read_bytes()[begin:], self.log.read_text
        )

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        """End it in good order, if it runs."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_SECONDS)

    def waiting_bytes(self) -> int:
        """Return the size of what is in its spool."""
        folder = self.folder / "repository/Reporting/spool"
        return sum(path.stat().st_size for path in folder.iterdir()) if folder.exists() else 0


def bad_package(number: int) -> str:
    """Return an entry that many hosts have."""
    return f'<Package name="p{number}" type="deb" version="2" current_version="1.{number}"/>'


def document(revision: str, packages: list[int]) -> str:
    """Return a report."""
    bad = "".join(map(bad_package, packages))
    return (
        f'<upload-statistics><Statistics version="2.0" state="dirty" revision="{revision}" '
        f'total="20" good="10"><Bad>{bad}</Bad></Statistics></upload-statistics>'
    )


class Uploads:
    """
    Clients that upload, each document once, to a server that may go and come back.

    :ivar acknowledged: revisions of the documents that were answered with true
    """

    def __init__(self, port: int, authority: Authority, name: str) -> None:
        self.acknowledged: list[str] = []
        self._port, self._name = port, name
        self._context: ssl.SSLContext = client_context(authority)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True)
            for number in range(AT_ONCE)
        ]

    def __enter__(self) -> Uploads:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def wait_for(self, count: int) -> None:
        """Wait until so many more documents are acknowledged."""
        goal = len(self.acknowledged) + count
        wait_until(
            lambda: len(self.acknowledged) >= goal, lambda: f"{len(self.acknowledged)} of {goal}"
        )

    def _run(self, part: int) -> None:
        chance = random.Random(part)
        numbers = itertools.count()
        while not self._stopping.is_set():
            connection = http.client.HTTPSConnection(
                "localhost", self._port, context=self._context, timeout=PATIENCE_SECONDS
            )
            try:
                for number in numbers:
                    self._upload(connection, part, f"{self._name}-{part}-{number}", chance)
                    if self._stopping.is_set():
                        break
            except GONE:
                self._stopping.wait(0.05)
            finally:
                connection.close()

    def _upload(
        self, connection: http.client.HTTPSConnection, part: int, revision: str,
        chance: random.Random,
    ) -> None:  # fmt: skip
        packages = sorted(chance.sample(range(PACKAGES), 3))
        body = call_of("RecvStats", document(revision, packages))
        host = f"host{part}.example.test"
        connection.request("POST", "/RPC2", body, {"Authorization": basic(host, PASSWORD)})
        answer = connection.getresponse().read()
        if b"<boolean>1</boolean>" in answer:
            self.acknowledged.append(revision)


def stored_revisions(database: ReportDatabase) -> Counter[str]:
    """Return how many runs there are of each revision."""
    query = select(tables.texts.c.text, func.count()).join_from(
        tables.runs, tables.texts, tables.texts.c.id == tables.runs.c.revision
    )
    with database.reading() as connection:
        rows = connection.execute(query.group_by(tables.texts.c.text)).all()
    return Counter({row[0]: row[1] for row in rows})


@contextmanager
def reports_of(url: str) -> Iterator[ReportDatabase]:
    """Give the database of a server."""
    database = ReportDatabase(location_of(Settings(db_url=url), {}))
    try:
        yield database
    finally:
        database.close()
