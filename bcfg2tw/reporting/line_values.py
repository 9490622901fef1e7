"""
The values that lines of an export have: what others have written is looked at before it is stored.

SQLite keeps any value in any column, and every page that meets it would fail.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from bcfg2tw.reporting.model import STATES

Kinds = Mapping[str, tuple[Callable[[Any], bool], str]]

#: What no database takes as text; also a byte that is not UTF-8, as Python reads it.
_NO_TEXT = re.compile("[\ud800-\udfff]")

#: The largest number that a database keeps.
_MOST = 2**63 - 1


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and _NO_TEXT.search(value) is None


def _is_number(value: Any) -> bool:
    return type(value) is int and abs(value) <= _MOST


def _are_timings(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _is_text(name)
        and "\n" not in name
        and type(seconds) in (int, float)
        and abs(seconds) <= sys.float_info.max
        for name, seconds in value.items()
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _has_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_text(text) for text in (*value, *value.values()))


_TEXT = _is_text, "is no text"
_TEXT_OR_NOTHING = (lambda value: value is None or _is_text(value)), "is no text"
_NUMBER = _is_number, "is no whole number"
_FLAG = (lambda value: isinstance(value, bool)), "is not true or false"
_TEXTS = _are_texts, "is no list of texts"
_STATE = (lambda value: value in STATES), f"is none of {', '.join(STATES)}"

HOST: Kinds = {"name": _TEXT, "first_seen": _TEXT, "expired": _TEXT_OR_NOTHING}
RUN: Kinds = {
    **dict.fromkeys(("client", "time", "state", "revision", "server"), _TEXT),
    **dict.fromkeys(("total", "good", "bad", "modified", "extra"), _NUMBER),
    **dict.fromkeys(("dry_run", "only_important"), _FLAG),
    **dict.fromkeys(("groups", "bundles"), _TEXTS),
    "profile": _TEXT_OR_NOTHING,
    "timings": (_are_timings, "has other things than numbers"),
}
ENTRY: Kinds = {
    **dict.fromkeys(("type", "name"), _TEXT),
    **dict.fromkeys(("expected", "found"), (_has_texts, "has other things than texts")),
    "state": _STATE,
    "exists": _FLAG,
    "detail": ((lambda value: value is None or isinstance(value, dict)), "is no object"),
}
FAILURE: Kinds = dict.fromkeys(("type", "name", "message"), _TEXT)


def check_values(line: Mapping[str, Any], kinds: Kinds) -> None:
    """
    Make sure that the values of a line are such as an export has.

    :raises ValueError: naming the first one that is not
    """
    for name, (is_right, complaint) in kinds.items():
        if name in line and not is_right(line[name]):
            raise ValueError(f"{name}: {line[name]!r:.100} {complaint}")
