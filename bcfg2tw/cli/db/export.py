"""`bcfg2tw db export`: write clients.xml and probed.xml, the way back to files."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial

import click

from bcfg2tw.cli.db.opened import clients_path, probed_path
from bcfg2tw.cli.site import with_settings
from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.repository.files import MistakenFile
from bcfg2tw.engine.repository.listing import stamp_of
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client_rows import Elements
from bcfg2tw.engine.store.declared_clients import no_clients
from bcfg2tw.engine.store.interface import Part
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.sql.transfer.files import (
    check_in_service,
    elements_by_client,
    open_clients,
    read_answers,
    read_declared,
    write_answers,
    write_clients,
)
from bcfg2tw.engine.store.store import Store
from bcfg2tw.engine.store.xmlfiles.client_documents import ClientDocuments
from bcfg2tw.engine.store.xmlfiles.probed_document import ClientAnswers
from bcfg2tw.errors import ChangedMeanwhile
from bcfg2tw.process.options import check_repository
from bcfg2tw.settings import Settings

__all__ = ["export"]

#: How often files are written anew that a server changes meanwhile.
ATTEMPTS = 5


@click.command("export", short_help="Write the state of clients into the repository's files.")
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
    Write clients.xml and probed.xml with all that the server keeps elsewhere.

    In the repository, clients.xml and the files that it includes are changed where they say
    something else; comments stay. What only probed.xml says of a client stays as well. With
    --to, whole files are written elsewhere.

    What is kept in the folder of [server] state, and in no database, is written likewise.
    """
    check_repository(settings)
    if folder is None:
        # what an administrator wrote there since would be taken out again
        check_in_service(clients_path(settings), settings)
        _fold_journals(settings)
    paths = _paths(settings, folder)
    try:
        clients, answers, remaining = _write(paths, settings, folder is None)
    except OSError as error:
        raise click.ClickException(f"{error.filename or paths[0]}: {error.strerror}") from error
    _verify(paths[0], clients, settings)
    if read_answers(paths[1]) != {client.client: client for client in answers}:
        raise click.ClickException(f"{paths[1]} does not say what is kept elsewhere")
    click.echo(f"{paths[0]}: {len(clients)} clients")
    click.echo(f"{paths[1]}: what the probes of {len(answers)} clients said")
    if remaining:
        click.echo(f"  of {remaining} of them only {probed_path(settings)} knows")
    is_elsewhere = bool(settings.state) or settings.metadata_db or settings.probes_db
    kept = "is kept elsewhere" if is_elsewhere else "the server knows"
    click.echo(f"Both were read again, and say what {kept}.")
    if folder is None and is_elsewhere:
        click.echo(
            "To have them used, stop the server before this command, write use_database = no, "
            "remove [server] state, and start it again."
        )


def _write(
    paths: tuple[str, str], settings: Settings, is_repository: bool
) -> tuple[dict[str, Elements], list[Answers], int]:
    """
    Write both files.

    A server that runs writes to them as well. They are looked at before the state is read: what it
    has written since is seen, and nothing older is written over it.

    :returns: the clients, the output of their probes, and of how many of these only the
        repository's probed.xml knew
    :raises ChangedMeanwhile: if somebody changed a file each time
    """
    for _ in range(ATTEMPTS - 1):
        with suppress(ChangedMeanwhile):
            return _write_once(paths, settings, is_repository)
    return _write_once(paths, settings, is_repository)


def _write_once(
    paths: tuple[str, str], settings: Settings, is_repository: bool
) -> tuple[dict[str, Elements], list[Answers], int]:
    documents = None if stamp_of(paths[0]) is None else open_clients(paths[0])
    probed = stamp_of(paths[1])
    clients, answers = _state(settings)
    remaining = _remaining(settings, clients, answers)
    answers = [*answers, *remaining]
    for client in answers:
        ClientAnswers(client).check()  # before anything is written
    for path in paths:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    documents = documents or open_clients(paths[0])
    _write_clients(paths[0], documents, clients, settings if is_repository else None)
    write_answers(paths[1], answers, probed)
    return clients, answers, len(remaining)


