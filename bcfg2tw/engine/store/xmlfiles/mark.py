"""
The mark of a journal that several processes share: who folds it, and how far that is.

A small file beside the journal, there as long as a process serves. The process that has its lock
is the leader: it alone folds. It writes down the *generation*, a number that grows by one whenever
the journal is set aside for folding, and up to which generation everything is in the file.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from bcfg2tw.engine.store.shared_lock import lock_byte

MARK_MODE = 0o600

#: The bytes that are locked: the leader's, and those of clients.
LEADER, CLIENTS = 0, 1

#: It is read and written at once.
SIZE_BYTES = 256

#: In a mark whose leader has ended, for those that have it open.
GONE = b"gone"


@dataclass(frozen=True)
class Progress:
    """
    What a mark says.

    :ivar inode: of the mark's file: another one is another beginning
    :ivar generation: of the journal that records are appended to now
    :ivar folded: the last generation whose records are in the file
    :ivar began: the first generation of this mark
    :ivar stamps: of the file, before and after the leader wrote it last
    """

    inode: int
    generation: int
    folded: int
    began: int
    stamps: tuple[int, ...] = ()


class Mark:
    """The mark at a path; safe to use from any thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._inode = 0
        self._is_leading = False
        self._text = b""
        self._progress: Progress | None = None

    @property
    def is_leading(self) -> bool:
        """Say whether this process folds."""
        return self._is_leading

    def read(self) -> Progress | None:
        """Return what the mark says, None where there is none: no process serves."""
        with self._lock:
            if self._is_leading:
                return self._progress
            if self._descriptor is None or self._is_gone():
                with suppress(OSError):  # a tool of another user's, which needs no mark
                    self._reopen(os.O_RDWR)
            return None if self._is_gone() else self._parse()

    def glance(self) -> object:
        """
        Return something that is another as soon as the mark says something else.

        It takes no lock; another thread may close the file meanwhile, and then it is another too.
        """
        descriptor = self._descriptor
        if self._is_leading:
            return self._progress
        if descriptor is None:
            return os.path.exists(self._path)
        try:
            return os.pread(descriptor, SIZE_BYTES, 0)
        except OSError:
            return None

    def _is_gone(self) -> bool:
        """Say whether the leader has ended in good order, and taken the mark with it."""
        if self._descriptor is None:
            return True
        return os.pread(self._descriptor, len(GONE), 0) == GONE

    def lead(self) -> bool:
        """
        Become the leader if there is none; say whether this process is.

        :raises OSError: if the file cannot be opened
        """
        with self._lock:
            if self._is_leading:
                return True
            if self._descriptor is None or not self._is_current():
                self._reopen(os.O_RDWR | os.O_CREAT)
            if self._descriptor is None or not lock_byte(self._descriptor, LEADER, wait=False):
                return False
            if not self._is_current():  # it was removed by the leader, who has gone
                self._reopen(0)
                return False
            self._is_leading = True
            progress = self._parse()
            if progress is None:
                generation = time.time_ns()  # none that any process may have seen before
                self._put(Progress(self._inode, generation, generation - 1, generation))
            return True

    def put(self, generation: int, folded: int, stamps: tuple[int, ...] = ()) -> None:
        """Write down how far it is; the leader does."""
        with self._lock:
            if self._is_leading and self._progress is not None:
                began = self._progress.began
                self._put(Progress(self._inode, generation, folded, began, stamps))

    def _put(self, progress: Progress) -> None:
        values = [progress.generation, progress.folded, progress.began, *progress.stamps]
        text = json.dumps(values).encode("ascii").ljust(SIZE_BYTES)
        assert self._descriptor is not None
        os.pwrite(self._descriptor, text, 0)
        self._progress = progress

    def _parse(self) -> Progress | None:
        if self._descriptor is None:
            return None
        text = os.pread(self._descriptor, SIZE_BYTES, 0)
        if text != self._text or self._progress is None:
            self._text = text
            self._progress = None
            # else it is empty, of a leader that has ended and could not remove it, or damaged
            with suppress(ValueError):
                generation, folded, began, *stamps = json.loads(text)
                self._progress = Progress(self._inode, generation, folded, began, tuple(stamps))
        return self._progress

    def _is_current(self) -> bool:
        try:
            return os.stat(self._path).st_ino == self._inode
        except FileNotFoundError:
            return False

    def _reopen(self, flags: int) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor, self._progress, self._text = None, None, b""
        if flags:
            with suppress(FileNotFoundError):
                self._descriptor = os.open(self._path, flags | os.O_CLOEXEC, MARK_MODE)
                self._inode = os.fstat(self._descriptor).st_ino

    @contextmanager
    def holding(self, number: int) -> Iterator[None]:
        """
        Hold a lock that no other process and no other thread can have meanwhile.

        :raises OSError: if the file cannot be opened
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MARK_MODE)
        try:
            lock_byte(descriptor, CLIENTS + number)
            yield
        finally:
            os.close(descriptor)

    def release(self) -> None:
        """Lead no more; the mark goes with its leader."""
        with self._lock:
            if self._is_leading and self._descriptor is not None:
                os.pwrite(self._descriptor, GONE, 0)
                with suppress(FileNotFoundError):
                    os.unlink(self._path)
            self._is_leading = False
            self._reopen(0)

    def disconnect(self) -> None:
        """Close the file, for a process that is about to fork and does not lead."""
        with self._lock:
            if not self._is_leading:
                self._reopen(0)
