"""
Texts that lie in blocks of memory, many in each.

A process that is forked shares the memory of its parent until one of them writes to it, and Python
writes to each object that it uses: it counts who does. A text of its own has the count beside it,
so that soon no two processes share it any more. In a block nothing but the text is read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TypeAlias

BLOCK_BYTES = 1 << 18


class SharedText:
    """A text in a block, which lives as long as one of its texts."""

    __slots__ = ("_block", "_end", "_start")

    def __init__(self, block: bytearray, start: int, end: int) -> None:
        """Refer to a part of a block, which is ASCII."""
        self._block = block
        self._start = start
        self._end = end

    def __len__(self) -> int:
        return self._end - self._start

    @property
    def text(self) -> str:
        """The text, a new object each time."""
        return str(memoryview(self._block)[self._start : self._end], "ascii")


#: What a text is put together from.
TextPiece: TypeAlias = "str | SharedText"


def joined(pieces: Iterable[TextPiece]) -> str:
    """Return the text that pieces make."""
    return "".join([piece if isinstance(piece, str) else piece.text for piece in pieces])


class _Blocks:
    """Fills one block after the other; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._block = bytearray()
        self._used = 0

    def keep(self, text: str) -> SharedText:
        """Put a text, which is ASCII, into a block; a long one has its own."""
        data = text.encode("ascii")
        if len(data) > BLOCK_BYTES // 8:
            return SharedText(bytearray(data), 0, len(data))
        with self._lock:
            if self._used + len(data) > len(self._block):
                self._block, self._used = bytearray(BLOCK_BYTES), 0
            start, self._used = self._used, self._used + len(data)
            self._block[start : self._used] = data
            return SharedText(self._block, start, self._used)


#: Keeps a text in a block.
share = _Blocks().keep
