"""The connections on which no call runs, in the order in which they are to go for new ones."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

C = TypeVar("C")


class IdleConnections(Generic[C]):
    """
    The connections that nobody is hurt by closing, the longest idle first.

    A connection is idle from its beginning to the end of a request's header, and from an answer
    to the end of the next header: bytes that drip make it none that is in use. One whose login
    failed is idle while it waits for the late answer.
    """

    def __init__(self) -> None:
        self._hosts: dict[C, str] = {}
        self._by_host: dict[str, dict[C, None]] = {}

    def __len__(self) -> int:
        return len(self._hosts)

    def add(self, connection: C, host: str) -> None:
        """Take in a connection that is idle from now on, unless it was before."""
        if connection not in self._hosts:
            self._hosts[connection] = host
            self._by_host.setdefault(host, {})[connection] = None

    def remove(self, connection: C) -> None:
        """Forget a connection that is in use, or closed; others are passed over."""
        host = self._hosts.pop(connection, None)
        if host is None:
            return
        connections = self._by_host[host]
        del connections[connection]
        if not connections:
            del self._by_host[host]

    def oldest(self) -> C | None:
        """Return the connection that is idle for longest, None if there is none."""
        return next(iter(self._hosts), None)

    def oldest_of(self, host: str) -> C | None:
        """Return the connection of an address that is idle for longest, None if there is none."""
        return next(iter(self._by_host.get(host, ())), None)


def host_of(address: Any) -> str:
    """Return the host of an address; proxies on this machine may come by a path instead."""
    return str(getattr(address, "host", ""))
