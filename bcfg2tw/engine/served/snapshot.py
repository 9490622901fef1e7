"""
One state of the repository: every plugin, made from the same reading of the files.

A snapshot never changes. When files do, the next one is built beside it, with those plugins
made anew whose files changed, and takes its place when it is whole: no request sees half a
change, and none has to wait for one.
"""

from __future__ import annotations

import copy
import logging
import os
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

from bcfg2tw.engine.checks import misnamed
from bcfg2tw.engine.model.client_cache import ClientCache
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Metadata, Version
from bcfg2tw.engine.plugin.registry import refusal
from bcfg2tw.engine.repository.earlier import Key
from bcfg2tw.engine.repository.files import Files, Library
from bcfg2tw.engine.repository.source import Unsettled, check_passing
from bcfg2tw.errors import (
    CoreInitError,
    NotServing,
    PluginInitError,
    RepositoryError,
    UnreadableRepository,
)
from bcfg2tw.settings import Settings

T = TypeVar("T")

NO_REVISION = "-1"

logger = logging.getLogger("bcfg2-server")


class Snapshot:
    """
    The plugins of one state of the repository; what `PluginSet` promises.

    :ivar plugins: by name, in the order in which they are configured
    :ivar metadata: the plugin that knows the clients
    :ivar revision: what the configurations are marked with
    :ivar made_at: when it was made, in seconds since 1970
    :param refused: folders of plugins that could not be made; when they change it is tried again
    """

    def __init__(
        self,
        settings: Settings,
        library: Library,
        plugins: dict[str, Plugin],
        revision: str,
        refused: Collection[str] = (),
    ) -> None:
        self.settings = settings
        self.library = library
        self.plugins = plugins
        self.revision = revision
        self.made_at = time.time()
        self.metadata = cast(Metadata, self._metadata_plugin())
        self.metadata_cache: ClientCache[ClientMetadata] = ClientCache()
        self._by_type: dict[type, list[Any]] = {}
        self._derived: dict[Callable[[PluginSet], Any], Any] = {}
        self._refused = frozenset(refused)

    def _metadata_plugin(self) -> Plugin:
        candidates = [plugin for plugin in self.plugins.values() if isinstance(plugin, Metadata)]
        if not candidates:
            logger.error("No Metadata plugin loaded; failed to instantiate Core")
            raise CoreInitError("No Metadata Plugin: add Metadata to [server] plugins")
        if len(candidates) > 1:
            logger.error("Multiple Metadata plugins loaded; using %s", candidates[0])
        return candidates[0]

    def plugins_by_type(self, base_class: type[T]) -> list[T]:
        """Return the plugins of a class, by (`sort_order`, `name`); not to be changed."""
        plugins = self._by_type.get(base_class)
        if plugins is None:
            instances = [
                plugin for plugin in self.plugins.values() if isinstance(plugin, base_class)
            ]
            plugins = sorted(instances, key=lambda plugin: (plugin.sort_order, plugin.name))
            self._by_type[base_class] = plugins
        return plugins

    def derive(self, function: Callable[[PluginSet], T]) -> T:
        """Return what a function makes of these plugins; it is called once, or a few times."""
        if function not in self._derived:
            self._derived[function] = function(self)
        value: T = self._derived[function]
        return value

    def with_metadata(self, metadata: Metadata) -> Snapshot:
        """Return the same state with another plugin that knows the clients, to look at it."""
        snapshot = copy.copy(self)
        snapshot.metadata = metadata
        return snapshot

    def says_the_same_as(self, other: Snapshot) -> bool:
        """Say whether another snapshot has the same plugins, under the same settings."""
        return (
            self.plugins == other.plugins
            and self.library is other.library
            and self.settings is other.settings
            and self.revision == other.revision
            and self._refused == other._refused
        )

    def news_among(self, changed: Collection[str], previous: Snapshot) -> list[str]:
        """
        Return those of some changed paths that matter to whoever has read the previous state.

        The folder of a plugin that is as it was holds nothing new, unless another one that is not
        reads files there as well.

        :param changed: full paths that this state was read for
        """
        same = {
            name: plugin
            for name, plugin in self.plugins.items()
            if plugin is previous.plugins.get(name)
        }
        others = [
            plugin
            for state in (self, previous)
            for name, plugin in state.plugins.items()
            if name not in same
        ]
        if (
            self.library is not previous.library
            or self.revision != previous.revision
            or any(plugin.watched() for plugin in others)
        ):
            return list(changed)
        folders = tuple(plugin.files.folder + os.sep for plugin in same.values())
        return [path for path in changed if not (path + os.sep).startswith(folders)]

    @property
    def problems(self) -> tuple[RepositoryError, ...]:
        """The problems of the files that were read."""
        return tuple(
            problem for plugin in self.plugins.values() for problem in plugin.files.problems
        )

    def watched(self) -> tuple[str, ...]:
        """Return the folders, and files and globs outside of them, that all this was read from."""
        folders = {plugin.files.folder for plugin in self.plugins.values()}
        outside = {path for plugin in self.plugins.values() for path in plugin.watched()}
        revision = {
            path for plugin in self.plugins_by_type(Version) for path in plugin.revision_files()
        }
        return tuple(sorted(folders | outside | revision | self._refused))


