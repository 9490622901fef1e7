"""clients.xml: the clients that it declares, and what is changed of them through the server."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.repository.listing import Stamp, stamp_of
from bcfg2tw.engine.repository.source import Unsettled
from bcfg2tw.engine.store.changes import Announcements
from bcfg2tw.engine.store.client_edit import ADD, COUNTS_LATER, REMOVE, UPDATE, ClientEdit
from bcfg2tw.engine.store.client_table import ClientTable, ClientTables
from bcfg2tw.engine.store.declared_clients import DeclaredClients
from bcfg2tw.engine.store.interface import ClientList, ClientStore
from bcfg2tw.engine.store.xmlfiles.client_documents import ClientDocuments
from bcfg2tw.engine.store.xmlfiles.clients_writer import ClientsWriter
from bcfg2tw.engine.store.xmlfiles.file_state import Stamps, numbers_of, stamps_of
from bcfg2tw.engine.store.xmlfiles.journaled_file import JournaledFile
from bcfg2tw.engine.store.xmlfiles.records import Record, State
from bcfg2tw.engine.store.xmlfiles.takeover import ClientsTakeover, Takeover
from bcfg2tw.errors import ChangedMeanwhile, PluginInitError, RepositoryError, StateUnavailable
from bcfg2tw.settings import Settings

#: Edits that are remembered for readings that lack them, before clients.xml is read again, which
#: begins a new snapshot and empties caches. So many take some megabytes.
MAX_EDITS = 10_000

#: So long a file that was changed is not written to, unless it is read before. Longer than it takes
#: to notice that, and to read it; what waits meanwhile is in force, and on disk.
READING_SECONDS = 60.0


class EditLog:
    """Edits, numbered from 1 in the order in which they were made; the oldest are forgotten."""

    def __init__(self, edits: Iterable[ClientEdit]) -> None:
        self._edits = list(edits)
        self._forgotten = 0

    def __len__(self) -> int:
        return len(self._edits)

    @property
    def last(self) -> int:
        """The number of the last edit, 0 if there was none."""
        return self._forgotten + len(self._edits)

    def append(self, edit: ClientEdit) -> None:
        """Add an edit."""
        self._edits.append(edit)

    def extend(self, edits: Iterable[ClientEdit]) -> None:
        """Add several edits."""
        self._edits.extend(edits)

    def after(self, number: int) -> list[ClientEdit]:
        """Return the edits with greater numbers; those up to the number may be forgotten."""
        return self._edits[number - self._forgotten :]

    def forget(self, number: int) -> None:
        """Forget the edits up to a number."""
        self._edits = self.after(number)
        self._forgotten = number


class ClientsFile(JournaledFile[ClientEdit, list[ClientEdit]], ClientStore):
    """
    The clients, kept in clients.xml and the files that it includes.

    The repository's snapshots read that file as they read all others, and hand over what they
    read. A reading holds the edits that were folded into the file before it was read. Which these
    are is certain while the file is as it was read, at a moment when nothing is being written.
    """

    logger = logging.getLogger("Metadata")

    def __init__(self, path: str, clock: Clock, changes: Announcements) -> None:
        """
        Read what a killed server left in its journal.

        It is taken over with the first reading: whether clients.xml is in service is known then.

        :param path: of clients.xml
        """
        super().__init__(path, clock)
        self._changes = changes
        self._log = EditLog(())
        self._writer = ClientsWriter(path)
        # of files, when all that they said was in the tables; of those that the server wrote then
        self._stamps_covered: dict[str, Stamp] = {}
        self._stamps_written: dict[str, Stamp] = {}
        # of files that were as they are to be when this process wrote them, or began anew
        self._stamps_sound: dict[str, Stamp] = {}
        self._stamps_of_writing: Mapping[str, Stamps] = {}
        self._wants_reading = False
        self._file_problem: RepositoryError | None = None  # for which it is not in service
        self._folded = 0  # the number of the last edit that is in the file
        self._tables = ClientTables()
        # the number of the last edit that each reading holds for certain
        self._held: WeakKeyDictionary[DeclaredClients, int] = WeakKeyDictionary()
        self._unread: dict[str, Stamp] = {}  # of files that are not in the tables as they are
        self._unread_since = 0.0
        self._left = self._journal.leftover().records

    def _state(self) -> State:
        return self._writer.state()

    def _reconcile(self, records: list[Record]) -> Takeover:
        if self._file_problem is not None:
            raise self._file_problem  # a client that it does not name is not gone
        takeover = ClientsTakeover(ClientDocuments(self._path).clients(), records)
        return Takeover(takeover.records, takeover.refused)

    def _restore(self, records: list[Record]) -> None:
        for record in records:
            self._apply(edit_from(record))

    def check_settings(self, settings: Settings) -> None:
        """Refuse settings that ask for a database."""
        if settings.metadata_db:
            raise PluginInitError(
                "[metadata] use_database: the list of clients is kept in clients.xml since the "
                "server was started; restart it to have it kept in the database"
            )

    def is_as_written(self, path: str) -> bool:
        """
        Say whether a file holds what a server has folded into it, and nothing else.

        What is folded is in the tables already. It is read again all the same where somebody else
        had changed it before, where a new client has an origin, which counts from then on, and now
        and then, to forget old edits.
        """
        if not self._is_serving:
            self._look_at_mark()
        stamp = self._stamps_written.get(path)
        return stamp is not None and stamp == stamp_of(path)

    # Reading

    def current(self, declared: DeclaredClients) -> ClientList:
        """Return the clients as a reading and the edits that it lacks say."""
        with suppress(StateUnavailable):  # told by the calls that need it
            self.catch_up()  # to know what of the reading another process has written
        with self._folding:
            self._take_over()
            table = self._tables.get(declared)
            if table is not None:
                return table
            with self._news_lock:  # what others fold meanwhile may not be in the reading
                return self._make_table(declared)

    def _make_table(self, declared: DeclaredClients) -> ClientTable:
        """Make the table of a reading; `_folding` and `_news_lock` are held."""
        is_overtaken = declared not in self._held and not declared.is_current()
        with self._lock:
            # a reading that was overtaken may turn up again, as the last good state of a file
            # that is broken by then; it may lack all that the readings in use lack
            held = self._oldest_held() if is_overtaken else self._folded
            held = self._held.setdefault(declared, held)
            self._wants_reading = self._wants_reading and is_overtaken
            edits = [*self._edits_left(declared), *self._log.after(held)]
            table = self._tables.make(declared, edits)
            self._log.forget(self._oldest_held())
            if not is_overtaken:
                self._stamps_covered = declared.stamps
        if is_overtaken:
            raise Unsettled(self._path)
        return table

    def _edits_left(self, declared: DeclaredClients) -> list[ClientEdit]:
        """
        Return what counts of a killed server's journal beside a reading.

        Once clients.xml is in service again it is decided anew, and lastingly.
        """
        clients: dict[str, Mapping[str, str]] = {}
        for element in declared.elements if self._left else ():
            clients.setdefault(element.attributes["name"].lower(), element.attributes)
        return list(map(edit_from, ClientsTakeover(clients, self._left).records))

    def _oldest_held(self) -> int:
        return min([self._folded, *self._held.values()])

    def note_problem(self, problem: RepositoryError | None) -> None:
        """Leave the file alone while it is not in service; changes wait in the journal then."""
        self._file_problem = problem

    # Changing

    def edit(self, edit: ClientEdit) -> None:
        """Make an edit durable, then visible."""
        with self.changing(edit.name):
            self._commit(edit)
            self._changes.announce_all(edit.announcements())

    def _record_of(self, change: ClientEdit) -> Mapping[str, Any]:
        return {
            "operation": change.operation,
            "name": change.name,
            "attributes": dict(change.attributes),
            "before": self._before(change),
        }

    def _before(self, change: ClientEdit) -> dict[str, str]:
        """Return what is known of a client that an edit changes, all of it where it is removed."""
        with self._lock:
            table = self._tables.newest()
        client = None if table is None else table.get(change.name)
        if client is None:
            return {}
        return {
            attribute: value
            for attribute, value in client.elements[0].attributes.items()
            if change.operation == REMOVE or attribute in change.attributes
        }

    def _apply(self, change: ClientEdit) -> None:
        self._log.append(change)
        self._tables.apply(change)

    # Other processes

    def _take_record(self, record: Record) -> None:
        edit = edit_from(record)
        with self._lock:
            self._apply(edit)
        self._changes.announce_all(edit.announcements())

    def _last_change(self) -> int:
        return self._log.last

    def _note_folded(self, last: int, stamps: tuple[int, ...]) -> None:
        self._folded = max(self._folded, last)
        self._log.forget(self._oldest_held())
        self._take_stamps(stamps)

    def _look_at_mark(self) -> None:
        """Note what the leader has written; for a process that forks others, which follow it."""
        progress = self._journal.mark.read()
        if progress is not None:
            with self._lock:
                self._take_stamps(progress.stamps)

    def _take_stamps(self, stamps: tuple[int, ...]) -> None:
        """Take clients.xml for known if it was so before the leader wrote it; `_lock` is held."""
        writing = stamps_of(stamps)
        if writing is not None and self._stamps_covered.get(self._path) == writing[0]:
            self._stamps_covered[self._path] = self._stamps_written[self._path] = writing[1]
            self._tell_written()

    def _stamps(self) -> tuple[int, ...]:
        is_written = self._path in self._stamps_written
        return numbers_of(self._stamps_of_writing.get(self._path) if is_written else None)

    def _reread(self, records: list[Record]) -> None:
        """Bring the tables to what the file says now, with what waits in the journal."""
        said, stamps = self._read_documents()
        waiting = [edit_from(record) for record in records]
        with self._lock:
            table = self._tables.newest()
            clients = said
            if self._file_problem is not None and table is not None:
                # whom a file that is not in service does not name is a client all the same
                known = {client.name: client.elements[0].attributes for client in table.clients()}
                clients = {**known, **said}
            differences = list(_edits_between(table, clients))
            # one that says what was in force already has nothing new that may be wrong
            self._stamps_sound = {} if differences or table is None else dict(stamps)
            self._log.extend(differences)
            self._folded = self._log.last
            self._log.extend(waiting)
            edits = list(_edits_between(table, _edited(clients, waiting)))
            for edit in edits:
                self._tables.apply(edit)
            # of a file that only servers have written meanwhile nothing else is unknown
            self._stamps_covered = _equal(self._stamps_covered, stamps)
            self._stamps_written = _equal(self._stamps_written, stamps)
        for edit in edits:
            self._changes.announce_all(edit.announcements())

    def _read_documents(self) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, Stamp]]:
        """Return the clients of the file, and stamps; none of a file that is known to be broken."""
        try:
            documents = ClientDocuments(self._path)
        except RepositoryError:
            if self._file_problem is None:
                raise
            return {}, {}
        return documents.clients(), documents.stamps

    # Folding

    def _lacks_anything(self) -> bool:
        return self._log.last > self._folded

    def _collect(self) -> list[ClientEdit]:
        return self._log.after(self._folded)

    def _write(self, batch: list[ClientEdit]) -> State:
        if self._file_problem is not None:
            raise self._file_problem
        writing = self._writer.write(batch, self._journal.note_writing, self._check_read)
        has_origin = any(name in edit.attributes for edit in batch for name in COUNTS_LATER)
        self._wants_reading = self._wants_reading or has_origin or len(self._log) > MAX_EDITS
        with self._lock:
            self._note_writing(writing.stamps)
        self._tell_written()
        return writing.state

    def _check_read(self, stamps: Mapping[str, Stamp]) -> None:
        """
        See that what is written to is in service, as far as can be known.

        A file that somebody has just edited may have a mistake, which the next reading will find.

        :raises ChangedMeanwhile: if there is a reading to come
        """
        now = self._clock.monotonic()
        unread = {path: stamp for path, stamp in stamps.items() if not self._is_read(path, stamp)}
        if unread != self._unread:
            self._unread, self._unread_since = unread, now
        if unread and now - self._unread_since < READING_SECONDS:
            raise ChangedMeanwhile(next(iter(unread)))
        self._stamps_sound.update(stamps)

    def _is_read(self, path: str, stamp: Stamp) -> bool:
        known = (self._stamps_covered.get(path), self._stamps_sound.get(path))
        return any(before is not None and before.has_content_of(stamp) for before in known)

    def _tell_written(self) -> None:
        if self._stamps_written and self.when_written is not None:
            self.when_written()

    def _note_writing(self, stamps: Mapping[str, Stamps]) -> None:
        """Note which files say no more than the tables do; `_lock` is held."""
        self._stamps_of_writing = stamps
        for path, (before, after) in stamps.items():
            self._stamps_sound[path] = after
            if self._stamps_covered.pop(path, None) == before:
                self._stamps_covered[path] = self._stamps_written[path] = after
            else:
                self._stamps_written.pop(path, None)
        if self._wants_reading:
            self._stamps_written = {}

    def _settle(self, batch: list[ClientEdit]) -> None:
        self._folded += len(batch)
        self._log.forget(self._oldest_held())

    def _describe_waiting(self) -> str:
        number = len(self._left) or self._log.last - self._folded
        return (
            f"{number} changes of clients wait in {self._path}.journal until {self._path} "
            "can be written"
        )


def _edited(
    clients: Mapping[str, Mapping[str, str]], edits: Iterable[ClientEdit]
) -> dict[str, Mapping[str, str]]:
    """Return the attributes of clients after edits, as they count at once."""
    edited = dict(clients)
    for edit in edits:
        present = edited.get(edit.name)
        if edit.operation == REMOVE:
            edited.pop(edit.name, None)
        elif present is not None:
            edited[edit.name] = edit.apply_to(present)
        elif edit.operation == ADD:
            edited[edit.name] = edit.attributes_at_once()
    return edited


def _edits_between(
    table: ClientTable | None, clients: Mapping[str, Mapping[str, str]]
) -> Iterator[ClientEdit]:
    """Yield the edits that lead from a table to the clients of a file; none without a table."""
    if table is None:
        return
    for client in table.clients():
        if client.name not in clients:
            yield ClientEdit(REMOVE, client.name, {})
    for name, attributes in clients.items():
        present = table.get(name)
        before = {} if present is None else present.elements[0].attributes
        changed = {key: value for key, value in attributes.items() if before.get(key) != value}
        if present is None:
            yield ClientEdit(ADD, name, dict(attributes))
        elif changed:
            yield ClientEdit(UPDATE, name, changed)


def _equal(known: Mapping[str, Stamp], stamps: Mapping[str, Stamp]) -> dict[str, Stamp]:
    """Return those of some stamps that files still have."""
    return {path: stamp for path, stamp in known.items() if stamps.get(path) == stamp}


def edit_from(record: Mapping[str, Any]) -> ClientEdit:
    """Return the edit that a record of the journal holds."""
    return ClientEdit(record["operation"], record["name"], record["attributes"])
