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
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bcfg2tw.engine.store.atomic import sync_folder, write_atomically

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


class Journal:
    """
    A journal at a path; nothing is opened or made before the first record.

    Safe to use from several threads; a second process that wants to append is refused.
    """

    def __init__(self, path: str, state: Callable[[], State] = dict) -> None:
        """
        Open nothing yet.

        :param state: returns the present state of the file that the journal belongs to; it is
            called in any thread
        """
        self._path = path
        self._state = state
        self._aside = f"{path}.folding"
        self._condition = threading.Condition()
        self._descriptor: int | None = None
        self._written = 0
        self._synced = 0
        self._failed = 0
        self._syncing = False

    def replay(self) -> list[Record]:
        """Return all records in order; a last line that was cut off is no record."""
        return self.leftover().records

    def leftover(self) -> Leftover:
        """Return all records, and the states of the file that they continue."""
        aside, lines = list(records(self._aside)), list(records(self._path))
        all_lines = [*aside, *lines]
        began: list[State] = [line[BEGAN] for line in all_lines if BEGAN in line][:1]
        written: list[State] = [line[WRITTEN] for line in all_lines if WRITTEN in line]
        if not aside:  # all that was folded has arrived: the state then is the only one
            began, written = ([], written[-1:]) if written else (began, [])
        return Leftover([line for line in all_lines if WRITTEN not in line], [*began, *written])

    def append(self, record: Mapping[str, Any]) -> None:
        """
        Add a record; it is on disk on return. Threads that append at once share one sync.

        :raises OSError: if it cannot be written, or if another process has the journal
        """
        line = _line(record)
        with self._condition:
            descriptor = self._open()
            if os.fstat(descriptor).st_size == 0:
                line = _line(_with_state(record, self._state()))
            self._write(descriptor, line)
            self._written += 1
            number = self._written
        self._sync(number)

    def _open(self) -> int:
        if self._descriptor is None:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, JOURNAL_MODE)
            try:
                _lock(descriptor)
                _drop_torn_line(descriptor)
                sync_folder(os.path.dirname(self._path))
            except OSError:
                os.close(descriptor)
                raise
            self._descriptor = descriptor
        return self._descriptor

    def _write(self, descriptor: int, line: bytes) -> None:
        end = os.fstat(descriptor).st_size
        try:
            written = os.write(descriptor, line)
            if written != len(line):
                raise OSError(f"{self._path}: only {written} of {len(line)} bytes were written")
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

        What an earlier attempt set aside stays in front of them.

        :raises OSError: if files cannot be written, or if another process has the journal; the
            records are where they were then
        """
        if not os.path.exists(self._path) and not os.path.exists(self._aside):
            return
        with self._condition:
            while self._syncing:
                self._condition.wait()
            descriptor = self._open()
            os.fdatasync(descriptor)
            self._synced = self._written
            if os.path.exists(self._aside):
                self._move(descriptor)
            else:
                self._close()
                os.rename(self._path, self._aside)
            sync_folder(os.path.dirname(self._path))

    def _move(self, descriptor: int) -> None:
        _end_line(self._aside)
        with open(self._path, "rb") as stream:
            lines = stream.read()
        with open(self._aside, "ab") as stream:
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
        os.ftruncate(descriptor, 0)

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

    def finish_folding(self, state: State | None = None) -> None:
        """
        Forget the records that were set aside: they are where they belong.

        :param state: of the file that they were written to
        """
        with self._condition:
            if state and self._descriptor is not None and os.fstat(self._descriptor).st_size:
                self._write(self._descriptor, _line({WRITTEN: state}))
                os.fdatasync(self._descriptor)
        with suppress(FileNotFoundError):
            os.unlink(self._aside)
            sync_folder(os.path.dirname(self._path))

    def replace(self, kept: Iterable[Record], state: State, copy: str) -> None:
        """
        Keep some of the records only, and a copy of all.

        A crash at any point leaves all records, or the copy and those that are kept.

        :param state: of the file that the records continue from now on
        :param copy: the path of the copy
        :raises OSError: if it cannot be written, or if another process has the journal
        """
        with self._condition:
            self._open()
            lines = _content(self._aside) + _content(self._path)
            write_atomically(copy, lines, JOURNAL_MODE)
            self._close()
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

    def close(self) -> None:
        """Close the file; one without records is removed."""
        with self._condition:
            while self._syncing:
                self._condition.wait()
            if self._descriptor is not None:
                if os.fstat(self._descriptor).st_size == 0:
                    os.unlink(self._path)
                os.fdatasync(self._descriptor)  # a thread may be about to sync what it added
                self._synced = self._written
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def records(path: str) -> Iterator[Record]:
    """Yield the records of a file, none if there is no such file."""
    try:
        with open(path, "rb") as stream:
            lines = stream.read().split(b"\n")
    except FileNotFoundError:
        return
    for number, line in enumerate(lines[:-1], 1):  # behind the last end of line: a torn record
        try:
            yield _record(line)
        except ValueError as error:
            logger.error("%s:%s: this is no record and is lost: %r (%s)",
                         path, number, line, error)  # fmt: skip


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(dict(record), separators=(",", ":")).encode("ascii") + b"\n"


def _with_state(record: Mapping[str, Any], state: State) -> Mapping[str, Any]:
    return {**record, BEGAN: dict(state)} if state else record


def _lines(kept: Iterable[Record], state: State) -> bytes:
    """Return a journal of some records that continue a state."""
    bare = [{key: value for key, value in record.items() if key != BEGAN} for record in kept]
    return b"".join(map(_line, [*(_with_state(record, state) for record in bare[:1]), *bare[1:]]))


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


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OSError(
            "another process has it open: only one server may use a repository at a time"
        ) from error


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


__all__ = ["Journal", "Leftover", "Record", "State", "records"]
