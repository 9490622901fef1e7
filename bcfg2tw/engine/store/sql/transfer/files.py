"""State in the XML files that Bcfg2 knows: clients.xml and probed.xml."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from bcfg2tw.engine.repository.files import Library
from bcfg2tw.engine.repository.listing import Stamp
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.client_rows import Elements
from bcfg2tw.engine.store.declared_clients import DeclaredClients, read_clients
from bcfg2tw.engine.store.xmlfiles.client_documents import ClientDocuments, check_unchanged
from bcfg2tw.engine.store.xmlfiles.probed_document import ClientAnswers, document, read_probed
from bcfg2tw.errors import Bcfg2Error, RepositoryError
from bcfg2tw.settings import Settings

EMPTY_CLIENTS = b"<Clients/>\n"


def read_declared(path: str, settings: Settings) -> DeclaredClients:
    """
    Return what a clients.xml declares, with the files that it includes.

    :raises RepositoryError: if it cannot be read or is not well-formed
    """
    folder, name = os.path.split(os.path.abspath(path))
    files = Library(settings).files(folder)
    declared = files.load(name, read_clients)
    if declared is None:
        raise files.problem(name, read_clients) or RepositoryError(path, "there is no such file")
    return declared


def check_in_service(path: str, settings: Settings) -> None:
    """
    See that a clients.xml says itself what servers serve, not a last good state in its place.

    :raises RepositoryError: if it is not in service
    """
    folder, name = os.path.split(os.path.abspath(path))
    files = Library(settings).files(folder)
    files.load(name, read_clients)
    problem = files.problem(name, read_clients)
    if problem is not None:
        raise problem


def elements_by_client(declared: DeclaredClients) -> dict[str, Elements]:
    """Return what a clients.xml says of each client, by its name in lower case, in order."""
    elements: dict[str, Elements] = {}
    for element in declared.elements:
        name = element.attributes["name"].lower()
        elements[name] = (*elements.get(name, ()), element)
    return elements


def read_answers(path: str) -> dict[str, Answers]:
    """
    Return what a probed.xml says, by client.

    :raises RepositoryError: if it cannot be read or is not well-formed
    """
    clients, _ = read_probed(path)
    return {name: client.answers for name, client in clients.items()}


def open_clients(path: str) -> ClientDocuments:
    """
    Return a clients.xml, with the files that it includes, as it is to be changed.

    :param path: of a file that is made if there is none
    :raises RepositoryError: if it is there and cannot be read or is not well-formed
    :raises OSError: if it cannot be made
    """
    if not os.path.exists(path):
        write_atomically(path, EMPTY_CLIENTS)
    return ClientDocuments(path)


def write_clients(
    documents: ClientDocuments,
    clients: Mapping[str, Elements],
    check: Callable[[], None] | None = None,
) -> None:
    """
    Have a clients.xml, with the files that it includes, declare these clients and no others.

    Comments, includes and what else is said of clients stay.

    :param documents: changed
    :param check: called once all is written; if it raises, the files say what they said before
    :raises ChangedMeanwhile: if somebody has changed a file since it was read
    :raises OSError: if it cannot be written
    """
    for name in documents.clients().keys() - clients.keys():
        documents.put(name, ())
    for name, elements in clients.items():
        documents.put(name, elements)
    stamps = documents.write()
    if check is None:
        return
    try:
        check()
    except Bcfg2Error:
        documents.put_back(stamps)
        raise


def write_answers(path: str, answers: Iterable[Answers], before: Stamp | None) -> None:
    """
    Write a probed.xml.

    :param before: the stamp of the file that it replaces, None where there is none
    :raises ChangedMeanwhile: if it has another one now
    :raises OSError: if it cannot be written
    """
    text = document(map(ClientAnswers, answers))
    write_atomically(path, text, check=partial(check_unchanged, path, before))
