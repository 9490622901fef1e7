"""
Our store of reports in the place of Bcfg2's, whose Django runs on no current Python.

The module `Bcfg2.Server.Plugins.Reporting` is ours: a plugin of Bcfg2's shape, which hands to the
embedded engine's plugin what clients report. So a site that has Reporting in its list starts, and
`bcfg2tw reports` and the pages of reports show what comes in.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import Any

from bcfg2tw.engine.clock import SystemClock
from bcfg2tw.engine.model.effects import Serve
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.engine.repository.files import Library
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError, PluginInitError
from bcfg2tw.settings import Settings

NAME = "Bcfg2.Server.Plugins.Reporting"


class UpstreamContext:
    """The context of a plugin of ours that runs in Bcfg2's core; it has what Reporting uses."""

    def __init__(self, core: Any, settings: Settings) -> None:
        self._core = core
        self.settings = settings
        self.clock = SystemClock()
        self.effects = Serve()
        self.downloads: Downloader | None = None
        self.plugins: Mapping[str, Any] = {}

    @property
    def store(self) -> Any:
        """Refuse: Bcfg2 keeps the state of clients itself."""
        raise PluginInitError("Bcfg2 keeps the state of clients itself")

    def announce(self, client: str | None, aspect: str) -> None:
        """Have Bcfg2 forget what it has cached of a client."""
        self._core.metadata_cache.expire(*(() if client is None else (client,)))

    def changing_files(self) -> AbstractContextManager[None]:
        """Do nothing: Bcfg2 reads files one by one."""
        return nullcontext()

    def build_metadata(self, client: str) -> Any:
        """Return a client's metadata."""
        return self._core.build_metadata(client)

    def structures(self, metadata: Any) -> list[Element]:
        """Return a client's structures, their entries abstract."""
        structures: list[Element] = self._core.GetStructures(metadata)
        return structures

    def bind(self, entry: Element, metadata: Any) -> None:
        """Bind one entry in place."""
        self._core.Bind(entry, metadata)


def install(settings: Settings) -> None:
    """Put the module in the place of Bcfg2's, before Bcfg2 imports its plugins."""
    from Bcfg2.Server import Plugins

    module = ModuleType(NAME, __doc__)
    module.Reporting = plugin_class(lambda core: getattr(core, "settings", settings))  # type: ignore[attr-defined]  # a new module
    sys.modules[NAME] = module
    Plugins.Reporting = module


def plugin_class(settings_of: Callable[[Any], Settings]) -> type[Any]:
    """
    Return a plugin of Bcfg2's shape over ours.

    :param settings_of: returns the settings of a core of Bcfg2's
    """
    from Bcfg2.Server import Plugin as upstream

    bases = [
        getattr(upstream, name)
        for name in ("Statistics", "Threaded", "PullSource", "Plugin")
        if hasattr(upstream, name)
    ]
    roles = [base for base in bases if base is not upstream.Plugin]
    is_plugin = any(issubclass(role, upstream.Plugin) for role in roles)
    members = {
        **vars(_Reporting),
        "__rmi__": [*upstream.Plugin.__rmi__, "Ping", "GetExtra", "GetCurrentEntry"],
        "settings_of": staticmethod(settings_of),
    }
    for name in ("__dict__", "__weakref__"):
        members.pop(name, None)
    return type("Reporting", tuple(roles if is_plugin else bases), members)


class _Reporting:
    """Keeps what clients report in the database of `bcfg2tw reports`."""

    create = False
    options: list[Any] = []
    settings_of: Callable[[Any], Settings]

    def __init__(self, core: Any) -> None:
        from Bcfg2.Server import Plugin as upstream

        upstream.Plugin.__init__(self, core)
        settings = self.settings_of(core)
        try:
            self._ours = _make(core, settings)
        except PluginInitError as error:
            raise upstream.PluginInitError(str(error)) from error

    def start_threads(self) -> None:
        """Start taking in; what an old server left waiting comes first."""
        self._ours.start_threads()

    def shutdown(self) -> None:
        """Bring into the database what waits, as far as that takes no long time."""
        self._ours.shutdown()

    def process_statistics(self, client: Any, xdata: Element) -> None:
        """Keep a report; it is on disk on return."""
        self._ours.process_statistics(client, xdata)

    def Ping(self) -> str:
        """Say that reports are kept."""
        return "Pong"

    def GetExtra(self, client: str) -> Any:
        """Return type and name of the entries that a client has beyond its configuration."""
        return self._asked(self._ours.GetExtra, client)

    def GetCurrentEntry(self, client: str, e_type: str, e_name: str) -> Any:
        """Return owner, group, mode and content of a file as a client has it."""
        return self._asked(self._ours.GetCurrentEntry, client, e_type, e_name)

    @staticmethod
    def _asked(question: Callable[..., Any], *arguments: str) -> Any:
        from Bcfg2.Server import Plugin as upstream

        try:
            return question(*arguments)
        except PluginExecutionError as error:
            raise upstream.PluginExecutionError(str(error)) from error


def _make(core: Any, settings: Settings) -> Any:
    """
    Return our plugin.

    :raises PluginInitError: if it cannot be used, for instance without its libraries
    """
    from bcfg2tw.engine.plugins.reporting import Reporting

    files = Library(settings).files(os.path.join(settings.repository, Reporting.name))
    return Reporting(UpstreamContext(core, settings), files)
