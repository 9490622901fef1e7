"""Which of two versions is newer, by the rules of each kind of package."""

from __future__ import annotations

import re
from itertools import zip_longest

_DIGITS = re.compile(r"\d+|\D+")
_RPM_PARTS = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")


def compare_debian(first: str, second: str) -> int:
    """Compare two versions as Debian's policy says (5.6.12): below, equal or above zero."""
    one, other = _debian_parts(first), _debian_parts(second)
    if one[0] != other[0]:
        return one[0] - other[0]
    return _compare_debian_part(one[1], other[1]) or _compare_debian_part(one[2], other[2])


def _debian_parts(version: str) -> tuple[int, str, str]:
    epoch, colon, rest = version.partition(":")
    if not (colon and epoch.isdigit()):
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-")
    return int(epoch), upstream or revision, revision if upstream else ""


def _compare_debian_part(first: str, second: str) -> int:
    """Compare by turns what is no digit, letters first, and numbers."""
    for one, other in zip_longest(_debian_words(first), _debian_words(second), fillvalue=""):
        if one.isdigit() or other.isdigit():
            difference = int(one or 0) - int(other or 0)
        else:
            left, right = [_weight(one), _weight(other)]
            difference = (left > right) - (left < right)
        if difference:
            return difference
    return 0


def _debian_words(text: str) -> list[str]:
    words = _DIGITS.findall(text)
    return ["", *words] if words and words[0].isdigit() else words


def _weight(text: str) -> list[int]:
    """Return what orders `~` before the end of a text, that before letters, and these first."""
    return [
        *(-1 if one == "~" else ord(one) if one.isalpha() else ord(one) + 256 for one in text),
        0,
    ]


def compare_rpm(first: str, second: str) -> int:
    """Compare two texts `EPOCH:VERSION-RELEASE` as rpm does: below, equal or above zero."""
    one, other = _rpm_parts(first), _rpm_parts(second)
    return (
        one[0] - other[0]
        or _compare_rpm_part(one[1], other[1])
        or _compare_rpm_part(one[2], other[2])
    )


def _rpm_parts(text: str) -> tuple[int, str, str]:
    epoch, _, rest = text.partition(":")
    version, _, release = rest.rpartition("-")
    return int(epoch) if epoch.isdigit() else 0, version, release


def _compare_rpm_part(first: str, second: str) -> int:
    for one, other in zip_longest(_RPM_PARTS.findall(first), _RPM_PARTS.findall(second)):
        if one != other:
            difference = _rpm_rank(one) - _rpm_rank(other)
            if difference or one is None or other is None:
                return difference
            difference = int(one) - int(other) if one.isdigit() else (one > other) - (one < other)
            if difference:
                return difference
    return 0


def _rpm_rank(part: str | None) -> int:
    """Order the kinds of parts: `~`, the end of a text, `^`, letters, digits."""
    if part is None:
        return 1
    if part in "~^":
        return 0 if part == "~" else 2
    return 4 if part.isdigit() else 3


def compare_plain(first: str, second: str) -> int:
    """Compare two versions of pacman or pkg, whose indexes list a package once as a rule."""
    return _compare_rpm_part(first, second)
