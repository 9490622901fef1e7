"""Differences in words, the same ones in whatever form a report is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bcfg2tw.comparing.difference import CLIENT, STRUCTURES, Detail, Difference
from bcfg2tw.comparing.report import ComparisonReport, ReportedGroup

__all__ = ["Section", "detail_line", "example_note", "headline", "sections", "sign", "subject"]


@dataclass(frozen=True)
class Section:
    """All differences that the same clients share."""

    description: str
    clients: tuple[str, ...]
    groups: tuple[ReportedGroup, ...]


def sections(report: ComparisonReport) -> list[Section]:
    """Return the groups of a report by their clients, in the report's order."""
    by_clients: dict[tuple[str, ...], list[ReportedGroup]] = {}
    for group in report.groups:
        by_clients.setdefault(group.clients, []).append(group)
    return [
        Section(groups[0].description, clients, tuple(groups))
        for clients, groups in by_clients.items()
    ]


def subject(difference: Difference) -> str:
    """Return what differs: `Path /etc/motd`, `bundle web`."""
    if difference.tag == CLIENT:
        return "client"
    if difference.tag in STRUCTURES:
        noun = "bundle" if difference.tag == "Bundle" else "independent bundle"
        return f"{noun} {difference.name}".rstrip()
    return f"{difference.tag} {difference.name or 'without a name'}"


def headline(difference: Difference) -> str:
    """Return a line that says what becomes of what."""
    return _HEADLINES[difference.kind](difference)


def sign(difference: Difference) -> str:
    """Return `+`, `-`, `!` or `~` for what comes, goes, fails or changes."""
    if difference.kind in ("failure-added", "failure-changed", "build-failed"):
        return "!"
    return {"added": "+", "removed": "-"}.get(difference.kind.rpartition("-")[2], "~")


def example_note(group: ReportedGroup) -> str:
    """Return whose difference is shown, where the others' are not the same to the letter."""
    difference = group.difference
    is_gone = group.example not in group.clients
    own = f"as {group.example} {'had' if is_gone else 'has'} it"
    if group.ways > 1:
        return f"{own}; there are {group.ways:,} such ways"
    if group.ways == 0 and (is_gone or len(group.clients) > 1):
        return f"{own}; the others may differ in other ways"
    texts = [difference.name, *(line for one in difference.details for line in one.lines)]
    is_own = is_gone or len(group.clients) > 1
    return own if is_own and any(group.example in text for text in texts) else ""


def detail_line(detail: Detail) -> str:
    """Return an aspect in a line, without the lines of its content."""
    if detail.is_secret:
        return f"{detail.title} differs (secret)"
    if detail.lines:
        return f"{detail.title}:"
    if detail.old is None:
        return f"{detail.title}: {_quoted(detail.new)} (was not there)"
    if detail.new is None:
        return f"{detail.title}: is no longer there (was {_quoted(detail.old)})"
    return f"{detail.title}: {_quoted(detail.old)} → {_quoted(detail.new)}"


def _quoted(value: str | None) -> str:
    """Return a value that can be told from the words around it."""
    value = value or ""
    return value if value and value == value.strip() else f"'{value}'"


def _place(difference: Difference) -> str:
    return f"bundle {difference.structure}" if difference.structure else "no bundle"


def _moved(difference: Difference) -> str:
    places = next(detail for detail in difference.details if detail.aspect == "bundle")
    return f"{subject(difference)} moves from bundle {places.old} to bundle {places.new}"


_HEADLINES: Mapping[str, Callable[[Difference], str]] = {
    "build-failed": lambda one: "the configuration can no longer be built",
    "build-mended": lambda one: "the configuration can be built again",
    "build-failure-changed": lambda one: "the configuration fails in another way",
    "client-added": lambda one: "the client is new",
    "client-removed": lambda one: "the client is gone",
    "failure-added": lambda one: f"{subject(one)} fails",
    "failure-removed": lambda one: f"{subject(one)} no longer fails",
    "failure-changed": lambda one: f"{subject(one)} fails in another way",
    "structure-added": lambda one: f"{subject(one)} is new",
    "structure-removed": lambda one: f"{subject(one)} is gone",
    "structure-changed": lambda one: f"{subject(one)} changes",
    "entry-added": lambda one: f"{subject(one)} is new in {_place(one)}",
    "entry-removed": lambda one: f"{subject(one)} is gone from {_place(one)}",
    "entry-moved": _moved,
    "entry-changed": lambda one: f"{subject(one)} changes ({_place(one)})",
}


def shown_details(difference: Difference) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """
    Yield the aspects of a difference: a line, the lines of its content, how many more there are.

    Those of an entry that comes or goes are one line; a move is in the headline.
    """
    kind, details = difference.kind, [one for one in difference.details if one.aspect != "bundle"]
    if kind in ("entry-added", "entry-removed") and not difference.is_failure:
        line = ", ".join(map(_state, details))
        yield from [(line, (), 0)] if line else []
        return
    for detail in details:
        yield detail_line(detail), detail.lines, detail.omitted_lines


def _state(detail: Detail) -> str:
    if detail.is_secret:
        return f"{detail.title} (secret)"
    if detail.lines:
        return f"{len(detail.lines)} {detail.title}"
    value = detail.new if detail.old is None else detail.old
    verb = "of " if detail.aspect == "content" else ""
    return f"{detail.title} {verb}{_quoted(value)}"
