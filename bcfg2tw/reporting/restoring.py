"""The content of a client's file, told from the difference it reported (:ref:`reporting-1`)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bcfg2tw.errors import Bcfg2Error

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def restore(difference: str, intended: Callable[[], str]) -> str:
    """
    Return what a client has in place of the intended content.

    :param difference: as 1.3 reports it, all lines of both, or as 1.4 does, those near a change
    :param intended: returns what the client should have; asked for the second kind only
    :raises Bcfg2Error: if the difference does not fit to it
    """
    if not _is_unified(difference):
        return "\n".join(difflib.restore(difference.split("\n"), 1))
    lines = intended().split("\n")
    for hunk in reversed(list(_hunks(difference.split("\n")))):
        place = hunk.find(lines)
        lines[place : place + len(hunk.new)] = hunk.old
    return "\n".join(lines)


def _is_unified(difference: str) -> bool:
    return difference.startswith("--- ") and "\n+++ " in difference


@dataclass(frozen=True)
class _Hunk:
    """Lines of the client, and those that should be in their place; `start` counts from 0."""

    start: int
    old: Sequence[str]
    new: Sequence[str]

    def find(self, lines: Sequence[str]) -> int:
        """
        Return where the hunk is to be undone.

        :raises Bcfg2Error: if the lines there are others
        """
        if list(lines[self.start : self.start + len(self.new)]) != list(self.new):
            raise Bcfg2Error(
                f"the difference that the client reported does not fit to line {self.start + 1} of "
                "what it would get now: the file has changed since"
            )
        return self.start


def _hunks(lines: Sequence[str]) -> Iterator[_Hunk]:
    """
    Read the hunks of a unified difference.

    1.4 has an empty line behind each line of its headers. The numbers of a header tell where a
    hunk ends, so that no line of a file is taken for one.
    """
    position = 0
    while position < len(lines):
        match = _HUNK.match(lines[position])
        position += 1
        if match is None:
            continue
        if position < len(lines) and not lines[position]:
            position += 1
        start, length = int(match[3]), int(match[4] or "1")
        body, position = _body(lines, position, int(match[2] or "1"), length)
        old = [line[1:] for line in body if line[:1] in (" ", "-")]
        new = [line[1:] for line in body if line[:1] in (" ", "+")]
        yield _Hunk(start - 1 if length else start, old, new)


def _body(
    lines: Sequence[str], position: int, old_length: int, new_length: int
) -> tuple[list[str], int]:
    """Return the lines of a hunk, and where the next one begins."""
    body: list[str] = []
    while position < len(lines) and (old_length > 0 or new_length > 0):
        line = lines[position]
        old_length -= line[:1] in (" ", "-")
        new_length -= line[:1] in (" ", "+")
        body.append(line)
        position += 1
    return body, position
