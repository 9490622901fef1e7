"""The difference of two contents: lines of text, or size and digest of what is none."""

from __future__ import annotations

import base64
import binascii
import difflib
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["EntryContent", "changed_lines", "visible"]

#: Lines around a change that are shown.
CONTEXT_LINES = 3
#: So many lines may differ between two contents for their difference to be worked out: it takes
#: seconds with more.
MOST_COMPARED_LINES = 4000
NO_NEWLINE = "\\ No newline at end of file"

#: What a terminal obeys instead of showing it.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class EntryContent:
    """
    The content of an entry.

    :ivar data: its bytes
    :ivar text: the same as text, None where it is none
    """

    data: bytes
    text: str | None

    @classmethod
    def read(cls, text: str, is_base64: bool) -> EntryContent:
        """Decode what a document has; what is no base64 stays as it is."""
        if not is_base64:
            return cls(text.encode("utf-8"), text)
        try:
            data = base64.b64decode(text)
        except (binascii.Error, ValueError):
            return cls(text.encode("utf-8"), text)
        try:
            decoded: str | None = data.decode("utf-8")
        except UnicodeDecodeError:
            decoded = None
        return cls(data, None if decoded is None or "\0" in decoded else decoded)

    @property
    def summary(self) -> str:
        """Its size, and the beginning of its digest where it is no text."""
        size = f"{len(self.data):,} byte{'' if len(self.data) == 1 else 's'}"
        if self.text is not None:
            return size
        return f"{size}, sha256 {hashlib.sha256(self.data).hexdigest()[:12]}"


def changed_lines(old: str, new: str) -> list[str] | None:
    """
    Return the lines of a unified difference, without its header.

    Control characters are made visible.

    :returns: None where too much differs to be worked out
    """
    before, after = _lines(old), _lines(new)
    start = _equal_start(before, after)
    end = _equal_start(before[start:][::-1], after[start:][::-1])
    differing = max(len(before), len(after)) - start - end
    if differing > MOST_COMPARED_LINES:
        return None
    return list(_unified(before, after, max(start - CONTEXT_LINES, 0), max(end - CONTEXT_LINES, 0)))


def _unified(before: Sequence[str], after: Sequence[str], start: int, end: int) -> Iterator[str]:
    """Yield the difference of two lists, of which so many lines at start and end are left out."""
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    matcher = difflib.SequenceMatcher(None, old, new)
    for hunk in matcher.get_grouped_opcodes(CONTEXT_LINES):
        yield _hunk_header(hunk[0], hunk[-1], start)
        for tag, i, j, k, m in hunk:
            if tag == "equal":
                yield from _signed(" ", old[i:j])
            else:
                yield from _signed("-", old[i:j])
                yield from _signed("+", new[k:m])


def _hunk_header(
    first: tuple[str, int, int, int, int], last: tuple[str, int, int, int, int], start: int
) -> str:
    old = _range(first[1] + start, last[2] + start)
    new = _range(first[3] + start, last[4] + start)
    return f"@@ -{old} +{new} @@"


def _range(start: int, end: int) -> str:
    """Return lines as `diff -u` counts them, from 1."""
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _signed(sign: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield sign + visible(line.removesuffix("\n"))
        if not line.endswith("\n"):
            yield NO_NEWLINE


def _lines(text: str) -> list[str]:
    """Split at line feeds alone: a carriage return is a part of a line that may differ."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + lines[-1:] * bool(lines[-1])


def _equal_start(before: Sequence[str], after: Sequence[str]) -> int:
    for number, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            return number
    return min(len(before), len(after))


def visible(text: str) -> str:
    """Return a text whose control characters are written out, as `\\x1b`."""
    return _CONTROL.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")
