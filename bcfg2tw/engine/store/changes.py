"""Changes of what is known of clients, announced to whoever keeps something that rests on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientChange:
    """
    Something about a client is other than it was.

    :ivar client: its name; None where it may concern every client
    :ivar aspect: what has changed: `version`, `profile`, `probes`, the name of a plugin, …
    """

    client: str | None
    aspect: str


class Announcements:
    """
    Tells listeners of changes, in the thread that makes the change, before it is acknowledged.

    Listeners are added while a core is made, and never removed.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[ClientChange], None]] = []

    def subscribe(self, listener: Callable[[ClientChange], None]) -> None:
        """Have a function called for each change from now on; it must not block or raise."""
        self._listeners.append(listener)

    def announce(self, change: ClientChange) -> None:
        """Tell all listeners of a change."""
        for listener in self._listeners:
            listener(change)
