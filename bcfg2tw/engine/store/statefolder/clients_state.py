"""The changes of clients, kept in a file beside the repository; clients.xml is only read."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.changes import Announcements
from bcfg2tw.engine.store.client_edit import ClientEdit
from bcfg2tw.engine.store.client_rows import ClientRow, row_from, values_of
from bcfg2tw.engine.store.declared_clients import DeclaredClients
from bcfg2tw.engine.store.interface import ClientList, ClientStore
from bcfg2tw.engine.store.merged_clients import MergedClients
from bcfg2tw.engine.store.state_folder import StateFolder
from bcfg2tw.engine.store.xmlfiles.file_state import digest_of
from bcfg2tw.engine.store.xmlfiles.journaled_file import JournaledFile
from bcfg2tw.engine.store.xmlfiles.records import Record, State
from bcfg2tw.engine.store.xmlfiles.takeover import Takeover
from bcfg2tw.errors import CoreInitError, PluginInitError
from bcfg2tw.settings import Settings


@dataclass(frozen=True)
class Batch:
    """
    All that a new file holds.

    :ivar changes: how many were in memory then
    """

    rows: list[ClientRow]
    changes: int


class ClientsState(JournaledFile[ClientRow, Batch], ClientStore):
    """
    The registrations and changes of clients, merged with each reading of clients.xml.

    What counts of both is the same as with a database (`ClientRow.merge`).
    """

    logger = logging.getLogger("Metadata")

    def __init__(self, folder: StateFolder, clock: Clock, changes: Announcements) -> None:
        """
        Read the file, and what a killed server left in its journal.

        :param folder: that the file is in; it may not exist yet
        :raises CoreInitError: if it cannot be read
        """
        path = os.path.join(folder.path, "clients.json")
        super().__init__(path, clock, folder)
        self._changes = changes
        self._merged = MergedClients(clock, changes)
        rows = _read(path)
        self._merged.replace_all(rows)
        self._revision = max((row.revision for row in rows), default=0)
        self._count = 0  # of changes, of this process and others, since it was read
        self._written = 0  # how many of them are in the file
        self._take_over()

    def check_settings(self, settings: Settings) -> None:
        """Refuse settings that ask for another place."""
        if settings.metadata_db or settings.state is None:
            raise PluginInitError(
                "[server] state: what is changed of clients is kept there since the server was "
                "started; restart it to have it kept elsewhere"
            )

    def is_as_written(self, path: str) -> bool:
        """Say no: no file of the repository is written."""
        return False

    # Reading

    def current(self, declared: DeclaredClients) -> ClientList:
        """Return the clients as a reading and the kept rows say."""
        return self._merged.table(declared)

    # Changing

    def edit(self, edit: ClientEdit) -> None:
        """Make an edit durable, then visible."""
        with self.changing(edit.name):
            before = self._merged.row(edit.name)
            row = before.edited(edit, self._merged.declared(edit.name), self._next_revision())
            if row is not before:
                self._commit(row)
                self._changes.announce_all(edit.announcements())

    def _next_revision(self) -> int:
        with self._lock:
            self._revision += 1
            return self._revision

    def _record_of(self, change: ClientRow) -> Mapping[str, Any]:
        return values_of(change)

    def _apply(self, change: ClientRow) -> None:
        self._merged.replace(change)
        self._note(change)

    def _note(self, change: ClientRow) -> None:
        """Count a change; `_lock` is held."""
        self._count += 1
        self._revision = max(self._revision, change.revision)

    # Taking over

    def _reconcile(self, records: list[Record]) -> Takeover:
        # rows carry their numbers: an older one than is in force is passed over
        return Takeover(records)

    def _restore(self, records: list[Record]) -> None:
        for record in records:
            self._apply(row_from(record))

    # Other processes

    def _take_record(self, record: Record) -> None:
        row = row_from(record)
        changes = self._merged.replace(row)
        with self._lock:
            self._note(row)
        self._changes.announce_all(changes)

    def _last_change(self) -> int:
        return self._count

    def _note_folded(self, last: int, stamps: tuple[int, ...]) -> None:
        self._written = max(self._written, last)

    def _reread(self, records: list[Record]) -> None:
        rows = {row.name: row for row in _read(self._path)}
        waiting = list(map(row_from, records))
        for row in waiting:
            rows[row.name] = max(row, rows.get(row.name, row), key=attrgetter("revision"))
        with self._lock:
            for row in rows.values():
                self._note(row)
            self._written = self._count
            for row in waiting:
                self._note(row)
        self._changes.announce_all(self._merged.replace_all(rows.values()))

    # Folding

    def _lacks_anything(self) -> bool:
        return self._count != self._written

    def _collect(self) -> Batch:
        return Batch(self._merged.rows(), self._count)

    def _write(self, batch: Batch) -> State:
        rows = sorted(batch.rows, key=lambda row: row.name)
        lines = [json.dumps(values_of(row), ensure_ascii=False) for row in rows]
        data = ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8")
        state = {os.path.basename(self._path): digest_of(data)}
        self._journal.note_writing(state)
        write_atomically(self._path, data)
        return state

    def _settle(self, batch: Batch) -> None:
        self._written = batch.changes

    def _describe_waiting(self) -> str:
        return f"changes of clients wait in {self._path}.journal until {self._path} can be written"

    def close(self) -> None:
        """Write what is left."""
        self._merged.close()
        super().close()


def _read(path: str) -> list[ClientRow]:
    try:
        with open(path, encoding="utf-8") as stream:
            rows = json.load(stream)
        if not isinstance(rows, list):
            raise ValueError("it is no list")
        return [row_from(values) for values in rows]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CoreInitError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise CoreInitError(
            f"{path} is not as a server wrote it ({error}): take it from a backup, or move it away "
            "to begin anew with what clients.xml says"
        ) from error
