"""
Differences of files as lines to be shown: those of 1.3, which have all lines, and those of 1.4.

What the client has is marked `-`, what it should have `+`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

#: Kinds of lines by their sign.
_KINDS = {"-": "host", "+": "intended", " ": "same", "?": "hint"}
#: Lines around a change that are shown of a difference that has all of them.
CONTEXT = 3
#: Characters of a line that are shown.
WIDTH = 500


@dataclass(frozen=True)
class DiffLine:
    """
    A line of a difference.

    :ivar kind: `host`, `intended`, `same`, or `gap` for lines that are left out
    """

    kind: str
    text: str

    @property
    def sign(self) -> str:
        """The sign that stands before the line."""
        return {"host": "-", "intended": "+"}.get(self.kind, " ")


def diff_lines(text: str, most: int) -> tuple[list[DiffLine], bool]:
    """
    Return the lines of a difference, and whether some are left out at its end.

    :param most: how many there may be
    """
    lines = text.rstrip("\n").split("\n")
    if text.startswith("--- ") and "\n+++ " in text:
        shown = list(_unified(lines))
    else:
        shown = list(_near_changes(list(_complete(lines))))
    return shown[:most], len(shown) > most


def _unified(lines: Iterable[str]) -> Iterator[DiffLine]:
    """1.4 has an empty line behind each line of its headers."""
    in_header, after_hunk = True, False
    for line in lines:
        if line.startswith("@@"):
            in_header, after_hunk = False, True
            yield DiffLine("gap", line[:WIDTH])
        elif in_header or (after_hunk and not line) or line.startswith("\\"):
            after_hunk = False
        else:
            after_hunk = False
            yield DiffLine(_KINDS.get(line[:1], "same"), line[1 : WIDTH + 1])


def _complete(lines: Iterable[str]) -> Iterator[DiffLine]:
    for line in lines:
        kind = _KINDS.get(line[:1], "same")
        if kind != "hint":
            yield DiffLine(kind, line[2 : WIDTH + 2])


def _near_changes(lines: Sequence[DiffLine]) -> Iterator[DiffLine]:
    """Yield the lines that are changed or near to one that is, with a mark for each gap."""
    near: set[int] = set()
    for number, line in enumerate(lines):
        if line.kind != "same":
            near.update(range(number - CONTEXT, number + CONTEXT + 1))
    previous = -1
    for number in sorted(near & set(range(len(lines)))):
        if number != previous + 1:
            yield _gap(number - previous - 1)
        yield lines[number]
        previous = number
    if near and previous != len(lines) - 1:
        yield _gap(len(lines) - 1 - previous)


def _gap(count: int) -> DiffLine:
    return DiffLine("gap", f"{count} equal line{'s' * (count != 1)}")
