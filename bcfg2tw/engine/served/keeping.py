"""Keeping the good states of files on disk, for a server that starts when one is broken."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import replace
from functools import partial
from sys import intern

from bcfg2tw.engine.repository.earlier import Key
from bcfg2tw.engine.repository.files import Files, Interpreted
from bcfg2tw.engine.repository.kept import (
    KeptState,
    KeptStates,
    checksum,
    index_text,
    is_kept,
)
from bcfg2tw.engine.repository.listing import Stamp, open_at_once
from bcfg2tw.engine.served.snapshot import Snapshot
from bcfg2tw.engine.store.atomic import write_atomically

logger = logging.getLogger("bcfg2-server")

Interpretations = list[Interpreted]

#: More new copies than this are left to the system to bring to the disk: their checksums tell.
SYNCED_COPIES = 16


class Keeper:
    """
    Keeps what is good of each snapshot; safe to use from any thread.

    A plugin costs something only when it was made anew, a file only when it has changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: KeptStates | None = None
        # what was interpreted of each plugin's files when they were kept last, by path
        self._seen: dict[str, dict[str, Interpretations]] = {}
        self._progress: dict[str, _Progress] = {}
        self._problem: str | None = None

    def keep(self, snapshot: Snapshot) -> None:
        """Keep the good files of a snapshot; where that cannot be, one line says so."""
        with self._lock:
            self._try(partial(self._keep, snapshot))

    def keep_written(self, path: str, is_as_written: Callable[[str], bool]) -> None:
        """
        Keep a file as servers have written it since it was kept, with those that it includes.

        :param path: full path
        :param is_as_written: says whether a file is as they wrote it
        """
        with self._lock:
            self._try(partial(self._keep_written, path, is_as_written))

    def _keep_written(self, path: str, is_as_written: Callable[[str], bool]) -> None:
        kept = self._kept
        state = None if kept is None else kept.state_of(path)
        if kept is None or state is None:
            return
        reads = {
            name: digest and _digest_written(kept.absolute(name), digest, is_as_written)
            for name, digest in state.reads.items()
        }
        if reads != state.reads and _are_copied(kept, reads):
            name = kept.relative(path)
            plugin = name.partition(os.sep)[0]
            before = kept.index(plugin)
            now = {**before, name: replace(state, reads=reads, seconds=time.time())}
            _put(kept, plugin, now, before, copied=now)

    def _try(self, keep: Callable[[], None]) -> None:
        try:
            keep()
        except OSError as error:
            self._progress = {}  # all are looked at the next time
            problem = f"{error.filename or 'the disk'}: {error.strerror}"
            if problem != self._problem:
                logger.warning(
                    "The last good state of the repository cannot be kept for the next start: %s; "
                    "name another folder in [bcfg2tw] last_good, or write keep_last_good = no",
                    problem,
                )
            self._problem = problem
        except Exception:  # it only helps the next start: nothing that is served depends on it
            self._progress = {}
            logger.exception("The last good state of the repository could not be kept")

    def _keep(self, snapshot: Snapshot) -> None:
        kept = snapshot.library.kept
        if kept is None:
            return
        if kept is not self._kept:
            _make_folder(kept)
            self._kept, self._seen, self._progress = kept, {}, {}
        for plugin in snapshot.plugins.values():
            self._keep_files(kept, plugin.files, snapshot.revision)

    def _keep_files(self, kept: KeptStates, files: Files, revision: str) -> None:
        name = os.path.basename(files.folder)
        candidates = self._progress.setdefault(name, _Progress()).candidates(files)
        before, seen = kept.index(name), self._seen.get(name, {})
        present = _by_path(files, candidates)
        paths = seen.keys() if candidates is None else seen.keys() & candidates
        fresh = {path for path in present if present[path] != seen.get(path)}
        if not fresh and len(paths) == len(present):
            return
        now = dict(_states(kept, present, fresh, revision))
        if candidates is not None:
            relative = set(map(kept.relative, candidates))
            now |= {path: state for path, state in before.items() if path not in relative}
            present |= {path: seen[path] for path in seen if path not in candidates}
        # once after the start all copies are looked at: what a disk has lost is there still
        _put(kept, name, now, before, copied=before if name in self._seen else {})
        self._seen[name] = present


class _Progress:
    """The progress of keeping the interpretations of one plugin's files."""

    def __init__(self) -> None:
        self._loaded: list[Key] | None = None
        self._number = 0

    def candidates(self, files: Files) -> set[str] | None:
        """
        Return the paths whose interpretations may be others, of files that can be broken.

        :returns: None where that may be all of them
        """
        changes, last, number = files.changes, self._loaded, self._number
        self._loaded, self._number = changes.loaded, len(changes.loaded)
        if last is not None and changes.loaded is last:
            return _paths_kept(last[number:])
        if last is not None and changes.base is last:
            return _paths_kept((*last[number:], *changes.dropped, *changes.loaded))
        return None


def _put(
    kept: KeptStates,
    plugin: str,
    now: dict[str, KeptState],
    before: dict[str, KeptState],
    copied: Mapping[str, KeptState],
) -> None:
    """
    Replace what is kept of a plugin's files.

    :param copied: states of which there are copies for certain
    """
    copies = _Copies(kept)
    for path, digest in _contents(kept, now, copied):
        copies.add(path, digest)
    if now != before:
        write_atomically(kept.index_path(plugin), index_text(now), 0o600)
        kept.put_index(plugin, now)
        copies.remove(_digests(before) - kept.digests())


def _paths_kept(keys: Iterable[Key]) -> set[str]:
    return {path for path, _ in keys if is_kept(path)}


