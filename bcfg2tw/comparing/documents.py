"""A report as JSON, and back; `docs/diff.rst` describes the format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bcfg2tw.comparing.difference import Difference
from bcfg2tw.comparing.report import ComparisonReport, ReportedGroup
from bcfg2tw.errors import Bcfg2Error

__all__ = ["FORMAT", "from_json", "to_json"]

#: Counted up where a reader of the older one would misunderstand the newer one.
FORMAT = 1


def to_json(report: ComparisonReport) -> str:
    """Return a report as JSON, in ASCII for any encoding; it ends with a line end."""
    values = {
        "format": FORMAT,
        "old": report.old,
        "new": report.new,
        "clients": report.clients,
        "changed": list(report.changed),
        "unbuildable": list(report.unbuildable),
        "notes": list(report.notes),
        "seconds": round(report.seconds, 3),
        "groups": [_group_values(group) for group in report.groups],
    }
    return json.dumps(values, indent=2) + "\n"


def from_json(text: str) -> ComparisonReport:
    """
    Read what `to_json` wrote.

    :raises Bcfg2Error: if it is something else, or of a newer release
    """
    try:
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise Bcfg2Error(f"format {values['format']} of a comparison is not known here")
        return ComparisonReport(
            values["old"], values["new"], values["clients"], tuple(values["changed"]),
            tuple(map(_group, values["groups"])), tuple(values["unbuildable"]),
            tuple(values["notes"]), values["seconds"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise Bcfg2Error(f"this is no comparison: {error!r}") from error


def _group_values(group: ReportedGroup) -> dict[str, Any]:
    return {
        "id": group.identity,
        **group.difference.as_json(),
        "description": group.description,
        "clients": list(group.clients),
        "example": group.example,
        "ways": group.ways,
        "reason": group.reason,
    }


def _group(values: Mapping[str, Any]) -> ReportedGroup:
    return ReportedGroup(
        values["id"], Difference.from_json(values), tuple(values["clients"]),
        values["description"], values["example"], values["ways"], values["reason"],
    )  # fmt: skip
