"""
The promises of the store, which keeps the clients and the output of their probes.

A store has a part for each kind of state (`ClientStore`, `ProbeStore`; reports will be the next),
and each part may be kept in a way of its own: in memory, in the XML files that upstream knows, in a
database. Whoever uses a part speaks of clients and answers alone; files, journals and readings
are the business of the implementation. `opening.open_store` chooses one for the settings.

These hold for every part:

*Threads.* All methods may be called from any thread, several at a time. They block: they wait
for a disk or another thread, never for a client.

*Durability.* A method that changes something returns when the change is on disk, so that it
outlives the process and the machine; only then may the client be told. If it raises, the change
does not count: what was in force before stays. (The store in memory, which is for tests and tools,
keeps this promise for as long as the process lives.)

*Visibility.* A change that was acknowledged is seen by every call that begins later, whichever
thread or process answers it.

*Announcements.* The store itself announces every change through `Store.changes`: after it is in
force, before the method returns, in the thread that makes it. A change that another process made,
or an administrator, is announced when it is taken in, before anything is answered from it. Nobody
else announces what is in the store; a cache that rests on it listens. An announcement of something
that is as before does no harm, so an edit that sets what is set already may be announced.

*Look-ups cost what one client costs,* however many there are; `ClientList.names`, `clients` and
`profiles` alone cost what all of them cost.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client import Client
from bcfg2tw.engine.store.client_edit import ADD, REMOVE, UPDATE, ClientEdit
from bcfg2tw.engine.store.declared_clients import DeclaredClients
from bcfg2tw.errors import RepositoryError
from bcfg2tw.settings import Settings


class Part(ABC):
    """The life of a part of the store, whatever it holds."""

    @abstractmethod
    def check_settings(self, settings: Settings) -> None:
        """
        Make sure that settings ask for this part as it is.

        A store is chosen once, when the server starts; settings may change later.

        :raises PluginInitError: if they ask for the state to be kept elsewhere; with the remedy
        """

    @abstractmethod
    def prepare(self) -> None:
        """
        Bring the place where the state is kept into the form that this release needs.

        Called before anything is read, in a process that is about to serve.

        :raises CoreInitError: if a newer release has been there, whose form is not known
        """

    @abstractmethod
    def catch_up(self) -> None:
        """
        Take in all that any process was acknowledged by now, and announce it.

        Called at the beginning of each call, and cheap where nothing has changed.

        :raises StateUnavailable: if the state cannot be reached; the call cannot be answered
        """

    def is_kept_with(self, other: Part) -> bool:
        """Say whether what brings another part up to date does so for this one as well."""
        return False

    @abstractmethod
    def disconnect(self) -> None:
        """Close what a process that forks must not share; it is opened again when needed."""

    @abstractmethod
    def start(self) -> None:
        """
        Serve: from now on this process is one that changes the state.

        What a killed process left half done is completed, soon. A part that was not started, and
        through which nothing is changed, as in a tool beside the server, changes nothing on disk.
        """

    @abstractmethod
    def fold(self) -> bool:
        """
        Bring all changes to where other programs look for them, now instead of soon.

        Those are the XML files that upstream's tools and administrators read. For the promises
        of the store it makes no difference. A failure is logged, and it is tried again later.

        :returns: whether everything is there
        """

    @abstractmethod
    def is_as_written(self, path: str) -> bool:
        """
        Say whether a file is as this part wrote it, holding nothing that readers do not know.

        :param path: the full path of any file of the repository
        """

    @abstractmethod
    def close(self) -> None:
        """
        Release everything, after folding if this process serves.

        Called once, when there are no calls any more.
        """


class ClientList(ABC):
    """
    The clients as they are now: those that clients.xml declares, with all changes since.

    A snapshot of the repository has one; it shows every change as soon as that is in force.
    """

    @abstractmethod
    def get(self, name: str) -> Client | None:
        """
        Return a client.

        :param name: its name or an alias, in any case
        """

    @abstractmethod
    def by_uuid(self, uuid: str) -> Client | None:
        """Return the client that a uuid, exactly as written, belongs to; the last of several."""

    @abstractmethod
    def by_address(self, ip: str) -> tuple[str, ...]:
        """
        Return the names of the clients that an address is listed for, once for each time.

        :param ip: compared as a text
        """

    @abstractmethod
    def newcomers_at(self, ip: str) -> tuple[str, ...]:
        """
        Return the names of new clients to which an address will belong (`ClientStore.add`).

        :param ip: compared as a text
        """

    @abstractmethod
    def names(self) -> list[str]:
        """Return the names of all clients in order; one that is declared twice comes twice."""

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of all clients, as scripts do with Bcfg2's list of clients."""
        return iter(self.names())

    @abstractmethod
    def clients(self) -> list[Client]:
        """Return all clients in order."""

    @abstractmethod
    def profiles(self) -> set[str]:
        """Return the names of all groups that are profiles of clients."""