def build(
    context: PluginContext,
    library: Library,
    classes: Sequence[type[Plugin]],
    previous: Snapshot | None = None,
    changed: Collection[str] | None = None,
) -> Snapshot:
    """
    Read the repository.

    :param previous: the snapshot whose plugins are taken over where nothing changed
    :param changed: full paths; only folders that hold one of them are looked at; None for all
    :returns: a new one; the previous where what was told to have changed says what it said
    :raises CoreInitError: if no Metadata plugin can be made, or, for the first snapshot, any other
        plugin, unless `[bcfg2tw] lenient_plugins`
    :raises Unsettled: if a file changed while it was being read
    :raises UnreadableRepository: if something is there and cannot be read
    """
    plugins: dict[str, Plugin] = {}
    for plugin_class in classes:
        plugin = _plugin(context, library, plugin_class, previous, changed)
        if plugin is not None:
            plugins[plugin.name] = plugin
    if previous is None:
        _announce(plugins)
    repository = library.settings.repository
    refused = [
        os.path.join(repository, plugin_class.name)
        for plugin_class in classes
        if plugin_class.name not in plugins
    ]
    snapshot = Snapshot(
        library.settings, library, without_conflicts(plugins), _revision(plugins), refused
    )
    used = [plugin.files.used.keys() for plugin in snapshot.plugins.values()]
    library.forget_unused(_dropped_keys(previous, snapshot), used)
    is_same_metadata = previous is not None and previous.metadata is snapshot.metadata
    if library.has_other_groups or not is_same_metadata:
        with suppress(NotServing):  # without groups nothing can be said of them
            library.tell_unknown_groups(snapshot.metadata.group_names())
    if changed is not None and previous is not None and snapshot.says_the_same_as(previous):
        return previous  # which has what is kept of configurations
    return snapshot


def _plugin(
    context: PluginContext,
    library: Library,
    plugin_class: type[Plugin],
    previous: Snapshot | None,
    changed: Collection[str] | None,
) -> Plugin | None:
    before = previous.plugins.get(plugin_class.name) if previous else None
    same_settings = previous is not None and previous.library is library
    if before is not None and same_settings and not _concerns(before, changed):
        return before
    repository = library.settings.repository
    folder = os.path.join(repository, plugin_class.name)
    if previous is None and context.effects.is_serving:
        folder = plugin_class.prepare_folder(repository)
    files = library.files(
        folder,
        plugin_class.ignored,
        before.files if before else None,
        changed if same_settings else None,
    )
    if before is not None and same_settings and before.is_current(files):
        return before
    _tell_misnamed(plugin_class.name, files, before.files if before else ())
    make = _make_or_keep if previous or library.settings.lenient_plugins else _make
    return make(lambda: plugin_class(context, files, before), plugin_class, before)


