"""The contents of sets of entries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS, chunks

#: Type and name of an entry.
Name = tuple[str, str]

_entries, _links = tables.entries.c, tables.set_entries.c
_query = (
    select(_links.set, _entries.type, _entries.name)
    .join_from(tables.set_entries, tables.entries, _links.entry == _entries.id)
    .where(_links.set.in_(bindparam("sets", expanding=True)))
)


def names_of(connection: Connection, sets: Sequence[int]) -> dict[int, set[Name]]:
    """Return type and name of all that sets have, failures included."""
    names: dict[int, set[Name]] = {number: set() for number in sets}
    for chunk in chunks(sorted(names), PARAMETERS):
        for number, kind, name in connection.execute(_query, {"sets": chunk}):
            names[number].add((kind, name))
    return names
