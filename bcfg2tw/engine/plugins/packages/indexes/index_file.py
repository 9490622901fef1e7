"""
Writing the compiled index of a source: packages are added as they are parsed, SQLite sorts them.

What is equal for all architectures of the source is kept once (:ref:`packages-10`). Memory stays
small however large a distribution is: rows go to the file at once.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from bcfg2tw.engine.plugins.packages.fetching.downloaded_files import WRITING
from bcfg2tw.engine.plugins.packages.indexes.source_index import CHOICE, COMMON, FORMAT

SCHEMA = f"""
PRAGMA user_version = {FORMAT};
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE file (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE architecture (number INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE package (
    name TEXT, architecture INTEGER, version TEXT, dependencies TEXT, recommendations TEXT,
    essential INTEGER, priority INTEGER, PRIMARY KEY (name, architecture)
) WITHOUT ROWID;
CREATE TEMP TABLE offer (
    name TEXT, architecture INTEGER, symbols TEXT, PRIMARY KEY (name, architecture)
) WITHOUT ROWID;
CREATE TABLE provides (
    symbol TEXT, architecture INTEGER, package TEXT, PRIMARY KEY (symbol, architecture, package)
) WITHOUT ROWID;
CREATE TABLE choice (symbol TEXT PRIMARY KEY, members TEXT) WITHOUT ROWID;
CREATE TABLE package_group (
    name TEXT, architecture INTEGER, PRIMARY KEY (name, architecture)
) WITHOUT ROWID;
CREATE TABLE member (
    name TEXT, architecture INTEGER, level INTEGER, package TEXT,
    PRIMARY KEY (name, architecture, level, package)
) WITHOUT ROWID;
"""

#: Moves what is there for all architectures to the common part; an own part that says the same
#: is what shows it. `{count}` is the number of architectures.
COMMON_PACKAGES = """
CREATE TEMP TABLE shared AS SELECT name FROM package GROUP BY name
    HAVING count(*) = {count} AND count(DISTINCT version) = 1
    AND count(DISTINCT dependencies) = 1 AND count(DISTINCT recommendations) = 1
    AND count(DISTINCT essential) = 1 AND count(DISTINCT priority) = 1;
DELETE FROM package WHERE architecture > 1 AND name IN (SELECT name FROM shared);
UPDATE package SET architecture = 0 WHERE name IN (SELECT name FROM shared);
DROP TABLE shared;
"""
COMMON_ROWS = """
CREATE TEMP TABLE shared AS SELECT {columns} FROM {table} GROUP BY {columns}
    HAVING count(*) = {count};
DELETE FROM {table} WHERE ({columns}) IN (SELECT {columns} FROM shared);
INSERT INTO {table} (architecture, {columns}) SELECT 0, {columns} FROM shared;
DROP TABLE shared;
"""
TABLES = {
    "provides": "symbol, package",
    "package_group": "name",
    "member": "name, level, package",
}


@dataclass
class Package:
    """
    One package as an index file describes it.

    :ivar dependencies: a tuple of several names stands for alternatives, best first
    :ivar priority: as `IndexView.priority` returns it
    :ivar fitness: of several packages of a name the one of the highest fitness is kept, and of
        several of those the newest
    """

    name: str
    version: str = ""
    dependencies: list[str | tuple[str, ...]] = field(default_factory=list)
    recommendations: list[str | tuple[str, ...]] = field(default_factory=list)
    provides: list[str] = field(default_factory=list)
    essential: bool = False
    priority: int = 0
    fitness: int = 0


class IndexFile:
    """
    An index that is being made; see `written`.

    :param compare: says by a negative number, zero or a positive one which of two versions is newer
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        architectures: Sequence[str],
        compare: Callable[[str, str], int],
    ) -> None:
        self._connection = connection
        self._architectures = architectures
        self._compare = compare
        self._best: dict[tuple[str, int], tuple[int, str]] = {}
        connection.executescript(SCHEMA)
        connection.executemany(
            "INSERT INTO architecture VALUES (?, ?)", enumerate(architectures, COMMON + 1)
        )

    @property
    def is_empty(self) -> bool:
        """Say whether no package was added yet."""
        return not self._best

    def version_of(self, name: str, architecture: str) -> str | None:
        """Return the version of a package that was added, None for an unknown one."""
        best = self._best.get((name, self._number(architecture)))
        return None if best is None else best[1]

    def add(self, package: Package, architecture: str) -> None:
        """Add a package, unless a better one of its name was added before."""
        number = self._number(architecture)
        if not self._is_best(package, number):
            return
        self._best[package.name, number] = (package.fitness, package.version)
        prefix = f"{CHOICE}{package.name}-{architecture}-"
        choices: list[tuple[str, ...]] = []
        dependencies = "\n".join(_symbols(package.dependencies, prefix, choices))
        recommendations = "\n".join(_symbols(package.recommendations, prefix, choices))
        self._connection.execute(
            "INSERT OR REPLACE INTO package VALUES (?, ?, ?, ?, ?, ?, ?)",
            (package.name, number, package.version, dependencies, recommendations,
             int(package.essential), package.priority),
        )  # fmt: skip
        self._connection.execute(
            "INSERT OR REPLACE INTO offer VALUES (?, ?, ?)",
            (package.name, number, "\n".join(package.provides)),
        )
        self._connection.executemany(
            "INSERT OR REPLACE INTO choice VALUES (?, ?)",
            [(f"{prefix}{place}", "\n".join(names)) for place, names in enumerate(choices)],
        )

    def _number(self, architecture: str) -> int:
        return self._architectures.index(architecture) + COMMON + 1

    def _is_best(self, package: Package, number: int) -> bool:
        best = self._best.get((package.name, number))
        if best is None:
            return True
        fitness, version = best
        if package.fitness != fitness:
            return package.fitness > fitness
        return self._compare(package.version, version) >= 0

    def add_provider(self, symbol: str, package: str, architecture: str) -> None:
        """Note that a package provides a symbol."""
        self._connection.execute(
            "INSERT OR IGNORE INTO provides VALUES (?, ?, ?)",
            (symbol, self._number(architecture), package),
        )

    def add_group(self, name: str, architecture: str) -> None:
        """Note that there is a group of packages."""
        self._connection.execute(
            "INSERT OR IGNORE INTO package_group VALUES (?, ?)", (name, self._number(architecture))
        )

    def add_member(self, group: str, package: str, level: int, architecture: str) -> None:
        """Note that a package belongs to a group, at a level of `index.LEVELS`."""
        self.add_group(group, architecture)
        self._connection.execute(
            "INSERT OR IGNORE INTO member VALUES (?, ?, ?, ?)",
            (group, self._number(architecture), level, package),
        )

    def required_paths(self, architecture: str) -> set[str]:
        """Return the dependencies of an architecture's packages that are paths of files."""
        rows = self._connection.execute(
            "SELECT dependencies FROM package WHERE architecture = ? AND "
            "(dependencies LIKE '/%' OR dependencies LIKE '%\n/%')",
            (self._number(architecture),),
        )
        return {word for (text,) in rows for word in text.split("\n") if word.startswith("/")}

    def note_files(self, names: Iterable[str]) -> None:
        """Note the downloaded files that it is made from."""
        self._connection.executemany("INSERT INTO file VALUES (?)", [(name,) for name in names])

    def finish(self) -> None:
        """Find what all architectures have in common, and make the file as small as it goes."""
        self._provide()
        count = len(self._architectures)
        self._connection.executescript(COMMON_PACKAGES.format(count=count))
        for table, columns in TABLES.items():
            self._connection.executescript(
                COMMON_ROWS.format(table=table, columns=columns, count=count)
            )
        self._connection.execute("CREATE INDEX essential ON package (architecture) WHERE essential")
        self._connection.execute("VACUUM")

    def _provide(self) -> None:
        """Take over what the packages provide that were kept."""
        execute = self._connection.execute
        for name, number, text in execute("SELECT * FROM offer WHERE symbols != ''"):
            self._connection.executemany(
                "INSERT OR IGNORE INTO provides VALUES (?, ?, ?)",
                [(symbol, number, name) for symbol in text.split("\n")],
            )
        execute("DROP TABLE offer")


def _symbols(
    words: Sequence[str | tuple[str, ...]], prefix: str, choices: list[tuple[str, ...]]
) -> Iterator[str]:
    """Yield names; alternatives are appended to the choices and yield their private name."""
    for word in words:
        if isinstance(word, str):
            yield word
        else:
            choices.append(word)
            yield f"{prefix}{len(choices) - 1}"


@contextmanager
def writing_index(
    path: str, architectures: Sequence[str], compare: Callable[[str, str], int]
) -> Iterator[IndexFile]:
    """
    Give an index to fill; at the end it replaces the file of that path, all of it or not at all.

    A process that still reads the old file goes on with that.
    """
    handle, temporary = tempfile.mkstemp(WRITING, ".index-", os.path.dirname(path))
    os.close(handle)
    try:
        connection = sqlite3.connect(temporary, isolation_level=None)
        try:
            index = IndexFile(connection, architectures, compare)
            connection.execute("BEGIN")
            yield index
            connection.execute("COMMIT")
            index.finish()
        finally:
            connection.close()
        os.chmod(temporary, 0o644)
        _sync(temporary)
        os.replace(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _sync(path: str) -> None:
    """Wait until a file is on disk, so that a name never points to half of it."""
    with open(path, "rb") as stream:
        os.fsync(stream.fileno())
