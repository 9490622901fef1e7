"""The output of a client's probes (:ref:`templates-and-data-6`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answers:
    """
    The output of one client's probes, from its last upload.

    :ivar client: the client's name; given in any case, kept in lower case
    :ivar data: name of a probe to its output, without the lines that name groups
    :ivar groups: the groups that those lines name
    :ivar timestamp: when it was uploaded, in seconds since 1970
    """

    client: str
    data: Mapping[str, str]
    groups: frozenset[str]
    timestamp: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "client", self.client.lower())

    def says_the_same(self, other: Answers) -> bool:
        """Say whether two answers differ in their time at most."""
        return self.data == other.data and self.groups == other.groups
