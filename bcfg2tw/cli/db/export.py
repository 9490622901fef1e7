"""`bcfg2tw db export`: write clients.xml and probed.xml, the way back to files."""

from __future__ import annotations

import os
from collections.abc import Mapping

import click

from bcfg2tw.cli.db.opened import clients_path, opened_database, probed_path
from bcfg2tw.cli.site import with_settings
from bcfg2tw.engine.store.sql.client_rows import Elements
from bcfg2tw.engine.store.sql.transfer.contents import read_contents
from bcfg2tw.engine.store.sql.transfer.files import (
    elements_by_client,
    read_answers,
    read_declared,
    write_answers,
    write_clients,
)
from bcfg2tw.settings import Settings

__all__ = ["export"]


@click.command("export")
@with_settings
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Write clients.xml and probed.xml into this folder [default: the repository].",
)
def export(settings: Settings, folder: str | None) -> None:
    """
    Write clients.xml and probed.xml with all that the database holds.

    In the repository, clients.xml and the files that it includes are changed where they say
    something else; comments stay. With --to, whole files are written elsewhere.
    """
    declared = _declared(settings)
    with opened_database(settings) as database:
        contents = read_contents(database)
    clients = contents.clients_with(declared)
    paths = _paths(settings, folder)
    try:
        for path in paths:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        write_clients(paths[0], clients)
        write_answers(paths[1], contents.answers.values())
    except OSError as error:
        raise click.ClickException(f"{error.filename or paths[0]}: {error.strerror}") from error
    _verify(paths[0], clients, settings)
    if read_answers(paths[1]) != dict(contents.answers):
        raise click.ClickException(f"{paths[1]} does not say what the database does")
    click.echo(f"{paths[0]}: {len(clients)} clients")
    click.echo(f"{paths[1]}: what the probes of {len(contents.answers)} clients said")
    click.echo("Both were read again, and say what the database does.")
    if settings.metadata_db or settings.probes_db:
        click.echo(
            "To have them used, stop the server before this command, write use_database = no, and "
            "start it again."
        )


def _declared(settings: Settings) -> dict[str, Elements]:
    path = clients_path(settings)
    return elements_by_client(read_declared(path, settings)) if os.path.exists(path) else {}


def _paths(settings: Settings, folder: str | None) -> tuple[str, str]:
    if folder is None:
        return clients_path(settings), probed_path(settings)
    return os.path.join(folder, "clients.xml"), os.path.join(folder, "probed.xml")


def _verify(path: str, clients: Mapping[str, Elements], settings: Settings) -> None:
    """
    Read a clients.xml again, and compare it.

    :raises click.ClickException: naming the clients of which it says something else
    """
    written = elements_by_client(read_declared(path, settings))
    wrong = [name for name in {**written, **clients} if not _agree(written, clients, name)]
    if wrong:
        raise click.ClickException(
            f"{path} does not say what the database does of {', '.join(sorted(wrong))}"
        )


def _agree(written: Mapping[str, Elements], clients: Mapping[str, Elements], name: str) -> bool:
    found, wanted = written.get(name, ()), clients.get(name, ())
    return len(found) == len(wanted) and all(
        _without_name(one.attributes) == _without_name(other.attributes)
        and [dict(alias) for alias in one.aliases] == [dict(alias) for alias in other.aliases]
        for one, other in zip(found, wanted, strict=True)
    )


def _without_name(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return attributes without the name, which may be written in another case."""
    return {name: value for name, value in attributes.items() if name != "name"}
