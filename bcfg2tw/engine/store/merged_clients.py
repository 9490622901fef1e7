"""The clients in memory: what clients.xml declares, with what is kept of them elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from weakref import WeakValueDictionary

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.changes import Announcements, ClientChange
from bcfg2tw.engine.store.client_edit import COUNTS_LATER
from bcfg2tw.engine.store.client_rows import ClientRow, Elements
from bcfg2tw.engine.store.client_table import ClientTable
from bcfg2tw.engine.store.declared_clients import DeclaredClients
from bcfg2tw.engine.store.later import Later

#: Seconds until the origin of a new client counts: about as long as clients.xml is not written
#: where it is kept there.
ORIGIN_DELAY_SECONDS = 3.0


class MergedTable(ClientTable):
    """The clients of one reading of clients.xml, together with the rows that are kept."""

    def __init__(self, declared: DeclaredClients, rows: Iterable[ClientRow]) -> None:
        super().__init__(declared.elements)
        self._declared: dict[str, Elements] = {
            client.name: client.elements for client in self.clients()
        }
        for row in sorted(rows, key=lambda row: row.registered):
            self.take_in(row)

    def declared(self, name: str) -> Elements:
        """Return what clients.xml says of a client."""
        return self._declared.get(name, ())

    def take_in(self, row: ClientRow) -> None:
        """Have a row count from now on."""
        self.put(row.name, row.merge(self.declared(row.name)))


class MergedClients:
    """
    A copy of all rows, and the tables that follow from them and each reading of clients.xml.

    Safe to use from any thread. What a row changes is returned, to be announced.
    """

    def __init__(self, clock: Clock, changes: Announcements) -> None:
        """
        Have no rows.

        :param changes: announces what counts some seconds after its row
        """
        self._changes = changes
        self._lock = threading.Lock()
        self._rows: dict[str, ClientRow] = {}
        self._new: set[str] = set()  # their origin does not count yet
        self._later = Later(self._welcome_new, clock, ORIGIN_DELAY_SECONDS)
        self._tables: WeakValueDictionary[DeclaredClients, MergedTable] = WeakValueDictionary()

    def table(self, declared: DeclaredClients) -> MergedTable:
        """Return the table of a reading; it follows every change to come."""
        with self._lock:
            table = self._tables.get(declared)
            if table is None:
                table = self._tables[declared] = MergedTable(declared, self._rows.values())
            return table

    def declared(self, name: str) -> Elements:
        """Return what the newest reading says of a client."""
        with self._lock:
            tables = list(self._tables.values())
        return tables[-1].declared(name) if tables else ()

    def row(self, name: str) -> ClientRow:
        """Return what is kept of a client."""
        with self._lock:
            return self._rows.get(name, ClientRow(name))

    def rows(self) -> list[ClientRow]:
        """Return all that is kept."""
        with self._lock:
            return list(self._rows.values())

    def replace_all(self, rows: Iterable[ClientRow]) -> list[ClientChange]:
        """Put all rows that there are into force, and return what changes."""
        with self._lock:
            before, self._rows = self._rows, {row.name: row for row in rows}
            gone = [ClientRow(name) for name in before if name not in self._rows]
            for row in (*gone, *self._rows.values()):
                self._show(row)
            return [] if before == self._rows else [ClientChange(None, "existence")]

    def replace(self, row: ClientRow) -> list[ClientChange]:
        """Put a row into force, unless a newer one is; return what changes."""
        with self._lock:
            before = self._rows.get(row.name, ClientRow(row.name))
            if row.revision <= before.revision:
                return []
            self._rows[row.name] = row
            if row.registered > before.registered:
                self._new.add(row.name)
                self._later.request()
            self._show(row)
            return [ClientChange(row.name, aspect) for aspect in row.aspects_changed(before)]

    def _show(self, row: ClientRow) -> None:
        """Have all tables show a row; `_lock` is held."""
        shown = row.without_origin() if row.name in self._new else row
        for table in list(self._tables.values()):
            table.take_in(shown)
            if shown is not row and row.elements:
                table.expect_address(row.name, row.elements[0].attributes)

    def _welcome_new(self) -> bool:
        """Have the origin of new clients count."""
        with self._lock:
            names, self._new = self._new, set()
            names &= self._rows.keys()
            for name in names:
                self._show(self._rows[name])
        for name in sorted(names):
            self._changes.announce_all(ClientChange(name, aspect) for aspect in COUNTS_LATER)
        return True

    def close(self) -> None:
        """Do nothing later any more."""
        self._later.close()
