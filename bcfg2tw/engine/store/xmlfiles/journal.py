"""
A file that records are appended to: changes that are acknowledged, but not in their file yet.

Records are JSON, one a line. Before they are written to where they belong, the file is set aside
under another name (`start_folding`); records that come meanwhile begin a new file, and the old
one goes when its records have arrived (`finish_folding`). A crash at any point leaves every record
in one of the two files, or in both, and applying a record twice must do no harm.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from bcfg2tw.engine.store.atomic import sync_folder

logger = logging.getLogger("bcfg2-server")

Record = dict[str, Any]


class Journal:
    """
    A journal at a path; nothing is opened or made before the first record.

    Safe to use from several threads; a second process that wants to append is refused.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._aside = f"{path}.folding"
        self._condition = threading.Condition()
        self._descriptor: int | None = None
        self._written = 0
        self._synced = 0
        self._failed = 0
        self._syncing = False

    def replay(self) -> list[Record]:
        """Return all records in order; a last line that was cut off is no record."""
        return [*records(self._aside), *records(self._path)]

    def append(self, record: Mapping[str, Any]) -> None:
        """
        Add a record; it is on disk on return. Threads that append at once share one sync.

        :raises OSError: if it cannot be written, or if another process has the journal
        """
        line = json.dumps(dict(record), separators=(",", ":")).encode("ascii") + b"\n"
        with self._condition:
            descriptor = self._open()
            self._write(descriptor, line)
            self._written += 1
            number = self._written
        self._sync(number)

    def _open(self) -> int:
        if self._descriptor is None:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
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

    def finish_folding(self) -> None:
        """Forget the records that were set aside: they are where they belong."""
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


__all__ = ["Journal", "Record", "records"]
