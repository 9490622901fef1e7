"""
The states of a site: a repository in a folder, at a revision of git, or what a server serves.

A state is prepared in the process of the command, opened in a process of its own, which is forked
for building: modules of two states are never met in one process.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import click

from bcfg2tw.cli.diff.building import (
    BuiltClient,
    ClientSelection,
    Finish,
    StateError,
    answer_all,
    document_bytes,
)
from bcfg2tw.cli.looking import Site, matching
from bcfg2tw.cli.revisions import Revisions
from bcfg2tw.cli.site import server_address
from bcfg2tw.cli.test.building import Log
from bcfg2tw.comparing.answers import UnreadableAnswer, configuration_of
from bcfg2tw.comparing.differences import failure_of_build
from bcfg2tw.errors import Bcfg2Error, NotServing
from bcfg2tw.settings import Settings

if TYPE_CHECKING:
    from bcfg2tw.engine.store.store import Store

__all__ = ["FolderState", "RevisionState", "ServerState", "State"]


class State(ABC):
    """
    One state of a site.

    :ivar title: the state in words
    :ivar notes: what a reader has to know of how it was built
    :ivar problems: files that cannot be used, each as a sentence, once it is open
    :ivar complaints: what else was said of its files
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.notes: list[str] = []
        self.problems: list[str] = []
        self.complaints: list[str] = []

    def prepare(self, folder: str) -> None:  # noqa: B027  most have nothing to prepare
        """
        Get ready to be opened, in the process of the command.

        :param folder: a private folder that is empty, and removed at the end
        :raises Bcfg2Error: if there is no such state
        """

    @abstractmethod
    def clients(self) -> list[str]:
        """
        Open the state, in a process of its own, and return the names of its clients.

        :raises Bcfg2Error: if it cannot be used
        """

    @abstractmethod
    def select(self, selection: ClientSelection) -> list[str] | None:
        """Return the clients that are meant, None where the state cannot tell."""

    @abstractmethod
    def answer(self, connection: Connection, finish: Finish) -> None:
        """Build the clients that are asked for, until the other end is closed."""


class FolderState(State):
    """A repository in a folder, built in *look* mode."""

    def __init__(self, title: str, settings: Settings, path: str | None = None) -> None:
        """
        Read nothing yet.

        :param settings: of the site: what clients said is taken from there
        :param path: the folder, where it is not the site's own
        """
        super().__init__(title)
        self.settings = settings
        self.path = path or settings.repository
        self._names: list[tuple[str, str]] = []

    def prepare(self, folder: str) -> None:
        """See that the folder is there."""
        if not os.path.isdir(self.path):
            raise StateError(f"{self.path} is no folder")
        self.path = os.path.realpath(self.path)
        home = os.path.realpath(self.settings.repository)
        if self.path != home:
            self._names = [(self.path, home)]

    def clients(self) -> list[str]:
        """Read the repository; what is wrong with it is noted."""
        self._site = _StateSite(self.settings, self.path)
        _ = self._site.settings  # which begins to log
        with Log() as log:
            core = self._site.core
            self.problems = [self._renamed(str(one)) for one in core.snapshot.problems]
            try:
                names = list(core.metadata.client_names())
            except NotServing as error:
                raise StateError(next(iter(self.problems), str(error))) from error
        core.store.disconnect()  # this process will be forked
        self.complaints = [self._renamed(line) for line in log.lines]
        return names

    def select(self, selection: ClientSelection) -> list[str]:
        """Return the clients that are meant."""
        hosts = matching(selection.patterns, set(self._site.core.metadata.client_names()))
        if not selection.needs_metadata:
            return hosts
        with Log():
            return [host for host in hosts if self._is_meant(host, selection)]

    def _is_meant(self, host: str, selection: ClientSelection) -> bool:
        if not self._site.core.metadata.is_client(host):
            return False
        # one that fails is not left out: that it fails may be what has changed
        with suppress(Bcfg2Error):
            metadata = self._site.metadata(host)
            return selection.has(metadata.groups, metadata.bundles)
        return True

    def answer(self, connection: Connection, finish: Finish) -> None:
        """Build clients, one after the other."""
        with Log():
            answer_all(connection, self.build, finish)

    def build(self, host: str) -> BuiltClient:
        """Return a client as this state has it; a failure of it is a part of that."""
        try:
            if not self._site.core.metadata.is_client(host):
                return BuiltClient(host, exists=False)
            built = self._site.configuration(host)
        except Bcfg2Error as error:
            failure = self._renamed(str(error))
            return BuiltClient(host, True, None, failure, is_refused=isinstance(error, NotServing))
        except Exception as error:  # whatever a site's plugin raises is a failure of the client
            failure = self._renamed(f"{type(error).__name__}: {error}")
            return BuiltClient(host, True, None, failure)
        client, groups = built.metadata, tuple(sorted(built.metadata.groups))
        reason = failure_of_build(built.document)
        if reason is not None:
            return BuiltClient(host, True, None, self._renamed(reason), client.profile, groups)
        document = document_bytes(built.document, self._names)
        return BuiltClient(host, True, document, None, client.profile, groups)

    def _renamed(self, text: str) -> str:
        """Return a text with the site's repository in place of a copy of it."""
        for folder, name in self._names:
            text = text.replace(folder, name)
        return text


