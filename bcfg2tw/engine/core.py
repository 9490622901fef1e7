"""
The core: what Bcfg2 documents as the interface between a server and its network side.

`Core` has everything that needs no network: the documented methods (:ref:`core-4.1`), and those
that clients and administrators call (:ref:`core-11`, :ref:`wire-9` and :ref:`wire-11`), each a line
or two over its parts. `NetworkCore` adds what a listening server needs.
"""

from __future__ import annotations

import inspect
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, NoReturn, TypeVar

from lxml import etree

from bcfg2tw.engine import uploads
from bcfg2tw.engine.access import AccessControl
from bcfg2tw.engine.build import binding, steps
from bcfg2tw.engine.build.configuration import ConfigurationBuild
from bcfg2tw.engine.build.kept_configurations import kept_configurations
from bcfg2tw.engine.build.metadata import build_metadata
from bcfg2tw.engine.call_statistics import CallStatistics
from bcfg2tw.engine.clock import Clock, SystemClock
from bcfg2tw.engine.context import CoreContext
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.model.build import Configuration, WrittenConfiguration
from bcfg2tw.engine.model.client_cache import ClientCache
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import Effects, Look, Serve
from bcfg2tw.engine.model.explanation import Explanation
from bcfg2tw.engine.picture import plugin_pictures, snapshot_picture, store_picture
from bcfg2tw.engine.plugin.base import Plugin, as_flag
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.engine.plugin.interfaces import Metadata, Probing
from bcfg2tw.engine.plugin_failures import failure_of
from bcfg2tw.engine.remote_methods import exposed, exposed_method, exposed_names, plugin_methods
from bcfg2tw.engine.served.file_monitor import FileMonitor, file_monitor
from bcfg2tw.engine.served.repository import ServedRepository
from bcfg2tw.engine.served.snapshot import NO_REVISION, Snapshot
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.store import Store
from bcfg2tw.engine.xmlio import Element, parse_upload, serialise_answer
from bcfg2tw.errors import (
    Bcfg2Error,
    CoreInitError,
    CriticalError,
    MetadataConsistencyError,
    MetadataRuntimeError,
    NoExposedMethod,
    NotServing,
)
from bcfg2tw.settings import Settings

T = TypeVar("T")
R = TypeVar("R", Configuration[ClientMetadata], WrittenConfiguration[ClientMetadata])

#: How often a configuration is built whose large files change meanwhile, and how long the
#: repository's next state may take each time.
BUILD_ATTEMPTS = 4
CHANGE_PATIENCE_SECONDS = 10.0
CHANGE_PAUSE_SECONDS = 0.05

DEPRECATED = "This method is deprecated and will be removed in a future release\n%s"


