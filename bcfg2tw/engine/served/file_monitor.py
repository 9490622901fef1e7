"""The reference's file monitor, as administrators see it through remote methods."""

from __future__ import annotations

from typing import ClassVar

from bcfg2tw.engine.plugin.base import Debuggable
from bcfg2tw.engine.served.repository import ServedRepository


class FileMonitor(Debuggable):
    """
    Tells what is watched (:ref:`wire-12`); watching itself is the business of the service.

    :ivar name: prefix of the remote methods, by `[server] filemonitor`
    """

    __rmi__: ClassVar[list[str]] = [*Debuggable.__rmi__, "list_event_handlers"]

    def __init__(self, served: ServedRepository, name: str) -> None:
        super().__init__(name, served.settings.debug)
        self.name = name
        self._served = served

    def list_event_handlers(self) -> dict[str, str]:
        """Return the watched paths and the plugin that each belongs to."""
        plugins = self._served.snapshot.plugins.values()
        return {plugin.files.folder: plugin.name for plugin in plugins}


class InotifyMonitor(FileMonitor):
    """The file monitor where the system reports changes."""

    __rmi__: ClassVar[list[str]] = [*FileMonitor.__rmi__, "list_watches", "list_paths"]

    def list_watches(self) -> list[str]:
        """Return the watched folders."""
        return sorted(self.list_event_handlers())

    def list_paths(self) -> list[str]:
        """Return everything that is watched."""
        return list(self._served.watched())


def file_monitor(served: ServedRepository) -> FileMonitor:
    """Return the file monitor that the settings name."""
    if served.settings.filemonitor == "pseudo":
        return FileMonitor(served, "Pseudo")
    return InotifyMonitor(served, "Inotify")
