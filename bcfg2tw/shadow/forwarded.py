"""The credentials that a call is passed on with."""

from __future__ import annotations

from base64 import b64encode

from bcfg2tw.auth import BadCredentials, credentials
from bcfg2tw.calls.dispatch import Peer
from bcfg2tw.calls.shadowed import BY_ADDRESS


def authorization_for(peer: Peer) -> bytes | None:
    """
    Return the header that a call of a peer is passed on with, None where there can be none.

    A peer that names itself is passed on as it is. One that is known by its address would be
    this machine to the other server: it is passed on by the name under which this server knows it,
    which is why it has to have been authenticated. Whether its password is good, the other server
    decides. A certificate cannot be passed on.
    """
    try:
        user, password = credentials(peer.authorization)
    except BadCredentials:
        return None
    if user != BY_ADDRESS:
        return peer.authorization
    if peer.address.client is None:
        return None
    return b"Basic " + b64encode(f"{peer.address.client}:{password}".encode())
