"""Sets of clients in few words: a group that is exactly these, or their names, folded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

__all__ = ["Memberships", "folded_names", "folded_pieces", "shortened_names"]

_NUMBER = re.compile(r"(\D*)(\d+)(.*)", re.DOTALL)
#: So many characters of names are shown.
MOST_CHARACTERS = 120


class Memberships:
    """The sets of clients that have a name: profiles and groups; a bit a client."""

    def __init__(self) -> None:
        """Begin without clients."""
        self._bits: dict[str, int] = {}
        self._members: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._bits)

    def add(self, client: str, profile: str | None, groups: Iterable[str]) -> None:
        """Take a client, with its profile and groups."""
        bit = self._bits.setdefault(client, 1 << len(self._bits))
        words = [f"group {group}" for group in groups]
        for word in words if profile is None else [f"profile {profile}", *words]:
            self._members[word] = self._members.get(word, 0) | bit

    def description(self, clients: Collection[str]) -> str:
        """Return in words which clients these are, such as `34 clients of group web`."""
        if len(clients) == 1:
            return next(iter(clients))
        noun = f"{len(clients):,} clients"
        if len(clients) == len(self):
            return f"all {noun}"
        word = self._word(clients)
        return f"{noun} of {word}" if word else f"{noun}: {shortened_names(clients)}"

    def _word(self, clients: Iterable[str]) -> str | None:
        """Return the profile that is exactly these clients, or else the group."""
        bits = reduce(or_, (self._bits.get(client, 0) for client in clients), 0)
        words = [word for word, members in self._members.items() if members == bits]
        return min(words, key=lambda word: (not word.startswith("profile"), word), default=None)


def shortened_names(clients: Iterable[str]) -> str:
    """Return names of hosts, folded, as far as there is room for them in a line or two."""
    names = folded_pieces(clients)
    shown: list[str] = []
    while names and (not shown or len(", ".join([*shown, names[0]])) <= MOST_CHARACTERS):
        shown.append(names.pop(0))
    text = ", ".join([*shown, *(["…"] if names else [])])
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def folded_names(names: Iterable[str]) -> str:
    """Return names of hosts with those folded that differ in their first number: `pc[1-3].a`."""
    return ",".join(folded_pieces(names))


def folded_pieces(names: Iterable[str]) -> list[str]:
    """Return the same as a list."""
    numbers: dict[tuple[str, str, int], list[str]] = {}
    singles = []
    for name in sorted(names):
        match = _NUMBER.fullmatch(name)
        if match is None:
            singles.append(name)
        else:
            # leading zeros: only numbers of one width are counted on
            width = len(match[2]) if match[2].startswith("0") else 0
            numbers.setdefault((match[1], match[3], width), []).append(match[2])
    return sorted([*singles, *_folded(numbers)])


def _folded(numbers: Mapping[tuple[str, str, int], Sequence[str]]) -> Iterator[str]:
    for (start, end, _), values in numbers.items():
        yield f"{start}{_range(values)}{end}"


def _range(values: Sequence[str]) -> str:
    if len(values) == 1:
        return values[0]
    runs: list[list[str]] = []
    for value in sorted(values, key=int):
        if runs and int(value) == int(runs[-1][-1]) + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return "[" + ",".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs) + "]"
