"""The entries of the lists of a run, as they are shown; no more than a page has room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.web.entry_views import Detail, EntryView, detail_of, view_of

_entries, _links, _sets = tables.entries.c, tables.set_entries.c, tables.sets.c

#: Entries of a section, and extra ones, that a page shows; characters of details of a page.
SECTION, EXTRAS, DETAILS = 50, 400, 60_000
#: Characters of a detail that are read, and of its end.
HEAD, TAIL = 16_000, 24


@dataclass(frozen=True)
class Section:
    """
    A part of what a run lists.

    :ivar total: how many there are; `entries` may be fewer
    """

    entries: tuple[EntryView, ...]
    total: int


class Room:
    """The characters that a page has left for details."""

    def __init__(self, characters: int = DETAILS) -> None:
        self._left = characters

    def take(self, detail: Detail) -> Detail:
        """Return a detail, without its lines where there is no room for them any more."""
        size = sum(len(line.text) + 20 for line in detail.lines) + len(detail.text)
        if size > self._left:
            return Detail(detail.kind, detail.size, detail.md5, is_cut=True)
        self._left -= size
        return detail


def section(
    connection: Connection, number: int | None, state: str, most: int, room: Room, *,
    failures: bool,
) -> Section:  # fmt: skip
    """
    Return the entries of a set, or the failures in it.

    :param number: of the set; None for an empty one
    :param most: how many are returned
    """
    if number is None:
        return Section((), 0)
    condition = _entries.state.is_(None) if failures else _entries.state.is_not(None)
    total = connection.execute(_of_set(number, func.count()).where(condition)).scalar_one()
    query = _of_set(number, *_COLUMNS).where(condition).order_by(*ORDER).limit(most)
    rows = connection.execute(query).all()
    return Section(tuple(_views(rows, state, room)), total)


#: The order of entries: by type, then by name.
ORDER = (_entries.type, _entries.name, _entries.id)

_COLUMNS = (
    _entries.text, _entries.digest, func.substr(_entries.detail, 1, HEAD),
    func.length(_entries.detail),
    func.substr(_entries.detail, func.length(_entries.detail) - TAIL, TAIL + 1),
)  # fmt: skip


def _of_set(number: int, *columns: ColumnElement[Any]) -> Select[Any]:
    query = select(*columns).join_from(
        tables.set_entries, tables.entries, _links.entry == _entries.id
    )
    return query.where(_links.set == number)


def _views(rows: Sequence[Any], state: str, room: Room) -> Iterator[EntryView]:
    for text, digest, head, length, tail in rows:
        detail = None if head is None else room.take(detail_of(head, length, tail))
        yield view_of(text, detail, state, bytes(digest))


def views_of(connection: Connection, numbers: Sequence[int], room: Room) -> dict[int, EntryView]:
    """Return entries by their numbers, in the state that each has."""
    query = select(_entries.id, _entries.state, *_COLUMNS).where(_entries.id.in_(numbers))
    views: dict[int, EntryView] = {}
    for number, state, *rest in connection.execute(query):
        name = "failed" if state is None else STATE_NAMES[state]
        (views[number],) = _views([rest], name, room)
    return views


STATE_NAMES = ("bad", "modified", "extra")
