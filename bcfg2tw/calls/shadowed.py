"""A call of a client that another server gets as well, and the contract of who sees to that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred

from bcfg2tw.auth import BadCredentials, credentials
from bcfg2tw.calls.dispatch import HttpAnswer, Peer

#: The calls of a client's run that ask for something.
READS = frozenset({"GetConfig", "GetDecisionList", "GetProbes"})

#: Those that leave something with the server.
WRITES = frozenset({"AssertProfile", "DeclareVersion", "RecvProbeData", "RecvStats"})

#: The header of a call that was passed on: it is passed on no further, so that two servers that
#: stand in each other's shadow, or one in its own, do not go on for ever.
PASSED_ON = b"X-Bcfg2tw-Shadow"

#: The user name of those who want to be known by their address.
BY_ADDRESS = "root"

Answering = Callable[[], Deferred[HttpAnswer]]


@dataclass(frozen=True)
class ShadowedCall:
    """
    One call, as it can be made here and elsewhere; for the reactor's thread.

    :ivar peer: its origin; its address knows the client once this server has authenticated it
    :ivar peer_beside: the same for what is done beside the answer
    :ivar method: one of `READS` and `WRITES`
    :ivar body: the request
    :ivar authenticate: checks the peer's credentials here, so that its address knows the client;
        False where they are refused, or where nobody can be let in now
    :ivar serve: answers as if there were no other server; the Deferred fails only where the client
        has left
    :ivar serve_beside: answers in the same way, but goes on when the client leaves; never fails
    :ivar look_beside: does that and changes nothing
    """

    peer: Peer
    peer_beside: Peer
    method: str
    body: bytes
    authenticate: Callable[[], Deferred[bool]]
    serve: Answering
    serve_beside: Answering
    look_beside: Answering

    @property
    def is_write(self) -> bool:
        """True where it leaves something with the server."""
        return self.method in WRITES

    @property
    def is_due(self) -> bool:
        """True where both servers have to get it, so that they know the same of the client."""
        return self.is_write or self.method == "GetProbes"

    @property
    def client(self) -> str:
        """The client, as far as it is known here; else as it calls itself, or its address."""
        client = self.peer.address.client or self.peer_beside.address.client
        return client or self.claimed_name or self.peer.address.ip

    @property
    def claimed_name(self) -> str | None:
        """The name or uuid that the peer gives; None for one that is known by its address."""
        try:
            user, _ = credentials(self.peer.authorization)
        except BadCredentials:
            return None
        return None if user == BY_ADDRESS else user


class Shadow(Protocol):
    """The way to another server of the same clients; for the reactor's thread."""

    def concerns(self, method: str) -> bool:
        """Say whether calls of a method go through `answer`."""

    def answer(self, call: ShadowedCall) -> Deferred[HttpAnswer]:
        """
        Return the answer for the client, and see to the rest beside it.

        The Deferred fails only as `ShadowedCall.serve` does.
        """
