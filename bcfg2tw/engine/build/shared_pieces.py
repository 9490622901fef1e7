"""
Texts that have pieces in common, which are kept once for all of them.

Most files of a site are the same for many clients, so that of 500 configurations of 150 kB each
there are 9 MB of different pieces. To put one together takes a quarter of the time of unpacking
it with zlib.
"""

from __future__ import annotations

from collections.abc import Iterable

from bcfg2tw.engine.shared_texts import TextPiece

#: What begins most of the longer parts of a configuration: the paths, which have the contents.
SEPARATOR = "<Path "

#: What Python needs for a piece beside its characters, and for a text for each of its pieces,
#: about.
PIECE_BYTES = 150
REFERENCE_BYTES = 8

Pieces = tuple[TextPiece, ...]


class SharedPieces:
    """
    The pieces of all texts; for one thread at a time.

    Those that lie in memory anyway, as the contents of files do, stay what they are.

    :ivar size_bytes: the memory of all of them, about, where they are ASCII
    """

    def __init__(self) -> None:
        self._uses: dict[str, int] = {}
        self._kept: dict[str, str] = {}
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._uses)

    def keep(self, pieces: Iterable[TextPiece]) -> Pieces:
        """Take the pieces of a text; of those that others have it gets theirs."""
        kept = tuple(map(self._keep_one, pieces))
        self.size_bytes += len(kept) * REFERENCE_BYTES
        return kept

    def _keep_one(self, piece: TextPiece) -> TextPiece:
        if not isinstance(piece, str):
            return piece
        kept = self._kept.setdefault(piece, piece)
        uses = self._uses.get(kept, 0)
        self._uses[kept] = uses + 1
        if not uses:
            self.size_bytes += len(kept) + PIECE_BYTES
        return kept

    def let_go(self, pieces: Pieces) -> None:
        """Let a text go, with those of its pieces that no other has."""
        self.size_bytes -= len(pieces) * REFERENCE_BYTES
        for piece in pieces:
            if not isinstance(piece, str):
                continue
            self._uses[piece] -= 1
            if not self._uses[piece]:
                del self._uses[piece], self._kept[piece]
                self.size_bytes -= len(piece) + PIECE_BYTES


def divided(text: str) -> list[str]:
    """Divide a text into pieces that others may have as well."""
    first, *others = text.split(SEPARATOR)
    return [first, *(SEPARATOR + other for other in others)]
