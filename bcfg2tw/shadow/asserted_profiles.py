"""Telling of calls by which the other server may note this machine's address as a client's."""

from __future__ import annotations

from twisted.logger import Logger

log = Logger()


class AssertedProfiles:
    """
    Says once for each client that its profile was asserted through this machine.

    A server that does not know the client yet registers it with the address that the call comes
    from (:ref:`metadata-10`).
    """

    LIMIT = 1000

    def __init__(self) -> None:
        self._said: set[str] = set()

    def warn_of(self, client: str) -> None:
        """Take note of a call that is passed on; of more clients than `LIMIT` nothing is said."""
        if client in self._said or len(self._said) >= self.LIMIT:
            return
        self._said.add(client)
        log.warn(
            "AssertProfile of {client} is passed on: if it is new to the other server, that may "
            "note this machine's address as the client's in its clients.xml",
            client=client,
        )
