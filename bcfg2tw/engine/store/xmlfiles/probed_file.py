"""probed.xml: the output of clients' probes, kept where upstream keeps it."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.repository.listing import Stamp, stamp_of
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.changes import Announcements, ClientChange
from bcfg2tw.engine.store.interface import ProbeStore
from bcfg2tw.engine.store.state_folder import StateFolder
from bcfg2tw.engine.store.xmlfiles.client_documents import check_unchanged
from bcfg2tw.engine.store.xmlfiles.file_state import Stamps, digest_of, numbers_of, stamps_of
from bcfg2tw.engine.store.xmlfiles.journaled_file import JournaledFile
from bcfg2tw.engine.store.xmlfiles.probed_document import (
    ClientAnswers,
    answers_from,
    document,
    read_probed,
    record_of,
    warn_of_answers,
)
from bcfg2tw.engine.store.xmlfiles.records import Record, State
from bcfg2tw.engine.store.xmlfiles.takeover import Takeover, take_over_answers
from bcfg2tw.errors import ChangedMeanwhile, PluginInitError, RepositoryError, StateUnavailable
from bcfg2tw.settings import Settings

#: How long the time of an upload that says nothing new may wait for a change to be written with.
RENEWAL_SECONDS = 60.0


@dataclass(frozen=True)
class Batch:
    """
    All that a new probed.xml holds.

    :ivar clients: everything that is in memory
    :ivar waiting: those of them that the journal holds, by name
    :ivar edition: the number of this state
    """

    clients: list[ClientAnswers]
    waiting: Mapping[str, ClientAnswers]
    edition: int


class ProbedFile(JournaledFile[ClientAnswers, Batch], ProbeStore):
    """
    The output of clients' probes, kept in probed.xml.

    What an administrator writes into the file by hand counts as soon as it is read, except for
    clients that have uploaded since the file was written last.
    """

    logger = logging.getLogger("Probes")

    def __init__(
        self,
        path: str,
        clock: Clock,
        changes: Announcements,
        folder: StateFolder | None = None,
        old_path: str | None = None,
    ) -> None:
        """
        Take in what a killed server left in its journal; only for that probed.xml may be read.

        :param path: of probed.xml
        :param folder: that it is in, where that holds nothing but state
        :param old_path: of the file in which all this was before, if it is still there
        """
        super().__init__(path, clock, folder)
        self._old_path = old_path
        self._changes = changes
        self._waiting: dict[str, ClientAnswers] = {}
        self._editions: dict[str, int] = {}  # in which each of these came
        self._clients: dict[str, ClientAnswers] = {}
        # every state in memory that differs from the last has a number; which one is in the file
        self._edition = 0
        self._written_edition = 0
        self._newest_edition = 0  # the last that says something else than when an upload came
        self._renewed_seconds: float | None = None  # when such a time became news first
        self._stamp: Stamp | None = None
        self._has_read = False  # the file, at any time; or there was none
        self._never_read = ""  # why it could not be read, where it never could
        self._stamps_of_writing: Stamps | None = None
        self._leaders_stamp: Stamp | None = None  # where this process does not follow the journal
        self._is_news = False  # was written by somebody else, and `refresh` not called since
        self._take_over()

    def _reconcile(self, records: list[Record]) -> Takeover:
        try:
            clients, _ = read_probed(self._path)
        except RepositoryError as error:
            self.logger.error("%s; all that its journal holds counts", error)
            return Takeover(records)
        return take_over_answers(
            {client: entry.answers for client, entry in clients.items()}, records
        )

    def _restore(self, records: list[Record]) -> None:
        for record in records:
            self._apply(ClientAnswers(answers_from(record)))

    def check_settings(self, settings: Settings) -> None:
        """Refuse settings that ask for a database."""
        if settings.probes_db:
            raise PluginInitError(
                "[probes] use_database: probe data are kept in probed.xml since the server was "
                "started; restart it to have them kept in the database"
            )

    # Reading

    def of(self, client: str) -> Answers | None:
        """
        Return a client's last upload.

        :raises StateUnavailable: if the file could never be read, and may hold it
        """
        entry = self._clients.get(client.lower())
        if entry is None:
            self._check_read()
        return None if entry is None else entry.answers

    def all(self) -> list[Answers]:
        """
        Return all uploads, by name.

        :raises StateUnavailable: if the file could never be read
        """
        self._check_read()
        with self._lock:
            clients = dict(self._clients)
        return [clients[client].answers for client in sorted(clients)]

    def _check_read(self) -> None:
        if self._never_read:
            raise StateUnavailable(self._never_read)

    def refresh(self) -> None:
        """Take in probed.xml if somebody else wrote it; make it if it is missing."""
        if not self._is_folder_there():
            return
        with self._folding:
            try:
                if not self._take_in_apart():
                    self._make()
                self._is_news = False
            except ChangedMeanwhile:  # somebody else has made it
                self.later.request()
            except (RepositoryError, OSError) as error:
                self._never_read = "" if self._has_read else str(error)
                self._report(error)

    def _take_in(self) -> bool:
        stamp = stamp_of(self._path)
        if stamp is not None and stamp != self._stamp:
            clients, stamp = read_probed(self._path)
            with self._lock:
                before, self._clients = self._clients, {**clients, **self._waiting}
                self._stamp = stamp
            self._problem = ""
            self._is_news = True
            self._announce_differences(before)
        self._has_read, self._never_read = True, ""
        return stamp is not None

    def _announce_differences(self, before: Mapping[str, ClientAnswers]) -> None:
        if not _say_the_same(before, self._clients):
            self._changes.announce(ClientChange(None, "probes"))

    def _make(self) -> None:
        if not self._is_serving:
            return
        # in a new folder for state that is how it begins
        level = logging.INFO if self._folder is not None else logging.WARNING
        self.logger.log(level, "%s does not exist, creating", self._path)
        folder = os.path.dirname(self._path)
        warn_of_answers(self._old_path, f"stop the server, copy it into {folder}, and start it")
        with self._lock:
            self._edition += 1
            self._newest_edition = self._edition
        self._fold()

    def start(self) -> None:
        """Serve; probed.xml is made if it is missing."""
        super().start()
        if stamp_of(self._path) is None:
            self.refresh()

    def is_as_written(self, path: str) -> bool:
        """Say whether a path is probed.xml with nothing in it that readers do not know."""
        if path != self._path or self._is_news:
            return False
        stamp = stamp_of(path)
        return stamp == self._stamp or (stamp is not None and stamp == self._stamp_of_leader())

    def _stamp_of_leader(self) -> Stamp | None:
        """
        Return the file's stamp as another process, the leader, left it; else as it was read.

        Processes that do not follow the journal, but fork others that do, need not read that again.
        """
        progress = None if self._is_serving else self._journal.mark.read()
        writing = None if progress is None else stamps_of(progress.stamps)
        if writing is not None and writing[0] in (self._stamp, self._leaders_stamp):
            self._leaders_stamp = writing[1]
        return self._leaders_stamp

    # Changing

    def save(self, answers: Answers) -> bool:
        """Replace what is kept of a client."""
        with self.changing(answers.client):
            if self._holds(answers):
                return False
            entry = ClientAnswers(answers)
            entry.check()
            self._commit(entry)
            self._changes.announce(ClientChange(answers.client, "probes"))
            return True

    def _holds(self, answers: Answers) -> bool:
        """
        Say whether nothing is new but the time, which is written with the next change.

        Something is if somebody edited the file since it was read: the upload is the newer.
        """
        is_edited = stamp_of(self._path) != self._stamp
        with self._lock:
            entry = self._clients.get(answers.client)
            if entry is None or is_edited or not entry.answers.says_the_same(answers):
                return False
            renewed = replace(entry.answers, timestamp=answers.timestamp)
            self._clients[answers.client] = ClientAnswers(renewed)
            self._edition += 1
            if self._renewed_seconds is None:
                self._renewed_seconds = self._clock.monotonic()
            return True

    def _record_of(self, change: ClientAnswers) -> Mapping[str, Any]:
        before = self._clients.get(change.answers.client)
        return record_of(change.answers, None if before is None else before.answers)

    def _apply(self, change: ClientAnswers) -> None:
        client = change.answers.client
        self._clients[client] = self._waiting[client] = change
        self._edition += 1
        self._editions[client] = self._newest_edition = self._edition

    # Other processes

    def _take_record(self, record: Record) -> None:
        entry = ClientAnswers(answers_from(record))
        client = entry.answers.client
        with self._lock:
            before = self._clients.get(client)
            self._apply(entry)
        if before is None or not before.answers.says_the_same(entry.answers):
            self._changes.announce(ClientChange(client, "probes"))

    def _last_change(self) -> int:
        return self._edition

    def _note_folded(self, last: int, stamps: tuple[int, ...]) -> None:
        self._written_edition, self._renewed_seconds = max(self._written_edition, last), None
        for client, edition in list(self._editions.items()):
            if edition <= last:
                del self._editions[client]
                self._waiting.pop(client, None)
        # nothing is unknown of a file that is known before somebody else's hand was in it
        writing = stamps_of(stamps)
        if writing is not None and self._stamp == writing[0]:
            self._stamp = writing[1]

    def _stamps(self) -> tuple[int, ...]:
        return numbers_of(self._stamps_of_writing)

    def _reread(self, records: list[Record]) -> None:
        """Take in the file, and over it what waits in the journal."""
        waiting = {record["client"]: record for record in records}  # of several the last one
        with self._lock:
            self._waiting, self._editions = {}, {}
        for record in waiting.values():
            self._take_record(record)
        self._stamp, is_news = None, self._is_news
        self._take_in()
        self._is_news = is_news  # what is new is announced

    # Folding

    def _lacks_anything(self) -> bool:
        return self._edition != self._written_edition

    def _wants_folding(self) -> bool:
        renewed = self._renewed_seconds
        is_due = renewed is not None and self._clock.monotonic() - renewed >= RENEWAL_SECONDS
        return is_due or self._newest_edition > self._written_edition

    def _collect(self) -> Batch:
        return Batch(list(self._clients.values()), dict(self._waiting), self._edition)

    def _write(self, batch: Batch) -> State:
        data = document(batch.clients)
        state = {os.path.basename(self._path): digest_of(data)}
        self._journal.note_writing(state)
        before, after = self._stamp, None
        check = partial(check_unchanged, self._path, before, None)
        write_atomically(self._path, data, check=check)
        with open(self._path, "rb") as stream:
            stamp = Stamp.of(os.fstat(stream.fileno()))
            if stream.read() == data:  # else somebody has changed it since
                self._stamp = after = stamp
        self._stamps_of_writing = (before, after) if before and after else None
        return state

    def _settle(self, batch: Batch) -> None:
        self._written_edition, self._renewed_seconds = batch.edition, None
        for client, entry in batch.waiting.items():
            if self._waiting.get(client) is entry:
                del self._waiting[client]
                self._editions.pop(client, None)

    def _describe_waiting(self) -> str:
        if self._never_read:
            return "clients are told to come back until it is repaired, or removed"
        return (
            f"what probes said last stays in force, and {len(self._waiting)} uploads wait in "
            f"{self._path}.journal"
        )


def _say_the_same(before: Mapping[str, ClientAnswers], after: Mapping[str, ClientAnswers]) -> bool:
    return before.keys() == after.keys() and all(
        entry.answers.says_the_same(after[client].answers) for client, entry in before.items()
    )