def _tell_misnamed(plugin: str, files: Files, names_before: Collection[str]) -> None:
    for name, meant in misnamed(plugin, files):
        if name not in names_before:
            logger.error("%s is not read: did you mean %s?", files.path(name), meant)


def _concerns(plugin: Plugin, changed: Collection[str] | None) -> bool:
    if changed is None:
        return True
    folder = plugin.files.folder
    if any(path == folder or path.startswith(folder + "/") for path in changed):
        return True
    return bool(plugin.watched())


def _make(make: Callable[[], Plugin], plugin_class: type[Plugin], before: Plugin | None) -> Plugin:
    try:
        return make()
    except (Unsettled, UnreadableRepository):
        raise
    except Exception as error:  # a plugin's code, perhaps a site's own
        check_passing(f"plugin {plugin_class.name}", error)
        raise refusal(plugin_class.name, error) from error


def _make_or_keep(
    make: Callable[[], Plugin], plugin_class: type[Plugin], before: Plugin | None
) -> Plugin | None:
    try:
        return make()
    except (Unsettled, UnreadableRepository):
        raise
    except PluginInitError as error:
        logger.error("Failed to instantiate plugin %s: %s", plugin_class.name, error)
    except Exception as error:  # a plugin's code, perhaps a site's own: the others must not suffer
        check_passing(f"plugin {plugin_class.name}", error)
        logger.exception("Unexpected instantiation failure for plugin %s", plugin_class.name)
    return before


def without_conflicts(plugins: dict[str, Plugin]) -> dict[str, Plugin]:
    """
    Drop the plugins that cannot be used together with others.

    Where both declare the conflict the one configured first stays; where one does, that one
    (:ref:`structures-11`: Pkgmgr goes when Packages is there, in either order).
    """
    kept = dict(plugins)
    for plugin in plugins.values():
        if plugin.name not in kept:
            continue
        unloaded = [name for name in plugin.conflicts if name in kept]
        if unloaded:
            logger.error(
                "The following plugins conflict with %s;Unloading %s", plugin.name, unloaded
            )
        for name in unloaded:
            del kept[name]
    return kept


def _announce(plugins: dict[str, Plugin]) -> None:
    experimental = [name for name, plugin in plugins.items() if plugin.experimental]
    deprecated = [name for name, plugin in plugins.items() if plugin.deprecated]
    if experimental:
        logger.info("Loading experimental plugin(s): %s", " ".join(experimental))
        logger.info("NOTE: Interfaces subject to change")
    if deprecated:
        logger.info("Loading deprecated plugin(s): %s", " ".join(deprecated))


def _revision(plugins: dict[str, Plugin]) -> str:
    versions = [plugin for plugin in plugins.values() if isinstance(plugin, Version)]
    for plugin in sorted(versions, key=lambda version: (version.sort_order, version.name)):
        try:
            return str(plugin.get_revision()).strip()
        except Exception as error:  # it runs a program, or a site's own code
            logger.warning("Error getting revision from %s: %s", plugin.name, error)
    return NO_REVISION


def _dropped_keys(previous: Snapshot | None, snapshot: Snapshot) -> set[Key]:
    """Return the keys of what the snapshot before used and this one may not use any more."""
    if previous is None or previous.library is not snapshot.library:
        return set()
    dropped: set[Key] = set()
    for name, before in previous.plugins.items():
        plugin = snapshot.plugins.get(name)
        if plugin is before:
            continue
        if plugin is None or plugin.files.changes.base is not before.files.changes.loaded:
            dropped |= before.files.used.keys()
        else:
            dropped |= plugin.files.changes.dropped
    return dropped
