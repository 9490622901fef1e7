"""The installed Bcfg2's own core, with what the network side asks of any core."""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from typing import Any, TypeVar

from bcfg2tw.calls.interfaces import Certificate, DebugListener, Method
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error, SettingsError
from bcfg2tw.settings import Settings
from bcfg2tw.upstream import compat, databases, encryption, mends, reporting
from bcfg2tw.upstream.failures import (
    as_core_error,
    as_missing_method,
    as_settings_error,
    place_of,
)
from bcfg2tw.upstream.options import parse, reparse

F = TypeVar("F", bound=Callable[..., Any])

OLDEST = (1, 4)

INSTALL = (
    "--core upstream needs Bcfg2 1.4 or newer in the Python that runs twistd "
    f"({sys.prefix}): install it there from https://github.com/Bcfg2/bcfg2, or leave --core away"
)

PYTHON3_DIFFERENCES = (
    "On Python 3 the installed Bcfg2 builds some configurations differently than on Python 2.7: "
    "compare those of a few clients before you rely on it (see the limits in docs/upstream.rst)"
)


def network_core() -> type[Any]:
    """
    Return the installed `Bcfg2.Server.Core.NetworkCore`.

    :raises SettingsError: if there is no Bcfg2, if it is too old, or if it cannot be imported
    """
    compat.bring_back()
    version = _installed_version()
    if _number(version) < OLDEST:
        raise SettingsError(f"the installed Bcfg2 is {version}; {INSTALL}")
    with as_settings_error(
        lambda error: (
            f"the installed Bcfg2 {version} cannot be imported: {place_of(error)}; "
            "install what it lacks, or leave --core upstream away"
        )
    ):
        encryption.install()
        from Bcfg2.Server.Core import NetworkCore
    core: type[Any] = NetworkCore
    return core


def _installed_version() -> str:
    try:
        from Bcfg2.version import __version__
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "Bcfg2":
            raise SettingsError(f"the installed Bcfg2 cannot be imported: {error}") from error
        raise SettingsError(f"there is no Bcfg2; {INSTALL}") from error
    return str(__version__)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def core_base() -> type[UpstreamSeam]:
    """
    Return the class of cores over the installed Bcfg2; its constructor takes `Settings`.

    :raises SettingsError: as `network_core`
    """
    core: type[UpstreamSeam] = type("UpstreamCore", (UpstreamSeam, network_core()), {})
    return core


class InstalledCallTimes:
    """Bcfg2's own collection of execution times, which `get_statistics` answers from."""

    def __init__(self) -> None:
        from Bcfg2.Server.Statistics import stats

        self._stats = stats
        self._lock = threading.Lock()

    def add(self, name: str, seconds: float) -> None:
        """Take in one more duration."""
        with self._lock:
            self._stats.add_value(name, seconds)

    def figures(self) -> dict[str, tuple[float, float, float, int]]:
        """Return a copy: name to (minimum, maximum, mean, count)."""
        with self._lock:
            return dict(self._stats.display())


def _exposed(method: F) -> F:
    """Mark a method that clients may call, which an override has to do anew (:ref:`core-11`)."""
    method.exposed = True  # type: ignore[attr-defined]  # functions take attributes
    return method


