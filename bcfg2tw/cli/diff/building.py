"""Building the clients of one state, in a process of its own or in several forked from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from lxml import etree

from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error

__all__ = ["BuiltClient", "ClientSelection", "Finish", "StateError", "document_bytes"]


class StateError(Bcfg2Error):
    """A state of a site cannot be built."""


@dataclass(frozen=True)
class ClientSelection:
    """
    The clients that are asked for: all, or those to whom all of this applies.

    :ivar patterns: names, which may have wildcards
    :ivar groups: groups, one of which they are in
    :ivar bundles: bundles, one of which they have
    """

    patterns: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    bundles: frozenset[str] = frozenset()

    @property
    def needs_metadata(self) -> bool:
        """Say whether it takes more than their names."""
        return bool(self.groups or self.bundles)

    def has(self, groups: Collection[str], bundles: Collection[str]) -> bool:
        """Say whether a client of such groups and bundles is meant."""
        in_group = not self.groups or not self.groups.isdisjoint(groups)
        return in_group and (not self.bundles or not self.bundles.isdisjoint(bundles))


@dataclass(frozen=True)
class BuiltClient:
    """
    A client in one state.

    :ivar exists: whether there is such a client
    :ivar document: its configuration, without what says something of the server alone; None where
        there is none
    :ivar failure: why there is none
    :ivar profile: None where it is not known
    :ivar groups: empty where they are not known
    :ivar is_refused: whether it fails because files of the state cannot be used
    """

    host: str
    exists: bool
    document: bytes | None = None
    failure: str | None = None
    profile: str | None = None
    groups: tuple[str, ...] = ()
    is_refused: bool = False

    @property
    def refusal(self) -> str | None:
        """Why the state refuses it because of its files, None where it does not."""
        return self.failure if self.is_refused else None


#: Makes the reply of a built client, and of what was sent with its name.
Finish: TypeAlias = "Callable[[BuiltClient, Any], Any]"


def document_bytes(document: Element, names: Sequence[tuple[str, str]] = ()) -> bytes:
    """
    Return a configuration as bytes that are equal where two are.

    :param document: is changed
    :param names: folders, and how they are called in place of that
    """
    for name in ("revision", "version"):
        document.attrib.pop(name, "")
    data = etree.tostring(document, encoding="utf-8")
    for folder, name in names:
        data = data.replace(folder.encode(), name.encode())
    return data


def answer_all(connection: Connection, build: Callable[[str], BuiltClient], finish: Finish) -> None:
    """Reply to names of clients, each with something, until the other end is closed."""
    while True:
        try:
            host, extra = connection.recv()
            connection.send(finish(build(host), extra))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return
