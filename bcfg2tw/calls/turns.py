"""
The turn of a call: who makes it, and what it costs, as far as that can be told before it is read.

This is done in the reactor's thread, for every request, before its credentials are checked.
"""

from __future__ import annotations

import re
from collections.abc import Hashable

from bcfg2tw.auth import BadCredentials, credentials
from bcfg2tw.calls.dispatch import Peer
from bcfg2tw.scheduling.turn import Turn, network_of

#: How much of a body is looked at; more than a call has that can be shared or is quick.
HEAD_BYTES = 2048

#: As XML-RPC libraries write it. With anything else in front of its name a call is of no special
#: kind: nothing that is matched here can be read as another name afterwards.
NAME = re.compile(
    rb"\s*(?:<\?xml[^<>]*\?>)?\s*<methodCall>\s*<methodName>([\w.]{1,100})</methodName>"
)

#: Calls that build nothing and take in no document: a look into a table, and for some of them a
#: line in a journal.
QUICK = frozenset(
    {
        "AssertProfile",
        "DeclareVersion",
        "get_statistics",
        "methodHelp",
        "ping",
        "set_core_debug",
        "set_debug",
        "system.listMethods",
        "system.methodHelp",
        "system.methodSignature",
        "toggle_core_debug",
        "toggle_debug",
    }
)

#: Calls that take nothing in: who asks twice at once is given one answer.
SHARED = frozenset({"GetConfig", "GetDecisionList", "GetProbes"})


def turn_for_login(peer: Peer) -> Turn:
    """Return the turn of checking credentials alone."""
    return Turn(network_of(peer.address.ip), _caller(peer), is_quick=True)


def turn_of(peer: Peer, head: bytes) -> Turn:
    """
    Return the turn of a call.

    :param head: the first `HEAD_BYTES` of its body
    """
    match = NAME.match(head)
    name = "" if match is None else match[1].decode("ascii", "replace")
    is_whole = len(head) < HEAD_BYTES
    same = (peer.authorization, head) if name in SHARED and is_whole else None
    return Turn(network_of(peer.address.ip), _caller(peer), name in QUICK, same, name)


def _caller(peer: Peer) -> Hashable:
    """Return what tells callers of one address apart: whom they claim to be."""
    # all its names: a subject may be empty, or the same for all hosts of a site
    certificate = peer.certificate or {}
    names = certificate.get("subject"), certificate.get("subjectAltName")
    try:
        user, _ = credentials(peer.authorization)
    except BadCredentials:
        user = ""
    return peer.address.ip, names, user
