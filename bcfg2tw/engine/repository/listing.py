"""The files of a folder, with stamps that tell when one of them has changed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from sys import intern


@dataclass(frozen=True, slots=True)
class Stamp:
    """A mark that changes when a file does; two files with equal stamps have the same content."""

    mtime_ns: int
    size: int
    inode: int
    mode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """Return the stamp for a result of `os.stat`."""
        return cls(status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode)

    @property
    def is_executable(self) -> bool:
        """Say whether anybody may execute the file."""
        return bool(self.mode & 0o111)


def stamp_of(path: str) -> Stamp | None:
    """Return the stamp of a path, links followed, or None if there is nothing."""
    try:
        return Stamp.of(os.stat(path))
    except OSError:
        return None


ALWAYS_IGNORED = ("*.journal", "*.journal.folding", ".*.writing")


class IgnoredNames:
    """
    The globs of `[server] ignore_files`: a file or folder that matches one is not there.

    The files that the store keeps beside the repository's own are never there.
    """

    def __init__(self, globs: Iterable[str]) -> None:
        self._matches = re.compile("|".join(map(translate, (*globs, *ALWAYS_IGNORED)))).match

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._matches(name) is not None


def scan(
    folder: str, ignored: IgnoredNames, previous: Mapping[str, Stamp] | None = None
) -> dict[str, Stamp]:
    """
    List the regular files of a folder and all folders below it.

    Links are followed, a loop of links is entered once.

    :param before: the listing before; what has not changed is the same object, since a large
        repository is listed again and again
    :returns: path relative to the folder, parts joined by "/", to stamp, sorted by path;
        empty if there is no such folder
    """
    before = previous or {}
    files = _walk(folder, "", ignored, frozenset())
    return dict(sorted((intern(name), _same(before.get(name), stamp)) for name, stamp in files))


def _same(before: Stamp | None, now: Stamp) -> Stamp:
    return before if before == now and before is not None else now


def _walk(
    folder: str, prefix: str, ignored: IgnoredNames, above: frozenset[tuple[int, int]]
) -> Iterator[tuple[str, Stamp]]:
    try:
        here = os.stat(folder)
        entries = list(os.scandir(folder))
    except OSError:
        return  # it vanished, or may not be read: the next change event looks again
    if (here.st_dev, here.st_ino) in above:
        return
    above |= {(here.st_dev, here.st_ino)}
    for entry in entries:
        if entry.name not in ignored:
            yield from _entry(entry, prefix, ignored, above)


def _entry(
    entry: os.DirEntry[str], prefix: str, ignored: IgnoredNames, above: frozenset[tuple[int, int]]
) -> Iterator[tuple[str, Stamp]]:
    try:
        status = entry.stat()
    except OSError:
        return  # a link to nothing, or gone since the listing
    if stat.S_ISDIR(status.st_mode):
        yield from _walk(entry.path, prefix + entry.name + "/", ignored, above)
    elif stat.S_ISREG(status.st_mode):
        yield prefix + entry.name, Stamp.of(status)
