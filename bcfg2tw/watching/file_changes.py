"""
Changes of folders and files, told by inotify or seen by looking from time to time.

Both are asked to `look` at the paths that count now. That is where inotify meets folders that it
did not watch yet, and where changes may have gone unseen before.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import dataclass, field
from typing import Any, Protocol

from inotify_simple import flags

from bcfg2tw.engine.repository.listing import IgnoredNames, Stamp, check_gone, scan, stamp_of
from bcfg2tw.engine.repository.source import expand
from bcfg2tw.watching.inotify import Inotify

#: Events of names in a folder.
STRUCTURE = flags.CREATE | flags.DELETE | flags.MOVED_FROM | flags.MOVED_TO
#: The same, and those of the files themselves.
CONTENTS = STRUCTURE | flags.MODIFY | flags.CLOSE_WRITE | flags.ATTRIB
#: Events after which nobody is writing the file that has the name, and that there may be none.
WHOLE = flags.CLOSE_WRITE | flags.MOVED_TO | flags.MOVED_FROM | flags.DELETE

POLL_SECONDS = 2.0

#: So many events are kept while folders are met; where there are more, anything may have changed.
MOST_MET = 10_000


class ChangeSource(Protocol):
    """
    A way to notice changes.

    :ivar poll_seconds: how often it wants to `look`; None if it notices by itself
    """

    @property
    def poll_seconds(self) -> float | None: ...

    def look(self, paths: Collection[str]) -> Set[str | None]:
        """
        Look at folders (with all that is below them), files and globs; blocking.

        :returns: paths that changed, or may have changed, since the last time; None for any
        :raises NoInotify: if the system does not let it watch so much
        """

    def close(self) -> None:
        """Notice nothing any more."""


class Polling:
    """Compares files with what they were the last time."""

    poll_seconds = POLL_SECONDS

    def __init__(self, ignored: IgnoredNames) -> None:
        self._ignored = ignored
        self._stamps: dict[str, Stamp | None] = {}

    def look(self, paths: Collection[str]) -> set[str]:
        """Look at folders, files and globs, and return the paths of files that changed."""
        now = {path: stamp for root in paths for path, stamp in self._read_stamps(root)}
        before, self._stamps = self._stamps, now
        return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}

    def _read_stamps(self, root: str) -> Iterator[tuple[str, Stamp | None]]:
        for path in expand(root) if glob.has_magic(root) else (root,):
            if os.path.isdir(path):
                for name, stamp in scan(path, self._ignored).items():
                    yield os.path.join(path, name), stamp
            else:
                yield path, stamp_of(path)

    def close(self) -> None:
        """Forget how the files were."""
        self._stamps = {}


@dataclass(slots=True)
class Interest:
    """
    The names in a folder whose changes count.

    :ivar everything: all names but those that are ignored
    :ivar names: single names, and the path to report for each; None where anything may follow
    """

    everything: bool = False
    names: dict[str, str | None] = field(default_factory=dict)


class Notifications:
    """
    Hears of changes from inotify.

    Names above the watched paths count, too: a folder may be moved away, and another one or a
    link be put in its place.
    """

    poll_seconds = None

    def __init__(
        self,
        reactor: Any,
        ignored: IgnoredNames,
        changed: Callable[[str | None, bool | None], None],
    ) -> None:
        """
        Begin without a path.

        :param changed: called in the reactor's thread with a path, or None for any, and whether
            its writer has finished, which may not be known: None
        :raises NoInotify: if the system has none, or none left
        """
        self._ignored = ignored
        self._changed = changed
        self._inotify = Inotify(reactor, self._take_event)
        self._watches = _Watches(self._inotify, ignored)
        self._is_looking = False
        # events that come meanwhile: watch, mask and name
        self._met: list[tuple[int, int, str]] = []
        # what the watches are for; None where some may be missing
        self._watched: frozenset[str] | None = None
        # what has come or gone and was no folder; it may have been a link, or be one
        self._other_names: set[str] = set()

    def look(self, paths: Collection[str]) -> set[str | None]:
        """
        Watch folders, files and globs, and return what was not watched until now.

        All are gone through only where a folder or a link has come or gone, or other paths count:
        a file that changes, or another one in its place, costs the same among however many.

        :raises UnreadableRepository: if a folder cannot be listed now, such as without descriptors
        """
        names, self._other_names = self._other_names, set()
        watched = frozenset(paths)
        if watched == self._watched and not any(map(self._watches.is_link, names)):
            return set()
        self._watched = watched  # before the work: events that are met meanwhile take it back
        try:
            return self._watch_anew(watched)
        except BaseException:
            self._watched = None
            raise

    def _watch_anew(self, paths: Collection[str]) -> set[str | None]:
        self._met = []
        self._is_looking = True
        try:
            now = _Watches(self._inotify, self._ignored)
            for path in paths:
                now.watch(path)
            before, self._watches = self._watches, now
        finally:
            self._is_looking = False
        for watch in before.folders.keys() - now.folders.keys():
            self._inotify.remove(watch)
        return now.new_since(before) | self._met_changes(before, now)

    def _met_changes(self, before: _Watches, now: _Watches) -> set[str | None]:
        """Return what has changed while new watches were made, and counts with these alone."""
        met, self._met = self._met, []
        changes: set[str | None] = set()
        for watch, mask, name in met:
            paths = now.changed_by(watch, name)
            changes |= paths - before.changed_by(watch, name)
            if paths:
                self._note_names(watch, mask, name, paths)
        return changes

    def close(self) -> None:
        """End all watches."""
        self._inotify.close()

    def _take_event(self, watch: int, mask: int, name: str) -> None:
        if mask & flags.Q_OVERFLOW:
            self._miss()
            return
        if self._is_looking and name:
            # before the watches are asked: either these are the new ones, or it is looked at then
            if len(self._met) >= MOST_MET:
                self._miss()
                return
            self._met.append((watch, mask, name))
        if watch in self._watches.folders:
            paths = self._watches.changed_by(watch, name)
            self._note_names(watch, mask, name, paths)
            for path in paths:
                self._changed(path, _is_whole(mask))

    def _miss(self) -> None:
        self._watched = None
        self._changed(None, None)

    def _note_names(self, watch: int, mask: int, name: str, paths: Collection[str | None]) -> None:
        """
        Take note of what an event says about the folders and links that there are.

        :param paths: that change with it
        """
        if mask & (flags.ISDIR | flags.IGNORED):
            if paths or not name:
                self._watched = None
        elif mask & STRUCTURE and None in paths:
            self._watched = None
        elif mask & STRUCTURE and paths:
            self._other_names.update(self._watches.full_paths(watch, name))


def _is_whole(mask: int) -> bool | None:
    """Say whether the writer of a file has finished; None if an event does not tell."""
    return True if mask & WHOLE else False if mask & flags.MODIFY else None


class _Watches:
    """
    The watches for some paths.

    :ivar folders: the folders that each watch stands for: several, where there are links
    """

    def __init__(self, queue: Inotify, ignored: IgnoredNames) -> None:
        self._queue = queue
        self._ignored = ignored
        self._interests: dict[str, Interest] = {}
        self._links: set[str] = set()
        self.folders: dict[int, tuple[str, ...]] = {}

    def watch(self, path: str) -> None:
        """Watch a folder, a file or a glob."""
        if glob.has_magic(path):
            self._watch_glob(path)
            return
        self._watch_name(path, path)
        real = os.path.realpath(path)
        if real != path:
            self._links.add(path)
            self._watch_name(real, path)
        self._watch_tree(path, frozenset())

    def changed_by(self, watch: int, name: str) -> set[str | None]:
        """Return the paths that change with a name below a watch; None stands for any."""
        return set(self._changed_paths(watch, name))

    def _changed_paths(self, watch: int, name: str) -> Iterator[str | None]:
        for folder in self.folders.get(watch, ()):
            interest = self._interests[folder]
            if name in interest.names:
                yield interest.names[name]
            elif interest.everything and name and name not in self._ignored:
                yield os.path.join(folder, name)

    def full_paths(self, watch: int, name: str) -> Iterator[str]:
        """Yield the paths of a name below a watch."""
        return (os.path.join(folder, name) for folder in self.folders.get(watch, ()))

    def is_link(self, path: str) -> bool:
        """Say whether a path is a link, or was one when it was watched."""
        return path in self._links or os.path.islink(path)

    def new_since(self, before: _Watches) -> set[str | None]:
        """Return the paths that were not watched before."""
        return {path for path in self._all() - before._all() if path is not None}

    def _all(self) -> set[str | None]:
        return {
            path
            for folders in self.folders.values()
            for folder in folders
            for path in self._paths(folder)
        }

    def _paths(self, folder: str) -> Iterator[str | None]:
        interest = self._interests[folder]
        if interest.everything:
            yield folder
        yield from interest.names.values()

    def _watch_glob(self, pattern: str) -> None:
        parts = pattern.split(os.sep)
        for number, part in enumerate(parts):
            if glob.has_magic(part) or glob.has_magic(os.sep.join(parts[:number])):
                for folder in expand(os.sep.join(parts[:number]) or os.sep):
                    self._interest(folder, CONTENTS, everything=True)

    def _watch_name(self, path: str, changed: str | None) -> None:
        """
        Watch a path's name, and the names of all folders above it.

        :param changed: the path to report for it
        """
        mask = CONTENTS
        while path != os.path.dirname(path):
            folder, name = os.path.split(path)
            interest = self._interest(folder, mask)
            if interest is not None:
                interest.names.setdefault(name, changed)
            path, changed, mask = folder, None, STRUCTURE

    def _watch_tree(self, folder: str, above: frozenset[tuple[int, int]]) -> None:
        # the watch comes first: what is created after the listing is told then
        if self._interest(folder, CONTENTS, everything=True) is None:
            return
        try:
            status = os.stat(folder)
            entries = list(os.scandir(folder))
        except OSError as error:
            check_gone(folder, error)  # it has just vanished, which is told
            return
        if (status.st_dev, status.st_ino) in above:
            return  # a loop of links
        above |= {(status.st_dev, status.st_ino)}
        for entry in entries:
            if entry.name not in self._ignored:
                self._watch_entry(entry, above)

    def _watch_entry(self, entry: os.DirEntry[str], above: frozenset[tuple[int, int]]) -> None:
        if entry.is_symlink():
            self._links.add(entry.path)
            self._watch_name(os.path.realpath(entry.path), entry.path)
        try:
            is_folder = entry.is_dir()
        except OSError:
            return  # a loop of links that leads nowhere
        if is_folder:
            self._watch_tree(entry.path, above)

    def _interest(self, folder: str, mask: int, everything: bool = False) -> Interest | None:
        watch = self._queue.add(folder, mask)
        if watch is None:
            return None
        folders = self.folders.get(watch, ())
        if folder not in folders:
            self.folders[watch] = (*folders, folder)
        interest = self._interests.setdefault(folder, Interest())
        interest.everything = interest.everything or everything
        return interest
