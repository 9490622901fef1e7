"""The groups and host names that the binding of an entry asks for."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from bcfg2tw.engine.model.client_metadata import ClientMetadata

H = TypeVar("H", bound=Hashable)

NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """
    The groups and host names that are asked for, of which all else follows.

    Clients that give the same answers get the same.
    """

    groups: frozenset[str] = NO_NAMES
    hosts: frozenset[str] = NO_NAMES

    def answers(self, metadata: ClientMetadata) -> Hashable:
        """Return what a client answers."""
        groups = self.groups.intersection(metadata.groups) if self.groups else NO_NAMES
        name = metadata.hostname
        return (groups, name) if name in self.hosts else groups

    def __or__(self, other: Asked) -> Asked:
        return Asked(self.groups | other.groups, self.hosts | other.hosts)


#: Nothing is asked: all clients get the same.
NOTHING_ASKED = Asked()


def all_asked(parts: Iterable[Asked | None]) -> Asked | None:
    """Return what is asked altogether; None if any part may ask anything."""
    together = NOTHING_ASKED
    for part in parts:
        if part is None:
            return None
        if part is not NOTHING_ASKED:
            together = together | part
    return one_for_all(together)


def one_for_all(value: H) -> H:
    """Return one object for all that are equal, for who keeps thousands of them."""
    one: H = _one_for_all(value)
    return one


@lru_cache(maxsize=4096)
def _one_for_all(value: Any) -> Any:
    return value
