"""Clients as far as checks need them, also where the server could not tell who there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Protocol

from bcfg2tw.engine.xmlio import Element

__all__ = ["Client", "DeclaredClient", "declared_clients"]


class Client(Protocol):
    """A client's name, groups and bundles."""

    @property
    def hostname(self) -> str:
        """The name."""

    @property
    def groups(self) -> Set[str]:
        """The groups that it is in."""

    @property
    def bundles(self) -> Set[str]:
        """The bundles that it has."""


@dataclass(frozen=True)
class DeclaredClient:
    """
    A client as the files of Metadata declare it, without what plugins add.

    :ivar scratch: what plugins keep with the metadata of a client
    """

    hostname: str
    groups: frozenset[str]
    bundles: frozenset[str]
    scratch: dict[object, object] = field(default_factory=dict, compare=False)


def declared_clients(groups: Element, clients: Element) -> Iterator[DeclaredClient]:
    """
    Yield clients by their declarations, for files that the server does not take as they are.

    Conditions between groups count as met.
    """
    members, bundles = _tables(groups)
    for client in clients.iter("Client"):
        names = _closure(client.get("profile", ""), members)
        own = frozenset(bundle for name in names for bundle in bundles.get(name, ()))
        yield DeclaredClient(client.get("name", "").lower(), names, own)


def _tables(groups: Element) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
    """Return by group the groups and the bundles that it brings."""
    members: dict[str, set[str]] = {}
    bundles: dict[str, set[str]] = {}
    for group in groups.iter("Group"):
        name = group.get("name", "")
        members.setdefault(name, set()).update(
            inner.get("name", "") for inner in group.iter("Group") if inner is not group
        )
        bundles.setdefault(name, set()).update(
            bundle.get("name", "") for bundle in group.iter("Bundle")
        )
    return members, bundles


def _closure(profile: str, members: Mapping[str, set[str]]) -> frozenset[str]:
    names, pending = {profile}, [profile]
    while pending:
        new = members.get(pending.pop(), set()) - names
        names |= new
        pending += new
    return frozenset(names)
