"""The entries that runs list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, case, func, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS, chunks
from bcfg2tw.reporting.lines import parse_line
from bcfg2tw.reporting.web.reasons import reasons_of

_entries, _links = tables.entries.c, tables.set_entries.c


def first_reasons(
    connection: Connection, runs: Sequence[int], count: int = 2
) -> dict[int, list[tuple[str, str, str]]]:
    """
    Return what is wrong first in some runs: type, name and reasons; failures come before the rest.

    :param runs: their numbers
    :param count: entries of each
    """
    of_run: dict[int, list[tuple[str, str, str]]] = {run: [] for run in runs}
    wanted = _first_entries(connection, runs, count)
    texts = _texts(connection, {entry for _, entry in wanted})
    for run, entry in wanted:
        item = texts[entry]
        of_run[run].append((item["type"], item["name"], "; ".join(reasons_of(item))))
    return of_run


def _first_entries(
    connection: Connection, runs: Sequence[int], count: int
) -> list[tuple[int, int]]:
    place = func.row_number().over(
        partition_by=tables.runs.c.id,
        order_by=(_entries.state.is_not(None), _entries.type, _entries.name, _entries.id),
    )
    ranked = (
        select(tables.runs.c.id.label("run"), _entries.id.label("entry"), place.label("place"))
        .join_from(tables.runs, tables.set_entries, _links.set == tables.runs.c.bad_set)
        .join(tables.entries, _entries.id == _links.entry)
        .where(tables.runs.c.id.in_(runs))
        .subquery()
    )
    query = select(ranked.c.run, ranked.c.entry).where(ranked.c.place <= count)
    query = query.order_by(ranked.c.run, ranked.c.place)
    return [(run, entry) for run, entry in connection.execute(query)]


def _texts(connection: Connection, numbers: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """Return entries without what their contents differ in, but for its kind."""
    texts: dict[int, Mapping[str, Any]] = {}
    for chunk in chunks(sorted(numbers), PARAMETERS):
        query = select(_entries.id, _entries.text, short_detail).where(_entries.id.in_(chunk))
        for number, text, detail in connection.execute(query):
            texts[number] = brief_item(text, detail)
    return texts


#: Enough of a detail to tell its kind; contents may be large, and are left in the database.
short_detail = case(
    (_entries.detail.startswith('{"kind":"pruned"'), _entries.detail),
    else_=func.substr(_entries.detail, 1, 30),
)
_KIND = re.compile(r'\{"kind":"([^"]+)"')


def brief_item(text: str, detail: str | None) -> Mapping[str, Any]:
    """
    Return an entry with the kind of its detail alone; of pruned files with their names.

    :param detail: what `short_detail` gives
    """
    item = parse_line(text)
    return item if detail is None else {**item, "detail": _brief_detail(detail)}


def _brief_detail(detail: str) -> Mapping[str, Any]:
    if detail.startswith('{"kind":"pruned"'):
        return parse_line(detail)
    kind = _KIND.match(detail)
    if kind is not None:
        return {"kind": kind[1]}
    return {"kind": "binary" if detail.startswith('{"base64"') else "too-large"}
