"""Changes of the state of clients, announced to whoever keeps something that rests on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientChange:
    """
    Something about a client is other than it was.

    :ivar client: its name; None where it may concern every client
    :ivar aspect: the thing that changed: `existence` when the client was added or removed, the
        name of an attribute of its element (`version`, `profile`, …), `probes` for the output
        of its probes, or the name of the plugin that keeps it
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
        """
        Have a function called for each change from now on.

        :param listener: called in any thread, several at a time, with the change in force
            already; it must neither block nor raise, nor change anything in the store
        """
        self._listeners.append(listener)

    def announce(self, change: ClientChange) -> None:
        """Tell all listeners of a change."""
        for listener in self._listeners:
            listener(change)

    def announce_all(self, changes: Iterable[ClientChange]) -> None:
        """Tell all listeners of several changes, one after the other."""
        for change in changes:
            self.announce(change)
