"""The contents of sets of entries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS, chunks

#: Type and name of an entry.
Name = tuple[str, str]


def names_of(connection: Connection, sets: Sequence[int]) -> dict[int, set[Name]]:
    """Return type and name of all that sets have, failures included."""
    entries, links = tables.entries.c, tables.set_entries.c
    query = select(links.set, entries.type, entries.name).join_from(
        tables.set_entries, tables.entries, links.entry == entries.id
    )
    names: dict[int, set[Name]] = {number: set() for number in sets}
    for chunk in chunks(sorted(names), PARAMETERS):
        for number, kind, name in connection.execute(query.where(links.set.in_(chunk))):
            names[number].add((kind, name))
    return names
