"""
A file that records are appended to: changes that are acknowledged, but not in their file yet.

Records are JSON, one a line. Before they are written to where they belong, the file is set aside
under another name (`start_folding`); records that come meanwhile begin a new file, and the old
one goes when its records have arrived (`finish_folding`). A crash at any point leaves every record
in one of the two files, or in both, and applying a record twice must do no harm.

A journal knows the state of the file that it continues: it stands in its first record, and a state
that folding brings about is noted before the file is written. So a start can tell a file that
somebody else has changed meanwhile.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from bcfg2tw.engine.store.atomic import sync_folder, write_atomically
from bcfg2tw.engine.store.xmlfiles.mark import Mark, Progress

logger = logging.getLogger("bcfg2-server")

Record = dict[str, Any]

JOURNAL_MODE = 0o600

#: Digests of a file and of those that it includes, by their names.
State = Mapping[str, str]

#: In a journal's first record: the state of the file when it began. In a line of its own: a state
#: that the server itself brought about.
BEGAN, WRITTEN = "began", "written"


@dataclass(frozen=True)
class Leftover:
    """
    The content of a journal that is there at a start.

    :ivar records: in order
    :ivar states: those of the file that the journal continues, none in journals of old
    """

    records: list[Record]
    states: list[State]

    def continues(self, state: State) -> bool:
        """Say whether a file is as the journal knows it: each part, as a crash may come between."""
        return not self.states or all(
            any(known.get(name) == digest for known in self.states)
            for name, digest in state.items()
        )


@dataclass
class News:
    """
    What other processes did to a journal.

    :ivar records: that were appended, in order
    :ivar rotations: the generations that ended, each with the number of `records` before its end
    :ivar is_gap: whether some may be missing, so that the file and the whole journal have to be
        read
    :ivar seen: as `Journal.glance` returns it while nothing else happens
    """

    records: list[Record] = field(default_factory=list)
    rotations: list[tuple[int, int]] = field(default_factory=list)
    is_gap: bool = False
    seen: object = None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing has happened."""
        return not self.records and not self.rotations and not self.is_gap


