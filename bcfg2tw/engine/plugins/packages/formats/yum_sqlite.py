"""The SQLite form of a yum repository's lists, which older ones have."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote

from bcfg2tw.engine.plugins.packages.formats.compression import BrokenFile, open_unpacked
from bcfg2tw.engine.plugins.packages.indexes.index_file import Package

VERSION = "ifnull(nullif(epoch, ''), 0) || ':' || version || '-' || release"


def packages(path: str) -> Iterator[tuple[str, Package]]:
    """
    Yield the packages of a primary database, each with its architecture.

    :raises BrokenFile: if it is none
    """
    with _open_database(path) as database:
        rows = database.execute(f"SELECT pkgKey, name, arch, {VERSION} FROM packages")
        for key, name, architecture, version in rows:
            requires = _names(database, "requires", key)
            package = Package(name, version, list(dict.fromkeys(requires)))
            package.provides.extend(_names(database, "provides", key))
            yield architecture, package


def _names(database: sqlite3.Connection, table: str, key: int) -> list[str]:
    rows = database.execute(f"SELECT name FROM {table} WHERE pkgKey = ? ORDER BY rowid", (key,))
    return [name for (name,) in rows]


def owners(path: str, primary_path: str, paths: set[str]) -> Iterator[tuple[str, str, str]]:
    """
    Yield name and version of packages, and the wanted paths that they own.

    :param primary_path: the primary database, which names the packages
    :raises BrokenFile: if either is no such database
    """
    with _open_database(path) as lists, _open_database(primary_path) as primary:
        packages_by_id = {
            identity: (name, version)
            for identity, name, version in primary.execute(
                f"SELECT pkgId, name, {VERSION} FROM packages"
            )
        }
        rows = lists.execute(
            "SELECT pkgId, dirname, filenames FROM filelist JOIN packages USING (pkgKey)"
        )
        for identity, folder, names in rows:
            if identity in packages_by_id:
                for owned_path in _paths(folder, names):
                    if owned_path in paths:
                        yield (*packages_by_id[identity], owned_path)


def _paths(folder: str, names: str) -> Iterator[str]:
    """Yield the paths of a row, whose names are separated by slashes."""
    prefix = "" if folder in (".", "") else folder.rstrip("/")
    for name in names.split("/"):
        yield f"{prefix}/{name}" if name else prefix or "/"


@contextmanager
def _open_database(path: str) -> Iterator[sqlite3.Connection]:
    """Give a database of a stranger, unpacked."""
    with tempfile.NamedTemporaryFile(prefix="bcfg2tw-") as plain:
        with open_unpacked(path) as stream:
            shutil.copyfileobj(stream, plain, 1 << 20)
        plain.flush()
        address = f"file:{quote(plain.name)}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(address, uri=True)) as database:
                # a schema must not call functions of ours
                database.execute("PRAGMA trusted_schema = OFF")
                yield database
        # what SQLite says of a broken one may hold bytes of it, which are no text
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise BrokenFile(f"{path} is no usable database: {error}") from error