def _write_clients(
    path: str,
    documents: ClientDocuments,
    clients: Mapping[str, Elements],
    settings: Settings | None,
) -> None:
    """
    Write a clients.xml that can be put into service, or none.

    :param settings: of the server that is to use it, None where it is for no server yet
    :raises click.ClickException: if the server would not use it; it is as it was then
    """
    if settings is None:
        write_clients(documents, clients)
        return
    try:
        write_clients(documents, clients, partial(check_in_service, path, settings))
    except MistakenFile as mistake:
        raise click.ClickException(
            f"{path} is as it was, for with what is kept elsewhere a server would not use it: "
            f"{mistake.reason}. Remove one of them there (bcfg2tw call Metadata.remove_client "
            "NAME) or here, or have the files written into another folder (--to DIR)."
        ) from mistake


def _fold_journals(settings: Settings) -> None:
    """
    Write what a killed server left in journals to the repository's files, and remove these.

    They would count again later, over what another server that goes on from the files has set
    back meanwhile. While a server runs they are its own.
    """
    with _opened_store(settings) as store:
        _clients_of(store, settings)  # a journal is weighed by what clients.xml says
        for part in _repository_parts(store, settings):
            part.start()  # what it lacks then is written as it is closed


def _state(settings: Settings) -> tuple[dict[str, Elements], list[Answers]]:
    """Return the clients that there are, and the output of their probes."""
    with _opened_store(settings) as store:
        return _clients_of(store, settings), store.probes.all()


def _remaining(
    settings: Settings, clients: Container[str], answers: Iterable[Answers]
) -> list[Answers]:
    """
    Return what the repository's probed.xml says of clients whose probes are unknown elsewhere.

    It stays: where the state was not taken over from the file, nobody else has it.

    :param clients: those that there are; a client that was removed does not come back
    :raises RepositoryError: if the file is there and cannot be read
    """
    path = probed_path(settings)
    if stamp_of(path) is None:
        return []
    known = {client.client for client in answers}
    return [
        said for name, said in read_answers(path).items() if name in clients and name not in known
    ]


@contextmanager
def _opened_store(settings: Settings) -> Iterator[Store]:
    """Open the store, with all that others have changed, for the block."""
    store = open_store(settings, SystemClock())
    try:
        store.catch_up()
        store.probes.refresh()
        yield store
    finally:
        store.close()


def _clients_of(store: Store, settings: Settings) -> dict[str, Elements]:
    path = clients_path(settings)
    declared = no_clients() if stamp_of(path) is None else read_declared(path, settings)
    clients = store.clients.current(declared).clients()
    return {client.name: client.elements for client in clients}


def _repository_parts(store: Store, settings: Settings) -> list[Part]:
    """Return the parts of the store that are kept in the repository's files."""
    if settings.state is not None:
        return []
    parts: list[tuple[Part, bool]] = [
        (store.clients, settings.metadata_db),
        (store.probes, settings.probes_db),
    ]
    return [part for part, is_in_database in parts if not is_in_database]


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
            f"{path} does not say what is kept elsewhere of {', '.join(sorted(wrong))}"
        )


def _agree(written: Mapping[str, Elements], clients: Mapping[str, Elements], name: str) -> bool:
    return _comparable(written.get(name, ())) == _comparable(clients.get(name, ()))


def _comparable(elements: Elements) -> list[tuple[dict[str, str], list[dict[str, str]]]]:
    return [
        (_without_name(element.attributes), [dict(alias) for alias in element.aliases])
        for element in elements
    ]


def _without_name(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return attributes without the name, which may be written in another case."""
    return {name: value for name, value in attributes.items() if name != "name"}
