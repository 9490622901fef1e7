"""Comparing versions, by the rules of each kind of package."""

from __future__ import annotations

import re
from itertools import zip_longest

# [0-9] all through: other digits, which Python has as well, are letters to dpkg and rpm
_DIGITS = re.compile(r"[0-9]+|[^0-9]+")
_RPM_PARTS = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")


def compare_debian(first: str, second: str) -> int:
    """Compare two versions as Debian's policy says (5.6.12): below, equal or above zero."""
    first_epoch, first_upstream, first_revision = _debian_parts(first)
    second_epoch, second_upstream, second_revision = _debian_parts(second)
    return (
        _compare_numbers(first_epoch, second_epoch)
        or _compare_debian_part(first_upstream, second_upstream)
        or _compare_debian_part(first_revision, second_revision)
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _compare_numbers(first: str, second: str) -> int:
    """Compare two texts of digits; empty ones are 0. Python makes no number of 5,000 digits."""
    first, second = first.lstrip("0"), second.lstrip("0")
    one, other = (len(first), first), (len(second), second)
    return (one > other) - (one < other)


def _debian_parts(version: str) -> tuple[str, str, str]:
    epoch, colon, rest = version.partition(":")
    if not (colon and _is_number(epoch)):
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-")
    return epoch, upstream or revision, revision if upstream else ""


def _compare_debian_part(first: str, second: str) -> int:
    """Compare by turns what is no digit, letters first, and numbers."""
    for word, other_word in zip_longest(_debian_words(first), _debian_words(second), fillvalue=""):
        if _is_number(word) or _is_number(other_word):
            difference = _compare_numbers(word, other_word)
        else:
            weight, other_weight = _weight(word), _weight(other_word)
            difference = (weight > other_weight) - (weight < other_weight)
        if difference:
            return difference
    return 0


def _debian_words(text: str) -> list[str]:
    words = _DIGITS.findall(text)
    return ["", *words] if words and _is_number(words[0]) else words


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
        _compare_numbers(first_epoch, second_epoch)
        or _compare_rpm_part(first_version, second_version)
        or _compare_rpm_part(first_release, second_release)
    )


def _rpm_parts(text: str) -> tuple[str, str, str]:
    epoch, _, rest = text.partition(":")
    version, _, release = rest.rpartition("-")
    return epoch if _is_number(epoch) else "0", version, release


def _compare_rpm_part(first: str, second: str) -> int:
    for part, other_part in zip_longest(_RPM_PARTS.findall(first), _RPM_PARTS.findall(second)):
        if part != other_part:
            difference = _rpm_rank(part) - _rpm_rank(other_part)
            if difference or part is None or other_part is None:
                return difference
            if part.isdigit():
                difference = _compare_numbers(part, other_part)
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
