"""
The record of what was compared: one SQLite file for all processes of a server, over weeks.

It holds the newest comparison of each client and call, each way of differing once, and counts. All
of it is bounded: by the number of clients, and by `MOST_WAYS` ways for an entry and aspect, as
`comparing/grouping.py` has it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bcfg2tw.comparing.difference import Difference
from bcfg2tw.comparing.grouping import MOST_WAYS, OTHER_WAYS, joined_identity
from bcfg2tw.engine.sqlite_files import file_at, use_write_ahead_log
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings
from bcfg2tw.shadow.counts import Counts
from bcfg2tw.shadow.ways import Way

FILE = "shadow.sqlite"
VERSION = 1

#: How long one process waits for another one that writes.
BUSY_SECONDS = 10.0

#: So many clients, ways of differing, and lone writes are kept; the oldest go first.
MOST_CLIENTS, MOST_DIFFERENCES, MOST_LONE = 100_000, 20_000, 10_000

#: It is looked whether there is too much once in so many additions.
PRUNING = 100

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (since REAL NOT NULL, last REAL NOT NULL);
CREATE TABLE IF NOT EXISTS counts (
    method TEXT, result TEXT, number INTEGER NOT NULL, PRIMARY KEY (method, result)
);
CREATE TABLE IF NOT EXISTS compared (
    client TEXT, method TEXT, at REAL NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (client, method)
);
CREATE TABLE IF NOT EXISTS difference (
    identity TEXT PRIMARY KEY, outline TEXT NOT NULL, body TEXT NOT NULL, example TEXT NOT NULL,
    first REAL NOT NULL, last REAL NOT NULL, times INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS difference_outline ON difference (outline);
CREATE TABLE IF NOT EXISTS concerned (
    identity TEXT, client TEXT, method TEXT, PRIMARY KEY (identity, client, method)
);
CREATE INDEX IF NOT EXISTS concerned_client ON concerned (client, method);
CREATE TABLE IF NOT EXISTS unkept (
    client TEXT, method TEXT, number INTEGER NOT NULL, PRIMARY KEY (client, method)
);
CREATE TABLE IF NOT EXISTS lone (
    client TEXT, method TEXT, reason TEXT NOT NULL, number INTEGER NOT NULL, last REAL NOT NULL,
    PRIMARY KEY (client, method)
);
"""


class RecordError(Bcfg2Error):
    """The record cannot be read or written; the text names the file."""


@dataclass(frozen=True)
class ComparedCall:
    """
    One comparison.

    :ivar ways: in which the answers differ
    :ivar reason: why they could not be compared
    :ivar unkept: how many further differences there were
    """

    client: str
    method: str
    result: str
    ways: Sequence[Way] = ()
    reason: str = ""
    unkept: int = 0


@dataclass(frozen=True)
class RecordedDifference:
    """
    A way of differing, with when it was seen and the clients that have it now.

    :ivar difference: as `example` has it, or had it
    :ivar is_rest: whether it is all ways of an entry that had no room of their own
    :ivar clients: sorted; none where their newest answers do not differ in this way any more
    """

    identity: str
    difference: Difference
    example: str
    first: float
    last: float
    times: int
    clients: tuple[str, ...]
    is_rest: bool = False


@dataclass(frozen=True)
class Contents:
    """
    All that a record holds.

    :ivar since: when it began, None for one that holds nothing
    :ivar last: when something was compared, or counted, last
    :ivar counts: calls by method and result
    :ivar clients: whose configurations were compared
    :ivar unkept: clients whose newest answers differ further, with the number of what is not kept
    :ivar lone: client, method, reason, how often and when last: what only this server has
    """

    since: float | None = None
    last: float | None = None
    counts: Counts = field(default_factory=Counter)
    clients: tuple[str, ...] = ()
    differences: tuple[RecordedDifference, ...] = ()
    unkept: Mapping[str, int] = field(default_factory=dict)
    lone: tuple[tuple[str, str, str, int, float], ...] = ()


def record_path(settings: Settings) -> str:
    """Return the path of the record."""
    folder = settings.state or os.path.join(settings.repository, "etc")
    return settings.shadow_record or os.path.join(folder, FILE)


