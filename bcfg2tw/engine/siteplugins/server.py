"""The core as a site's plugins know it: `self.core` (:ref:`core-4.1`)."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import do_nothing
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.repository.listing import IgnoredNames
from bcfg2tw.engine.siteplugins.in_force import FormerOptions, OptionsInForce
from bcfg2tw.engine.siteplugins.monitor import SiteFileMonitor
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.folders import base_of, make_folder
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import MetadataRuntimeError
from bcfg2tw.settings import Settings


class SitePlugins(Mapping[str, Any]):
    """The plugins in service by name: a site's own objects, and the engine's."""

    def __init__(self, plugins: Callable[[], Mapping[str, Plugin]]) -> None:
        self._plugins = plugins

    def __getitem__(self, name: str) -> Any:
        return unwrap(self._plugins()[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._plugins())

    def __len__(self) -> int:
        return len(self._plugins())


def unwrap(plugin: Plugin) -> Any:
    """Return the object of a site that a plugin of the engine stands for, else the plugin."""
    return getattr(plugin, "site_plugin", plugin)


class SiteMetadataCache:
    """The cache of clients' metadata, of which plugins only say that it is outdated."""

    def __init__(self, context: PluginContext) -> None:
        self._context = context

    def expire(self, key: str | None = None) -> None:
        """Forget a client's metadata, those of all without a name."""
        self._context.announce(key, "site plugin")


class SiteClients:
    """
    The plugin Metadata, as a site's plugins know it; what else it has is asked of the engine's.

    It never changes the list of clients but through the engine's own methods.
    """

    def __init__(self, server: SiteServer) -> None:
        self._server = server

    @property
    def _plugin(self) -> Any:
        return self._server.native_plugin("Metadata")

    @property
    def clients(self) -> list[str]:
        """The names of all clients."""
        names: list[str] = self._plugin.client_names()
        return names

    def list_clients(self) -> list[str]:
        """Return the names of all clients."""
        return self.clients

    def get_client_names_by_profiles(self, profiles: list[str]) -> list[str]:
        """Return the names of the clients with one of some profiles."""
        return self._named(lambda client: client.profile in profiles)

    def get_client_names_by_groups(self, groups: list[str]) -> list[str]:
        """Return the names of the clients that are in all of some groups."""
        return self._named(lambda client: client.groups.issuperset(groups))

    def get_client_names_by_bundles(self, bundles: list[str]) -> list[str]:
        """Return the names of the clients that have all of some bundles."""
        return self._named(lambda client: client.bundles.issuperset(bundles))

    def get_all_group_names(self) -> set[str]:
        """Return the names of all groups."""
        names: set[str] = self._plugin.group_names()
        return names

    def _named(self, is_wanted: Callable[[ClientMetadata], bool]) -> list[str]:
        return [name for name in self.clients if is_wanted(self._server.build_metadata(name))]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plugin, name)


class SiteServer:
    """
    The core that plugins of a site are made with; safe to use from any thread.

    :ivar settings: those in force now
    :ivar datastore: the repository
    :ivar setup: options as in Bcfg2 1.3
    :ivar fam: tells plugins of changed files
    :ivar terminate: set when the core's plugins are shut down
    """

    name = "bcfg2-server"

    def __init__(self, context: PluginContext, options: OptionsInForce) -> None:
        self.context = context
        self.logger = logging.getLogger("bcfg2-server")
        ignored = list(context.settings.ignore_files)
        self.fam: Any = SiteFileMonitor(ignored, IgnoredNames(ignored).__contains__)
        self.setup = FormerOptions(options, lambda: self.settings)
        self.metadata_cache = SiteMetadataCache(context)
        self.plugins = SitePlugins(lambda: context.plugins)
        self.metadata = SiteClients(self)
        self.terminate = threading.Event()
        self.lock = threading.RLock()
        self.db_write_lock = threading.RLock()

    @property
    def settings(self) -> Settings:
        """The settings in force now."""
        return self.context.settings

    @property
    def datastore(self) -> str:
        """The repository."""
        return self.settings.repository

    @property
    def encoding(self) -> str:
        """The encoding of text files."""
        return self.settings.encoding

    @property
    def password(self) -> str | None:
        """The password that all clients share."""
        return self.settings.password

    @property
    def cfile(self) -> str | None:
        """The path of bcfg2.conf."""
        return self.settings.config

    @property
    def debug_flag(self) -> bool:
        """Say whether debug messages are on."""
        return self.settings.debug

    @property
    def metadata_cache_mode(self) -> str:
        """The mode of the cache of metadata."""
        return self.settings.client_metadata_cache

    def native_plugin(self, name: str) -> Any:
        """
        Return a plugin of the engine, by the name that it has upstream.

        :raises MetadataRuntimeError: if there is none, or the repository was not read yet
        """
        plugin = self.context.plugins.get(name)
        if plugin is None:
            raise MetadataRuntimeError(f"{name} is not loaded")
        return plugin

    def plugins_by_type(self, base_cls: type) -> list[Any]:
        """Return the plugins of a class of upstream's, by (`sort_order`, `name`)."""
        native = getattr(base_cls, "__engine_role__", base_cls)
        plugins = [
            plugin
            for plugin in self.context.plugins.values()
            if isinstance(plugin, native) or isinstance(unwrap(plugin), base_cls)
        ]
        plugins.sort(key=lambda plugin: (plugin.sort_order, plugin.name))
        return [unwrap(plugin) for plugin in plugins]

    def build_metadata(self, client_name: str) -> ClientMetadata:
        """Return a client's metadata in the state that is in service."""
        return self.context.build_metadata(client_name)

    def GetStructures(self, metadata: ClientMetadata) -> list[Element]:
        """Return a client's structures, their entries abstract."""
        return self.context.structures(metadata)

    def Bind(self, entry: Element, metadata: ClientMetadata) -> Element:
        """Bind an entry in place."""
        self.context.bind(entry, metadata)
        return entry

    def create_folder(self, path: str, logger: logging.Logger) -> None:
        """
        Make a folder that is missing; where nothing may change, leave it missing.

        :raises StateUnavailable: if it is in the repository, and that is gone
        """

        def create() -> None:
            logger.warning("%s does not exist, creating", path)
            make_folder(path, base_of(path, self.datastore))

        self.context.effects.perform(f"{path} would be created", create, do_nothing)

    def create_file(self, path: str, content: bytes, logger: logging.Logger) -> None:
        """
        Make a file that is missing; where nothing may change, leave it missing.

        :raises StateUnavailable: if it is in the repository, and that is gone
        """

        def create() -> None:
            logger.warning("%s does not exist, creating", path)
            folder = os.path.dirname(path)
            make_folder(folder, base_of(folder, self.datastore))
            write_atomically(path, content)

        self.context.effects.perform(f"{path} would be created", create, do_nothing)
