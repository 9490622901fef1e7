"""The numbers of what is in the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.tables import answers, clients


@dataclass(frozen=True)
class Counts:
    """
    The numbers of rows.

    :ivar clients: that are registered in the database
    :ivar answers: clients whose probes have said something
    """

    clients: int
    answers: int


def count(database: Database) -> Counts:
    """
    Count the rows of a database with tables of this release.

    :raises StateUnavailable: if it is away
    """
    return database.read(_count)


def _count(connection: Connection) -> Counts:
    registered = select(func.count()).select_from(clients).where(clients.c.registered > 0)
    uploads = select(func.count()).select_from(answers)
    return Counts(
        connection.execute(registered).scalar_one(), connection.execute(uploads).scalar_one()
    )
