"""
How a core reads its repository, takes in changes of it, and ends (:ref:`core-3`).

What is asked of a repository that was read is in `base_core.py`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from bcfg2tw.engine.build import steps
from bcfg2tw.engine.build.client_cache import ClientCache
from bcfg2tw.engine.call_statistics import CallStatistics
from bcfg2tw.engine.memory import give_back
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import ClientACLs, Metadata, Threaded
from bcfg2tw.engine.plugin.registry import plugin_classes
from bcfg2tw.engine.plugins.default_acl import DefaultACL
from bcfg2tw.engine.repository.files import Library
from bcfg2tw.engine.served.reading import Reader
from bcfg2tw.engine.served.snapshot import Snapshot
from bcfg2tw.engine.store.store import Store
from bcfg2tw.errors import Bcfg2Error, MetadataRuntimeError

if TYPE_CHECKING:
    from bcfg2tw.engine.model.client_metadata import ClientMetadata
    from bcfg2tw.engine.plugins.packages.fetching.downloader import Downloader
    from bcfg2tw.settings import Settings

T = TypeVar("T")


class LifeCycle:
    """
    The repository that a core serves, from the first reading to the end.

    :cvar name: used in log messages
    :ivar settings: in force now; replaced as a whole when the configuration file changes
    :ivar store: what clients change: the list of clients, what their probes said
    :ivar debug_listeners: called with the core's debug flag when it is set, to adjust log levels
    :ivar terminate: set when the core shuts down, for threads that wait
    :ivar downloader: what fetches files from the network; None where there is no network side
    """

    name = "bcfg2-server"

    #: Reads the repository; made by the class that is whole.
    _reader: Reader

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.logger = logging.getLogger("bcfg2-server")
        self.debug_flag = settings.debug
        self.debug_listeners: list[Callable[[bool], None]] = []
        self.downloader: Downloader | None = None
        self.call_statistics = CallStatistics()
        self.store = Store(settings)
        self._snapshot: Snapshot | None = None
        self._library = Library(settings)
        self._classes: list[type[Plugin]] = []
        self._reload_lock = threading.Lock()
        self._is_changing_files = False
        self._shutdown_lock = threading.Lock()
        self.terminate = threading.Event()
        # plugins whose threads were started; None where the core only answers questions
        self._threaded: set[str] | None = None

    def __str__(self) -> str:
        return type(self).__name__

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
    def cfile(self) -> str | None:
        """The path of the configuration file, None without one."""
        return self.settings.config

    @property
    def metadata_cache_mode(self) -> str:
        """What is remembered of clients now: off, initial, cautious or aggressive."""
        return self.settings.client_metadata_cache

    @property
    def plugins(self) -> dict[str, Plugin]:
        """The plugins by name."""
        return self.snapshot.plugins

    @property
    def metadata(self) -> Metadata:
        """The plugin that knows the clients."""
        return self.snapshot.metadata

    @property
    def metadata_cache(self) -> ClientCache[ClientMetadata]:
        """The cache of clients' metadata."""
        return self.snapshot.metadata_cache

    @property
    def revision(self) -> str:
        """The repository's revision, `-1` where it has none."""
        return self.snapshot.revision

    def plugins_by_type(self, base_class: type[T]) -> list[T]:
        """Return the plugins of a class, by (`sort_order`, `name`)."""
        return self.snapshot.plugins_by_type(base_class)

    # Life cycle

    def run(self) -> bool:
        """
        Set up, read the repository, serve until told to stop (:ref:`core-3.1`).

        :returns: whether the core could be set up
        """
        if not self._run():
            self.shutdown()
            return False
        try:
            self.start()
            self._block()
        except BaseException:
            self.shutdown()
            raise
        return True

    def _run(self) -> bool:
        """Set up what is needed before the repository is read; nothing without a network."""
        return True

    def _block(self) -> None:
        """Serve until told to stop; without a network there is nothing to wait for."""

    def start(self) -> None:
        """
        Read the repository and start what runs beside the calls.

        :raises CoreInitError: if no Metadata plugin can be used
        """
        self.load_plugins()
        self._threaded = set()
        self._start_threads(self._threaded)

    def _start_threads(self, started: set[str]) -> None:
        """
        Start the threads of plugins that were not there before.

        :param started: names of plugins whose threads were started; new ones are added
        """
        for plugin in self.plugins_by_type(Threaded):
            name = steps.name_of(plugin)
            if name in started:
                continue
            started.add(name)
            try:
                plugin.start_threads()
            except Exception:  # a plugin without its threads must not stop the server
                self.logger.exception("Threads of %s could not be started", plugin)

    def load_plugins(self) -> None:
        """
        Find the configured plugins and read the repository for the first time.

        :raises CoreInitError: if no Metadata plugin can be used
        """
        self._classes = plugin_classes(self.settings.plugins)
        if not any(issubclass(one, ClientACLs) for one in self._classes):
            self._classes.append(DefaultACL)
        with self._reload_lock:
            self._snapshot = self._reader.read(self._library, self._classes)
        give_back()

    def reload(self, changed: Collection[str] | None = None) -> None:
        """
        Take in changes of the repository and of the configuration file.

        Calls that are running go on with what they began with.

        :param changed: full paths; None where anything may have changed
        """
        if changed is not None:
            changed = self.store.not_by_itself(changed)
            if not changed:
                return
        if self._is_changing_files:
            return  # everything is read at the end of that; a thread is not to wait so long
        with self._reload_lock:
            self._reload(changed)

    @contextmanager
    def changing_files(self) -> Iterator[None]:
        """
        Change many files of the repository that belong together.

        Nobody reads the repository in the mean time, and it is read again at the end; calls go on
        with what was read before.
        """
        with self._reload_lock:
            self._is_changing_files = True
            try:
                yield
            finally:
                self._is_changing_files = False
                self._reload(None)

    def _reload(self, changed: Collection[str] | None) -> None:
        library, before = self._current_library(changed), self.settings
        self.settings = library.settings  # plugins are made under these
        try:
            self._snapshot = self._reader.read(library, self._classes, self._snapshot, changed)
        except BaseException:
            self.settings = before
            raise
        self._library = library
        give_back()
        if self._threaded is not None:
            self._start_threads(self._threaded)

    def _current_library(self, changed: Collection[str] | None) -> Library:
        path = self.settings.config
        if path is None or (changed is not None and path not in changed):
            return self._library
        try:
            settings = self.settings.reread()
        except Bcfg2Error as error:
            self.logger.error("%s; the last good configuration stays in force", error)
            return self._library
        return self._library if settings == self.settings else self._library.under(settings)

    def watched(self) -> tuple[str, ...]:
        """Return the folders and files whose change is to be told to `reload`."""
        config = () if self.settings.config is None else (self.settings.config,)
        return (*self.snapshot.watched(), *config)

    def shutdown(self) -> None:
        """End plugins and close the store; calling it again does nothing."""
        with self._shutdown_lock:
            if self.terminate.is_set():
                self.logger.debug("%s: Core already shut down", self.name)
                return
            self.terminate.set()
        self.logger.info("%s: Shutting down core...", self.name)
        for plugin in () if self._snapshot is None else self._snapshot.plugins.values():
            try:
                plugin.shutdown()
            except Exception:  # the other plugins have to be shut down all the same
                self.logger.exception("%s could not be shut down", plugin)
        self.store.close()
        self.logger.info("%s: All plugins shut down", self.name)
