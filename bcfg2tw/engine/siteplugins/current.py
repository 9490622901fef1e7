"""The server, and the plugin, that code of a site runs for in this thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from weakref import ReferenceType, ref

from bcfg2tw.errors import PluginInitError
from bcfg2tw.settings import Settings


class CurrentServer(Protocol):
    """The server as the classes of `names/` use it; `SiteServer` is one."""

    @property
    def settings(self) -> Settings:
        """The settings in force now."""

    @property
    def datastore(self) -> str:
        """The repository."""

    @property
    def fam(self) -> Any:
        """Tells plugins of changed files."""

    def native_plugin(self, name: str) -> Any:
        """Return a plugin of the engine."""

    def create_folder(self, path: str, logger: logging.Logger) -> None:
        """Make a folder that is missing; where nothing may change, leave it missing."""

    def create_file(self, path: str, content: bytes, logger: logging.Logger) -> None:
        """Make a file that is missing; where nothing may change, leave it missing."""


class _Thread(threading.local):
    """The server and the plugin of a thread."""

    server: CurrentServer | None = None
    owner: object = None


_thread = _Thread()
_latest: list[ReferenceType[CurrentServer]] = []


@contextmanager
def running_for(server: CurrentServer, owner: object) -> Iterator[None]:
    """Run the block for a server and one of its plugins; what it watches is the plugin's."""
    before = _thread.server, _thread.owner
    _thread.server, _thread.owner = server, owner
    _latest[:] = [ref(server)]
    try:
        yield
    finally:
        _thread.server, _thread.owner = before


def current_server() -> CurrentServer:
    """
    Return the server of this thread; in a thread of a plugin's own, the one that ran code last.

    :raises PluginInitError: if there is none
    """
    server = _thread.server or (_latest[0]() if _latest else None)
    if server is None:
        raise PluginInitError("this needs a server; there is none while a module is imported")
    return server


_latest_settings: list[Settings] = []


def note_settings(settings: Settings) -> None:
    """Take down the settings of the site whose code is imported now."""
    _latest_settings[:] = [settings]


def current_settings() -> Settings:
    """Return the settings of this thread's server, else those of the site that came last."""
    if _thread.server is None and _latest_settings:
        return _latest_settings[0]
    return current_server().settings


def current_owner() -> object:
    """Return the plugin of this thread, None in a thread of a plugin's own."""
    return _thread.owner
