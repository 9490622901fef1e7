"""The places that `bcfg2tw db import` takes state over from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import click
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bcfg2tw.cli.db.opened import clients_path, probed_path
from bcfg2tw.engine.repository.listing import stamp_of
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client_rows import Elements
from bcfg2tw.engine.store.sql.location import SQLITE, DatabaseLocation, location_of
from bcfg2tw.engine.store.sql.transfer.files import (
    elements_by_client,
    read_answers,
    read_declared,
)
from bcfg2tw.engine.store.sql.transfer.upstream_tables import read_upstream_tables
from bcfg2tw.engine.xmlio import parse_own_file
from bcfg2tw.errors import RepositoryError
from bcfg2tw.settings import Settings

__all__ = ["Sources", "read_sources"]

SQLITE_MAGIC = b"SQLite format 3\0"


@dataclass
class Sources:
    """
    What was read.

    :ivar clients: by name in lower case, in order
    :ivar answers: of probes, by client
    :ivar lines: a sentence for each place, and for what was read otherwise than it stands there
    """

    clients: dict[str, Elements] = field(default_factory=dict)
    answers: dict[str, Answers] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def read_sources(names: Sequence[str], settings: Settings) -> Sources:
    """
    Read the state that files and databases hold.

    :param names: paths of XML files or SQLite databases, and URLs; where it is empty, those of
        the site
    :raises Bcfg2Error: if something cannot be read
    :raises click.ClickException: if a name leads to nothing that holds state
    """
    reader = _Reader(settings)
    if names:
        for name in names:
            reader.read(name)
    else:
        reader.read_site()
    return reader.sources


class _Reader:
    def __init__(self, settings: Settings) -> None:
        self.sources = Sources()
        self._settings = settings

    def read_site(self) -> None:
        """Read the files of the repository, and the tables of Bcfg2 beside ours."""
        for path in (clients_path(self._settings), probed_path(self._settings)):
            if stamp_of(path) is not None:
                self._read_xml(path)
        self._read_tables(location_of(self._settings))

    def read(self, name: str) -> None:
        """Read what a name of the command line leads to."""
        if "://" in name:
            if not self._read_tables(DatabaseLocation(_url(name))):
                raise click.ClickException(
                    f"{DatabaseLocation(_url(name))} holds no tables of Bcfg2's Metadata or Probes"
                )
        elif _is_sqlite(name):
            url = URL.create(SQLITE, database=os.path.abspath(name))
            if not self._read_tables(DatabaseLocation(url)):
                raise click.ClickException(f"{name} holds no tables of Bcfg2's Metadata or Probes")
        else:
            self._read_xml(name)

    def _read_xml(self, path: str) -> None:
        tag = _root_of(path)
        if tag == "Clients":
            clients = elements_by_client(read_declared(path, self._settings))
            for client, elements in clients.items():
                before = self.sources.clients.get(client, ())
                self.sources.clients[client] = _with_version_of(elements, before)
            self.sources.lines.append(f"{path}: {len(clients)} clients")
        elif tag == "Probed":
            answers = read_answers(path)
            self.sources.answers.update(answers)
            self.sources.lines.append(f"{path}: what the probes of {len(answers)} clients said")
        else:
            raise click.ClickException(
                f"{path}: the root is <{tag}>: give a clients.xml, a probed.xml, an SQLite "
                "database or the URL of a database"
            )

    def _read_tables(self, location: DatabaseLocation) -> bool:
        state = read_upstream_tables(location)
        if state is None:
            return False
        for client, elements in state.clients.items():
            declared = self.sources.clients.get(client)
            self.sources.clients[client] = (
                elements if declared is None else _with_version_of(declared, elements)
            )
        self.sources.answers.update(state.answers)
        self.sources.lines.append(
            f"{location}: {len(state.clients)} clients, and what the probes of "
            f"{len(state.answers)} said"
        )
        self.sources.lines.extend(state.notes)
        return True


def _with_version_of(elements: Elements, others: Elements) -> Elements:
    """Return elements with the version that the tables have, which is where Bcfg2 kept it."""
    version = others[0].attributes.get("version") if others else None
    if version is None:
        return elements
    first = elements[0]
    return (replace(first, attributes={**first.attributes, "version": version}), *elements[1:])


def _url(text: str) -> URL:
    try:
        return make_url(text)
    except ArgumentError as error:
        raise click.ClickException(
            "this is no URL of a database: give one such as postgresql://USER@HOST/NAME"
        ) from error


def _is_sqlite(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return stream.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}") from error


def _root_of(path: str) -> str:
    try:
        with open(path, "rb") as stream:
            return str(parse_own_file(stream.read(), path).tag)
    except OSError as error:
        raise RepositoryError(path, error.strerror or str(error)) from error