class Journal:
    """
    A journal at a path; nothing is opened or made before the first record.

    Safe to use from several threads, and from several processes: each appends under a lock of the
    file, held for moments, and reads what the others appended since it looked last (`news`).

    :ivar mark: says who folds, and how far that is
    """

    def __init__(self, path: str, state: Callable[[], State] = dict) -> None:
        """
        Open nothing yet.

        :param state: returns the present state of the file that the journal belongs to; it is
            called in any thread
        """
        self.mark = Mark(f"{path}.lock")
        self._path = path
        self._state = state
        self._aside = f"{path}.folding"
        self._condition = threading.Condition()
        self._descriptor: int | None = None
        self._offset = 0  # up to which the open file has been read, or written
        self._left: tuple[int, int] = (0, 0)  # inode and offset of a file that was disconnected
        self._progress: Progress | None = None  # what the mark said then
        self._news = News()
        self._written = 0
        self._synced = 0
        self._failed = 0
        self._syncing = False

    def replay(self) -> list[Record]:
        """Return all records in order; a last line that was cut off is no record."""
        return self.leftover().records

    def leftover(self) -> Leftover:
        """
        Return all records, and the states of the file that they continue.

        From here on `news` has what is appended later.
        """
        with self._condition:
            aside, lines = self._read_whole()
            self._news = News()
        all_lines = [*aside, *lines]
        began: list[State] = [line[BEGAN] for line in all_lines if BEGAN in line][:1]
        written: list[State] = [line[WRITTEN] for line in all_lines if WRITTEN in line]
        if not aside:  # all that was folded has arrived: the state then is the only one
            began, written = ([], written[-1:]) if written else (began, [])
        return Leftover([line for line in all_lines if WRITTEN not in line], [*began, *written])

    def _read_whole(self) -> tuple[list[Record], list[Record]]:
        """Return what is set aside, and the rest; `_condition` is held."""
        while True:
            self._close()
            self._progress = self.mark.read()
            aside = list(records(self._aside))
            descriptor = self._reopen()
            lines = [] if descriptor is None else list(self._read_tail(descriptor))
            if self.mark.read() == self._progress:
                return aside, lines

    def append(self, record: Mapping[str, Any]) -> None:
        """
        Add a record; it is on disk on return. Threads that append at once share one sync.

        :raises OSError: if it cannot be written
        """
        line = _line(record)
        with self._condition:
            with self._locked() as descriptor:
                if self._offset == 0:
                    line = _line(_with_state(record, self._state()))
                self._write(descriptor, line)
            self._written += 1
            number = self._written
        self._sync(number)

    # Other processes

    @property
    def folded(self) -> Progress | None:
        """How far the leader has folded, as this process has seen it last."""
        return self._progress

    def news(self) -> News:
        """
        Return what other processes have done since this was called last.

        :raises OSError: if the journal cannot be read
        """
        with self._condition:
            glance = self.mark.glance()  # before it is read: what comes later is seen later
            self._look()
            news, self._news = self._news, News()
            news.seen = (glance, self._inode(), self._offset)
            return news

    def glance(self) -> object:
        """Return something that is another as soon as a process has done anything; no lock."""
        try:
            status = os.stat(self._path)
        except FileNotFoundError:
            return (self.mark.glance(), None, 0)
        return (self.mark.glance(), status.st_ino, status.st_size)

    def _inode(self) -> int | None:
        return None if self._descriptor is None else os.fstat(self._descriptor).st_ino

    def _look(self) -> None:
        """Read what others have appended; `_condition` is held."""
        while True:
            progress = self.mark.read()
            if not self._is_same_generation(progress):
                self._follow(progress)
            is_replaced = self._descriptor is not None and not self._is_at_path(self._descriptor)
            descriptor = self._descriptor if self._descriptor is not None else self._reopen()
            if descriptor is not None and os.fstat(descriptor).st_size != self._offset:
                self._read_news(descriptor)
            if self._is_same_generation(self.mark.read()):
                self._progress = progress
                if not is_replaced:
                    return
                # removed by a process that ended, or by somebody's hand
                self._news.is_gap = True
                self._wait_and_close()

    def _is_same_generation(self, progress: Progress | None) -> bool:
        if progress is None or self._progress is None:
            return progress is self._progress
        return (progress.inode, progress.generation) == (
            self._progress.inode, self._progress.generation
        )  # fmt: skip

    def _follow(self, progress: Progress | None) -> None:
        """Go on with the next generation."""
        before = self._progress
        if before is None and self.mark.is_leading:
            self._progress = progress  # this process is the first: nobody has done anything
            return
        is_next = (
            before is not None
            and progress is not None
            and progress.inode == before.inode
            and progress.generation == before.generation + 1
            and self._descriptor is not None
        )
        if is_next and self._descriptor is not None and before is not None:
            self._read_news(self._descriptor)
            self._news.rotations.append((before.generation, len(self._news.records)))
        else:
            self._news.is_gap = True
        self._wait_and_close()
        self._progress = progress

    def _wait_and_close(self) -> None:
        while self._syncing:
            self._condition.wait()
        self._close()

    def _read_tail(self, descriptor: int) -> Iterator[Record]:
        """Return the whole records behind the offset, and move it."""
        size = os.fstat(descriptor).st_size
        data = os.pread(descriptor, size - self._offset, self._offset)
        end = data.rfind(b"\n") + 1
        self._offset += end
        return _records_in(data[:end], self._path, 1)

    def _read_news(self, descriptor: int) -> None:
        records = (record for record in self._read_tail(descriptor) if WRITTEN not in record)
        self._news.records.extend(records)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Hold the lock of the journal as it is now, read up to its end; `_condition` is held."""
        while True:
            self._look()
            descriptor = self._open()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if self._is_at_path(descriptor):
                break
            self._wait_and_close()  # it was set aside, or removed, meanwhile
        try:
            if os.fstat(descriptor).st_size != self._offset:
                self._read_news(descriptor)
                os.ftruncate(descriptor, self._offset)  # a torn line, of a process that was killed
            yield descriptor
        finally:
            if self._descriptor == descriptor:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _is_at_path(self, descriptor: int) -> bool:
        try:
            return os.stat(self._path).st_ino == os.fstat(descriptor).st_ino
        except FileNotFoundError:
            return False

    def _reopen(self) -> int | None:
        """Open the journal if there is one."""
        with suppress(FileNotFoundError):
            self._descriptor = _open_existing(self._path)
            inode, offset = self._left
            self._offset = offset if self._inode() == inode else 0
        return self._descriptor

    def _open(self) -> int:
        if self._descriptor is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, JOURNAL_MODE)
            self._offset = 0
            sync_folder(os.path.dirname(self._path))
        return self._descriptor

    def _write(self, descriptor: int, line: bytes) -> None:
        end = os.fstat(descriptor).st_size
        try:
            written = os.write(descriptor, line)
            if written != len(line):
                raise OSError(f"{self._path}: only {written} of {len(line)} bytes were written")
            self._offset = end + written
        except OSError:
            os.ftruncate(descriptor, end)  # the next record must not stand behind half a line
            raise

    def _sync(self, number: int) -> None:
        with self._condition:
            self._condition.wait_for(lambda: not self._syncing or self._synced >= number)
            if self._synced < number:
                self._syncing = True
        if self._synced < number:
            self._sync_all()
        if number <= self._failed:
            raise OSError(f"{self._path}: records could not be brought to disk")

    def _sync_all(self) -> None:
        """Bring to disk what was written so far, for all threads that wait for it."""
        with self._condition:
            last, descriptor = self._written, self._descriptor
        problem: OSError | None = None
        try:
            if descriptor is not None:
                os.fdatasync(descriptor)
        except OSError as error:
            problem = error
        with self._condition:
            self._syncing = False
            self._synced = last
            self._failed = last if problem else self._failed
            self._condition.notify_all()

    def start_folding(self) -> None:
        """
        Set the records aside, if there are any; those that come from now on begin a new file.

        What an earlier attempt set aside stays in front of them. What other processes appended
        until then is in `news`.

        :raises OSError: if files cannot be written; the records are where they were then
        """
        with self._condition:
            self._look()
            if self._descriptor is None and not os.path.exists(self._aside):
                return
            while self._syncing:
                self._condition.wait()
            with self._locked() as descriptor:
                os.fdatasync(descriptor)
                self._synced = self._written
                # before anybody can append to the next one: whoever reads the mark then looks there
                self._begin_generation()
                if os.path.exists(self._aside):
                    self._move()
                else:
                    os.rename(self._path, self._aside)
                sync_folder(os.path.dirname(self._path))
                self._close()

    def _begin_generation(self) -> None:
        """Tell the others that the journal is set aside; its lock is held."""
        progress = self.mark.read()
        if progress is not None:
            self.mark.put(progress.generation + 1, progress.folded, progress.stamp)
        self._progress = self.mark.read()

    def _move(self) -> None:
        _end_line(self._aside)
        with open(self._path, "rb") as stream:
            lines = stream.read()
        with open(self._aside, "ab") as stream:
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
        os.unlink(self._path)

    def note_writing(self, state: State) -> None:
        """
        Note the state that the file is about to have; on disk on return.

        :raises OSError: if it cannot be noted
        """
        with suppress(FileNotFoundError), open(self._aside, "rb+") as stream:
            stream.seek(0, os.SEEK_END)
            stream.write(_line({WRITTEN: state}))
            stream.flush()
            os.fsync(stream.fileno())

    def finish_folding(self, state: State | None = None, stamp: tuple[int, ...] = ()) -> None:
        """
        Forget the records that were set aside: they are where they belong.

        :param state: of the file that they were written to
        :param stamp: of that file, for the other processes
        """
        with self._condition:
            self._look()
            if state and self._descriptor is not None and self._offset:
                with self._locked() as descriptor:
                    self._write(descriptor, _line({WRITTEN: state}))
                    os.fdatasync(descriptor)
        with suppress(FileNotFoundError):
            os.unlink(self._aside)
            sync_folder(os.path.dirname(self._path))
        progress = self.mark.read()
        if progress is not None:
            self.mark.put(progress.generation, progress.generation - 1, stamp)

    def replace(self, kept: Iterable[Record], state: State, copy: str) -> None:
        """
        Keep some of the records only, and a copy of all.

        A crash at any point leaves all records, or the copy and those that are kept.

        :param state: of the file that the records continue from now on
        :param copy: the path of the copy
        :raises OSError: if it cannot be written
        """
        with self._condition, self._locked():
            lines = _content(self._aside) + _content(self._path)
            write_atomically(copy, lines, JOURNAL_MODE)
            kept = [
                {key: value for key, value in record.items() if key != BEGAN} for record in kept
            ]
            if kept:
                first = _with_state(kept[0], state)
                write_atomically(self._path, b"".join(map(_line, [first, *kept[1:]])), JOURNAL_MODE)
            else:
                os.unlink(self._path)
            with suppress(FileNotFoundError):
                os.unlink(self._aside)
            sync_folder(os.path.dirname(self._path))
            self._begin_generation()
            self._close()
            descriptor = self._reopen()
            self._offset = 0 if descriptor is None else os.fstat(descriptor).st_size

    def disconnect(self) -> None:
        """Close the file; what this process read of it stays read."""
        with self._condition:
            self._left = (self._inode() or 0, self._offset)
            self._wait_and_close()
        self.mark.disconnect()

    def close(self) -> None:
        """Close the file; one without records is removed, as is the mark of a leader."""
        with self._condition:
            while self._syncing:
                self._condition.wait()
            if self._descriptor is not None:
                self._remove_if_empty()
            if self._descriptor is not None:
                os.fdatasync(self._descriptor)  # a thread may be about to sync what it added
                self._synced = self._written
            self._close()
        self.mark.release()

    def _remove_if_empty(self) -> None:
        if self.mark.read() is not None and not self.mark.is_leading:
            return
        with self._locked() as descriptor:
            if os.fstat(descriptor).st_size == 0:
                os.unlink(self._path)

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._offset = 0


def _open_existing(path: str) -> int:
    flags = os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags | os.O_RDWR)
    except (FileNotFoundError, IsADirectoryError):
        raise
    except OSError:  # a tool that may only read, or a file system
        return os.open(path, flags | os.O_RDONLY)


def records(path: str) -> Iterator[Record]:
    """Yield the records of a file, none if there is no such file."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except FileNotFoundError:
        return iter(())
    return _records_in(data, path, 1)


