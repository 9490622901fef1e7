"""The differences between two servers that a record holds, as a report that can be shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bcfg2tw.comparing.client_names import Memberships, shortened_names
from bcfg2tw.comparing.decisions import reason_for
from bcfg2tw.comparing.documents import to_json
from bcfg2tw.comparing.report import ComparisonReport, ReportedGroup
from bcfg2tw.shadow.counts import RESULTS
from bcfg2tw.shadow.record import Contents, RecordedDifference
from bcfg2tw.shadow.ways import MOST_OF_ANSWER

__all__ = ["report_of", "report_values"]

#: So many clients are named of those whose calls this server alone has taken.
MOST_NAMES = 20

_WORDS = {
    "equal": "equal",
    "different": "different",
    "unanswered": "without an answer of the other server",
    "not_passed_on": "that could not be passed on",
    "left_out": "left out",
    "incomparable": "that could not be compared",
}


def report_of(contents: Contents, server: str) -> ComparisonReport:
    """
    Return a report of the differences that clients have now, with the rest in its notes.

    :param server: the other server, in words
    """
    memberships = Memberships()
    for client in contents.clients:
        memberships.add(client, None, ())
    current = [entry for entry in contents.differences if entry.clients]
    groups = sorted((_group(entry, memberships) for entry in current), key=_order)
    changed = sorted({client for entry in current for client in entry.clients})
    return ComparisonReport(
        server, "this server", max(len(contents.clients), len(changed)), tuple(changed),
        tuple(groups), notes=tuple(_notes(contents)),
    )  # fmt: skip


def report_values(contents: Contents, server: str) -> dict[str, Any]:
    """Return the same, with counts and times, as plain values; the groups are as in `diff`."""
    values: dict[str, Any] = json.loads(to_json(report_of(contents, server)))
    seen = {entry.identity: entry for entry in contents.differences}
    for group in values["groups"]:
        entry = seen[group["id"]]
        group.update(first=entry.first, last=entry.last, times=entry.times)
    return {
        **values,
        "since": contents.since,
        "last": contents.last,
        "counts": [
            {"method": method, "result": result, "count": number}
            for (method, result), number in sorted(contents.counts.items())
        ],
        "unkept": dict(contents.unkept),
        "gone": sum(not entry.clients for entry in contents.differences),
        "lone_writes": [
            {"client": client, "method": method, "reason": reason, "count": number, "last": last}
            for client, method, reason, number, last in contents.lone
        ],
    }


def _group(entry: RecordedDifference, memberships: Memberships) -> ReportedGroup:
    description = f"{memberships.description(entry.clients)}, since {_time(entry.first)}"
    # what explains one way explains no other
    reason = "" if entry.is_rest else reason_for(entry.difference, entry.example)
    return ReportedGroup(
        entry.identity, entry.difference, entry.clients, description, entry.example,
        0 if entry.is_rest else 1, reason,
    )  # fmt: skip


def _order(group: ReportedGroup) -> tuple[int, str, str]:
    return -len(group.clients), group.difference.tag, group.difference.name


def _notes(contents: Contents) -> Iterator[str]:
    if contents.since is None or contents.last is None:
        yield "nothing was compared yet"
        return
    yield f"compared since {_time(contents.since)}, last at {_time(contents.last)}"
    for method in sorted({method for method, _ in contents.counts}):
        numbers = ((contents.counts[method, result], _WORDS[result]) for result in RESULTS)
        yield f"{method}: " + ", ".join(f"{number:,} {word}" for number, word in numbers if number)
    gone = sum(not entry.clients for entry in contents.differences)
    if gone:
        yield f"{gone:,} differences were seen that no client has any more"
    if contents.unkept:
        number = sum(contents.unkept.values())
        clients = shortened_names(contents.unkept)
        yield (
            f"{number:,} further differences of {clients} are not kept: of an answer the record "
            f"has the first {MOST_OF_ANSWER}"
        )
    yield from _lone_notes(contents)


def _lone_notes(contents: Contents) -> Iterator[str]:
    clients = sorted({client for client, *_ in contents.lone})
    if clients:
        more = f" and {len(clients) - MOST_NAMES:,} more" if len(clients) > MOST_NAMES else ""
        names = ", ".join(clients[:MOST_NAMES])
        calls = ", ".join(sorted({method for _, method, *_ in contents.lone}))
        yield (
            f"this server alone has taken what these clients sent last ({calls}): {names}{more}; "
            "the other one has it with their next runs"
        )


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
