"""Taking state over into the database, and making sure that it has arrived."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, delete, insert, select

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client import ClientElement
from bcfg2tw.engine.store.client_rows import ClientRow, Elements, values_of
from bcfg2tw.engine.store.sql import probes
from bcfg2tw.engine.store.sql.database import Database
from bcfg2tw.engine.store.sql.rows import BrokenRow, answers_from, client_from
from bcfg2tw.engine.store.sql.tables import answers as answers_table
from bcfg2tw.engine.store.sql.tables import clients as clients_table
from bcfg2tw.engine.store.xmlfiles.probed_document import ClientAnswers
from bcfg2tw.engine.xmlio import is_legal
from bcfg2tw.errors import Bcfg2Error, CoreInitError

V = TypeVar("V")

#: Clients a transaction: others write as well.
BATCH = 200


@dataclass
class Outcome:
    """
    The outcome of taking over one kind of state.

    :ivar read: how many clients there were
    :ivar taken: the names of those that are in the database now as they were read
    :ivar present: the names of those that were there already, the same
    :ivar kept: the names of those of which the database has something else, which counts
    :ivar refused: sentences about those that cannot be taken over
    """

    read: int = 0
    taken: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class _Kind(ABC, Generic[V]):
    """One kind of state, as an import needs to know it."""

    table: Table
    key: str

    @abstractmethod
    def is_missing(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row leaves room for what is taken over."""

    @abstractmethod
    def value_of(self, row: Mapping[str, Any]) -> V | None:
        """Return what a row holds."""

    @abstractmethod
    def columns(
        self, name: str, value: V, number: int, before: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the row for a value; `before` is what is there and goes on to count."""


class _Clients(_Kind[Elements]):
    table = clients_table
    key = "name"

    def is_missing(self, row: Mapping[str, Any]) -> bool:
        """Say whether the database has only what was set of a client of clients.xml."""
        return row["elements"] is None and row["removed"] is None

    def value_of(self, row: Mapping[str, Any]) -> Elements | None:
        """Return the elements of a registration."""
        return client_from(row).elements

    def columns(
        self, name: str, value: Elements, number: int, before: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the row, with what was set before."""
        row = ClientRow(name, registered=number) if before is None else client_from(before)
        registered = row.registered or number
        return values_of(replace(row, elements=value, registered=registered, revision=number))


class _Answers(_Kind[Answers]):
    table = answers_table
    key = "client"

    def is_missing(self, row: Mapping[str, Any]) -> bool:
        """Say no: a row is an upload."""
        return False

    def value_of(self, row: Mapping[str, Any]) -> Answers:
        """Return the answers."""
        return answers_from(row)

    def columns(
        self, name: str, value: Answers, number: int, before: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """Return the row."""
        return probes.values_of(value, number)


def import_clients(
    database: Database, clients: Mapping[str, Elements], overwrite: bool = False
) -> Outcome:
    """
    Take over clients; what servers have changed of them meanwhile goes on to count.

    :param clients: elements by name in lower case, in order
    :param overwrite: whether they count more than what the database has of them
    :raises StateUnavailable: if the database is away
    :raises CoreInitError: if what was written is not what is read afterwards
    """
    refused = {name for name, elements in clients.items() if not all(map(_is_legal, elements))}
    possible = {name: elements for name, elements in clients.items() if name not in refused}
    outcome = _import(database, _Clients(), possible, overwrite)
    outcome.read = len(clients)
    outcome.refused = [f"{name!r}: clients.xml cannot hold it" for name in sorted(refused)]
    return outcome


def _is_legal(element: ClientElement) -> bool:
    """Say whether an element could go back to clients.xml."""
    return all(is_legal(value) for value in element.attributes.values())


def import_answers(
    database: Database, answers: Mapping[str, Answers], overwrite: bool = False
) -> Outcome:
    """Take over the output of probes; the parameters are those of `import_clients`."""
    refused = dict(_impossible(answers.values()))
    possible = {name: value for name, value in answers.items() if name not in refused}
    outcome = _import(database, _Answers(), possible, overwrite)
    outcome.read = len(answers)
    outcome.refused = [f"{name}: {reason}" for name, reason in refused.items()]
    return outcome


def _impossible(answers: Iterable[Answers]) -> Iterator[tuple[str, str]]:
    """Yield the clients whose answers could not go back to probed.xml, with the reason."""
    for client in answers:
        try:
            ClientAnswers(client).check()
        except Bcfg2Error as error:
            yield client.client, str(error)


def _import(
    database: Database, kind: _Kind[V], values: Mapping[str, V], overwrite: bool
) -> Outcome:
    outcome = Outcome(len(values))
    for names in _batches(values):
        batch = {name: values[name] for name in names}
        part = database.write(partial(_write, kind=kind, batch=batch, overwrite=overwrite))
        outcome.taken += part.taken
        outcome.present += part.present
        outcome.kept += part.kept
    _verify(database, kind, values, outcome)
    return outcome


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(names)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _write(
    connection: Connection, number: int, kind: _Kind[V], batch: Mapping[str, V], overwrite: bool
) -> Outcome:
    part = Outcome()
    rows = _fetch(connection, kind, list(batch))
    for name, value in batch.items():
        row = rows.get(name)
        if row is not None and _holds(kind, row, value):
            part.present.append(name)
        elif row is not None and not overwrite and not kind.is_missing(row):
            part.kept.append(name)
        else:
            columns = kind.columns(name, value, number, None if overwrite else row)
            connection.execute(delete(kind.table).where(kind.table.c[kind.key] == name))
            connection.execute(insert(kind.table).values(columns))
            part.taken.append(name)
    return part


def _holds(kind: _Kind[V], row: Mapping[str, Any], value: V) -> bool:
    """Say whether a row has a value already; one that is broken has none."""
    try:
        return kind.value_of(row) == value
    except BrokenRow:
        return False


def _fetch(
    connection: Connection, kind: _Kind[V], names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the rows of some clients, by name."""
    query = select(kind.table).where(kind.table.c[kind.key].in_(names))
    rows = connection.execute(query).mappings()
    return {row[kind.key]: {str(column): row[column] for column in row} for row in rows}


def _verify(database: Database, kind: _Kind[V], values: Mapping[str, V], outcome: Outcome) -> None:
    """
    Read each row that was written, and compare it with what was to be taken over.

    :raises CoreInitError: naming those that differ
    """
    rows: dict[str, dict[str, Any]] = {}
    for names in _batches(outcome.taken):
        rows |= database.read(partial(_fetch, kind=kind, names=names))
    wrong = [
        name
        for name in outcome.taken
        if name not in rows or kind.value_of(rows[name]) != values[name]
    ]
    if wrong:
        raise CoreInitError(
            f"the database has something else than was taken over, of {', '.join(wrong)}: "
            "another process may have changed it meanwhile; run the import again"
        )
