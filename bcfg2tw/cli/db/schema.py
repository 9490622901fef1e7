"""`bcfg2tw db status` and `bcfg2tw db upgrade`: what is there, and bringing it up to date."""

from __future__ import annotations

from collections.abc import Iterator

import click

from bcfg2tw.cli.db.opened import opened_database
from bcfg2tw.cli.site import with_settings
from bcfg2tw.engine.store.sql.counts import count
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.settings import Settings

__all__ = ["status", "upgrade"]


@click.command("status", short_help="Say where the state of clients is kept.")
@with_settings
def status(settings: Settings) -> None:
    """Say where the state of clients is kept, and what the database holds."""
    for line in _places(settings):
        click.echo(line)
    with opened_database(settings) as database:
        for line in _contents(database):
            click.echo(line)


def _places(settings: Settings) -> Iterator[str]:
    places = {
        "clients": (
            settings.metadata_db,
            "metadata",
            "clients.xml" if settings.state is None else "clients.json",
        ),
        "output of probes": (settings.probes_db, "probes", "probed.xml"),
    }
    folder = "" if settings.state is None else f"{settings.state}/"
    for state, (is_in_database, section, file) in places.items():
        place = "the database" if is_in_database else f"{folder}{file}"
        option = "yes" if is_in_database else "no"
        yield f"{state}: kept in {place} ([{section}] use_database = {option})"


def _contents(database: Database) -> Iterator[str]:
    yield f"database: {database.location}"
    state = database.schema_state()
    if state is None or state.version is None:
        yield "schema: none yet; the server makes it when it starts, or bcfg2tw db upgrade"
        return
    yield f"schema: version {state.version}, {_comparison(state.is_newest, state.is_known)}"
    if state.is_newest:
        counts = count(database)
        yield f"clients that are registered in it: {counts.clients}"
        yield f"clients whose probes have said something: {counts.answers}"


def _comparison(is_newest: bool, is_known: bool) -> str:
    if is_newest:
        return "the one that this release needs"
    if is_known:
        return "an older one; the server upgrades it when it starts, or bcfg2tw db upgrade"
    return "which a newer release has made; this one cannot use it"


@click.command("upgrade")
@with_settings
def upgrade(settings: Settings) -> None:
    """
    Bring the tables to the version that this release needs.

    The server does the same when it starts. A database that a newer release has upgraded is left
    as it is, and the command ends with status 1.
    """
    with opened_database(settings) as database:
        before = database.schema_state()
        database.prepare()
        after = database.schema_state()
    version = None if before is None else before.version
    assert after is not None
    if version == after.version:
        click.echo(f"{database.location}: the schema has the version {version} already")
    else:
        click.echo(
            f"{database.location}: the schema is brought from "
            f"{'nothing' if version is None else f'version {version}'} to version {after.version}"
        )
