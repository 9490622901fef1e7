"""
The report of a client's run, as it is kept and exported (:ref:`reporting-13`).

Everything here is a value. The text of an entry, `text_of`, is the same for equal entries; what
is stored once is told apart by the digest of this text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

BAD, MODIFIED, EXTRA = "bad", "modified", "extra"
#: The states of an entry that are kept, in the order in which they are shown.
STATES = (BAD, MODIFIED, EXTRA)

DIGEST_BYTES = 16


@dataclass(frozen=True)
class Entry:
    """
    An entry that is not as it should be, was changed, or is not in the configuration.

    :ivar expected: attributes as the configuration has them; what is absent or empty is left out
    :ivar found: attributes as the client found them
    :ivar detail: `kind` and what belongs to it; on a Path only
    """

    type: str
    name: str
    state: str
    exists: bool = True
    expected: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, Any] | None = None

    def line(self) -> dict[str, Any]:
        """Return the entry as an export has it."""
        line = {
            "type": self.type,
            "name": self.name,
            "state": self.state,
            "exists": self.exists,
            "expected": dict(self.expected),
            "found": dict(self.found),
        }
        return line if self.detail is None else {**line, "detail": dict(self.detail)}


@dataclass(frozen=True)
class Failure:
    """
    An entry that the server could not bind.

    :ivar state: the section of the report that it stood in; no part of what is exported
    """

    type: str
    name: str
    message: str
    state: str = BAD

    def line(self) -> dict[str, Any]:
        """Return the failure as an export has it."""
        return {"type": self.type, "name": self.name, "message": self.message}


@dataclass(frozen=True)
class Item:
    """
    The text of an entry or a failure, with its digest.

    :ivar state: the section of the report that it stands in
    """

    text: str
    digest: bytes
    state: str
    is_failure: bool


@dataclass(frozen=True)
class Run:
    """
    The report of one run, without the entries.

    :ivar time: when it was uploaded, in microseconds since 1970
    :ivar server: the node that took it
    :ivar bad: number of entries and failures of this state
    :ivar timings: seconds since 1970, by phase
    """

    client: str
    time: int
    state: str = "unknown"
    revision: str = "unknown"
    server: str = ""
    total: int = 0
    good: int = 0
    bad: int = 0
    modified: int = 0
    extra: int = 0
    dry_run: bool = False
    only_important: bool = False
    profile: str | None = None
    groups: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """A run with all that it lists, each item once in each state."""

    run: Run
    items: tuple[Item, ...]

    def count(self, state: str) -> int:
        """Return how many items there are of a state."""
        return sum(item.state == state for item in self.items)


def digest_of(data: bytes) -> bytes:
    """Return the digest that tells contents apart."""
    return blake2b(data, digest_size=DIGEST_BYTES).digest()


# made once: `json.dumps` makes one with each call
_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def text_of(line: Mapping[str, Any]) -> str:
    """Return the text of a line: equal for equal ones, whatever the order of their keys."""
    return _encoder.encode(line)


def item_of(entry: Entry | Failure) -> Item:
    """Return an entry or a failure with its digest."""
    text = text_of(entry.line())
    data = text.encode("utf-8", "surrogatepass")
    return Item(text, digest_of(data), entry.state, isinstance(entry, Failure))


def unique(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return items without those that are there already, in the same state."""
    return tuple({(item.state, item.digest): item for item in items}.values())


def set_digest(digests: Iterable[bytes]) -> bytes:
    """Return the digest of a set of items, whatever their order."""
    return digest_of(b"".join(sorted(digests)))
