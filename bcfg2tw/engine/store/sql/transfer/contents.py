"""Everything that the database holds, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.sql.client_rows import ClientRow, Elements, row_from
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.probes import answers_from
from bcfg2tw.engine.store.sql.tables import answers, clients


@dataclass(frozen=True)
class Contents:
    """
    The state of clients.

    :ivar rows: by name, in the order in which they were registered
    :ivar answers: by client
    """

    rows: Mapping[str, ClientRow]
    answers: Mapping[str, Answers]

    def clients_with(self, declared: Mapping[str, Elements]) -> dict[str, Elements]:
        """
        Return all clients that there are, by name.

        :param declared: those of clients.xml, which come first
        """
        names = [*declared, *(name for name in self.rows if name not in declared)]
        merged = {name: self._row(name).merge(declared.get(name, ())) for name in names}
        return {name: elements for name, elements in merged.items() if elements}

    def _row(self, name: str) -> ClientRow:
        return self.rows.get(name, ClientRow(name))


def read_contents(database: Database) -> Contents:
    """
    Return what a database holds; nothing where there are no tables.

    :raises StateUnavailable: if it is away
    :raises CoreInitError: if the tables are not as this release needs them
    """
    return database.read(_read) if database.has_tables() else Contents({}, {})


def _read(connection: Connection) -> Contents:
    client_rows = connection.execute(select(clients).order_by(clients.c.registered, clients.c.name))
    answers_rows = connection.execute(select(answers).order_by(answers.c.client))
    return Contents(
        {row["name"]: row_from(dict(row)) for row in client_rows.mappings()},
        {row["client"]: answers_from(row) for row in answers_rows.mappings()},
    )
