"""
Texts that lie outside of Python's memory: in a file without a name, or in blocks, many in each.

Most of a site's texts are seldom read, so they are left to the system, which has as many of them in
its memory as it has room for, once for all processes. To read one takes as long as to copy it from
memory.

Where no file can be made they lie in blocks of memory. A process that is forked shares the memory
of its parent until one of them writes to it, and Python writes to each object that it uses: it
counts who does. A text of its own has the count beside it, so that soon no two processes share it
any more. In a block nothing but the text is read.
"""

from __future__ import annotations

import errno
import logging
import os
import tempfile
import threading
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias
from weakref import WeakValueDictionary, finalize

logger = logging.getLogger("bcfg2-server")

BLOCK_BYTES = 1 << 18
#: What is written is never written over, for other processes may read it: the room of texts that
#: nobody has any more is free when all of their file are gone.
FILE_BYTES = 8 << 20

IN_MEMORY = (
    "Contents of files are kept in memory, for they cannot be written in %s: %s; write "
    "[caching] contents = memory if they are to be there"
)
UNREADABLE = (
    "contents of the repository's files, which are in a file without a name there, cannot be read: "
    "%s; restart the server, which writes them anew"
)
TEMPORARY = "the folder for temporary files"


class _Place(Protocol):
    """Where texts lie."""

    def read(self, start: int, end: int) -> str:
        """Return what lies between two places."""


class SharedText:
    """A text in a file or block, which lives as long as one of its texts."""

    __slots__ = ("_end", "_place", "_start")

    def __init__(self, place: _Place, start: int, end: int) -> None:
        """Refer to a part of a file or block, which is ASCII."""
        self._place = place
        self._start = start
        self._end = end

    def __len__(self) -> int:
        return self._end - self._start

    @property
    def text(self) -> str:
        """
        The text, a new object each time.

        :raises OSError: if it lies in a file that cannot be read
        """
        return self._place.read(self._start, self._end)


#: What a text is put together from.
TextPiece: TypeAlias = "str | SharedText"


def joined(pieces: Iterable[TextPiece]) -> str:
    """
    Return the text that pieces make.

    :raises OSError: if one lies in a file that cannot be read
    """
    return "".join([piece if isinstance(piece, str) else piece.text for piece in pieces])


class _Block:
    """A piece of memory with many texts."""

    def __init__(self, size: int) -> None:
        self._bytes = bytearray(size)
        self._used = 0

    def has_room(self, size: int) -> bool:
        """Say whether so many bytes go in."""
        return self._used + size <= len(self._bytes)

    def keep(self, data: bytes) -> SharedText:
        """Put a text behind the others."""
        start, self._used = self._used, self._used + len(data)
        self._bytes[start : self._used] = data
        return SharedText(self, start, self._used)

    def read(self, start: int, end: int) -> str:
        """Return what lies between two places."""
        return str(memoryview(self._bytes)[start:end], "ascii")


class _File:
    """A file without a name, which is gone with the last of its texts."""

    def __init__(self, folder: str | None) -> None:
        """
        Make one.

        :param folder: None for the system's one for temporary files
        :raises OSError: if that cannot be
        """
        self._folder = folder or TEMPORARY
        file = tempfile.TemporaryFile(buffering=0, dir=folder)  # noqa: SIM115  # until its texts end
        self._descriptor = file.fileno()
        self._used = 0
        # what closes it must not be a method of this object: another thread could still find that
        finalize(self, file.close).atexit = False

    def has_room(self, size: int) -> bool:
        """Say whether so many bytes go in; into an empty one all do."""
        return not self._used or self._used + size <= FILE_BYTES

    def keep(self, data: bytes) -> SharedText:
        """
        Put a text behind the others.

        :raises OSError: if it cannot be written
        """
        start, self._used = self._used, self._used + len(data)
        written = os.pwrite(self._descriptor, data, start)
        if written < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return SharedText(self, start, self._used)

    def read(self, start: int, end: int) -> str:
        """
        Return what lies between two places.

        :raises OSError: if it cannot be read
        """
        try:
            data = os.pread(self._descriptor, end - start, start)
        except OSError as error:
            raise self._unreadable(error.errno) from error
        if len(data) < end - start:
            raise self._unreadable(errno.EIO)
        return data.decode("ascii")

    def _unreadable(self, number: int | None) -> OSError:
        return OSError(number, UNREADABLE % os.strerror(number or 0), self._folder)


class _Keeper:
    """Fills one file of a folder after the other, or one block; safe to use from any thread."""

    def __init__(self) -> None:
        self._refused: set[str | None] = set()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Fill nothing that was begun; after a fork another process goes on with it."""
        self._lock = threading.Lock()
        # weak: the texts alone keep them
        self._files: WeakValueDictionary[str | None, _File] = WeakValueDictionary()
        self._block = _Block(0)

    def keep(self, text: str, folders: Sequence[str | None]) -> SharedText:
        """Keep a text."""
        data = text.encode("ascii")
        with self._lock:
            for folder in folders:
                try:
                    return self._file_in(folder, len(data)).keep(data)
                except OSError as error:
                    refusal = folder, error
            if folders:
                self._tell(*refusal)
            if len(data) > BLOCK_BYTES // 8:  # a long one has a block of its own
                return _Block(len(data)).keep(data)
            if not self._block.has_room(len(data)):
                self._block = _Block(BLOCK_BYTES)
            return self._block.keep(data)

    def _file_in(self, folder: str | None, size: int) -> _File:
        file = self._files.get(folder)
        if file is None or not file.has_room(size):
            file = self._files[folder] = _File(folder)
        return file

    def _tell(self, folder: str | None, error: OSError) -> None:
        if folder not in self._refused:
            self._refused.add(folder)
            logger.warning(IN_MEMORY, folder or TEMPORARY, error.strerror)


_keeper = _Keeper()
os.register_at_fork(after_in_child=_keeper.begin_anew)


def share(text: str, folders: Sequence[str | None]) -> SharedText:
    """
    Keep a text, which is ASCII, outside of Python's memory; safe to use from any thread.

    :param folders: where files may be made, best first, None for the system's one for temporary
        files; without any it lies in a block
    """
    return _keeper.keep(text, folders)
