"""The context of a plugin: the server that it runs in, as far as plugins use it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import Effects
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.engine.store.store import Store
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.settings import Settings


class PluginContext(Protocol):
    """
    The server as a plugin sees it; `engine/context.py` implements it.

    One object for all plugins and all snapshots of a core, safe to use from any thread. A plugin
    gets it when it is made, and keeps it as `self.context`.
    """

    @property
    def settings(self) -> Settings:
        """The settings in force now."""

    @property
    def effects(self) -> Effects:
        """Does what reading the repository changes, such as creating a file that is missing."""

    @property
    def store(self) -> Store:
        """The state that clients change: the list of clients, what their probes said."""

    @property
    def clock(self) -> Clock:
        """Tells the time."""

    @property
    def downloads(self) -> Downloader | None:
        """Fetches files from the network; None where there is no network side."""

    @property
    def plugins(self) -> Mapping[str, Any]:
        """The plugins that are in service, by name; none before the repository was read."""

    def announce(self, client: str | None, aspect: str) -> None:
        """
        Make known that something about a client is other than it was, so that caches forget it.

        For what a plugin itself keeps of clients; the store announces what is in the store.

        :param client: its name; None where it may concern every client
        :param aspect: what has changed, such as the plugin's name
        """

    def changing_files(self) -> AbstractContextManager[None]:
        """
        Change many files of the repository that belong together, in the block.

        Nobody reads the repository in the mean time, and it is read again at the end; calls go
        on with what was read before.
        """

    def build_metadata(self, client: str) -> ClientMetadata:
        """
        Return the metadata of a client in the state of the repository that is in service.

        An unknown client is answered for and not registered. While a client's configuration is
        built, ask `metadata.query` instead: it answers from the state that belongs to the build.

        :raises CriticalError: if the client is unknown and there is no default group
        """

    def structures(self, metadata: ClientMetadata) -> list[Element]:
        """Return a client's structures, their entries abstract."""

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Bind one entry in place.

        :raises PluginExecutionError: if it cannot be bound
        """
