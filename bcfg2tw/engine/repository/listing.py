"""The files of a folder, with stamps that tell when one of them has changed."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from fnmatch import translate
from pathlib import Path
from sys import intern

from bcfg2tw.engine.checks import kind_of
from bcfg2tw.errors import UnreadableRepository


@dataclass(frozen=True, slots=True)
class Stamp:
    """
    A mark that changes when a file does; two files with equal stamps have the same content.

    :ivar ctime_ns: when the system noted a change of the file last, which nobody can set: what
        copies files may keep all else, as `rsync --inplace --times` does
    """

    mtime_ns: int
    size: int
    inode: int
    mode: int
    ctime_ns: int = 0

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """Return the stamp for a result of `os.stat`."""
        return cls(
            status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode, status.st_ctime_ns
        )

    def has_content_of(self, other: Stamp) -> bool:
        """Say whether a file with another stamp has the same content, at most another mode."""
        if other.mode == self.mode:
            return other == self
        # whoever changed that has left the time of it
        return replace(other, mode=self.mode, ctime_ns=self.ctime_ns) == self

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
        check_gone(path, error)
        return None


def check_gone(path: str, error: OSError) -> None:
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


def is_below(path: str, folder: str) -> bool:
    """Say whether a path is in a folder; one with `..` may lead out of it, and has another name."""
    begins_with_it = path == folder or path.startswith(folder + os.sep)
    return begins_with_it and os.pardir not in path.split(os.sep)


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


class Listing(dict[str, Stamp]):
    """
    The files of a folder: path relative to it, parts joined by "/", to stamp, sorted by path.

    :ivar shared: what may be changed under another name: links, and files with several names
    :ivar changed: names that are not as in the listing that was made before; None without one
    """

    def __init__(
        self, files: Mapping[str, Stamp], shared: Iterable[str], changed: Set[str] | None = None
    ) -> None:
        super().__init__(files)
        self.shared = frozenset(shared)
        self.changed = changed


def scan(
    folder: str, ignored: IgnoredNames, previous: Mapping[str, Stamp] | None = None
) -> Listing:
    """
    List the files of a folder and all folders below it.

    Links are followed, a loop of links is entered once. What stands in a file's place and is none
    (a link to nothing, a device, a folder where a file was or belongs) is listed as a file that
    cannot be read: whoever passed it over would take the file for removed.

    :param previous: the listing before; what has not changed is the same object, since a large
        repository is listed again and again
    :returns: all of them; nothing if there is no such folder
    :raises UnreadableRepository: if a folder is there and cannot be listed
    """
    before = previous or {}
    walk = Walk(os.path.basename(folder), ignored, before)
    files = walk.below(folder, "", frozenset())
    now = dict(sorted((intern(name), same(before.get(name), stamp)) for name, stamp in files))
    return Listing(now, walk.shared, None if previous is None else _difference(before, now))


def _difference(before: Mapping[str, Stamp], now: Mapping[str, Stamp]) -> set[str]:
    changed = {name for name, stamp in now.items() if before.get(name) is not stamp}
    return changed.union(name for name in before if name not in now)


def same(before: Stamp | None, now: Stamp) -> Stamp:
    """Return a stamp, as the object that it was before if it has not changed."""
    return before if before == now and before is not None else now


Listed = tuple[str, Stamp]

#: Folders by device and inode: those above a path, by which a loop of links is known.
Above = frozenset[tuple[int, int]]


class Walk:
    """
    One look through the folder of a plugin, or through parts of it.

    :ivar shared: the links that were met, and the files with several names
    """

    def __init__(self, plugin: str, ignored: IgnoredNames, before: Mapping[str, Stamp]) -> None:
        self._plugin = plugin
        self._ignored = ignored
        self._before = before
        self.shared: set[str] = set()

    def below(self, folder: str, prefix: str, above: Above) -> Iterator[Listed]:
        """
        Yield what is in a folder and below.

        :param prefix: put before each name
        :param above: the folders that it is in
        :raises UnreadableRepository: if a folder is there and cannot be listed
        """
        try:
            here = identity(os.stat(folder))
            entries = list(os.scandir(folder))
        except OSError as error:
            check_gone(folder, error)
            return
        if here in above:
            return
        for entry in entries:
            if entry.name not in self._ignored:
                yield from self.at(entry, prefix + entry.name, above | {here})

    def at(self, entry: os.DirEntry[str] | Path, name: str, above: Above) -> Iterator[Listed]:
        """
        Yield a file, or a folder's files and what is below it.

        :param name: relative to the plugin's folder
        :param above: the folders that it is in
        """
        is_link = entry.is_symlink()
        status = _status(entry, is_link)
        if status is None:
            return
        if is_link or (stat.S_ISREG(status.st_mode) and status.st_nlink > 1):
            self.shared.add(name)
        is_folder = stat.S_ISDIR(status.st_mode)
        files = list(self.below(os.fspath(entry), f"{name}/", above)) if is_folder else []
        if self._is_listed(name, status.st_mode) or (not files and self.is_place(name)):
            yield name, Stamp.of(status)
        yield from files

    def _is_listed(self, name: str, mode: int) -> bool:
        return stat.S_ISREG(mode) or stat.S_ISLNK(mode) or name in self._before

    def is_place(self, name: str) -> bool:
        """Say whether a file belongs at a place, where a folder is none."""
        return kind_of(self._plugin, name) is not None


def identity(folder: os.stat_result) -> tuple[int, int]:
    """Return what tells a folder from all others, whatever its name."""
    return folder.st_dev, folder.st_ino


def _status(entry: os.DirEntry[str] | Path, is_link: bool) -> os.stat_result | None:
    """Return the status of what an entry leads to, or of the link to nothing; None if it went."""
    try:
        return entry.stat()
    except OSError as error:
        check_gone(os.fspath(entry), error)
    try:
        return os.lstat(entry) if is_link else None
    except OSError as error:
        check_gone(os.fspath(entry), error)
        return None
