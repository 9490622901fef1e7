"""
Reports that an older Bcfg2 has left in the database that ours are kept in.

A site goes on with its `[database]`: upstream's tables lie beside ours there.
"""

from __future__ import annotations

import datetime

from sqlalchemy import inspect, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.upstream.reading import OldReports
from bcfg2tw.reporting.upstream.source import NEEDED, OldDatabase


def is_waiting(database: ReportDatabase) -> bool:
    """
    Say whether a database holds reports of upstream of which none was ever imported.

    :raises sqlalchemy.exc.SQLAlchemyError: if it cannot be used
    """
    with database.looking() as connection:
        if connection is None:
            return False
        names = {name.lower() for name in inspect(connection).get_table_names()}
        if not {name.lower() for name in NEEDED} <= names:
            return False
        if tables.old_numbers.name not in names:
            return True
        return connection.execute(select(tables.old_numbers.c.number).limit(1)).first() is None


def old_reports(database: ReportDatabase, zone: datetime.tzinfo | None) -> OldReports:
    """
    Return the reports of upstream in the database that ours are kept in.

    :param zone: of the times that come without one; None for the machine's
    :raises Bcfg2Error: if there are none
    """
    return OldReports(OldDatabase(database.location.url), zone)
