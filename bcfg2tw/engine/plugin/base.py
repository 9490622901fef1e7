"""
`Plugin`, the base of all plugins, and `Debuggable` (:ref:`plugin-api-1` to :ref:`plugin-api-3`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakMethod

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.lasting import Lasting
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.repository.listing import Stamp
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error

if TYPE_CHECKING:
    from typing_extensions import Self


Binder = Callable[[Element, ClientMetadata], object]


def binder_for(method: Binder) -> Binder:
    """
    Return what a plugin lists in its `Entries` for a method of its own.

    It does not keep the plugin alive: one that listed its methods themselves would refer to itself,
    and stay in memory when its state of the repository is over.
    """
    reference = WeakMethod(method)

    def bind(entry: Element, metadata: ClientMetadata) -> object:
        bound = reference()
        assert bound is not None, "whoever binds has the plugin"
        return bound(entry, metadata)

    return bind


def as_flag(value: object) -> bool:
    """
    Read a debug flag as clients send it: a boolean, or a string that means true if it says so.

    :raises Bcfg2Error: if it is neither
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.lower() == "true"
    raise Bcfg2Error(f"a debug flag is true or false, not {value!r}")


class Debuggable:
    """Something with a logger of its own whose debug messages can be switched on and off."""

    __rmi__: ClassVar[list[str]] = ["toggle_debug", "set_debug"]
    __child_rmi__: ClassVar[list[str | tuple[str, str]]] = [
        ("toggle_debug", "set_debug"), "set_debug",
    ]  # fmt: skip

    def __init__(self, name: str, debug_flag: bool = False) -> None:
        self.logger = logging.getLogger(name)
        self.debug_flag = debug_flag

    def set_debug(self, debug: object) -> bool:
        """Switch debug messages; returns the new state."""
        self.debug_flag = as_flag(debug)
        return self.debug_flag

    def toggle_debug(self) -> bool:
        """Invert the debug flag; returns the new state."""
        return self.set_debug(not self.debug_flag)

    def debug_log(self, message: str, flag: bool | None = None) -> None:
        """Log a message, so that every log takes it, if debugging (or `flag`) is on."""
        if self.debug_flag if flag is None else flag:
            self.logger.error(message)


def name_of(plugin: object) -> str:
    """Return a plugin's name, also of one that is known by its role only."""
    return plugin.name if isinstance(plugin, Plugin) else type(plugin).__name__


class Plugin(Debuggable):
    """
    One plugin as one snapshot of the repository has it.

    A plugin is made from the files of its folder, `REPOSITORY/NAME`, and is made anew when one
    of them changes; between two changes it is shared by all requests and must not be changed by
    them. What has to outlive a change (a cache, a thread) is kept in `lasting`. Other plugins are
    reached through `metadata.snapshot`, never kept.

    :cvar name: key in `core.plugins`, name of the folder, prefix of the remote methods
    :cvar conflicts: names of plugins that cannot be used together with this one
    :cvar sort_order: plugins are asked in the order of this number, then of their names
    :cvar create: create the folder if it is missing
    :cvar ignored: globs of files and folders in it that are no part of the repository
    :cvar __rmi__: names of the methods that can be called as `NAME.METHOD`
    :cvar __child_rmi__: those of them that all workers have to be called with, where there are
        several; in place of a name, a pair of it and the name of the others' method
    :ivar Entries: for generators: tag to entry name to the callable that binds it
    :ivar context: the server, as far as a plugin uses it
    :ivar data: full path of the folder
    :ivar files: the files of the folder
    :ivar listing_before: the listing that the instance before was made from; empty for the first
    :ivar lasting: what outlives this instance
    """

    name: ClassVar[str]
    conflicts: ClassVar[list[str]] = []
    sort_order: ClassVar[int] = 500
    experimental: ClassVar[bool] = False
    deprecated: ClassVar[bool] = False
    create: ClassVar[bool] = True
    ignored: ClassVar[tuple[str, ...]] = ()

    Entries: Mapping[str, Mapping[str, Binder]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            cls.name = cls.__name__

    def __init__(self, context: PluginContext, files: Files, previous: Self | None = None) -> None:
        """
        Read the files.

        :param files: the plugin's folder; `files.load(name, interpretation)` keeps what a
            broken file said last
        :param previous: the same plugin of the snapshot before, if there was one
        :raises PluginInitError: if the plugin cannot be used
        """
        super().__init__(self.name, previous.debug_flag if previous else context.settings.debug)
        self.context = context
        self.files = files
        self.listing_before: Mapping[str, Stamp] = previous.files.listing if previous else {}
        self.lasting: Lasting = previous.lasting if previous else Lasting()
        self.data = files.folder
        self.Entries = {}

    def is_current(self, files: Files) -> bool:
        """Say whether a plugin that is made from these files would be as this one is."""
        return self.files.is_current(files)

    def watched(self) -> tuple[str, ...]:
        """Return the files and globs outside of the folder that this was made from."""
        return tuple(self.files.outside())

    def shutdown(self) -> None:
        """End what the plugin has running; called once, on the last snapshot's plugin."""

    @classmethod
    def prepare_folder(cls, repository: str) -> str:
        """Return the plugin's folder, created with a warning if it is missing."""
        folder = os.path.join(repository, cls.name)
        if cls.create and not os.path.isdir(folder):
            logging.getLogger(cls.name).warning("%s: %s does not exist, creating", cls.name, folder)
            with suppress(FileExistsError):
                os.mkdir(folder)  # never the repository
        return folder

    def __str__(self) -> str:
        return f"{type(self).__name__} Plugin"
