"""`client`: the clients, changed where they are kept (:ref:`tools-2`)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager, suppress

import click

from bcfg2tw.certificates.refused import user_name
from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail, json_option, show_lines
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.closed_paths import closed_part
from bcfg2tw.engine.plugins.metadata.metadata_files import is_clients_xml_wanted
from bcfg2tw.engine.store.client_edit import ADD, REMOVE, UPDATE, ClientEdit
from bcfg2tw.engine.store.xmlfiles.client_documents import ClientDocuments
from bcfg2tw.errors import Bcfg2Error, ChangedMeanwhile

__all__ = ["client"]

ATTRIBUTES = ["profile", "uuid", "password", "floating", "secure", "address", "auth"]

#: To change a file that a server changes as well, some seconds apart.
ATTEMPTS = 5

_OPERATIONS = {
    "add": ADD,
    "update": UPDATE,
    "up": UPDATE,
    "delete": REMOVE,
    "del": REMOVE,
    "remove": REMOVE,
    "rm": REMOVE,
}
_VERBS = {ADD: "adding", UPDATE: "updating", REMOVE: "deleting"}


@click.command("client")
@pass_site
@json_option
@click.argument("mode", metavar="mode", type=click.Choice(["list", *_OPERATIONS]))
@click.argument("hostname", type=CLIENT, required=False, metavar="[hostname]")
@click.argument("attributes", nargs=-1, metavar="[attribute=value...]")
def client(
    site: Site, mode: str, hostname: str | None, attributes: Sequence[str], as_json: bool
) -> None:
    """
    Add, update, delete or list clients.

    A client is changed where clients are kept: in clients.xml, comments and includes stay; with
    [metadata] use_database in the database; with [server] state in that folder. A server takes
    the change in like any other.
    """
    path = os.path.join(site.settings.repository, "Metadata", "clients.xml")
    is_in_file = is_clients_xml_wanted(site.settings)
    if mode == "list":
        if hostname is not None:
            click.echo("hostname is not honored in list mode", err=True)
        names = ClientDocuments(path).clients() if is_in_file else site.clients.client_names()
        show_lines(names, as_json)
        return
    if hostname is None:
        raise click.UsageError(f"'{mode}' needs a hostname.")
    values = dict(map(_pair, attributes))
    edit = ClientEdit(_OPERATIONS[mode], hostname.lower(), values)
    try:
        edit.check()
        if is_in_file:
            with _alone(os.path.dirname(path)):
                _apply(path, edit)
        else:
            _apply_to_store(site, edit)
    except (Bcfg2Error, OSError) as error:
        reason = _without_rights(error) if isinstance(error, PermissionError) else error
        fail(f"Error {hostname} client {_VERBS[edit.operation]}: {reason}")


def _without_rights(error: PermissionError) -> str:
    """Say which folder is closed to this user, and what to do about it."""
    path: str = error.filename
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    return (
        f"{closed_part(folder)} cannot be written by user {user_name()}: chown or chmod it, or be "
        "the user of the server"
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"'{text}' is no attribute=value.")
    if name not in ATTRIBUTES:
        fail(f"Attribute {name} unknown. Valid attributes: {ATTRIBUTES}")
    return name, value


def _apply(path: str, edit: ClientEdit) -> None:
    for _ in range(ATTEMPTS - 1):
        with suppress(ChangedMeanwhile):
            _apply_once(path, edit)
            return
    _apply_once(path, edit)


def _apply_once(path: str, edit: ClientEdit) -> None:
    documents = ClientDocuments(path)
    if _is_due(edit, documents.clients()):
        documents.apply(edit)
        documents.write()


def _apply_to_store(site: Site, edit: ClientEdit) -> None:
    store = site.core.store.clients
    with store.changing(edit.name):
        if _is_due(edit, site.clients.client_names()):
            store.edit(edit)


def _is_due(edit: ClientEdit, names: Container[str]) -> bool:
    """Say whether an edit changes anything, the names of all clients given."""
    exists = edit.name in names
    if edit.operation != ADD and not exists:
        raise Bcfg2Error(f'Client "{edit.name}" does not exist')
    return edit.operation != ADD or not exists


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Keep other runs of this command from changing the same files; nothing is made for that."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
