"""The files of a folder, with stamps that tell when one of them has changed."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from sys import intern

from bcfg2tw.engine.checks import kind_of
from bcfg2tw.errors import UnreadableRepository


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


#: What the system says of a path at which there is nothing, or a link to nothing.
GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


def stamp_of(path: str) -> Stamp | None:
    """
    Return the stamp of a path, links followed, or None if there is nothing.

    :raises UnreadableRepository: if that cannot be told
    """
    try:
        return Stamp.of(os.stat(path))
    except OSError as error:
        _check_gone(path, error)
        return None


def _check_gone(path: str, error: OSError) -> None:
    """
    See that an error means that there is nothing at a path.

    A folder that may not be listed, a disk that fails, a process without descriptors: whoever took
    these for an empty folder would serve every client an empty configuration.

    :raises UnreadableRepository: if it means anything else
    """
    if error.errno not in GONE:
        raise UnreadableRepository(f"{path} cannot be read: {error.strerror}") from error


def open_at_once(path: str, flags: int) -> int:
    """Open a file for `open`, and whatever stands in its place, without waiting at a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def check_folder(path: str) -> None:
    """
    See that there is a folder.

    :raises UnreadableRepository: if there is none, or it cannot be read
    """
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_DIRECTORY))
    except OSError as error:
        raise UnreadableRepository(f"{path} cannot be read: {error.strerror}") from error


ALWAYS_IGNORED = (
    "*.journal", "*.journal.folding", "*.journal.lock", "*.journal.set-aside-*", ".*.writing"
)  # fmt: skip


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
    List the files of a folder and all folders below it.

    Links are followed, a loop of links is entered once. What stands in a file's place and is none
    (a link to nothing, a device, a folder where a file was or belongs) is listed as a file that
    cannot be read: whoever passed it over would take the file for removed.

    :param previous: the listing before; what has not changed is the same object, since a large
        repository is listed again and again
    :returns: path relative to the folder, parts joined by "/", to stamp, sorted by path;
        empty if there is no such folder
    :raises UnreadableRepository: if a folder is there and cannot be listed
    """
    before = previous or {}
    files = _Walk(os.path.basename(folder), ignored, before).below(folder, "", frozenset())
    return dict(sorted((intern(name), _same(before.get(name), stamp)) for name, stamp in files))


def _same(before: Stamp | None, now: Stamp) -> Stamp:
    return before if before == now and before is not None else now


Listed = tuple[str, Stamp]
Identity = tuple[int, int]


@dataclass(frozen=True)
class _Walk:
    """One look through the folder of a plugin."""

    plugin: str
    ignored: IgnoredNames
    before: Mapping[str, Stamp]

    def below(self, folder: str, prefix: str, above: frozenset[Identity]) -> Iterator[Listed]:
        """
        Yield what is in a folder and below.

        :param above: the folders that it is in, by which a loop is known
        """
        try:
            here = os.stat(folder)
            entries = list(os.scandir(folder))
        except OSError as error:
            _check_gone(folder, error)
            return
        identity = (here.st_dev, here.st_ino)
        if identity in above:
            return
        for entry in entries:
            if entry.name not in self.ignored:
                yield from self._entry(entry, prefix, above | {identity})

    def _entry(
        self, entry: os.DirEntry[str], prefix: str, above: frozenset[Identity]
    ) -> Iterator[Listed]:
        status = _status(entry)
        if status is None:
            return
        name, mode = prefix + entry.name, status.st_mode
        files = list(self.below(entry.path, f"{name}/", above)) if stat.S_ISDIR(mode) else []
        is_listed = stat.S_ISREG(mode) or stat.S_ISLNK(mode) or name in self.before
        if is_listed or (not files and kind_of(self.plugin, name) is not None):
            yield name, Stamp.of(status)
        yield from files


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return the status of what an entry leads to, or of the link to nothing; None if it went."""
    try:
        return entry.stat()
    except OSError as error:
        _check_gone(entry.path, error)
    try:
        return entry.stat(follow_symlinks=False) if entry.is_symlink() else None
    except OSError as error:
        _check_gone(entry.path, error)
        return None