class _StateSite(Site):
    """A repository of a site, with what clients said of themselves from the site's own."""

    def __init__(self, settings: Settings, repository: str) -> None:
        home = settings.packages_cache or os.path.join(settings.repository, "Packages", "cache")
        # a file that is broken in this state is to be told, and no other state of it to be used
        super().__init__(
            {**settings.overrides, "config": settings.config, "repository": repository,
             "packages_cache": home, "keep_last_good": False}
        )  # fmt: skip
        self._home = settings

    def open_store(self, settings: Settings) -> Store:
        """Return the site's state of clients; clients.xml is the repository's own."""
        from bcfg2tw.engine.clock import SystemClock
        from bcfg2tw.engine.store.opening import open_store
        from bcfg2tw.engine.store.store import Store

        home, own = (open_store(one, SystemClock()) for one in (self._home, settings))
        is_shared = settings.metadata_db or settings.state is not None
        return Store(home.clients if is_shared else own.clients, home.probes, home.changes)


class RevisionState(FolderState):
    """The site's repository as it was at a revision of git; the checkout is not touched."""

    def __init__(self, title: str, settings: Settings, revision: str) -> None:
        """
        Ask git nothing yet.

        :param revision: anything by which git knows a commit
        """
        super().__init__(title, settings)
        self._revision = revision
        self.changed: list[str] = []

    def prepare(self, folder: str) -> None:
        """
        Copy the repository as it was.

        :raises RevisionError: if there is no such revision
        """
        home = self.settings.repository
        revisions = Revisions(home)
        commit = revisions.commit(self._revision)
        try:
            copy = revisions.copy(commit, os.path.realpath(folder))
        except OSError as error:
            raise StateError(f"{home} cannot be copied: {error}") from error
        self.title = _revision_title(self._revision, commit)
        if copy.lacking:
            raise StateError(f"{self.title} cannot be built: {'; '.join(copy.lacking)}")
        self.changed = copy.changed
        config = os.path.realpath(self.settings.config or "")
        same = [*copy.unseen, *(path for path in copy.changed if path == config)]
        self.notes += [
            f"{path} has changed since {self.title}: it counts as it is" for path in same
        ]
        self.path = copy.path
        super().prepare(folder)
        self._names = [(self.path, os.path.realpath(home))]


def _revision_title(revision: str, commit: str) -> str:
    short = commit[:10]
    return revision if commit.startswith(revision) else f"{revision} ({short})"


class ServerState(State):
    """
    What a running server serves, asked for each client as `info --live` asks.

    The server answers as it does to the client itself: it makes keys and the like where a client
    has none yet. A client that it does not know is not asked for.
    """

    def __init__(self, title: str, settings: Settings, options: Mapping[str, Any]) -> None:
        """
        Ask nobody yet.

        :param options: the values of `server_parameters`, with the server's address
        :raises StateError: if that is none, or none that a report may name
        """
        super().__init__(title)
        try:
            server_address(options["server"])
        except click.ClickException as error:
            raise StateError(error.message) from error
        self._settings = settings
        self._options = options
        self._clients: frozenset[str] = frozenset()

    def clients(self) -> list[str]:
        """Ask the server for the names of its clients."""
        from bcfg2tw.cli.call.target import Server, ServerOptions

        self._server = Server(ServerOptions(**self._options, checks_name=False), self._settings)
        names = self._server.call("Metadata.list_clients")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise StateError("what it answers to Metadata.list_clients is no list of names")
        self._clients = frozenset(names)
        return sorted(names)

    def select(self, selection: ClientSelection) -> list[str] | None:
        """Return the clients of given names; their groups are not known here."""
        return None if selection.needs_metadata else matching(selection.patterns, self._clients)

    def answer(self, connection: Connection, finish: Finish) -> None:
        """Ask for clients, one after the other."""
        answer_all(connection, self._ask, finish)

    def _ask(self, host: str) -> BuiltClient:
        if host not in self._clients:
            return BuiltClient(host, exists=False)
        try:
            text = self._server.call("GetConfig", user=host)
            document = configuration_of(text)
        except Bcfg2Error as error:
            return BuiltClient(host, exists=True, failure=str(error))
        except UnreadableAnswer as error:
            return BuiltClient(host, exists=True, failure=str(error), is_refused=True)
        failure = failure_of_build(document)
        return BuiltClient(host, True, None if failure else document_bytes(document), failure)
