"""
Reading the compiled index of a source: a SQLite file that is mapped into memory, never parsed.

Opening one takes no longer for a distribution than for ten packages, and the processes of a
machine share its pages. `index_file.py` writes these files.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Collection
from urllib.parse import quote

from bcfg2tw.errors import Bcfg2Error

#: Changes with the tables; a file of another format is made anew from the downloaded files.
FORMAT = 3

#: The number of what holds for all architectures of a source.
COMMON = 0

#: The beginning of the private names of alternatives.
CHOICE = "choice-"

MAPPED_BYTES = 1 << 30
KEPT_PAGES = 64

#: By kind of group, the highest level of its members that count (:ref:`packages-7`).
LEVELS = {"mandatory": 0, "default": 1, "optional": 2, "all": 2}


class UnusableIndex(Bcfg2Error):
    """A compiled index is missing, broken or of another format."""


class SourceIndex:
    """
    The compiled index of one source; usable from several threads.

    :ivar path: the file
    :ivar architectures: those of the source, in its order
    """

    def __init__(
        self, path: str, connection: sqlite3.Connection, identity: tuple[int, ...]
    ) -> None:
        self.path = path
        self._connection = connection
        self._identity = identity
        # a connection runs one statement at a time, whoever asks
        self._lock = threading.Lock()
        self._views: dict[frozenset[str], IndexView] = {}
        names = self.query("SELECT name FROM architecture ORDER BY number")
        self.architectures = tuple(name for (name,) in names)

    @classmethod
    def open(cls, path: str) -> SourceIndex:
        """
        Open an index for reading.

        :raises UnusableIndex: if there is none, or it cannot be used
        """
        connection = None
        try:
            identity = _identity(path)
            connection = _connect(path)
            (format_number,) = connection.execute("PRAGMA user_version").fetchone()
            if format_number != FORMAT:
                raise UnusableIndex(
                    f"{path} has the format {format_number}, not {FORMAT}: it is made anew"
                )
            return cls(path, connection, identity)
        except (OSError, sqlite3.Error, UnusableIndex) as error:
            if connection is not None:
                connection.close()
            if isinstance(error, UnusableIndex):
                raise
            raise UnusableIndex(f"{path} cannot be used: {error}") from error

    def close(self) -> None:
        """Close the file; asking afterwards raises `UnusableIndex`."""
        with self._lock:
            self._connection.close()

    def is_current(self) -> bool:
        """Say whether this is still the file of that name, which every refresh replaces."""
        try:
            return _identity(self.path) == self._identity
        except OSError:
            return False

    def files(self) -> tuple[str, ...]:
        """Return the names in the cache folder of the files that it was made from."""
        return tuple(name for (name,) in self.query("SELECT name FROM file"))

    def view(self, architectures: Collection[str]) -> IndexView:
        """Return what clients of these architectures see; the same object every time."""
        subset = frozenset(architectures).intersection(self.architectures)
        view = self._views.get(subset)
        if view is None:
            view = self._views.setdefault(subset, IndexView(self, subset))
        return view

    def query(self, statement: str, *values: object) -> list[tuple[str, ...]]:
        """
        Return the rows that a statement selects.

        :raises UnusableIndex: if the file cannot be read any more
        """
        try:
            with self._lock:
                return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise UnusableIndex(f"{self.path} cannot be read: {error}") from error


class IndexView:
    """
    One source as clients of certain architectures see it: what is common, and theirs.

    Names are those of the index, before any blacklist. Where several of the architectures have
    a package, it needs what it needs in any of them; for all else the one counts that the source
    names first.
    """

    def __init__(self, index: SourceIndex, architectures: Collection[str]) -> None:
        self._index = index
        numbers = [
            number
            for number, name in enumerate(index.architectures, COMMON + 1)
            if name in architectures
        ]
        among = f"architecture IN ({', '.join(map(str, [COMMON, *numbers]))})"
        packages = f"FROM package WHERE name = ? AND {among} ORDER BY architecture"
        package = f"{packages} LIMIT 1"
        self._is_package = f"SELECT 1 {package}"
        self._version = f"SELECT version {package}"
        self._priority = f"SELECT priority {package}"
        self._dependencies = f"SELECT dependencies {packages}"
        self._recommendations = f"SELECT recommendations {packages}"
        self._provides = f"SELECT package FROM provides WHERE symbol = ? AND {among}"
        self._essentials = f"SELECT name FROM package WHERE essential AND {among}"
        self._group = f"SELECT 1 FROM package_group WHERE name = ? AND {among}"
        self._members = f"SELECT package FROM member WHERE name = ? AND level <= ? AND {among}"
        self._names = f"SELECT DISTINCT name FROM package WHERE {among} ORDER BY name"

    def is_package(self, name: str) -> bool:
        """Say whether there is a package of a name."""
        return bool(self._index.query(self._is_package, name))

    def names(self) -> tuple[str, ...]:
        """Return the names of all packages, sorted; for a distribution these are many."""
        return tuple(name for (name,) in self._index.query(self._names))

    def version(self, name: str) -> str | None:
        """Return the version of a package as the index writes it, None for an unknown one."""
        rows = self._index.query(self._version, name)
        return rows[0][0] if rows else None

    def priority(self, name: str) -> int:
        """
        Return how much a distribution recommends a package, higher for more.

        Debian's five words are 5 (`required`) to 1 (`extra`); 0 stands for no word, and for an
        unknown package.
        """
        rows = self._index.query(self._priority, name)
        return int(rows[0][0]) if rows else 0

    def dependencies(self, name: str) -> tuple[str, ...]:
        """
        Return what a package depends on, in the index's order.

        These are names, virtual names, and private ones (`choice-PACKAGE-ARCHITECTURE-NUMBER`)
        that stand for `a | b`.
        """
        return _split(self._index.query(self._dependencies, name))

    def recommendations(self, name: str) -> tuple[str, ...]:
        """Return what a package recommends, written as dependencies are."""
        return _split(self._index.query(self._recommendations, name))

    def providers(self, symbol: str) -> frozenset[str]:
        """Return the packages that provide a symbol; for a private one, the alternatives."""
        if symbol.startswith(CHOICE):
            choices = self.choices(symbol)
            if choices:  # a package's own name may begin like that
                return frozenset(choices)
        return frozenset(name for (name,) in self._index.query(self._provides, symbol))

    def choices(self, symbol: str) -> tuple[str, ...]:
        """Return the alternatives that a private symbol stands for, as they are written."""
        return _split(self._index.query("SELECT members FROM choice WHERE symbol = ?", symbol))

    def essentials(self) -> frozenset[str]:
        """Return the packages marked as essential; whether they count is the source's option."""
        return frozenset(name for (name,) in self._index.query(self._essentials))

    def group_members(self, group: str, kind: str) -> frozenset[str] | None:
        """
        Return the packages of a group, None if the index knows no such group.

        :param kind: `mandatory`, `default`, `optional` or `all`; any other word means `default`
        """
        if not self._index.query(self._group, group):
            return None
        level = LEVELS.get(kind, LEVELS["default"])
        return frozenset(name for (name,) in self._index.query(self._members, group, level))


def _split(rows: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the lines of the rows' only column, each once."""
    return tuple(dict.fromkeys(line for (text,) in rows if text for line in text.split("\n")))


def _identity(path: str) -> tuple[int, ...]:
    status = os.stat(path)
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _connect(path: str) -> sqlite3.Connection:
    # immutable: a file is replaced, never written to, so that no locks are needed
    address = f"file:{quote(path)}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    connection.execute(f"PRAGMA cache_size = {KEPT_PAGES}")
    return connection