def _records_in(data: bytes, path: str, first_number: int) -> Iterator[Record]:
    """
    Yield the records in some lines.

    :param first_number: of the first line, for messages
    """
    # behind the last end of line: a torn record
    for number, line in enumerate(data.split(b"\n")[:-1], first_number):
        try:
            yield _record(line)
        except ValueError as error:
            logger.error("%s:%s: this is no record and is lost: %r (%s)",
                         path, number, line, error)  # fmt: skip


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(dict(record), separators=(",", ":")).encode("ascii") + b"\n"


def _with_state(record: Mapping[str, Any], state: State) -> Mapping[str, Any]:
    return {**record, BEGAN: dict(state)} if state else record


def _content(path: str) -> bytes:
    """Return the whole lines of a file, none if there is no such file."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except FileNotFoundError:
        return b""
    return data[: data.rfind(b"\n") + 1]


def _record(line: bytes) -> Record:
    record = json.loads(line)
    if not isinstance(record, dict):
        raise ValueError("it is no object")
    return record


def _drop_torn_line(descriptor: int) -> None:
    with open(os.dup(descriptor), "rb") as stream:
        stream.seek(0)
        data = stream.read()
    os.ftruncate(descriptor, data.rfind(b"\n") + 1)


def _end_line(path: str) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        _drop_torn_line(descriptor)
    finally:
        os.close(descriptor)


__all__ = ["Journal", "Leftover", "News", "Record", "State", "records"]
