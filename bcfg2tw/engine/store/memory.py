"""A store that lives as long as the process: for tests, and for tools that change nothing."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.changes import Announcements, ClientChange
from bcfg2tw.engine.store.client_edit import ClientEdit
from bcfg2tw.engine.store.client_locks import ClientLocks
from bcfg2tw.engine.store.client_table import ClientTables
from bcfg2tw.engine.store.declared_clients import DeclaredClients
from bcfg2tw.engine.store.interface import ClientList, ClientStore, Part, ProbeStore
from bcfg2tw.engine.store.store import Store
from bcfg2tw.settings import Settings


def memory_store() -> Store:
    """Return an empty store in memory."""
    changes = Announcements()
    return Store(MemoryClients(changes), MemoryProbes(changes), changes)


class MemoryPart(Part):
    """A part with nothing on disk: nothing to open, to write or to end."""

    def check_settings(self, settings: Settings) -> None:
        """Accept all settings: whoever chose this store did not choose it by them."""

    def prepare(self) -> None:
        """Prepare nothing."""

    def catch_up(self) -> None:
        """Take in nothing: nobody else can change anything here."""

    def disconnect(self) -> None:
        """Close nothing."""

    def start(self) -> None:
        """Serve; there is nothing that an earlier process could have left."""

    def fold(self) -> bool:
        """Write nothing: no other program looks for it."""
        return True

    def is_as_written(self, path: str) -> bool:
        """Say no: no file is written."""
        return False

    def close(self) -> None:
        """Release nothing."""


class MemoryClients(MemoryPart, ClientStore):
    """The clients that are declared, with all edits of this process."""

    def __init__(self, changes: Announcements) -> None:
        self._changes = changes
        self._lock = threading.Lock()
        self._client_locks = ClientLocks()
        self._address_locks = ClientLocks()
        self._edits: list[ClientEdit] = []
        self._tables = ClientTables()

    def current(self, declared: DeclaredClients) -> ClientList:
        """Return the clients as declared, with all edits."""
        with self._lock:
            return self._tables.get(declared) or self._tables.make(declared, self._edits)

    def changing(self, name: str) -> AbstractContextManager[object]:
        """Keep other threads from changing a client."""
        return self._client_locks.lock_of(name.lower())

    def registering(self, ip: str) -> AbstractContextManager[object]:
        """Keep other threads from registering a client from an address."""
        return self._address_locks.lock_of(ip)

    def edit(self, edit: ClientEdit) -> None:
        """Make an edit."""
        with self.changing(edit.name):
            with self._lock:
                self._edits.append(edit)
                self._tables.apply(edit)
            self._changes.announce_all(edit.announcements())


class MemoryProbes(MemoryPart, ProbeStore):
    """The last upload of each client of this process."""

    def __init__(self, changes: Announcements) -> None:
        self._changes = changes
        self._client_locks = ClientLocks()
        self._answers: dict[str, Answers] = {}

    def of(self, client: str) -> Answers | None:
        """Return a client's last upload."""
        return self._answers.get(client.lower())

    def all(self) -> list[Answers]:
        """Return all uploads, by name."""
        return [self._answers[client] for client in sorted(self._answers)]

    def save(self, answers: Answers) -> bool:
        """Replace what is kept of a client."""
        with self._client_locks.lock_of(answers.client):
            before = self._answers.get(answers.client)
            self._answers[answers.client] = answers
            if before is not None and before.says_the_same(answers):
                return False
            self._changes.announce(ClientChange(answers.client, "probes"))
            return True

    def refresh(self) -> None:
        """Take in nothing: nobody else can write here."""
