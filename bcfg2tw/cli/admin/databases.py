"""The databases of a site that has any, for `doctor` and `backup`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlalchemy.exc import SQLAlchemyError

from bcfg2tw.cli.db.opened import opened_database
from bcfg2tw.engine.store.sql import schema
from bcfg2tw.engine.store.sql.location import DatabaseLocation, location_of
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.database import open_reports, reports_location
from bcfg2tw.settings import Settings

__all__ = ["EXAMINED", "locations"]


def locations(settings: Settings) -> Iterator[DatabaseLocation]:
    """
    Yield the databases that the server uses.

    :raises SettingsError: if it cannot be told which one is meant
    """
    if settings.metadata_db or settings.probes_db:
        yield location_of(settings)
    if "Reporting" in settings.plugins:
        yield reports_location(settings)


def _clients(settings: Settings) -> str:
    with opened_database(settings) as database:
        return _described(str(database.location), database.schema_state())


def _reports(settings: Settings) -> str:
    database = open_reports(settings)
    try:
        with database.looking() as connection:
            state = None if connection is None else schema.state_of(connection)
    except SQLAlchemyError as error:
        raise Bcfg2Error(f"{database}: {getattr(error, 'orig', error)}".strip()) from error
    finally:
        database.close()
    return _described(str(database), state)


def _described(place: str, state: schema.SchemaState | None) -> str:
    if state is None or state.version is None:
        return f"{place}: no tables yet, which the server makes"
    state.check()
    return place


#: Functions that say where a database is, by the subject of the examination.
#:
#: They raise `Bcfg2Error` if it cannot be used.
EXAMINED: Mapping[str, Callable[[Settings], str]] = {"database": _clients, "reports": _reports}