def _states(
    kept: KeptStates, present: Mapping[str, Interpretations], fresh: Set[str], revision: str
) -> Iterator[tuple[str, KeptState]]:
    """
    Yield the last good state of each file: its present one, or that which is kept.

    :param fresh: paths of those that are not as they were when they were kept
    """
    for path, interpretations in present.items():
        name = intern(kept.relative(path))
        if not is_kept(name) or os.path.isabs(name):
            continue
        state = kept.state_of(path)
        if path in fresh and not any(interpreted.problem for interpreted in interpretations):
            state = _state(kept, interpretations, revision, state)
        if state is not None:
            yield name, state


def _state(
    kept: KeptStates, interpretations: Interpretations, revision: str, before: KeptState | None
) -> KeptState | None:
    """Return the present state of a file; the one before if it has gone on changing."""
    reads: dict[str, str | None] = {}
    globs: dict[str, tuple[str, ...]] = {}
    for interpreted in interpretations:
        try:
            for path, stamp in interpreted.dependencies.stamps.items():
                reads[intern(kept.relative(path))] = _digest(path, stamp)
        except OSError:
            return before
        for pattern, paths in interpreted.dependencies.globs.items():
            globs[kept.relative(pattern)] = tuple(map(kept.relative, paths))
    if before is not None and (before.reads, before.globs) == (reads, globs):
        return before
    return KeptState(reads, globs, revision, time.time())


def _digest(path: str, stamp: Stamp | None) -> str | None:
    """
    Return the checksum of a file that has a stamp, None of one that is missing.

    :raises OSError: if it cannot be read, or has another stamp by now
    """
    if stamp is None:
        return None
    with open(path, "rb", opener=open_at_once) as stream:
        if Stamp.of(os.fstat(stream.fileno())) != stamp:
            raise OSError(errno.ESTALE, "it has changed", path)
        return checksum(stream.read())


def _are_copied(kept: KeptStates, reads: Mapping[str, str | None]) -> bool:
    """Copy files, unless one goes on changing: then what is kept of them stays as it is."""
    copies = _Copies(kept)
    for name, digest in reads.items():
        if digest is not None:
            copies.add(kept.absolute(name), digest)
            if _content(kept.copy_path(digest), digest) is None:
                return False
    return True


def _digest_written(path: str, before: str, is_as_written: Callable[[str], bool]) -> str:
    """Return the checksum of a file as it is, or that before where somebody else changed it."""
    if not is_as_written(path):  # what stands there now may be no file
        return before
    try:
        with open(path, "rb", opener=open_at_once) as stream:
            digest = checksum(stream.read())
    except OSError:
        return before
    return digest if is_as_written(path) else before


class _Copies:
    """The copies of files, by their checksums."""

    def __init__(self, kept: KeptStates) -> None:
        self._kept = kept
        self._synced = 0

    def add(self, path: str, digest: str) -> None:
        """
        Copy a file, unless there is a copy.

        A file that has changed just now, or is broken, is not copied; its state is not used then.

        :raises OSError: if it cannot be written
        """
        copy = self._kept.copy_path(digest)
        if _content(copy, digest) is not None:
            return
        data = _content(path, digest)
        if data is None:
            return
        try:
            self._write(f"{copy}.writing", data)
        except OSError as error:
            error.filename = copy  # of a full disk the system says no more than that it is full
            with suppress(OSError):
                os.unlink(f"{copy}.writing")  # it takes room that others may need
            raise
        try:
            os.replace(f"{copy}.writing", copy)
        except FileNotFoundError:
            if _content(copy, digest) is None:
                raise  # else another process has written the same, and was done first

    def _write(self, path: str, data: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(data)
            if self._synced < SYNCED_COPIES:
                self._synced += 1
                stream.flush()
                os.fsync(stream.fileno())

    def remove(self, digests: Iterable[str]) -> None:
        """Remove copies that nothing uses any more."""
        for digest in digests:
            with suppress(FileNotFoundError):
                os.unlink(self._kept.copy_path(digest))


def _content(path: str, digest: str) -> bytes | None:
    """Return the content of a file, None where it has another checksum or cannot be read."""
    try:
        with open(path, "rb", opener=open_at_once) as stream:
            data = stream.read()
    except OSError:
        return None
    return data if checksum(data) == digest else None


def _by_path(files: Files, candidates: Set[str] | None) -> dict[str, Interpretations]:
    """
    Return the interpretations of files that can be broken; requests may load more meanwhile.

    :param candidates: the paths to look at, None for all
    """
    by_path: dict[str, list[Interpreted]] = {}
    if candidates is not None and not candidates:
        return by_path
    for (path, _), interpreted in list(files.used.items()):
        if (candidates is None or path in candidates) and is_kept(path):
            by_path.setdefault(path, []).append(interpreted)
    return by_path


def _contents(
    kept: KeptStates, now: Mapping[str, KeptState], before: Mapping[str, KeptState]
) -> Iterator[tuple[str, str]]:
    """Yield path and checksum of all that new states were read from."""
    for name, state in now.items():
        if before.get(name) is not state:
            for path, digest in state.reads.items():
                if digest is not None:
                    yield kept.absolute(path), digest


def _digests(states: Mapping[str, KeptState]) -> set[str]:
    return {digest for state in states.values() for digest in state.reads.values() if digest}


def _make_folder(kept: KeptStates) -> None:
    """
    Make the folder for the server alone, of which git takes no notice.

    :raises OSError: if that cannot be
    """
    folder = kept.folder
    copies = os.path.join(folder, "files")
    if kept.is_elsewhere:
        os.makedirs(copies, mode=0o700, exist_ok=True)
    for path in (folder, copies):
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)  # never what it stands in, which would be there, and empty
    os.chmod(folder, 0o700)
    with suppress(FileExistsError), open(os.path.join(folder, ".gitignore"), "x") as stream:
        stream.write("*\n")
