"""The durations of the parts of a run, told from the stamps of its client (:ref:`reporting-9`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Parts of a run that pages show: name, first stamp, last stamp.
SPANS = (
    ("probe", "start", "probe_upload"),
    ("download", "probe_upload", "config_download"),
    ("parse", "config_download", "config_parse"),
    ("inventory", "initialization", "inventory"),
    ("install", "inventory", "install"),
)
TOTAL = ("total", "start", "finished")
PHASES = (*(name for name, *_ in SPANS), TOTAL[0])


@dataclass(frozen=True)
class Phase:
    """
    A part of a run.

    :ivar offset: seconds from the start of the run to its own, None where that is not known
    :ivar seconds: how long it took, None where a stamp is missing
    """

    name: str
    offset: float | None
    seconds: float | None


def phases_of(stamps: Mapping[str, float]) -> list[Phase]:
    """Return the parts of a run, the whole of it last; none without stamps."""
    start = stamps.get("start")
    return [
        Phase(name, _span(start, stamps.get(first)), _span(stamps.get(first), stamps.get(last)))
        for name, first, last in (*SPANS, TOTAL)
        if stamps
    ]


def _span(first: float | None, last: float | None) -> float | None:
    return None if first is None or last is None else max(0.0, last - first)