class Core:
    """
    The server for one repository; methods that clients call get their address first.

    Any number of cores can live in one process. All methods are safe to call from any thread.

    :cvar name: used in log messages
    :ivar store: what clients change: the list of clients, what their probes said
    :ivar served: the repository: settings, files, plugins, as they are in service now
    :ivar context: what plugins get of the server
    :ivar call_statistics: how long methods take
    :ivar fam: tells administrators what is watched
    :ivar debug_listeners: called with the core's debug flag when it is set, to adjust log levels
    :ivar terminate: set when the core shuts down, for threads that wait
    """

    name = "bcfg2-server"

    def __init__(
        self,
        settings: Settings,
        effects: Effects | None = None,
        clock: Clock | None = None,
        store: Store | None = None,
    ) -> None:
        """
        Read nothing yet.

        :param effects: a `Look` for a core that changes nothing, whatever it is asked
        :param clock: the machine's if it is not given
        :param store: the one that the settings ask for if it is not given
        """
        self.logger = logging.getLogger("bcfg2-server")
        self.debug_flag = settings.debug
        self.debug_listeners: list[Callable[[bool], None]] = []
        self.terminate = threading.Event()
        self._shutdown_lock = threading.Lock()
        self.call_statistics = CallStatistics()
        clock = clock or SystemClock()
        self.store = store or open_store(settings, clock)
        self.served = ServedRepository(settings, self.store, clock)
        self.store.changes.subscribe(self.served.forget)
        self.context = CoreContext(self.served, self.store, clock, effects or Serve())
        self._build = ConfigurationBuild(self._timed)
        self._access = AccessControl(self.served, self.client)
        self.fam: FileMonitor = file_monitor(self.served)

    def __str__(self) -> str:
        return type(self).__name__

    # What is served

    @property
    def settings(self) -> Settings:
        """The settings in force now."""
        return self.served.settings

    @property
    def downloader(self) -> Downloader | None:
        """Fetches files from the network for plugins; None where there is no network side."""
        return self.context.downloads

    @downloader.setter
    def downloader(self, downloader: Downloader | None) -> None:
        self.context.downloads = downloader

    @property
    def snapshot(self) -> Snapshot:
        """
        The state of the repository that calls see from now on.

        :raises MetadataRuntimeError: if no repository was read yet
        """
        return self.served.snapshot

    @property
    def cfile(self) -> str | None:
        """The path of the configuration file, None without one."""
        return self.settings.config

    @property
    def metadata_cache_mode(self) -> str:
        """The mode of the cache of metadata: off, initial, cautious or aggressive."""
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

    def summary(self) -> str:
        """Return in words how much is served, and which revision of the repository."""
        snapshot = self.snapshot
        try:
            clients = str(len(snapshot.metadata.client_names()))
        except NotServing:  # a file is broken, which has a line of its own
            clients = "no"
        words = [f"{clients} clients", f"{len(snapshot.plugins)} plugins"]
        if snapshot.revision != NO_REVISION:
            words.append(f"revision {snapshot.revision}")
        return ", ".join(words)

    def picture(self) -> dict[str, Any]:
        """Return plain data about what is served, for those who watch the server."""
        snapshot = self.snapshot
        return {
            "snapshot": snapshot_picture(snapshot),
            "builds": self._build.measured.picture(),
            "store": store_picture(self.settings),
            "plugins": plugin_pictures(snapshot),
        }

    def watched(self) -> tuple[str, ...]:
        """Return the folders and files whose change is to be told to `reload`."""
        return self.served.watched()

    # Life

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

        :raises CoreInitError: if a plugin cannot be used, or the state of clients is of a newer
            release
        """
        self.store.prepare()
        self.load_plugins()
        self.served.start_threads()

    def load_plugins(self) -> None:
        """
        Find the configured plugins and read the repository for the first time.

        :raises CoreInitError: if a plugin cannot be used
        """
        self.served.load(self.context)

    def reload(self, changed: Collection[str] | None = None) -> None:
        """
        Take in changes of the repository and of the configuration file.

        Calls that are running go on with what they began with.

        :param changed: full paths; None where anything may have changed
        """
        self.served.reload(changed)

    def shutdown(self) -> None:
        """End plugins and close the store; calling it again does nothing."""
        with self._shutdown_lock:
            if self.terminate.is_set():
                self.logger.debug("%s: Core already shut down", self.name)
                return
            self.terminate.set()
        self.logger.info("%s: Shutting down core...", self.name)
        self.served.shutdown()
        self.store.close()
        self.logger.info("%s: All plugins shut down", self.name)

    # Clients

    def resolve_client(
        self, address: ClientAddress, cleanup_cache: bool = False, metadata: bool = True
    ) -> tuple[str, ClientMetadata | None]:
        """
        Return the name of the client at an address and, if asked for, its metadata.

        :raises CriticalError: if either cannot be told
        """
        with self._timed("resolve_client"), self._failing_for(address):
            name = self.metadata.resolve_client(address, cleanup_cache=cleanup_cache)
            return name, (self.build_metadata(name) if metadata else None)

    def client(self, address: ClientAddress) -> ClientMetadata:
        """
        Return the metadata of the client at an address.

        :raises CriticalError: if they cannot be told
        """
        with self._timed("resolve_client"), self._failing_for(address):
            return self.build_metadata(self.metadata.resolve_client(address))

    @contextmanager
    def _failing_for(self, address: ClientAddress) -> Iterator[None]:
        """Turn failures of finding out who a client is into what the client is told."""
        try:
            yield
        except MetadataConsistencyError as error:
            self.critical_error(f"Client metadata resolution error for {address[0]}: {error}")
        except NotServing:
            raise
        except MetadataRuntimeError as error:
            self.critical_error(f"Metadata system runtime failure for {address[0]}: {error}")

    def build_metadata(self, client_name: str, register: bool = True) -> ClientMetadata:
        """
        Return a client's metadata, connectors included.

        :param register: whether an unknown client becomes a known one
        :raises CriticalError: if the client is unknown and there is no default group
        :raises MetadataConsistencyError: if a connector contradicts the rest
        """
        with self._timed("build_metadata"):
            return build_metadata(self.snapshot, client_name, register, self.context.effects)

    # Configurations

    def BuildConfiguration(self, client: str) -> Element:
        """Return a client's configuration, or an `error` document (:ref:`core-8`)."""
        try:
            metadata = self.build_metadata(client)
        except MetadataConsistencyError as error:
            self.logger.error("Metadata consistency error for client %s: %s", client, error)
            return steps.error_document("metadata error", str(error))
        return self.configuration(metadata)

    def configuration(self, metadata: ClientMetadata) -> Element:
        """
        Return the configuration for a client whose metadata are known.

        Where a large file is another one by now, the next state of the repository is waited for,
        and all of it is built on that.

        :raises ValidationError: if a validator refuses it
        :raises Bcfg2Error: if the next state does not come in time
        """
        return self._whole(self._build.build, metadata).document

    def _whole(self, build: Callable[[ClientMetadata], R], metadata: ClientMetadata) -> R:
        for _ in range(BUILD_ATTEMPTS):
            configuration = build(metadata)
            if not configuration.changed_files:
                return configuration
            path = configuration.changed_files[0]
            self._wait_for_state_after(metadata, path)
            metadata = self.build_metadata(metadata.hostname)
        raise Bcfg2Error(f"{path} changes again and again: try again")

    def _wait_for_state_after(self, metadata: ClientMetadata, path: str) -> None:
        deadline = time.monotonic() + CHANGE_PATIENCE_SECONDS
        while self.snapshot is metadata.snapshot:
            if time.monotonic() >= deadline:
                raise Bcfg2Error(
                    f"{path} has changed, and the repository was not read again since: try again, "
                    "or have the server read it (SIGHUP)"
                )
            time.sleep(CHANGE_PAUSE_SECONDS)

    def look(
        self, client: str, effects: Look | None = None, explain: bool = False,
        metadata: Metadata | None = None,
    ) -> Configuration[ClientMetadata]:  # fmt: skip
        """
        Build a client's configuration, changing nothing: on disk, in the store or in caches.

        A client that is unknown is built for as if it were registered.

        :param effects: a look that was prepared, such as one that runs no programs
        :param explain: whether to collect why entries are as they are
        :param metadata: the plugin that says who the client is, in place of the one in service
        :raises CriticalError: if the client is unknown and there is no default group
        :raises MetadataConsistencyError: if a connector contradicts the rest
        :raises ValidationError: if a validator refuses the configuration
        """
        snapshot = self.snapshot if metadata is None else self.snapshot.with_metadata(metadata)
        looked_at = build_metadata(snapshot, client, effects=effects or Look())
        return self._build.build(looked_at, Explanation() if explain else None)

    def GetStructures(self, metadata: ClientMetadata) -> list[Element]:
        """Return the client's structures, their entries abstract."""
        return self._build.structures(metadata)

    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        """Have the validators check, and change, the structures."""
        self._build.validate_structures(metadata, structures)

    def BindStructures(
        self, structures: list[Element], metadata: ClientMetadata, config: Element
    ) -> None:
        """Bind all structures and append them to the configuration."""
        self._build.bind_structures(structures, metadata, config)

    def BindStructure(self, structure: Element, metadata: ClientMetadata) -> None:
        """Bind the entries of one structure in place."""
        binding.bind_structure(structure, metadata)

    def Bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Bind one entry in place.

        :raises PluginExecutionError: if it cannot be bound
        """
        binding.bind(entry, metadata)

    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        """Have the validators check, and change, the bound configuration."""
        self._build.validate_goals(metadata, config)

    def client_run_hook(self, hook: str, metadata: ClientMetadata) -> None:
        """Tell plugins of a step of the client's run."""
        self._build.run_hook(hook, metadata)

    # Statistics, decisions, access

    def process_statistics(self, client_name: str, statistics: Element) -> None:
        """
        Hand a report to the statistics plugins (:ref:`wire-9.7`).

        :param statistics: the whole document
        :raises Bcfg2Error: if it holds no statistics
        """
        self._take_statistics(self.build_metadata(client_name), statistics)

    def _take_statistics(self, metadata: ClientMetadata, document: Element) -> None:
        uploads.take_statistics(metadata, document)
        self.client_run_hook("end_statistics", metadata)

    def GetDecisions(self, metadata: ClientMetadata, mode: str) -> list[tuple[str, str]]:
        """Return the decisions of all plugins for a mode (:ref:`wire-9.5`)."""
        return uploads.collect_decisions(metadata, mode)

    def check_acls(self, address: ClientAddress, rmi: str) -> bool:
        """
        Decide whether a client may call a method (:ref:`core-10.1`).

        :raises CriticalError: if it takes the client's metadata and they cannot be built
        :raises NotServing: if the rules were never understood
        """
        with self._timed("check_acls"):
            return self._access.allows(address, rmi)

    def critical_error(self, message: str) -> NoReturn:
        """
        Log a message and tell it to the client.

        :raises CriticalError: always
        """
        self.logger.error(message)
        raise CriticalError(message)

    def _timed(self, name: str) -> AbstractContextManager[None]:
        return self.call_statistics.track(f"{type(self).__name__}:{name}")

    # Remote methods

    def _get_rmi_objects(self) -> dict[str, Any]:
        return {self.fam.name: self.fam, **self.plugins}

    def _get_rmi(self) -> dict[str, Callable[..., Any]]:
        """Return the plugins' remote methods by `NAME.METHOD`, as they are now."""
        return plugin_methods(self._get_rmi_objects())

    def _resolve_exposed_method(self, method_name: str) -> Callable[..., Any]:
        """
        Return the method that clients may call under a name.

        :raises NoExposedMethod: if there is none
        """
        return exposed_method(self, method_name)

    @exposed
    def listMethods(self, address: ClientAddress) -> list[str]:
        """List the methods that the caller may use."""
        names = [*exposed_names(type(self)), *sorted(self._get_rmi())]
        return [name for name in names if self.check_acls(address, name)]

    @exposed
    def methodHelp(self, address: ClientAddress, method_name: str) -> str:
        """Describe a method of the core."""
        _check_text(method_name, "the name of a method")
        try:
            method = self._resolve_exposed_method(method_name)
        except NoExposedMethod:
            return ""
        return inspect.getdoc(method) or ""

    @exposed
    def DeclareVersion(self, address: ClientAddress, version: str) -> bool:
        """Note which version of Bcfg2 the client runs."""
        _check_text(version, "a version")
        client, _ = self.resolve_client(address, metadata=False)
        try:
            self.metadata.set_version(client, version)
        except NotServing:
            raise
        except (MetadataConsistencyError, MetadataRuntimeError) as error:
            self.critical_error(f"Unable to set version for {client}: {error}")
        return True

    @exposed
    def GetProbes(self, address: ClientAddress) -> str:
        """Return the probes that the client has to run."""
        metadata = self.client(address)
        probes = etree.Element("probes")
        for plugin in metadata.snapshot.plugins_by_type(Probing):
            try:
                probes.extend(plugin.GetProbes(metadata))
            except (MemoryError, NotServing):
                raise
            except Exception as error:  # a plugin's defect is told to the client as such
                reason = failure_of(plugin, error)
                self.critical_error(f"Error determining probes for {metadata.hostname}: {reason}")
        return serialise_answer(probes)

    @exposed
    def RecvProbeData(self, address: ClientAddress, probedata: str) -> bool:
        """Take what the client's probes printed; it is on disk on return."""
        metadata = self.client(address)
        if self.settings.client_metadata_cache == "cautious":
            self.store.changes.announce(ClientChange(metadata.hostname, "probes"))
        try:
            document = parse_upload(probedata, self.settings.max_upload_elements)
        except etree.XMLSyntaxError as error:
            self.critical_error(
                f"Failed to parse probe data from client {metadata.hostname}: {error}"
            )
        try:
            uploads.take_probe_data(metadata, document)
        except NotServing:
            raise
        except Bcfg2Error as error:
            self.critical_error(
                f"Failed to process probe data from client {metadata.hostname}: {error}"
            )
        return True

    @exposed
    def AssertProfile(self, address: ClientAddress, profile: str) -> bool:
        """Make a public group the client's profile."""
        client, _ = self.resolve_client(address, metadata=False)
        try:
            self.metadata.set_profile(client, profile, address)
        except NotServing:
            raise
        except (MetadataConsistencyError, MetadataRuntimeError) as error:
            self.critical_error(f"Unable to assert profile for {client}: {error}")
        return True

    @exposed
    def GetConfig(self, address: ClientAddress) -> str:
        """Return the client's configuration."""
        metadata = self.client(address)
        try:
            kept = metadata.snapshot.derive(kept_configurations)
            write = partial(self._whole, self._build.write)
            return kept.text(metadata, write, partial(self._whole, self._build.build))
        except MetadataConsistencyError:
            self.critical_error(f"Metadata consistency failure for {metadata.hostname}")

    @exposed
    def RecvStats(self, address: ClientAddress, stats: str) -> bool:
        """Take the client's report of its run."""
        metadata = self.client(address)
        if uploads.take_unread(metadata, stats):
            self.client_run_hook("end_statistics", metadata)
            return True
        try:
            document = parse_upload(stats, self.settings.max_upload_elements)
        except etree.XMLSyntaxError as error:
            raise Bcfg2Error(str(error)) from error
        self._take_statistics(metadata, document)
        return True

    @exposed
    def GetDecisionList(self, address: ClientAddress, mode: object) -> list[tuple[str, str]]:
        """Return the whitelist or blacklist of the client."""
        return self.GetDecisions(self.client(address), str(mode))

    @exposed
    def get_statistics(self, address: ClientAddress | None) -> dict[str, Sequence[float]]:
        """Return how long methods take: minimum, maximum and mean in seconds, and how often."""
        return dict(self.call_statistics.figures())

    @exposed
    def expire_metadata_cache(
        self, address: ClientAddress | None, hostnames: Sequence[str] | None = None
    ) -> None:
        """
        Forget the cached metadata of some clients, or of all.

        :raises Bcfg2Error: if the clients are no list of names
        """
        is_list = isinstance(hostnames, (list, tuple))
        if hostnames is not None and not (is_list and all(isinstance(n, str) for n in hostnames)):
            raise Bcfg2Error(f"clients come as a list of names, not as {hostnames!r}")
        for client in (None,) if hostnames is None else hostnames:
            self.store.changes.announce(ClientChange(client, "metadata"))

    @exposed
    def toggle_debug(self, address: ClientAddress | None) -> bool:
        """Invert the debug setting of the core, and give it to all plugins."""
        return self.set_debug(address, not self.debug_flag)

    @exposed
    def set_debug(self, address: ClientAddress | None, debug: bool | str) -> bool:
        """Switch debug messages of the core and of all plugins."""
        flag = as_flag(debug)
        for plugin in self.plugins.values():
            plugin.set_debug(flag)
        core_flag = self.set_core_debug(address, flag)
        return self.fam.set_debug(flag) and core_flag

    @exposed
    def toggle_core_debug(self, address: ClientAddress | None) -> bool:
        """Invert the debug setting of the core alone."""
        return self.set_core_debug(address, not self.debug_flag)

    @exposed
    def set_core_debug(self, address: ClientAddress | None, debug: bool | str) -> bool:
        """Switch debug messages of the core alone."""
        self.debug_flag = as_flag(debug)
        self.logger.info("Core: debug = %s", self.debug_flag)
        for listener in self.debug_listeners:
            listener(self.debug_flag)
        return self.debug_flag

    @exposed
    def toggle_fam_debug(self, address: ClientAddress | None) -> str:
        """Invert the debug setting of the file monitor (deprecated)."""
        return DEPRECATED % self.fam.toggle_debug()

    @exposed
    def set_fam_debug(self, address: ClientAddress | None, debug: bool | str) -> str:
        """Switch debug messages of the file monitor (deprecated)."""
        return DEPRECATED % self.fam.set_debug(debug)


