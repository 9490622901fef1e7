"""`bcfg2tw db import`: take over clients and what their probes said into the database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

import click

from bcfg2tw.cli.db.opened import opened_database
from bcfg2tw.cli.db.sources import read_sources
from bcfg2tw.cli.site import with_settings
from bcfg2tw.engine.plugins.metadata.declared_groups import DeclaredGroups
from bcfg2tw.engine.repository.files import Library
from bcfg2tw.engine.store.client_rows import Elements
from bcfg2tw.engine.store.sql.transfer.importing import Outcome, import_answers, import_clients
from bcfg2tw.process.options import check_repository
from bcfg2tw.settings import Settings

__all__ = ["import_"]

#: Names of clients that a line holds at most.
MOST_NAMES = 10


@click.command("import", short_help="Take clients and their probes over into the database.")
@with_settings
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--overwrite", is_flag=True, help="What is taken over counts more than what is there."
)
def import_(settings: Settings, sources: Sequence[str], overwrite: bool) -> None:
    """
    Take over clients, and what their probes said, into the database that [database] names.

    A SOURCE is a clients.xml, a probed.xml, an SQLite database or the URL of a database in which
    Bcfg2's own server (1.3, 1.4) has its tables. Without one, those of the site are taken: both
    files of the repository, and the tables in the same database.

    It can be run again, and beside a server. Each row is read again and compared.
    """
    check_repository(settings)
    state = read_sources(sources, settings)
    for line in state.lines:
        click.echo(line)
    clients = dict(_with_profiles(state.clients, settings))
    with opened_database(settings) as database:
        outcomes = {
            "clients": import_clients(database, clients, overwrite),
            "output of probes": import_answers(database, state.answers, overwrite),
        }
    for name, outcome in outcomes.items():
        for line in _lines(name, outcome):
            click.echo(line)
    taken = sum(len(outcome.taken) for outcome in outcomes.values())
    if taken:
        click.echo(f"{taken} rows were read again from {database.location}, and are as they were")
    for hint in _hints(settings):
        click.echo(hint)


def _with_profiles(
    clients: dict[str, Elements], settings: Settings
) -> Iterator[tuple[str, Elements]]:
    """Yield the clients; those without a profile get the default group, as Bcfg2 served them."""
    default = _default_group(settings)
    without: list[str] = []
    for name, elements in clients.items():
        first, *others = elements
        if any("profile" in element.attributes for element in elements):
            yield name, elements
            continue
        without.append(name)
        profile = {} if default is None else {"profile": default}
        yield name, (replace(first, attributes={**first.attributes, **profile}), *others)
    if without:
        consequence = (
            "there is no default group either: they will get nothing"
            if default is None
            else f"they get the default group {default}"
        )
        click.echo(f"{len(without)} clients have no profile ({_names(without)}); {consequence}")


def _default_group(settings: Settings) -> str | None:
    folder = os.path.join(settings.repository, "Metadata")
    groups = Library(settings).files(folder).load("groups.xml", DeclaredGroups)
    return None if groups is None else groups.default


def _lines(name: str, outcome: Outcome) -> Iterator[str]:
    yield (
        f"{name}: {outcome.read} read, {len(outcome.taken)} taken over, "
        f"{len(outcome.present)} there already"
    )
    if outcome.kept:
        yield (
            f"  of {len(outcome.kept)} the database has something else, which counts (with "
            f"--overwrite it would not): {_names(outcome.kept)}"
        )
    for sentence in outcome.refused:
        yield f"  not taken over: {sentence}"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else f"{shown} and {len(names) - MOST_NAMES} more"


def _hints(settings: Settings) -> Iterator[str]:
    options = {"[metadata]": settings.metadata_db, "[probes]": settings.probes_db}
    missing = [section for section, is_set in options.items() if not is_set]
    if missing:
        yield (
            f"To have it used, write use_database = yes into {' and '.join(missing)} of "
            "bcfg2.conf, and restart the server."
        )