class ClientStore(Part):
    """
    The clients: their registrations, profiles, versions and other attributes.

    Any method may raise `StateUnavailable` while the state cannot be reached.

    :ivar when_written: called when a server has written what is in force into clients.xml; in any
        thread, and it must not block as long as the store is not being closed
    """

    when_written: Callable[[], object] | None = None

    @abstractmethod
    def current(self, declared: DeclaredClients) -> ClientList:
        """
        Return the clients as they are now, and as they will be after each change to come.

        The file and the changes are merged here: a change counts more than what is declared,
        until somebody edits the file after the change was written there.

        :param declared: a reading of clients.xml; the last good one where it is broken now
        :raises Unsettled: if the file is another one by now: read it again
        """

    def note_problem(self, problem: RepositoryError | None) -> None:
        """
        Note why clients.xml is not in service as it is, None where it is.

        Where clients are kept in there, nothing is written to it until it is: the next start
        goes on with the last good state, which would lack what was written since.
        """

    @abstractmethod
    def changing(self, name: str) -> AbstractContextManager[object]:
        """
        Keep other threads, and other processes, from changing a client in the block.

        For a caller that looks at a client and then changes it for what it saw. A thread that is
        inside may enter again, for the same client only.

        :param name: the client's own name, not an alias, in any case
        """

    @abstractmethod
    def registering(self, ip: str) -> AbstractContextManager[object]:
        """
        Keep others from registering a client from an address in the block, as `changing` does.

        A thread may be inside `changing` for the client; nothing else is taken within the block.
        """

    def add(self, name: str, attributes: Mapping[str, str]) -> None:
        """
        Add a client; it is on disk on return. The caller has seen that there is none.

        Its `uuid` and `address` count once clients.xml is read again.

        :param name: in any case
        :param attributes: of its element, such as `profile`
        :raises MetadataConsistencyError: if XML cannot hold a value
        :raises MetadataRuntimeError: if it cannot be kept now
        """
        self._edit(ADD, name, attributes)

    def update(self, name: str, attributes: Mapping[str, str]) -> None:
        """
        Set attributes of a client, its own name given; they are on disk on return.

        Of a client that is not there any more nothing changes. Raises as `add`.
        """
        self._edit(UPDATE, name, attributes)

    def remove(self, name: str) -> None:
        """Remove a client, its own name given; it is gone on disk on return. Raises as `add`."""
        self._edit(REMOVE, name, {})

    def _edit(self, operation: str, name: str, attributes: Mapping[str, str]) -> None:
        edit = ClientEdit(operation, name.lower(), dict(attributes))
        edit.check()
        self.edit(edit)

    @abstractmethod
    def edit(self, edit: ClientEdit) -> None:
        """Make, and announce, an edit that was checked; the errors are those of `add`."""


class ProbeStore(Part):
    """The output of clients' probes: of each client the last upload, as a whole."""

    @abstractmethod
    def of(self, client: str) -> Answers | None:
        """
        Return a client's last upload, None if it never uploaded anything.

        :param client: its name in any case; aliases are not resolved
        """

    @abstractmethod
    def all(self) -> list[Answers]:
        """Return the last upload of every client that ever uploaded anything, by name."""

    @abstractmethod
    def save(self, answers: Answers) -> bool:
        """
        Replace what is kept of a client; it is on disk on return.

        Where nothing is new but the time, that is kept at the next occasion and not announced.

        :returns: whether anything but the time is new
        :raises PluginExecutionError: if it cannot be kept, all of it: what was kept stays
        """

    @abstractmethod
    def refresh(self) -> None:
        """
        Take in what somebody else wrote where the answers are kept, and announce that.

        Called when files of the repository may have changed. A file that is broken is reported
        and changes nothing.
        """
