"""The repository that a core serves: read, kept up to date, and ended (:ref:`core-3`)."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from bcfg2tw.engine.clock import Clock, Timer
from bcfg2tw.engine.memory import collector, give_back
from bcfg2tw.engine.plugin.base import Plugin, name_of
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import ClientACLs, Threaded
from bcfg2tw.engine.plugin.registry import plugin_classes
from bcfg2tw.engine.plugins.default_acl import DefaultACL
from bcfg2tw.engine.repository.files import Library
from bcfg2tw.engine.served.keeping import Keeper
from bcfg2tw.engine.served.reading import RepositoryReader
from bcfg2tw.engine.served.snapshot import Snapshot
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.later import Later
from bcfg2tw.engine.store.store import Store
from bcfg2tw.errors import Bcfg2Error, MetadataRuntimeError
from bcfg2tw.settings import Settings

#: Of more files than this keeping takes a quarter of the time of a start: it waits until the first
#: clients have been answered.
MOST_FILES_KEPT_FIRST = 200
KEEPING_DELAY_SECONDS = 2.0

logger = logging.getLogger("bcfg2-server")


class ServedRepository:
    """
    Settings, files and plugins as they are in service now.

    Reading is serialised; the snapshot is replaced as a whole, so that whoever has one goes on
    with it. Safe to use from any thread.

    :ivar settings: in force now; replaced as a whole when the configuration file changes
    :ivar before_swap: called when a changed state has been read, before it comes into service
    """

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self.settings = settings
        self._store = store
        self._snapshot: Snapshot | None = None
        self._library = Library(settings)
        self._classes: list[type[Plugin]] = []
        self._reader: RepositoryReader | None = None
        self._keeper = Keeper()
        self._keeps_good_states = False
        self._clock = clock
        self._keeping: Timer | None = None
        self._keeping_written = Later(self._keep_written, clock, KEEPING_DELAY_SECONDS)
        self._has_ended = False
        self._lock = threading.Lock()
        self._is_changing_files = False
        self.before_swap: Callable[[], None] = lambda: None
        # plugins whose threads were started; None where the core only answers questions
        self._threaded: set[str] | None = None

    @property
    def snapshot(self) -> Snapshot:
        """
        The state of the repository that calls see from now on.

        :raises MetadataRuntimeError: if no repository was read yet
        """
        if self._snapshot is None:
            raise MetadataRuntimeError("Metadata not loaded yet")
        return self._snapshot

    @property
    def plugins(self) -> Mapping[str, Plugin]:
        """The plugins in service by name; none before the repository was read."""
        return {} if self._snapshot is None else self._snapshot.plugins

    def load(self, context: PluginContext) -> None:
        """
        Find the configured plugins and read the repository for the first time.

        :param context: what plugins get of the server
        :raises CoreInitError: if a plugin cannot be used
        """
        settings = self.settings
        self._reader = RepositoryReader(context)
        with self._lock, collector.setting_aside():
            self._classes = plugin_classes(settings.plugins, settings.lenient_plugins, settings)
            if not any(issubclass(plugin, ClientACLs) for plugin in self._classes):
                self._classes.append(DefaultACL)
            self._snapshot = self._reader.read(self._library, self._classes)
        give_back()

    def start_threads(self, keep_good_states: bool = True) -> None:
        """
        Start the threads of plugins now, and those of plugins that can be made later then.

        :param keep_good_states: whether good states of files are kept from now on, for the next
            start; of several processes one does so. Those of many files are kept soon.
        """
        self._threaded = set()
        self._keeps_good_states = keep_good_states
        self._store.clients.when_written = self._note_written
        number_of_files = sum(len(plugin.files) for plugin in self.plugins.values())
        if keep_good_states and number_of_files > MOST_FILES_KEPT_FIRST:
            self._keep_soon()
        else:
            self._keep()
        self._start_new_threads(self._threaded)

    def _keep_soon(self) -> None:
        try:
            self._keeping = self._clock.call_later(KEEPING_DELAY_SECONDS, self._keep)
        except RuntimeError:  # there is no memory for a thread: the first clients wait for it
            self._keep()

    def _keep(self) -> None:
        if self._keeps_good_states:
            self._keeper.keep(self.snapshot)

    def _note_written(self) -> None:
        """Have clients.xml kept as it is now: it is not read again for what servers write there."""
        if self._has_ended:
            self._keep_written()
        else:
            self._keeping_written.request()

    def _keep_written(self) -> bool:
        if self._keeps_good_states:
            path = os.path.join(self.settings.repository, "Metadata", "clients.xml")
            self._keeper.keep_written(path, self._store.clients.is_as_written)
        return True

    def _start_new_threads(self, started: set[str]) -> None:
        """
        Start the threads of plugins that were not there before.

        :param started: names of plugins whose threads were started; new ones are added
        """
        for plugin in self.snapshot.plugins_by_type(Threaded):
            name = name_of(plugin)
            if name in started:
                continue
            started.add(name)
            try:
                plugin.start_threads()
            except Exception:  # a plugin without its threads must not stop the server
                logger.exception("Threads of %s could not be started", plugin)

    def reload(self, changed: Collection[str] | None = None) -> None:
        """
        Take in changes of the repository and of the configuration file.

        Calls that are running go on with what they began with.

        :param changed: full paths; None where anything may have changed
        :raises UnreadableRepository: if something is there and cannot be read; what was read last
            stays in service, and the changes have to be told again
        """
        if changed is not None:
            changed = self._store.changed_by_others(changed)
            if not changed:
                return
        if self._is_changing_files:
            return  # everything is read at the end of that; a thread is not to wait so long
        with self._lock:
            self._read(changed)

    @contextmanager
    def changing_files(self) -> Iterator[None]:
        """
        Change many files of the repository that belong together.

        Nobody reads the repository in the mean time, and it is read again at the end; calls go on
        with what was read before.
        """
        with self._lock:
            self._is_changing_files = True
            try:
                yield
            finally:
                self._is_changing_files = False
                self._read(None)

    def _read(self, changed: Collection[str] | None) -> None:
        assert self._reader is not None, "load comes first"
        library, settings = self._current_library(changed), self.settings
        self.settings = library.settings  # plugins are made under these
        before = self.snapshot
        try:
            with collector.setting_aside():
                snapshot = self._reader.read(library, self._classes, before, changed)
                if snapshot is not before:
                    self._swap(snapshot)
        except BaseException:
            self.settings = settings
            raise
        self._library = library
        has_other_plugins = snapshot.plugins != before.plugins
        del before  # so that its memory is among what is given back
        give_back()
        if self._threaded is not None:
            if has_other_plugins:
                self._keep()  # at once: the next change may break it
            self._start_new_threads(self._threaded)

    def _swap(self, snapshot: Snapshot) -> None:
        self.before_swap()
        former, self._snapshot = self._snapshot, snapshot
        if former is not None:
            former.metadata_cache.end()

    def _current_library(self, changed: Collection[str] | None) -> Library:
        path = self.settings.config
        if path is None or (changed is not None and path not in changed):
            return self._library
        try:
            settings = self.settings.reread()
        except Bcfg2Error as error:
            logger.error("%s; the last good configuration stays in force", error)
            return self._library
        if settings == self.settings:
            return self._library
        for notice in settings.notices:
            if notice not in self.settings.notices:
                logger.warning("%s", notice)
        return self._library.under(settings)

    def watched(self) -> tuple[str, ...]:
        """Return the folders and files whose change is to be told to `reload`."""
        config = () if self.settings.config is None else (self.settings.config,)
        return (*self.snapshot.watched(), *config)

    def forget(self, change: ClientChange) -> None:
        """Drop the cached metadata that a change concerns; listens to `Store.changes`."""
        if self._snapshot is None:
            return  # the plugins of the first snapshot are being made
        clients = () if change.client is None else (change.client,)
        self._snapshot.metadata_cache.expire(*clients)

    def shutdown(self) -> None:
        """Keep what is good for the next start, and end the plugins; what they raise is logged."""
        if self._keeping is not None:
            self._keeping.cancel()
        self._keep()
        self._keeping_written.close()
        self._has_ended = True
        self._note_written()  # what the store writes at its end is told as well
        for plugin in () if self._snapshot is None else self._snapshot.plugins.values():
            try:
                plugin.shutdown()
            except Exception:  # the other plugins have to be shut down all the same
                logger.exception("%s could not be shut down", plugin)
