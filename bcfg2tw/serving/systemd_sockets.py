"""
Sockets that systemd holds and hands over (sd_listen_fds(3)), compared with what was asked for.

Twisted's own endpoint, `systemd:domain=INET:index=0`, takes one of them; where there is none, or
one of another family, it fails in words that help nobody. The endpoint `systemd` takes all, as
they are.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

FIRST_DESCRIPTOR = 3

#: The endpoint that stands for all sockets that were handed over.
ALL = "systemd"


class Mismatch(ValueError):
    """Sockets are missing, or other ones than were asked for; the text has the remedy."""


@dataclass(frozen=True)
class HandedSocket:
    """
    A socket of systemd's.

    :ivar index: its number among those that were handed over
    :ivar name: FileDescriptorName= of its unit; empty where systemd says none
    :ivar family: None for a descriptor that is no stream socket which listens
    :ivar place: its address, for a message
    """

    index: int
    name: str
    descriptor: int
    family: socket.AddressFamily | None
    place: str


@cache
def handed_sockets() -> tuple[HandedSocket, ...]:
    """
    Return the sockets that this process was given; they stay the same, also where it detaches.

    :raises Mismatch: if there is none for it
    """
    environ = _first_environment()
    count, owner = environ.get("LISTEN_FDS", ""), environ.get("LISTEN_PID", "")
    if not count.isdecimal() or not int(count):
        raise Mismatch(
            "systemd has handed over no sockets (LISTEN_FDS says none): start the socket unit, "
            "which has to name this service, or remove the endpoint"
        )
    if owner != str(os.getpid()):
        raise Mismatch(
            f"systemd's sockets are for process {owner or 'none'}, and this is {os.getpid()}: "
            "have ExecStart= run the server itself, with twistd's --nodaemon"
        )
    names = environ.get("LISTEN_FDNAMES", "").split(":")
    names += [""] * (int(count) - len(names))
    return tuple(_handed(index, names[index]) for index in range(int(count)))


def _first_environment() -> Mapping[str, str]:
    """Return the environment that the process began with: Twisted takes these words out of it."""
    try:
        with open("/proc/self/environ", "rb") as stream:
            words = os.fsdecode(stream.read()).split("\0")
    except OSError:  # a system without systemd
        return os.environ
    return dict(word.partition("=")[::2] for word in words)


def _handed(index: int, name: str) -> HandedSocket:
    descriptor = FIRST_DESCRIPTOR + index
    try:
        duplicate = socket.socket(fileno=os.dup(descriptor))
    except OSError:
        return HandedSocket(index, name, descriptor, None, "no socket")
    with duplicate:
        return HandedSocket(index, name, descriptor, _family(duplicate), _place(duplicate))


def _family(handed: socket.socket) -> socket.AddressFamily | None:
    listens = handed.type == socket.SOCK_STREAM and handed.getsockopt(
        socket.SOL_SOCKET, socket.SO_ACCEPTCONN
    )
    return socket.AddressFamily(handed.family) if listens else None


def _place(handed: socket.socket) -> str:
    address = handed.getsockname()
    if not isinstance(address, tuple):
        return str(address) or "a socket without an address"
    host, port = address[:2]
    return f"[{host}]:{port}" if handed.family == socket.AF_INET6 else f"{host}:{port}"


def is_systemds(description: str) -> bool:
    """Say whether an endpoint is one of systemd's sockets."""
    return description.partition(":")[0] == ALL


def check_endpoint(description: str) -> None:
    """
    Compare an endpoint of systemd's with the sockets that were handed over.

    :param description: `systemd:domain=FAMILY:index=N`, or with `name=` in place of `index=`
    :raises Mismatch: if it is none of them
    """
    options = dict(word.partition("=")[::2] for word in description.split(":")[1:])
    handed = _chosen(options, handed_sockets())
    _check_stream(handed)
    assert handed.family is not None
    family = handed.family.name.removeprefix("AF_")
    if options.get("domain", family) != family:
        raise Mismatch(
            f"socket {handed.index} ({handed.place}) is of {family}: write domain={family}, or "
            f"the endpoint {ALL} alone, which takes all sockets as they are"
        )


def _chosen(options: dict[str, str], sockets: Sequence[HandedSocket]) -> HandedSocket:
    index, name = options.get("index"), options.get("name")
    for handed in sockets:
        if index == str(handed.index) or (index is None and name == handed.name):
            return handed
    said = ", ".join(f"{one.index} {one.name} ({one.place})" for one in sockets)
    wanted = f"index={index}" if index is not None else f"name={name}"
    raise Mismatch(
        f"systemd has handed over no socket of {wanted}, but {said}: correct the endpoint or the "
        f"socket unit, or write the endpoint {ALL} alone, which takes all"
    )


def _check_stream(handed: HandedSocket) -> None:
    if handed.family is None:
        raise Mismatch(
            f"socket {handed.index} ({handed.place}) takes no connections: write ListenStream= in "
            "the socket unit"
        )


def all_sockets() -> Sequence[HandedSocket]:
    """
    Return all sockets that were handed over, for the endpoint `systemd`.

    :raises Mismatch: if there is none, or one cannot be listened on
    """
    sockets = handed_sockets()
    for handed in sockets:
        _check_stream(handed)
    return sockets


def unclaimed(endpoints: Sequence[str]) -> str:
    """
    Return a sentence about sockets that were handed over and that no endpoint takes.

    Clients that connect there would wait for ever. It is empty where there is none.
    """
    try:
        sockets = handed_sockets()
    except Mismatch:
        return ""
    number = len(sockets) - sum(map(is_systemds, endpoints))
    if number <= 0 or ALL in endpoints:
        return ""
    places = ", ".join(handed.place for handed in sockets)
    return (
        f"systemd has handed over sockets ({places}), and no endpoint takes {number} of them, so "
        f"that clients wait there: give --endpoint {ALL}, which takes all"
    )
