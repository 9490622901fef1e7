"""The clients, kept in a database beside what clients.xml declares."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from weakref import WeakValueDictionary

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.exc import DataError

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.changes import Announcements, ClientChange
from bcfg2tw.engine.store.client_edit import ClientEdit
from bcfg2tw.engine.store.client_table import ClientTable
from bcfg2tw.engine.store.declared_clients import DeclaredClients
from bcfg2tw.engine.store.interface import ClientList, ClientStore
from bcfg2tw.engine.store.sql.client_rows import ClientRow, Elements, row_from, values_of
from bcfg2tw.engine.store.sql.following import Follower
from bcfg2tw.engine.store.sql.parts import SharedDatabase, SqlPart
from bcfg2tw.engine.store.sql.tables import clients
from bcfg2tw.engine.store.xmlfiles.folding import Later
from bcfg2tw.engine.store.xmlfiles.journaled_file import FOLDING_DELAY_SECONDS
from bcfg2tw.errors import MetadataRuntimeError, PluginInitError, StateUnavailable
from bcfg2tw.settings import Settings

#: Seconds until the origin of a new client counts: as long as clients.xml is not written.
ORIGIN_DELAY_SECONDS = FOLDING_DELAY_SECONDS


class MergedTable(ClientTable):
    """The clients of one reading of clients.xml, together with those of the database."""

    def __init__(self, declared: DeclaredClients, rows: Mapping[str, ClientRow]) -> None:
        super().__init__(declared.elements)
        self._declared: dict[str, Elements] = {
            client.name: client.elements for client in self.clients()
        }
        for row in sorted(rows.values(), key=lambda row: row.registered):
            self.take_in(row)

    def declared(self, name: str) -> Elements:
        """Return what clients.xml says of a client."""
        return self._declared.get(name, ())

    def take_in(self, row: ClientRow) -> None:
        """Have a row count from now on."""
        self.put(row.name, row.merge(self.declared(row.name)))


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
        self._lock = threading.Lock()
        self._rows: dict[str, ClientRow] = {}
        self._new: set[str] = set()  # their origin does not count yet
        self._later = Later(self._welcome_new, clock, ORIGIN_DELAY_SECONDS)
        self._tables: WeakValueDictionary[DeclaredClients, MergedTable] = WeakValueDictionary()

    def check_settings(self, settings: Settings) -> None:
        """Refuse settings that ask for files."""
        if not settings.metadata_db:
            raise PluginInitError(
                "[metadata] use_database: the list of clients is kept in a database since the "
                "server was started; restart it to have it kept in clients.xml"
            )

    # Reading

    def current(self, declared: DeclaredClients) -> ClientList:
        """Return the clients as a reading and the database say."""
        # where it is away nobody is served before it is there, and then the table is brought up
        with suppress(StateUnavailable):
            self.catch_up()
        with self._lock:
            table = self._tables.get(declared)
            if table is None:
                table = self._tables[declared] = MergedTable(declared, self._rows)
            return table

    def take_in(self, connection: Connection, after: int | None) -> Callable[[], None]:
        """Fetch the rows that changed."""
        query = select(clients).order_by(clients.c.revision)
        if after is not None:
            query = query.where(clients.c.revision > after)
        rows = [row_from(dict(values)) for values in connection.execute(query).mappings()]
        return lambda: self._put_into_force(rows, is_all=after is None)

    def _put_into_force(self, rows: list[ClientRow], is_all: bool) -> None:
        with self._lock:
            if is_all:
                announcements = self._replace_all(rows)
            else:
                announcements = [change for row in rows for change in self._replace(row)]
        self._changes.announce_all(announcements)

    def _replace_all(self, rows: list[ClientRow]) -> list[ClientChange]:
        """Put all rows that there are into force; `_lock` is held."""
        before, self._rows = self._rows, {row.name: row for row in rows}
        gone = [ClientRow(name) for name in before if name not in self._rows]
        for row in (*gone, *rows):
            self._show(row, is_new=False)
        return [] if before == self._rows else [ClientChange(None, "existence")]

    def _replace(self, row: ClientRow) -> list[ClientChange]:
        """Put a row into force, unless a newer one is; `_lock` is held."""
        before = self._rows.get(row.name, ClientRow(row.name))
        if row.revision <= before.revision:
            return []
        self._rows[row.name] = row
        self._show(row, is_new=row.registered > before.registered)
        return [ClientChange(row.name, aspect) for aspect in row.aspects_changed(before)]

    def _show(self, row: ClientRow, is_new: bool) -> None:
        """Have all tables show a row; `_lock` is held."""
        if is_new:
            self._new.add(row.name)
            self._later.request()
        if row.name in self._new:
            row = row.without_origin()
        for table in list(self._tables.values()):
            table.take_in(row)

    def _welcome_new(self) -> bool:
        """Have the origin of new clients count."""
        with self._lock:
            names, self._new = self._new, set()
            for name in names:
                self._show(self._rows[name], is_new=False)
        return True

    def close(self) -> None:
        """Release the database."""
        self._later.close()
        super().close()

    # Changing

    @contextmanager
    def changing(self, name: str) -> Iterator[None]:
        """Keep all other threads of all processes from changing a client."""
        with self._locks.holding(name.lower()) as is_new:
            if is_new:
                self._shared.following.catch_up()
            yield

    def edit(self, edit: ClientEdit) -> None:
        """Make an edit durable, then visible."""
        with self.changing(edit.name):
            declared = self._declared(edit.name)
            row, is_changed = self._write(edit, declared)
            if not is_changed:
                return
            with self._lock:
                self._rows[row.name] = row
                self._show(row, is_new=row.registered == row.revision)
            self._shared.following.note_own(row.revision)
            self._changes.announce_all(edit.announcements())

    def _declared(self, name: str) -> Elements:
        """Return what the newest reading says of a client."""
        with self._lock:
            tables = list(self._tables.values())
        return tables[-1].declared(name) if tables else ()

    def _write(self, edit: ClientEdit, declared: Elements) -> tuple[ClientRow, bool]:
        def change(connection: Connection, number: int) -> tuple[ClientRow, bool]:
            before = _fetch(connection, edit.name) or ClientRow(edit.name)
            after = before.edited(edit, declared, number)
            if after is not before:
                _store(connection, after)
            return after, after is not before

        try:
            return self._shared.writer.write(change)
        except DataError as error:
            raise MetadataRuntimeError(
                f"the database cannot hold {dict(edit.attributes)!r}: {error.orig}"
            ) from error


def _fetch(connection: Connection, name: str) -> ClientRow | None:
    values = connection.execute(_SELECT, {"key": name}).mappings().first()
    return None if values is None else row_from(dict(values))


def _store(connection: Connection, row: ClientRow) -> None:
    connection.execute(_DELETE, {"key": row.name})
    connection.execute(_INSERT, values_of(row))


# made once: to put a statement together takes longer than to execute it
_SELECT = select(clients).where(clients.c.name == bindparam("key"))
_DELETE = delete(clients).where(clients.c.name == bindparam("key"))
_INSERT = insert(clients)
