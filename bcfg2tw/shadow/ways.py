"""Differences as they are kept: equal ones of many clients once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bcfg2tw.comparing.details import ComparedClient
from bcfg2tw.comparing.difference import Difference
from bcfg2tw.comparing.grouping import OTHER_WAYS, joined_identity, outline_of, way_of

#: Of one answer so many are kept; more of them are the same mistake.
MOST_OF_ANSWER = 500


@dataclass(frozen=True)
class Way:
    """
    A way of differing.

    :ivar identity: equal for clients that differ in the same way
    :ivar outline: equal for clients whose same entry differs in the same aspects
    :ivar other_identity: of all further ways of an outline that has too many
    :ivar body: the difference as plain values
    """

    identity: str
    outline: str
    other_identity: str
    body: dict[str, Any]


def ways_of(client: ComparedClient, differences: Sequence[Difference]) -> list[Way]:
    """Return the ways in which a client's answers differ, the first `MOST_OF_ANSWER`."""
    return [_way(client, difference) for difference in differences[:MOST_OF_ANSWER]]


def _way(client: ComparedClient, difference: Difference) -> Way:
    outline = outline_of(difference, client)
    return Way(
        joined_identity(outline, way_of(difference)),
        outline,
        joined_identity(outline, OTHER_WAYS),
        difference.as_json(),
    )