class UpstreamSeam:
    """
    The rest of a `RunningCore` over Bcfg2's `NetworkCore`; stands before it among the bases.

    Bcfg2 keeps its options and its file monitor per process, so there is one such core in a
    process. `_run`, `_block` and `_daemonize` come from the Twisted cores.

    :ivar settings: in force now; replaced as a whole when the configuration file changes
    :ivar debug_listeners: called with the core's debug flag when it is set, to adjust log levels
    :ivar downloader: set by the network side; Bcfg2's plugins fetch their files by themselves
    """

    name = "bcfg2-server"

    # these come from `NetworkCore`
    authenticate: Callable[[Certificate | None, str, str, ClientAddress], bool]
    check_acls: Callable[[ClientAddress, str], bool]
    logger: logging.Logger
    plugins: Mapping[str, Any]
    fam: Any
    fam_thread: threading.Thread
    metadata_cache: Any
    load_plugins: Callable[[], None]
    plugins_by_type: Callable[[type], list[Any]]
    block_for_fam_events: Callable[[], None]
    _run: Callable[[], bool]
    _block: Callable[[], None]

    def __init__(self, settings: Settings) -> None:
        reporting.install(settings)
        parse(settings, type(self))
        self.settings = settings
        self.debug_listeners: list[DebugListener] = []
        self.downloader: Downloader | None = None
        self._plugin_methods: Mapping[str, Method] = {}
        self._reading = threading.Lock()
        self._ending = threading.RLock()
        with as_core_error():
            super().__init__()
        self.call_statistics = InstalledCallTimes()

    def run(self) -> bool:
        """
        Set up, read the repository, serve until told to stop (:ref:`core-3.1`).

        Detaching, privileges and umask are twistd's here, unlike in `NetworkCore.run`.

        :returns: whether the core could be set up
        """
        with ExitStack() as failure:
            failure.callback(self.shutdown)
            if not self._run():
                return False
            self.start()
            self._block()
            failure.pop_all()
        return True

    def start(self) -> None:
        """
        Read the repository and start Bcfg2's threads (:ref:`core-3.1`, steps 2 to 7).

        Changes of the configuration file come by `reload`, and times are logged by the network
        side, so two of these steps are missing.

        :raises CoreInitError: if no Metadata plugin can be used, a thread cannot start, or the
            state of a plugin is in a database that cannot be used
        """
        with databases.explaining(self.settings), as_core_error():
            self.load_plugins()
        databases.check(self.settings, self.plugins)
        mends.mend()
        self._report_missing_plugins()
        self.logger.warning(PYTHON3_DIFFERENCES)
        self.fam.start()
        self.fam_thread.daemon = True
        self.fam_thread.start()
        self._start_plugin_threads()
        self.block_for_fam_events()
        self._plugin_methods = super()._get_rmi()  # type: ignore[misc]  # of NetworkCore

    def _report_missing_plugins(self) -> None:
        """Name the plugins that are not there; Bcfg2 drops them without a word (:ref:`core-5`)."""
        for name in self.settings.plugins:
            if name.rpartition(".")[2] not in self.plugins:
                self.logger.error("Plugin %s of [server] plugins is not loaded", name)

    def _start_plugin_threads(self) -> None:
        from Bcfg2.Server.Plugin import Threaded

        for plugin in self.plugins_by_type(Threaded):
            plugin.start_threads()

    def _resolve_exposed_method(self, method_name: str) -> Method:
        """
        Return the method that clients may call under a name.

        :raises NoExposedMethod: ours, if there is none
        """
        with as_missing_method():
            method: Method = super()._resolve_exposed_method(  # type: ignore[misc]  # of NetworkCore
                method_name
            )
        return method

    def _get_rmi(self) -> Mapping[str, Method]:
        """Return the methods of plugins, collected when these were loaded (:ref:`core-11`)."""
        return self._plugin_methods

    def BuildConfiguration(self, client: str) -> Element:
        """Build a configuration; what could not be decrypted is a failure instead of content."""
        configuration: Element = super().BuildConfiguration(client)  # type: ignore[misc]  # of NetworkCore
        encryption.withhold(configuration)
        return configuration

    def reload(self, changed: Collection[str] | None = None) -> None:
        """
        Take in the configuration file and forget what is cached (:ref:`core-6`).

        The repository is watched by Bcfg2 itself. A file that cannot be used is reported and
        changes nothing.

        :param changed: paths; None for everything
        """
        if changed is not None and self.settings.config not in changed:
            return
        with self._reading:
            try:
                settings = self.settings.reread()
                reparse(settings)
            except Bcfg2Error as error:
                self.logger.error("%s; the settings stay as they were", error)
                return
            self.settings = settings
        self.metadata_cache.expire()

    @_exposed
    def set_core_debug(self, address: ClientAddress | None, debug: bool | str) -> bool:
        """Switch debug messages of the core alone."""
        flag: bool = super().set_core_debug(address, debug)  # type: ignore[misc]  # of NetworkCore
        for listener in self.debug_listeners:
            listener(flag)
        return flag

    def watched(self) -> tuple[str, ...]:
        """Return nothing: Bcfg2's own file monitor watches the repository."""
        return ()

    def shutdown(self) -> None:
        """
        Stop Bcfg2's threads and plugins; the second call finds nothing to do.

        What a plugin raises is logged (:ref:`core-3.3`, *fix*).
        """
        with self._ending:
            try:
                super().shutdown()  # type: ignore[misc]  # of NetworkCore
            except Exception:  # whatever a plugin raises must not keep the server from ending
                self.logger.exception("Shutting down failed")
