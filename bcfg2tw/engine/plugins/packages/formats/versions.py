"""Comparing versions, by the rules of each kind of package."""

from __future__ import annotations

import re
from itertools import zip_longest

_DIGITS = re.compile(r"\d+|\D+")
_RPM_PARTS = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")


def compare_debian(first: str, second: str) -> int:
    """Compare two versions as Debian's policy says (5.6.12): below, equal or above zero."""
    first_epoch, first_upstream, first_revision = _debian_parts(first)
    second_epoch, second_upstream, second_revision = _debian_parts(second)
    return (
        first_epoch - second_epoch
        or _compare_debian_part(first_upstream, second_upstream)
        or _compare_debian_part(first_revision, second_revision)
    )


def _debian_parts(version: str) -> tuple[int, str, str]:
    epoch, colon, rest = version.partition(":")
    if not (colon and epoch.isdigit()):
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-")
    return int(epoch), upstream or revision, revision if upstream else ""


def _compare_debian_part(first: str, second: str) -> int:
    """Compare by turns what is no digit, letters first, and numbers."""
    for word, other_word in zip_longest(_debian_words(first), _debian_words(second), fillvalue=""):
        if word.isdigit() or other_word.isdigit():
            difference = int(word or 0) - int(other_word or 0)
        else:
            weight, other_weight = _weight(word), _weight(other_word)
            difference = (weight > other_weight) - (weight < other_weight)
        if difference:
            return difference
    return 0


def _debian_words(text: str) -> list[str]:
    words = _DIGITS.findall(text)
    return ["", *words] if words and words[0].isdigit() else words


def _weight(text: str) -> list[int]:
    """Return numbers that order `~` before the end of a text, that before letters, these first."""
    return [*map(_character_weight, text), 0]


def _character_weight(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256


def compare_rpm(first: str, second: str) -> int:
    """Compare two texts `EPOCH:VERSION-RELEASE` as rpm does: below, equal or above zero."""
    first_epoch, first_version, first_release = _rpm_parts(first)
    second_epoch, second_version, second_release = _rpm_parts(second)
    return (
        first_epoch - second_epoch
        or _compare_rpm_part(first_version, second_version)
        or _compare_rpm_part(first_release, second_release)
    )


def _rpm_parts(text: str) -> tuple[int, str, str]:
    epoch, _, rest = text.partition(":")
    version, _, release = rest.rpartition("-")
    return int(epoch) if epoch.isdigit() else 0, version, release


def _compare_rpm_part(first: str, second: str) -> int:
    for part, other_part in zip_longest(_RPM_PARTS.findall(first), _RPM_PARTS.findall(second)):
        if part != other_part:
            difference = _rpm_rank(part) - _rpm_rank(other_part)
            if difference or part is None or other_part is None:
                return difference
            if part.isdigit():
                difference = int(part) - int(other_part)
            else:
                difference = (part > other_part) - (part < other_part)
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
