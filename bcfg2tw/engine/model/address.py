"""The address of a client's connection, and whom the connection turned out to be."""

from __future__ import annotations


class ClientAddress(tuple):  # type: ignore[type-arg]  # (str, int), or four parts for IPv6
    """
    The peer address of one connection: `(IP, port)`, or the four parts of an IPv6 one.

    One object lives from accept to answer, so what `authenticate` learns holds for the calls
    of this connection and for no other; the reference keeps a table by address pair instead
    (:ref:`metadata-5`, *fix*).
    """

    client: str | None = None
    #: Whether the client gave its name or uuid itself, rather than being known by its address.
    is_named: bool = False

    @property
    def ip(self) -> str:
        """The IP address as the socket layer gave it."""
        return str(self[0])
