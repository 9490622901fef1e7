"""
The reasons for which an entry is not good, in words, told from what a client reported of it.

Clients report owners and groups as numbers, where the configuration has names: a difference is
stated only where it can be known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

#: Names that are numbers everywhere.
_NUMBERS = {"root": "0"}
_OWNERS = ("owner", "group")
_ANY_VERSION = ("auto", "any")
#: Details that mean that contents differ, with what is said of them.
_CONTENTS = {
    "diff": "content differs",
    "binary": "content differs (binary)",
    "too-large": "content differs (too large to be kept)",
}
NO_REASON = "no reason reported"
#: What is reported of a modified entry is how it is after the change, but for contents.
NOW_GOOD = "as it should be now"


def reasons_of(item: Mapping[str, Any]) -> list[str]:
    """
    Return the reasons of an entry or failure, at least one.

    :param item: as an export has it
    """
    if "message" in item:
        return [" ".join(item["message"].split()) or "cannot be bound"]
    if item.get("state") == "extra":
        return ["not in the configuration"]
    is_modified = item.get("state") == "modified"
    if not item.get("exists", True):
        return ["was missing" if is_modified else "missing"]
    reasons = [*_of_detail(item.get("detail") or {}), *_of_values(item)]
    return reasons or [NOW_GOOD if is_modified else NO_REASON]


def _of_detail(detail: Mapping[str, Any]) -> Iterator[str]:
    kind = detail.get("kind", "")
    if kind in _CONTENTS:
        yield _CONTENTS[kind]
    elif kind == "sensitive":
        yield "sensitive content"
    elif kind == "pruned":
        count = len(detail.get("names", ()))
        yield f"{count} unexpected file{'s' * (count != 1)} in it"


def _of_values(item: Mapping[str, Any]) -> Iterator[str]:
    expected, actual = item.get("expected", {}), item.get("found", {})
    if item["type"] == "Action" and actual.get("rc", "0") != "0":
        yield f"returned {actual['rc']}"
    for key, value in actual.items():
        if key == "rc" or not differs(key, expected.get(key), value):
            continue
        if key == "to":
            yield f"leads to {value}"
        elif expected[key] in _ANY_VERSION:
            yield f"{key} {value}, newest expected"
        else:
            yield f"{key} {value} instead of {expected[key]}"


def differs(key: str, expected: str | None, value: str | None) -> bool:
    """Say whether what a client has is known to be other than what it should have."""
    if expected is None or value is None or expected == value:
        return False
    if key in _OWNERS and value.isdigit() and not expected.isdigit():
        return expected in _NUMBERS and _NUMBERS[expected] != value
    if key in ("mode", *_OWNERS):
        return _plain_number(expected) != _plain_number(value)
    return True


def _plain_number(text: str) -> str:
    return text.lstrip("0") or "0"
