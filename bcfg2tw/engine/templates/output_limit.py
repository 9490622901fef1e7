"""
A bound on what a template writes: a loop that never ends would take all memory long before the
call that it hangs is given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

#: Texts and values that one template may write; short ones take 100 MB together.
MAX_PIECES = 2_000_000


class TooMuchOutput(Exception):
    """A template has written more than anybody wants; one of its loops does not end."""

    def __init__(self, loop: str | None = None) -> None:
        # Genshi writes `iter(...)` around what a loop goes over
        loop = None if loop is None else loop.removeprefix("iter(").removesuffix(")")
        subject = "one of its loops" if loop is None else f"its loop over {loop}"
        super().__init__(
            f"{subject} does not seem to end: more than {MAX_PIECES} pieces of text were written"
        )


def bounded(pieces: Iterable[T]) -> Iterator[T]:
    """
    Yield pieces of output.

    :raises TooMuchOutput: if there are too many
    """
    for number, piece in enumerate(pieces):
        if number > MAX_PIECES:
            raise TooMuchOutput
        yield piece
