"""
The spool: reports that clients were told to be kept, and that are in no database yet.

A process appends to a file of its own, a *segment*; many threads share one sync of the disk. A
segment belongs to who holds its lock: those of a process that was killed are taken over by another
one. What is in it is there until it is said to be done; taking in twice does no harm.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.refusals import Refusals
from bcfg2tw.engine.store.atomic import sync_folder
from bcfg2tw.engine.store.folders import check_there, make_folder
from bcfg2tw.errors import NotKept, StateUnavailable

SUFFIX = ".reports"
FILE_MODE, FOLDER_MODE = 0o640, 0o750

#: A segment of this size is not appended to any more.
SEGMENT_BYTES = 32 << 20

logger = logging.getLogger("Reporting")


@dataclass(frozen=True)
class Place:
    """The end of some records in a segment."""

    segment: Segment
    end: int


class Segment:
    """A file of records. Its methods are not safe to use at the same time, but for `sync`."""

    def __init__(self, path: str) -> None:
        """
        Open a segment, and lock it.

        :raises BlockingIOError: if it belongs to another process
        :raises OSError: if it cannot be opened
        """
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise
        self.size = self.synced = os.fstat(self._descriptor).st_size
        self.done = 0
        self._sync_lock = threading.Lock()

    def append(self, record: bytes) -> int:
        """
        Write a record, which is not on disk yet.

        :returns: its end
        :raises OSError: if it cannot be written; the segment is as it was then
        """
        frame = b"%d %08x\n%s\n" % (len(record), zlib.crc32(record), record)
        try:
            _write_all(self._descriptor, frame, self.size)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(frame)
        return self.size

    def sync(self, end: int) -> None:
        """
        Have all up to an end on disk; threads that wait for each other share one sync.

        :raises OSError: if it cannot be told whether it is
        """
        with self._sync_lock:
            if self.synced < end:
                size = self.size
                os.fdatasync(self._descriptor)
                self.synced = size

    def records(self, limit: int, limit_bytes: int) -> Iterator[tuple[bytes, int]]:
        """Yield records that are on disk and not done, each with its end; at least one, if any."""
        position = self.done
        for _ in range(limit):
            record = self._record_at(position) if position < self.synced else None
            if record is None:
                return
            position = record[1]
            yield record
            if position - self.done > limit_bytes:
                return

    def _record_at(self, position: int) -> tuple[bytes, int] | None:
        """Return a record and its end, None where it was never completed."""
        head, separator, _ = os.pread(self._descriptor, 40, position).partition(b"\n")
        length, _, checksum = head.partition(b" ")
        if not separator or not length.isdigit():
            self._drop_rest(position)
            return None
        start = position + len(head) + 1
        record = _read_all(self._descriptor, int(length), start)
        if len(record) < int(length) or b"%08x" % zlib.crc32(record) != checksum:
            self._drop_rest(position)
            return None
        return record, start + len(record) + 1

    def _drop_rest(self, position: int) -> None:
        """Give up what a killed process, or the power, cut off: nobody was told that it is kept."""
        logger.warning(
            "%s: the end of it, from byte %d on, was never completed", self.path, position
        )
        self.done = self.synced = self.size

    def empty(self) -> None:
        """
        Begin anew, once all is done.

        :raises OSError: if it cannot be
        """
        os.ftruncate(self._descriptor, 0)
        self.size = self.synced = self.done = 0

    def remove(self) -> None:
        """Remove the file."""
        with suppress(FileNotFoundError):
            os.unlink(self.path)
        self.close()

    @property
    def is_at_path(self) -> bool:
        """Say whether its file is still where the next process would look for it."""
        try:
            return os.path.samestat(os.stat(self.path), os.fstat(self._descriptor))
        except OSError:
            return False

    def close(self) -> None:
        """Let others have it."""
        os.close(self._descriptor)


def _write_all(descriptor: int, data: bytes, position: int) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, position)
        view, position = view[count:], position + count


def _read_all(descriptor: int, length: int, position: int) -> bytes:
    parts = []
    while length > 0:
        part = os.pread(descriptor, length, position)
        if not part:
            break
        parts.append(part)
        length, position = length - len(part), position + len(part)
    return b"".join(parts)


class Spool:
    """
    The segments in a folder. Safe to use from any thread.

    Any thread appends; one thread reads, and says what is done. The folder is made once: if it is
    unmounted or moved away later nothing is taken until it is back, for what came into an empty one
    in its place would be hidden then.
    """

    def __init__(self, folder: str, base: str, limit_bytes: int) -> None:
        """
        Touch nothing yet.

        :param base: a folder that it is in, which is never made; see `make_folder`
        :param limit_bytes: size of all segments of this process above which nothing is taken
        """
        self.folder = folder
        self._base = base
        self._has_been_there = False
        self._limit_bytes = limit_bytes
        self._refusals = Refusals(logging.getLogger("bcfg2-server"), folder, SystemClock())
        self._lock = threading.Lock()
        self._current: Segment | None = None
        self._older: list[Segment] = []
        self._unreadable: set[str] = set()
        #: set when something was appended
        self.news = threading.Event()

    def append(self, record: bytes) -> None:
        """
        Keep a record; it is on disk on return.

        :raises NotKept: if it is not kept, with the reason
        """
        try:
            with self._lock:
                self._check_room(len(record))
                segment = self._writable()
                end = segment.append(record)
            segment.sync(end)
        except StateUnavailable as error:
            raise NotKept(self._refusals.note_reason(str(error))) from error
        except OSError as error:
            raise NotKept(self._refusals.note(error)) from error
        self._refusals.end()
        self.news.set()

    def prepare(self) -> None:
        """
        Make the folder if it is missing, once.

        :raises StateUnavailable: if the folder is gone, or that which it is to be made in
        :raises OSError: if it cannot be made
        """
        if self._has_been_there:
            check_there(self.folder)
            return
        make_folder(self.folder, self._base, FOLDER_MODE)
        self._has_been_there = True

    def _check_room(self, length: int) -> None:
        if self.waiting_bytes + length > self._limit_bytes:
            reason = (
                f"{self.folder}: the reports that wait for the database have reached [reporting] "
                f"spool_limit, {self._limit_bytes} bytes"
            )
            raise NotKept(self._refusals.note_reason(reason))

    @property
    def waiting_bytes(self) -> int:
        """The size of what is not done yet."""
        segments = [*self._older, *filter(None, [self._current])]
        return sum(segment.size - segment.done for segment in segments)

    def _writable(self) -> Segment:
        self.prepare()
        current = self._current
        if current is not None and not (current.size < SEGMENT_BYTES and current.is_at_path):
            self._older.append(current)
            self._current = None
        if self._current is None:
            self._current = Segment(os.path.join(self.folder, f"{uuid4().hex}{SUFFIX}"))
            sync_folder(self.folder)
        return self._current

    def adopt(self) -> None:
        """
        Take over the segments of processes that are gone; one that cannot be read is logged once.

        :raises OSError: if the folder cannot be read
        """
        own = {os.path.basename(segment.path) for segment in self._segments()}
        for name in sorted(os.listdir(self.folder) if os.path.isdir(self.folder) else ()):
            if name.endswith(SUFFIX) and name not in own:
                path = os.path.join(self.folder, name)
                try:
                    self._adopt(Segment(path))
                except (BlockingIOError, FileNotFoundError):
                    continue  # it belongs to a process that is at work, or has done with it
                except OSError as error:  # root's, after a start by hand: others can be read
                    self._note_unreadable(path, error)

    def _note_unreadable(self, path: str, error: OSError) -> None:
        if path not in self._unreadable:
            self._unreadable.add(path)
            logger.error(
                "%s: the reports in it cannot be read: %s; give it to the server's user",
                path, error.strerror,
            )  # fmt: skip

    def _adopt(self, segment: Segment) -> None:
        if os.path.exists(segment.path):
            with self._lock:
                self._older.append(segment)
            self.news.set()
        else:  # its owner finished and removed it before it was locked
            segment.close()

    def _segments(self) -> Sequence[Segment]:
        with self._lock:
            return [*self._older, *filter(None, [self._current])]

    def waiting(self, limit: int, limit_bytes: int) -> tuple[list[bytes], Place | None]:
        """
        Return some records that are not done, the oldest first, and where they end.

        :param limit: how many at most
        :param limit_bytes: after how many bytes no further one is added
        :raises OSError: if they cannot be read
        """
        for segment in self._segments():
            records = list(segment.records(limit, limit_bytes))
            if records:
                return [record for record, _ in records], Place(segment, records[-1][1])
            self._tidy(segment)
        return [], None

    def done(self, place: Place) -> None:
        """Forget the records up to a place: they are in the database."""
        place.segment.done = place.end
        self._tidy(place.segment)

    def _tidy(self, segment: Segment) -> None:
        with self._lock:
            if segment.done < segment.size:
                return
            if segment is self._current:
                if segment.size:
                    segment.empty()
            else:
                self._older.remove(segment)
                segment.remove()

    def close(self) -> None:
        """Leave what is not done to the next process."""
        for segment in self._segments():
            if segment.size > segment.done:
                segment.close()
            else:
                segment.remove()
        with self._lock:
            self._older, self._current = [], None
