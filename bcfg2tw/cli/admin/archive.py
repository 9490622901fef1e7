"""
Archives of what a site keeps in files while its server goes on writing them.

A journal is archived before the file that it belongs to: what is folded into the file in between is
in both, and none is lost. An SQLite database is copied as of one moment, with what is in its WAL.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from urllib.parse import quote

__all__ = ["ARCHIVE", "Archive"]

#: Names of archives.
ARCHIVE = re.compile(r"\d{14}\.tar\.gz")
UNFINISHED = ".writing"

_SQLITE = b"SQLite format 3\0"
#: What of a database is in its copy already.
_SQLITE_COMPANIONS = ("-wal", "-shm", "-journal")
_JOURNAL = ".journal"


class Archive:
    """An archive that is being written."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def add_folder(self, folder: str, name: str) -> None:
        """
        Add a folder with all that is in it but archives.

        :param name: of the folder in the archive
        :raises OSError: if something cannot be read or written
        """
        self._archive.add(folder, name, recursive=False)
        for path in sorted(_paths(folder), key=_journals_first):
            self.add(path, os.path.join(name, os.path.relpath(path, folder)))

    def add(self, path: str, name: str) -> None:
        """
        Add a file, a link or an empty folder, if it is still there.

        :raises OSError: if it cannot be read, or the archive cannot be written
        """
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(os.lstat(path).st_mode):
                self._archive.add(path, name, recursive=False)
            elif _is_database(path):
                self._add_database(path, name)
            else:
                self._add_file(path, name)

    def _add_file(self, path: str, name: str) -> None:
        with open(path, "rb") as stream:
            member = self._archive.gettarinfo(arcname=name, fileobj=stream)
            member.type = (
                tarfile.REGTYPE
            )  # of a second name of a file the content is to be there, too
            with tempfile.SpooledTemporaryFile(max_size=1 << 24) as copy:
                # it may become shorter while it is read, and its length stands before its content
                while chunk := stream.read(1 << 20):
                    copy.write(chunk)
                member.size = copy.tell()
                copy.seek(0)
                self._archive.addfile(member, copy)

    def _add_database(self, path: str, name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "copy")
            try:
                _copy_database(path, copy)
            except sqlite3.Error as error:
                raise OSError(0, f"this database cannot be copied: {error}", path) from error
            member = self._archive.gettarinfo(path, name)
            member.type, member.linkname = tarfile.REGTYPE, ""
            member.size = os.stat(copy).st_size
            with open(copy, "rb") as stream:
                self._archive.addfile(member, stream)


def _paths(folder: str) -> Iterator[str]:
    """Yield all files, links and folders below a folder, but archives and parts of databases."""
    for place, folders, names in os.walk(folder):
        yield from (os.path.join(place, name) for name in folders)
        for name in names:
            path = os.path.join(place, name)
            if not ARCHIVE.fullmatch(name.removesuffix(UNFINISHED)) and not _is_companion(path):
                yield path


def _journals_first(path: str) -> tuple[bool, str]:
    return not path.endswith(_JOURNAL), path


def _is_companion(path: str) -> bool:
    return any(
        path.endswith(ending) and _is_database(path.removesuffix(ending))
        for ending in _SQLITE_COMPANIONS
    )


def _is_database(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return stream.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def _copy_database(source: str, target: str) -> None:
    """Copy a database as of one moment, whoever writes it."""
    with (
        closing(sqlite3.connect(f"file:{quote(source)}?mode=ro", uri=True)) as before,
        closing(sqlite3.connect(target)) as after,
    ):
        before.backup(after)
