"""Turning the text of an option into its value; each function raises ValueError with a sentence."""

from __future__ import annotations

import grp
import os
import pwd
import re
from collections.abc import Callable
from typing import Any

Converter = Callable[[str], Any]

_TRUE = frozenset({"1", "yes", "true", "on"})
_FALSE = frozenset({"0", "no", "false", "off"})
_SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def text(value: str) -> str:
    """Return the text as it is."""
    return value


def boolean(value: str) -> bool:
    """Read one of 1 yes true on / 0 no false off, in any case."""
    word = value.strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"{value!r} is no boolean: write yes or no")


def integer(value: str) -> int:
    """Read a whole number."""
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"{value!r} is no whole number") from None


def number(value: str) -> float:
    """Read a number."""
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"{value!r} is no number") from None


def positive(value: str) -> float:
    """Read a number above zero."""
    found = number(value)
    if found <= 0:
        raise ValueError(f"{value!r} must be above 0")
    return found


def octal(value: str) -> int:
    """Read a number in base 8."""
    try:
        return int(value, 8)
    except ValueError:
        raise ValueError(f"{value!r} is no octal number such as 0077") from None


def size(value: str) -> int:
    """Read a number of bytes, with k, m, g or t for powers of 1024."""
    found = re.match(r"\s*(\d+)\s*([kmgt]?)", value.lower())
    if found is None:
        raise ValueError(f"{value!r} is no size such as 64m")
    return int(found[1]) * _SIZES[found[2]]


def path(value: str) -> str:
    """Expand `~` and make a path absolute."""
    return os.path.abspath(os.path.expanduser(value))


def comma_list(value: str) -> tuple[str, ...]:
    """Split at commas; white space around them does not count."""
    return tuple(word for word in re.split(r"\s*,\s*", value.strip()) if word)


def anchored_regex_list(value: str) -> tuple[str, ...]:
    """Read regular expressions, separated by white space."""
    for word in value.split():
        try:
            re.compile(word)
        except re.error as error:
            raise ValueError(f"{word!r} is no regular expression: {error}") from None
    return tuple(value.split())


def user(value: str) -> int:
    """Read a user's name or number."""
    try:
        return int(value) if value.isdigit() else pwd.getpwnam(value).pw_uid
    except KeyError:
        raise ValueError(f"there is no user {value!r}") from None


def group(value: str) -> int:
    """Read a group's name or number."""
    try:
        return int(value) if value.isdigit() else grp.getgrnam(value).gr_gid
    except KeyError:
        raise ValueError(f"there is no group {value!r}") from None


def choice(*choices: str) -> Converter:
    """Return what reads one of some words, whatever its case."""

    def convert(value: str) -> str:
        word = value.strip().lower()
        if word not in choices:
            raise ValueError(f"{value!r} is none of {', '.join(choices)}")
        return word

    return convert


def cache_mode(value: str) -> str:
    """Read a mode of the metadata cache; `on` means cautious."""
    mode: str = choice("off", "on", "initial", "cautious", "aggressive")(value)
    return "cautious" if mode == "on" else mode
