"""The differences between two configurations of one client."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from typing import TypeAlias

from bcfg2tw.comparing.details import (
    ComparedClient,
    attribute_details,
    entry_details,
    failure_details,
)
from bcfg2tw.comparing.difference import CLIENT, STRUCTURES, Detail, Difference
from bcfg2tw.comparing.normal import (
    EntryKey,
    NormalEntry,
    NormalStructure,
    is_same,
    normal_structures,
)
from bcfg2tw.engine.xmlio import Element

__all__ = ["Built", "compare", "failure_of_build"]

#: A client's configuration; the reason why there is none; None where there is no such client.
Built: TypeAlias = "Element | str | None"

_NOBODY = ComparedClient()


def compare(old: Built, new: Built, client: ComparedClient = _NOBODY) -> list[Difference]:
    """
    Return the differences between two configurations of a client.

    A configuration that is an `error` document counts as one that could not be built. Where
    neither could be, for the same reason, there is no difference. The documents are not changed.

    :returns: structures first, then entries by tag and name
    """
    if isinstance(old, str) or isinstance(new, str) or old is None or new is None:
        return list(_without_both(old, new, client))
    if failure_of_build(old) is not None or failure_of_build(new) is not None:
        return list(_without_both(old, new, client))
    return [] if is_same(old, new) else list(_compared(old, new, client))


def failure_of_build(built: Built) -> str | None:
    """Return the reason why there is no configuration, None where there is one, or no client."""
    if built is None or isinstance(built, str):
        return built
    return f"{built.get('type')}: {built.text}" if built.tag == "error" else None


def _without_both(old: Built, new: Built, client: ComparedClient) -> Iterator[Difference]:
    before, after = failure_of_build(old), failure_of_build(new)
    reasons = tuple(failure_details(before, after, client))
    if (old is None) != (new is None):
        kind = "client-added" if old is None else "client-removed"
        yield Difference(kind, CLIENT, "", details=reasons)
    elif reasons:
        kind = "failed" if before is None else "mended" if after is None else "failure-changed"
        yield Difference(f"build-{kind}", CLIENT, "", details=reasons)


def _compared(old: Element, new: Element, client: ComparedClient) -> Iterator[Difference]:
    before, after = normal_structures(old), normal_structures(new)
    for place in sorted({*before, *after}):
        yield from _structure(before.get(place), after.get(place), client)
    entries = _by_name(before), _by_name(after)
    for key in sorted({*entries[0], *entries[1]}):
        for pair in _pairs(entries[0].get(key, []), entries[1].get(key, [])):
            for difference in _entry(*pair, client):
                place = (difference.structure, 0)
                yield _with_origin(difference, before.get(place), after.get(place), client)


def _with_origin(
    difference: Difference,
    old: NormalStructure | None,
    new: NormalStructure | None,
    client: ComparedClient,
) -> Difference:
    """Return the difference with the bundle within its bundle that has become part of it."""
    if old is None or new is None:
        return difference
    origin = None
    if difference.kind == "entry-added":
        origin = old.included.get((difference.tag, difference.name))
    elif difference.kind == "entry-removed" and difference.tag in STRUCTURES and _has_all(old, new):
        origin = difference.name
    if origin is None:
        return difference
    places = (origin, difference.structure)
    place = Detail("bundle", "", *places, identity=client.identity(places))
    return difference.with_details((place, *difference.details))


def _has_all(old: NormalStructure, new: NormalStructure) -> bool:
    """Say whether all entries of the bundles within a bundle are entries of the bundle now."""
    return old.included.keys() <= {(entry.tag, entry.name) for entry in new.entries}


def _structure(
    old: NormalStructure | None, new: NormalStructure | None, client: ComparedClient
) -> Iterator[Difference]:
    if old is None or new is None:
        structure = old or new
        assert structure is not None
        kind = "structure-added" if old is None else "structure-removed"
        yield Difference(kind, structure.tag, structure.name)
        return
    details = list(attribute_details(old.attributes, new.attributes, client))
    if old.tag != new.tag:
        identity = client.identity((old.tag, new.tag))
        details.append(Detail("kind", "", old.tag, new.tag, identity=identity))
    if details:
        yield Difference("structure-changed", new.tag, new.name, details=tuple(details))


def _by_name(
    structures: Mapping[tuple[str, int], NormalStructure],
) -> dict[tuple[str, str], list[NormalEntry]]:
    entries: dict[tuple[str, str], list[NormalEntry]] = {}
    for structure in structures.values():
        for entry in structure.entries:
            entries.setdefault((entry.tag, entry.name), []).append(entry)
    return entries


Pair: TypeAlias = "tuple[NormalEntry | None, NormalEntry | None]"


def _pairs(old: Sequence[NormalEntry], new: Sequence[NormalEntry]) -> Iterator[Pair]:
    """
    Yield what became of entries that share tag and name.

    Those that are equal belong together, then those of one structure, then what is left: an entry
    that has moved.
    """
    if old == new:
        return  # as nearly all are
    equal = Counter(entry.key for entry in old) & Counter(entry.key for entry in new)
    before, after = list(_without(old, equal)), list(_without(new, equal))
    twins: dict[str, deque[NormalEntry]] = {}
    for entry in after:
        twins.setdefault(entry.structure, deque()).append(entry)
    moved = []
    for entry in before:
        if twins.get(entry.structure):
            yield entry, twins[entry.structure].popleft()
        else:
            moved.append(entry)
    yield from zip_longest(moved, chain.from_iterable(twins.values()))


def _without(entries: Iterable[NormalEntry], keys: Counter[EntryKey]) -> Iterator[NormalEntry]:
    """Yield entries, but so many of each key less."""
    left = Counter(keys)
    for entry in entries:
        if left[entry.key]:
            left[entry.key] -= 1
        else:
            yield entry


def _entry(
    old: NormalEntry | None, new: NormalEntry | None, client: ComparedClient
) -> Iterator[Difference]:
    entry = new or old
    assert entry is not None
    details = tuple(_entry_details(old, new, client))
    if details or old is None or new is None:
        kind = _kind(old, new, details)
        yield Difference(kind, entry.tag, entry.name, entry.structure, details)


def _entry_details(
    old: NormalEntry | None, new: NormalEntry | None, client: ComparedClient
) -> Iterator[Detail]:
    if old is not None and new is not None and old.structure != new.structure:
        places = (old.structure, new.structure)
        yield Detail("bundle", "", *places, identity=client.identity(places))
    details = list(entry_details(old, new, client))
    failures = [detail for detail in details if detail.aspect == "failure"]
    # what could not be bound lacks all the rest, which is no change of its own
    yield from failures or details


def _kind(old: NormalEntry | None, new: NormalEntry | None, details: Sequence[Detail]) -> str:
    if old is None:
        return "entry-added"
    if new is None:
        return "entry-removed"
    if old.failure != new.failure:
        verb = "added" if old.failure is None else "removed" if new.failure is None else "changed"
        return f"failure-{verb}"
    return "entry-moved" if details[0].aspect == "bundle" else "entry-changed"