class Record:
    """The file of one server; blocks, safe to use from several threads and processes."""

    def __init__(self, path: str) -> None:
        """Take a path; nothing is opened yet."""
        self.path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._additions = 0

    def add(
        self,
        at: float,
        compared: Sequence[ComparedCall],
        counts: Counts,
        lone: Sequence[tuple[str, str, str]],
    ) -> None:
        """
        Take in what has happened since.

        :param at: the time now, in seconds of the epoch
        :param lone: client, method and reason of writes that this server alone has taken
        :raises RecordError: if that cannot be written
        """
        with self._lock, self._writing() as connection:
            connection.execute(
                "INSERT INTO about SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM about)", (at, at)
            )
            connection.execute("UPDATE about SET last = ?", (at,))
            for comparison in compared:
                _add_comparison(connection, at, comparison)
            _add_counts(connection, counts)
            _add_lone(connection, at, lone)
            self._additions += 1
            if self._additions % PRUNING == 0:
                _prune(connection)

    def read(self) -> Contents:
        """
        Return all that it holds.

        :raises RecordError: if it cannot be read
        """
        if not os.path.exists(self.path):
            return Contents()
        with self._lock, self._writing() as connection:
            return _contents(connection)

    def reset(self) -> bool:
        """
        Forget everything, and begin anew; say whether there was anything.

        :raises RecordError: if that cannot be done
        """
        if not os.path.exists(self.path):
            return False
        with self._lock, self._writing() as connection:
            for table in (
                "about",
                "counts",
                "compared",
                "difference",
                "concerned",
                "unkept",
                "lone",
            ):
                connection.execute(f"DELETE FROM {table}")
        return True

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give one transaction, which is committed if the block ends well."""
        try:
            if self._connection is not None and self._file != file_at(self.path):
                self._close()  # it was removed: what is written into that, nobody reads
            connection = self._connection = self._connection or self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        except sqlite3.Error as error:
            self._close()
            raise RecordError(f"{self.path} cannot be used: {error}") from error
        except OSError as error:
            raise RecordError(f"{self.path} cannot be used: {error.strerror}") from error

    def _open(self) -> sqlite3.Connection:
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        # what differs is a part of configurations, and nobody else's to read
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self._file = file_at(self.path)
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            use_write_ahead_log(connection, BUSY_SECONDS)
            connection.execute("PRAGMA synchronous=NORMAL")
            self._check_version(connection)
            connection.executescript(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_version(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise RecordError(
                f"{self.path} was written by another release: remove it, or name another file in "
                "[shadow] record"
            )
        connection.execute(f"PRAGMA user_version={VERSION}")

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            self._close()


def remove(path: str) -> None:
    """Remove a record that cannot be read, with what SQLite has beside it."""
    for suffix in ("", "-wal", "-shm"):
        Path(path + suffix).unlink(missing_ok=True)


def _add_comparison(connection: sqlite3.Connection, at: float, compared: ComparedCall) -> None:
    key = (compared.client, compared.method)
    connection.execute(
        "INSERT OR REPLACE INTO compared VALUES (?, ?, ?, ?, ?)",
        (*key, at, compared.result, compared.reason),
    )
    connection.execute("DELETE FROM concerned WHERE client = ? AND method = ?", key)
    connection.execute("DELETE FROM unkept WHERE client = ? AND method = ?", key)
    if compared.unkept:
        connection.execute("INSERT INTO unkept VALUES (?, ?, ?)", (*key, compared.unkept))
    for way in compared.ways:
        identity = _identity(connection, way)
        connection.execute(
            "INSERT INTO difference VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (identity) "
            # of all that are told together the newest is shown: the first may be gone for long
            "DO UPDATE SET last = excluded.last, times = times + 1, "
            "body = excluded.body, example = excluded.example",
            (identity, way.outline, json.dumps(way.body), compared.client, at, at),
        )
        connection.execute("INSERT OR IGNORE INTO concerned VALUES (?, ?, ?)", (identity, *key))


def _identity(connection: sqlite3.Connection, way: Way) -> str:
    """Return under which identity a way is kept: its own, or that of all others of its entry."""
    ways = [
        identity
        for (identity,) in connection.execute(
            "SELECT identity FROM difference WHERE outline = ?", (way.outline,)
        )
    ]
    return way.identity if way.identity in ways or len(ways) < MOST_WAYS else way.other_identity


def _add_counts(connection: sqlite3.Connection, counts: Counts) -> None:
    for (method, result), number in counts.items():
        connection.execute(
            "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT (method, result) "
            "DO UPDATE SET number = number + excluded.number",
            (method, result, number),
        )


def _add_lone(
    connection: sqlite3.Connection, at: float, lone: Sequence[tuple[str, str, str]]
) -> None:
    for client, method, reason in lone:
        connection.execute(
            "INSERT INTO lone VALUES (?, ?, ?, 1, ?) ON CONFLICT (client, method) DO UPDATE SET "
            "number = number + 1, last = excluded.last, reason = excluded.reason",
            (client, method, reason, at),
        )


def _prune(connection: sqlite3.Connection) -> None:
    """Let the oldest go, where there is too much."""
    for table, limit, order in (
        ("compared", MOST_CLIENTS, "at"),
        ("difference", MOST_DIFFERENCES, "last"),
        ("lone", MOST_LONE, "last"),
    ):
        (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        if number > limit:
            connection.execute(
                f"DELETE FROM {table} WHERE rowid IN "
                f"(SELECT rowid FROM {table} ORDER BY {order} LIMIT ?)",
                (number - limit,),
            )
            connection.execute(
                "DELETE FROM concerned WHERE identity NOT IN (SELECT identity FROM difference)"
            )


def _contents(connection: sqlite3.Connection) -> Contents:
    about = connection.execute("SELECT since, last FROM about").fetchone() or (None, None)
    counts: Counts = Counter()
    for method, result, number in connection.execute("SELECT * FROM counts"):
        counts[method, result] = number
    clients = connection.execute(
        "SELECT DISTINCT client FROM compared WHERE method = 'GetConfig' ORDER BY client"
    )
    return Contents(
        about[0],
        about[1],
        counts,
        tuple(client for (client,) in clients),
        tuple(_differences(connection)),
        dict(connection.execute("SELECT client, sum(number) FROM unkept GROUP BY client")),
        tuple(connection.execute("SELECT * FROM lone ORDER BY last DESC")),
    )


def _differences(connection: sqlite3.Connection) -> Iterator[RecordedDifference]:
    concerned: dict[str, set[str]] = {}
    for identity, client in connection.execute("SELECT identity, client FROM concerned"):
        concerned.setdefault(identity, set()).add(client)
    rows = connection.execute(
        "SELECT identity, outline, body, example, first, last, times FROM difference ORDER BY first"
    )
    for identity, outline, body, example, first, last, times in rows:
        difference = Difference.from_json(json.loads(body))
        clients = tuple(sorted(concerned.get(identity, ())))
        is_rest = identity == joined_identity(outline, OTHER_WAYS)
        yield RecordedDifference(
            identity, difference, example, first, last, times, clients, is_rest
        )
