"""The context of plugins, made from the parts of a core."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from bcfg2tw.engine.build import binding, steps
from bcfg2tw.engine.build.metadata import build_metadata
from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import Effects
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.engine.served.repository import ServedRepository
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.store import Store
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.settings import Settings


class CoreContext:
    """
    The `PluginContext` of a core.

    :ivar downloads: set by the network side before the repository is read, None without one
    """

    def __init__(
        self, served: ServedRepository, store: Store, clock: Clock, effects: Effects
    ) -> None:
        self._served = served
        self.store = store
        self.clock = clock
        self.effects = effects
        self.downloads: Downloader | None = None

    @property
    def settings(self) -> Settings:
        """The settings in force now."""
        return self._served.settings

    @property
    def plugins(self) -> Mapping[str, Any]:
        """The plugins that are in service, by name; none before the repository was read."""
        return self._served.plugins

    def announce(self, client: str | None, aspect: str) -> None:
        """Make known that something about a client, or about all, is other than it was."""
        self.store.changes.announce(ClientChange(client, aspect))

    def changing_files(self) -> AbstractContextManager[None]:
        """Change files that belong together, while nobody reads the repository."""
        return self._served.changing_files()

    def build_metadata(self, client: str) -> ClientMetadata:
        """Return the metadata of a client as the repository is now, registering nobody."""
        return build_metadata(self._served.snapshot, client, register=False, effects=self.effects)

    def structures(self, metadata: ClientMetadata) -> list[Element]:
        """Return a client's structures, their entries abstract."""
        return steps.get_structures(metadata)

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """Bind one entry in place."""
        binding.bind(entry, metadata)
