"""`Plugin` and `Debuggable`, as upstream's plugins derive from them (:ref:`plugin-api-3`)."""

from __future__ import annotations

import logging
import os
from typing import Any, ClassVar

from bcfg2tw.engine.plugin.base import as_flag
from bcfg2tw.engine.siteplugins.current import current_settings


class ClassName:
    """A class attribute that is the name of whatever class it is asked of."""

    def __get__(self, instance: object, owner: type) -> str:
        return owner.__name__


class SiteDebuggable:
    """Upstream's `Debuggable`: a logger of its own, whose debug messages can be switched on."""

    options: ClassVar[list[Any]] = []
    __rmi__: ClassVar[list[Any]] = ["toggle_debug", "set_debug"]
    __child_rmi__: ClassVar[list[Any]] = ["toggle_debug", "set_debug"]

    def __init__(self, name: str | None = None) -> None:
        full_name = f"{type(self).__module__}.{type(self).__name__}"
        self.logger = logging.getLogger(name or full_name)
        self.debug_flag: bool = current_settings().debug

    def set_debug(self, debug: Any) -> bool:
        """Switch debug messages; returns the new state."""
        self.debug_flag = as_flag(debug)
        return self.debug_flag

    def toggle_debug(self) -> bool:
        """Invert the debug flag; returns the new state."""
        return self.set_debug(not self.debug_flag)

    def debug_log(self, message: str, flag: bool | None = None) -> None:
        """Log a message, so that every log takes it, if debugging (or `flag`) is on."""
        if flag or (flag is None and self.debug_flag):
            self.logger.error(message)


class SitePlugin(SiteDebuggable):
    """
    Upstream's `Plugin`: made once for a core, used by all calls, told of changed files.

    :ivar core: the server that it runs in
    :ivar data: full path of its folder
    :ivar running: until it is shut down
    """

    name: Any = ClassName()
    __author__ = ""
    experimental = False
    deprecated = False
    conflicts: ClassVar[list[str]] = []
    sort_order = 500
    create = True

    def __init__(self, core: Any, datastore: str | None = None) -> None:
        """
        Make the plugin's folder if it is missing.

        :param datastore: the repository, which plugins for Bcfg2 1.3 hand on
        """
        SiteDebuggable.__init__(self, self.name)
        self.Entries: dict[str, dict[str, Any]] = {}
        self.core = core
        self.data = os.path.join(datastore or core.datastore, self.name)
        self.running = True
        if self.create and not os.path.isdir(self.data):
            core.create_folder(self.data, self.logger)

    @classmethod
    def init_repo(cls, repo: str) -> None:
        """Make the plugin's part of a new repository."""
        os.makedirs(os.path.join(repo, cls.name))

    def shutdown(self) -> None:
        """Note that the server ends."""
        self.running = False

    def set_debug(self, debug: Any) -> bool:
        """Switch debug messages, of what binds entries as well; returns the new state."""
        for binders in self.Entries.values():
            for binder in binders.values():
                if isinstance(binder, SiteDebuggable):
                    binder.set_debug(debug)
        return SiteDebuggable.set_debug(self, debug)

    def __str__(self) -> str:
        return f"{type(self).__name__} Plugin"
