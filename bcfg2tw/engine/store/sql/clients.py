"""The clients, kept in a database beside what clients.xml declares."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.exc import DataError

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.changes import Announcements
from bcfg2tw.engine.store.client_edit import ClientEdit
from bcfg2tw.engine.store.client_rows import ClientRow, values_of
from bcfg2tw.engine.store.declared_clients import DeclaredClients
from bcfg2tw.engine.store.interface import ClientList, ClientStore
from bcfg2tw.engine.store.merged_clients import MergedClients
from bcfg2tw.engine.store.sql.following import Follower
from bcfg2tw.engine.store.sql.parts import SharedDatabase, SqlPart
from bcfg2tw.engine.store.sql.rows import client_from
from bcfg2tw.engine.store.sql.tables import clients
from bcfg2tw.errors import MetadataRuntimeError, PluginInitError, StateUnavailable
from bcfg2tw.settings import Settings


class SqlClients(SqlPart, ClientStore, Follower):
    """
    The clients: a copy of the database's rows in memory, merged with each reading of clients.xml.

    The copy is brought up to date at the beginning of each call, and when something is changed.
    """

    def __init__(self, shared: SharedDatabase, clock: Clock, changes: Announcements) -> None:
        super().__init__(shared)
        shared.following.add(self)
        self._locks = shared.locks
        self._changes = changes
        self._merged = MergedClients(clock, changes)

    def check_settings(self, settings: Settings) -> None:
        """Refuse settings that ask for files."""
        if not settings.metadata_db:
            raise PluginInitError(
                "[metadata] use_database: the list of clients is kept in a database since the "
                "server was started; restart it to have it kept in files"
            )

    # Reading

    def current(self, declared: DeclaredClients) -> ClientList:
        """Return the clients as a reading and the database say."""
        # where it is away nobody is served before it is there; the table is brought up to date then
        with suppress(StateUnavailable):
            self.catch_up()
        return self._merged.table(declared)

    def take_in(self, connection: Connection, after: int | None) -> Callable[[], None]:
        """Fetch the rows that changed."""
        query = select(clients).order_by(clients.c.revision)
        if after is not None:
            query = query.where(clients.c.revision > after)
        rows = [client_from(dict(values)) for values in connection.execute(query).mappings()]
        return lambda: self._put_into_force(rows, is_all=after is None)

    def _put_into_force(self, rows: list[ClientRow], is_all: bool) -> None:
        if is_all:
            self._changes.announce_all(self._merged.replace_all(rows))
        else:
            for row in rows:
                self._changes.announce_all(self._merged.replace(row))

    def close(self) -> None:
        """Release the database."""
        self._merged.close()
        super().close()

    # Changing

    def changing(self, name: str) -> AbstractContextManager[None]:
        """Keep all other threads of all processes from changing a client."""
        return self._locks.holding(name)

    def registering(self, ip: str) -> AbstractContextManager[None]:
        """Keep all other threads of all processes from registering a client from an address."""
        return self._locks.holding_address(ip)

    def edit(self, edit: ClientEdit) -> None:
        """Make an edit durable, then visible."""
        with self.changing(edit.name):
            row = self._write(edit)
            if row is not None:
                self._merged.replace(row)
                self._shared.following.note_own(row.revision, clients, row.name)
                self._changes.announce_all(edit.announcements())

    def _write(self, edit: ClientEdit) -> ClientRow | None:
        """Return the row after an edit, None where that changes nothing."""
        declared = self._merged.declared(edit.name)

        def change(connection: Connection, number: int) -> ClientRow | None:
            before = _fetch(connection, edit.name) or ClientRow(edit.name)
            after = before.edited(edit, declared, number)
            if after is before:
                return None
            _store(connection, after)
            return after

        try:
            return self._shared.writer.write(change)
        except DataError as error:
            raise MetadataRuntimeError(
                f"the database cannot hold {dict(edit.attributes)!r}: {error.orig}"
            ) from error


def _fetch(connection: Connection, name: str) -> ClientRow | None:
    values = connection.execute(_SELECT, {"key": name}).mappings().first()
    return None if values is None else client_from(dict(values))


def _store(connection: Connection, row: ClientRow) -> None:
    connection.execute(_DELETE, {"key": row.name})
    connection.execute(_INSERT, values_of(row))


# made once: to put a statement together takes longer than to execute it
_SELECT = select(clients).where(clients.c.name == bindparam("key"))
_DELETE = delete(clients).where(clients.c.name == bindparam("key"))
_INSERT = insert(clients)
