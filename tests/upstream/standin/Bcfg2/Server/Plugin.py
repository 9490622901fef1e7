"""What plugins are made of (:ref:`plugin-api-3` and :ref:`plugin-api-4`)."""

from __future__ import annotations

from typing import Any


class Plugin:
    """A plugin; its constructor takes the core."""

    options: list[Any] = []
    __rmi__: list[str] = []

    def __init__(self, core: Any) -> None:
        self.core = core

    def shutdown(self) -> None:
        """End."""


class Threaded:
    """A plugin that runs threads."""

    def start_threads(self) -> None:
        """Start them."""
        raise NotImplementedError


class Statistics(Plugin):
    """A plugin that takes what clients report."""

    def process_statistics(self, client: Any, xdata: Any) -> None:
        """Take a report."""
        raise NotImplementedError


class PullSource:
    """A plugin that knows what clients have."""


class PluginInitError(Exception):
    """A plugin cannot be made."""


class PluginExecutionError(Exception):
    """A plugin cannot do what it is asked for."""
