"""The output of clients' probes, kept in a database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import DataError

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.changes import Announcements, ClientChange
from bcfg2tw.engine.store.client_locks import ClientLocks
from bcfg2tw.engine.store.interface import ProbeStore
from bcfg2tw.engine.store.later import Later
from bcfg2tw.engine.store.sql.cached_answers import CachedAnswers
from bcfg2tw.engine.store.sql.following import Follower
from bcfg2tw.engine.store.sql.parts import SharedDatabase, SqlPart
from bcfg2tw.engine.store.sql.rows import answers_from
from bcfg2tw.engine.store.sql.tables import answers as table
from bcfg2tw.engine.store.xmlfiles.probed_document import ClientAnswers, warn_of_answers
from bcfg2tw.errors import PluginExecutionError, PluginInitError, StateUnavailable
from bcfg2tw.settings import Settings

#: Seconds until the times of uploads that said nothing new are written.
TIMES_DELAY_SECONDS = 60.0


class SqlProbes(SqlPart, ProbeStore, Follower):
    """
    The output of clients' probes: a row for each client, read when it is needed.

    What was read of late is remembered until another process changes it, which is seen at the
    beginning of each call.
    """

    def __init__(
        self, shared: SharedDatabase, clock: Clock, changes: Announcements, old_path: str
    ) -> None:
        """
        Read nothing yet.

        :param old_path: of the probed.xml in which all this was before, if it is there
        """
        super().__init__(shared)
        self._old_path = old_path
        shared.following.add(self)
        self._changes = changes
        self._client_locks = ClientLocks()
        self._cache = CachedAnswers()
        self._has_followed = False  # nothing was ever read before the first time
        self._lock = threading.Lock()
        self._times: dict[str, int] = {}  # of uploads that said nothing new, not written yet
        self._later = Later(self.fold, clock, TIMES_DELAY_SECONDS)

    def check_settings(self, settings: Settings) -> None:
        """Refuse settings that ask for files."""
        if not settings.probes_db:
            raise PluginInitError(
                "[probes] use_database: probe data are kept in a database since the server was "
                "started; restart it to have them kept in probed.xml"
            )

    def start(self) -> None:
        """Serve; where the database is empty and probed.xml is not, that is told."""
        super().start()
        with suppress(StateUnavailable):
            if self._shared.database.has_tables() and self._is_empty():
                warn_of_answers(self._old_path, "run bcfg2tw db import, or remove it")

    def _is_empty(self) -> bool:
        query = select(table.c.client).limit(1)
        row = self._shared.database.read(lambda connection: connection.execute(query).first())
        return row is None

    # Reading

    def of(self, client: str) -> Answers | None:
        """Return a client's last upload."""
        name = client.lower()
        _, answers = self._cache.get(name) or self._fetch(name)
        return None if answers is None else self._with_time(answers)

    def _with_time(self, answers: Answers) -> Answers:
        """Return answers with the time of an upload that said the same, if there was one."""
        time = self._times.get(answers.client)
        return answers if time is None else replace(answers, timestamp=time)

    def _fetch(self, client: str) -> tuple[int, Answers | None]:
        ticket = self._cache.ticket()
        entry: tuple[int, Answers | None] = 0, None
        if self._shared.database.has_tables():
            entry = self._shared.database.read(lambda connection: _select(connection, client))
        self._cache.put(client, *entry, ticket)
        return entry

    def all(self) -> list[Answers]:
        """Return all uploads, by name."""
        if not self._shared.database.has_tables():
            return []
        uploads = self._shared.database.read(_select_all)
        return [self._with_time(answers) for answers in uploads]

    def refresh(self) -> None:
        """Take in what other processes wrote."""
        try:
            self.catch_up()
        except StateUnavailable:
            return  # told, and each call tries it again

    def take_in(self, connection: Connection, after: int | None) -> Callable[[], None]:
        """Fetch the names of the clients whose answers changed."""
        if after is None:
            return self._forget_all
        query = select(table.c.client, table.c.revision).where(table.c.revision > after)
        rows = [(client, number) for client, number in connection.execute(query)]
        return lambda: self._forget(rows)

    def _forget_all(self) -> None:
        self._cache.expire_all()
        if self._has_followed:  # and the database was replaced
            self._changes.announce(ClientChange(None, "probes"))
        self._has_followed = True

    def _forget(self, rows: list[tuple[str, int]]) -> None:
        for client, number in rows:
            if self._cache.expire(client, number):
                self._changes.announce(ClientChange(client, "probes"))

    # Changing

    def save(self, answers: Answers) -> bool:
        """Replace what is kept of a client."""
        # a lock among threads is enough: an upload replaces the row as a whole, so that of two
        # that come to two processes at once the one that is committed last counts
        with self._client_locks.lock_of(answers.client):
            if self._holds(answers):
                return False
            ClientAnswers(answers).check()  # it has to be possible to go back to probed.xml
            self._write(answers)
            self._changes.announce(ClientChange(answers.client, "probes"))
            return True

    def _holds(self, answers: Answers) -> bool:
        """Say whether nothing is new but the time, which is written later."""
        before = self.of(answers.client)
        if before is None or not before.says_the_same(answers):
            return False
        with self._lock:
            self._times[answers.client] = answers.timestamp
        self._later.request()
        return True

    def _write(self, answers: Answers) -> None:
        try:
            number = self._shared.writer.write(
                lambda connection, number: _store(connection, answers, number)
            )
        except DataError as error:
            raise PluginExecutionError(
                f"the database cannot hold what the probes of {answers.client} said: {error.orig}"
            ) from error
        with self._lock:
            self._times.pop(answers.client, None)
        self._cache.replace(answers.client, number, answers)
        self._shared.following.note_own(number, table, answers.client)

    # Times

    def fold(self) -> bool:
        """Write the times of uploads that said nothing new."""
        with self._lock:
            times = dict(self._times)
        if not times:
            return True
        try:
            self._shared.writer.write(lambda connection, number: _write_times(connection, times))
        except StateUnavailable:
            return False
        with self._lock:
            for client, time in times.items():
                if self._times.get(client) == time:
                    del self._times[client]
        self._cache.expire_all()
        return True

    def close(self) -> None:
        """Write what is left, and release the database."""
        self._later.close()
        self.fold()
        super().close()


def _select(connection: Connection, client: str) -> tuple[int, Answers | None]:
    values = connection.execute(_SELECT, {"key": client}).mappings().first()
    return (0, None) if values is None else (values["revision"], answers_from(values))


def _select_all(connection: Connection) -> list[Answers]:
    rows = connection.execute(select(table).order_by(table.c.client)).mappings()
    return [answers_from(values) for values in rows]


def values_of(answers: Answers, number: int) -> dict[str, Any]:
    """Return the columns of answers."""
    return {
        "client": answers.client,
        "data": dict(answers.data),
        "groups": sorted(answers.groups),
        "timestamp": answers.timestamp,
        "revision": number,
    }


def _store(connection: Connection, answers: Answers, number: int) -> int:
    connection.execute(_DELETE, {"key": answers.client})
    connection.execute(_INSERT, values_of(answers, number))
    return number


def _write_times(connection: Connection, times: Mapping[str, int]) -> None:
    query = (
        update(table).where(table.c.client == bindparam("name")).values(timestamp=bindparam("time"))
    )
    rows = [{"name": client, "time": time} for client, time in sorted(times.items())]
    connection.execute(query, rows)


# made once: to put a statement together takes longer than to execute it
_SELECT = select(table).where(table.c.client == bindparam("key"))
_DELETE = delete(table).where(table.c.client == bindparam("key"))
_INSERT = insert(table)
