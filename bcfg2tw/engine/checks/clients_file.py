"""Mistakes in clients.xml (:ref:`metadata-3`)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from bcfg2tw.engine.checks.vocabulary import Remark, Values
from bcfg2tw.engine.xmlio import Element, line_of

#: Attributes by which a second declaration of a client is another one.
CLIENT_ATTRIBUTES = ("profile", "password", "secure", "floating", "auth", "uuid")


def is_address(text: str) -> bool:
    """Say whether a client can have an address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


ADDRESS = Values(
    None, "one such as 192.0.2.7 or 2001:db8::7, without blanks", "address", is_address
)
CLIENT_NAME = Values(re.compile(r"\S+"), "it without blanks", "name of a client")
PASSWORD = Values(re.compile(".+"), "one, or remove the attribute", "password")


def check_clients(root: Element) -> Iterator[Remark]:
    """Yield what is wrong between the clients of a file."""
    yield from _repeated(root)
    yield from _aliases(root)
    yield from _uuids(root)


def _aliases(root: Element) -> Iterator[Remark]:
    """Yield names that are those of several clients."""
    holders = {client.get("name", "").lower(): client for client in root.iter("Client")}
    for client in root.iter("Client"):
        for alias in client.findall("Alias"):
            name = alias.get("name", "").lower()
            holder = holders.setdefault(name, client)
            if name and holder.get("name") != client.get("name"):
                message = (
                    f"{name} is a name of {holder.get('name')} (line {line_of(holder)}) as well: "
                    "a name is one client's"
                )
                yield "repeated-name", "error", line_of(alias), message


def _uuids(root: Element) -> Iterator[Remark]:
    clients: dict[str, Element] = {}
    for client in root.iter("Client"):
        uuid = client.get("uuid")
        first = clients.setdefault(uuid, client) if uuid else client
        if first.get("name") != client.get("name"):
            message = (
                f"uuid {uuid} is that of {first.get('name')} (line {line_of(first)}) as well: the "
                f"last one counts, and {first.get('name')} is taken for {client.get('name')}"
            )
            yield "repeated-uuid", "error", line_of(client), message


def _repeated(root: Element) -> Iterator[Remark]:
    """Yield clients that are declared twice."""
    first_ones: dict[str, Element] = {}
    for client in root.iter("Client"):
        name = client.get("name", "").lower()
        first = first_ones.setdefault(name, client)
        if first is client or not name:
            continue
        line = line_of(first)
        if any(first.get(key) != client.get(key) for key in CLIENT_ATTRIBUTES):
            yield (
                "repeated-client", "error", line_of(client),
                f"{name} is declared at line {line} as well, otherwise: the profile of line {line} "
                "counts, the groups of both, and the last password",
            )  # fmt: skip