class NetworkCore(Core):
    """A core that listens: it lets clients in."""

    def call(self) -> AbstractContextManager[None]:
        """
        Run one call of a client in the block, in this thread: it sees all that is acknowledged.

        :raises NotServing: at the beginning or at the end, if the state of clients is away
        """
        return self.store.call()

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.settings.server})"

    @property
    def ca(self) -> str | None:
        """The file of the authorities that sign clients' certificates, None without one."""
        return self.settings.ca

    def authenticate(
        self,
        cert: dict[str, Any] | None,
        user: str,
        password: str,
        address: ClientAddress,
    ) -> bool:
        """
        Decide whether a connection is let in; the address then knows whom it acts as.

        :param cert: subject of the verified certificate (:ref:`core-17`), None without one
        """
        if self.ca is None:
            cert = None
        return self.metadata.AuthenticateConnection(cert, user, password, address)

    def _daemonize(self) -> bool:
        """Detach from the terminal; an implementation says how."""
        raise CoreInitError(f"{type(self).__name__} cannot become a daemon by itself")


def _check_text(value: object, description: str) -> None:
    """
    Check a parameter that a client sent.

    :param description: the parameter, for the message
    :raises Bcfg2Error: if it is no string
    """
    if not isinstance(value, str):
        raise Bcfg2Error(f"{description} is a string, not {value!r:.100}")
