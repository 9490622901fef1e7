"""A file that several processes append lines to, and that each of them follows."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from bcfg2tw.engine.store.atomic import sync_folder
from bcfg2tw.engine.store.xmlfiles.mark import Mark, Progress
from bcfg2tw.engine.store.xmlfiles.records import (
    JOURNAL_MODE,
    WRITTEN,
    Record,
    records,
    records_in,
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


class SharedLog:
    """
    The log of a journal: what is in it, and what others append.

    Each process appends under a lock of the file, held for moments, and reads what others appended
    from where it stopped. When the log is set aside, the next *generation* begins (`Mark`).

    :ivar mark: says who folds, and how far that is
    """

    def __init__(self, path: str) -> None:
        self.mark = Mark(f"{path}.lock")
        self._path = path
        self._aside = f"{path}.folding"
        self._condition = threading.Condition()
        self._descriptor: int | None = None
        self._offset = 0  # up to which the open file has been read, or written
        self._left: tuple[int, int] = (0, 0)  # inode and offset of a file that was disconnected
        self._progress: Progress | None = None  # what the mark said then
        self._news = News()
        self._syncing = False  # a thread brings the open file to disk

    def _read_whole(self) -> tuple[list[Record], list[Record]]:
        """Return what is set aside, and the rest; `_condition` is held."""
        while True:
            self._close()
            self._progress = self.mark.read()
            aside = list(records(self._aside))
            descriptor = self._reopen()
            lines: list[Record] = []
            if descriptor is not None:
                lines, self._offset = self._read_tail(descriptor)
            if self.mark.read() == self._progress:
                return aside, lines

    @property
    def path(self) -> str:
        """The path of the file."""
        return self._path

    def _forget_news(self) -> None:
        """Leave out what others have done so far: all of it is read anew."""
        self._news = News()

    @property
    def folded(self) -> Progress | None:
        """The position up to which the leader has folded, as this process has seen it last."""
        return self._progress

    def news(self) -> News:
        """
        Return what other processes have done since this was called last.

        :raises OSError: if the journal cannot be read
        """
        with self._condition:
            glance = self.mark.glance()  # before it is read: what comes later is seen later
            self._look()
            self._news.seen = (glance, self._inode(), self._offset)
            news, self._news = self._news, News()
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
        if before is None and progress is not None and progress.generation == progress.began:
            self._progress = progress  # the leader has just begun, and nothing is folded yet
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

    def _read_tail(self, descriptor: int) -> tuple[list[Record], int]:
        """Return the whole records behind the offset, and the offset behind them."""
        size = os.fstat(descriptor).st_size
        data = os.pread(descriptor, size - self._offset, self._offset)
        end = data.rfind(b"\n") + 1
        return list(records_in(data[:end], self._path, 1)), self._offset + end

    def _read_news(self, descriptor: int) -> None:
        """Read the whole records behind the offset; all of them, or none for want of memory."""
        lines, end = self._read_tail(descriptor)
        self._news.records.extend([line for line in lines if WRITTEN not in line])
        self._offset = end

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Hold the lock of the journal as it is now, read up to its end; `_condition` is held."""
        while True:
            self._look()
            descriptor = self._open()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if self._is_at_path(descriptor):
                break
            self._wait_and_close()  # it was set aside, replaced or removed meanwhile
            self._news.is_gap = True
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

    def disconnect(self) -> None:
        """Close the file; what this process read of it stays read."""
        with self._condition:
            if self._descriptor is not None:  # else it is as it was left before
                self._left = (self._inode() or 0, self._offset)
            self._wait_and_close()
        self.mark.disconnect()

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
