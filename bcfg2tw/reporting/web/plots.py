"""
Plots as plain geometry, which templates draw as SVG without any style of its own.

Coordinates are stretched to the room that a page has: texts stand beside a plot, not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bcfg2tw.reporting.web.phases import SPANS, Phase

#: Classes from the bottom of a column to its top.
STACK = ("failed", "dirty", "silent", "changed", "clean")
#: The width of a column, and of it with the gap beside it.
COLUMN, STEP = 8, 10


@dataclass(frozen=True)
class Bar:
    """A rectangle of a class of colours."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Column:
    """
    The bars of a day, with the text that belongs to them.

    :ivar start: when the day begins
    """

    bars: tuple[Bar, ...]
    start: int
    text: str
    x: float


@dataclass(frozen=True)
class Columns:
    """A plot of days beside each other; `most` is the value at its top."""

    width: int
    height: int
    columns: tuple[Column, ...]
    most: int


def day_columns(
    days: Iterable[tuple[int, Mapping[str, int]]], kinds: Sequence[str] = STACK, height: int = 100
) -> Columns:
    """
    Return the plot of counts by day.

    :param days: when each begins, and its counts
    :param kinds: of bars, from the bottom up
    """
    listed = [(start, {kind: counts.get(kind, 0) for kind in kinds}) for start, counts in days]
    most = max((sum(counts.values()) for _, counts in listed), default=0)
    columns = tuple(
        Column(tuple(_stack(number * STEP, counts, most, height)), start, _text(counts),
               number * STEP)
        for number, (start, counts) in enumerate(listed)
    )  # fmt: skip
    return Columns(max(1, len(columns) * STEP - (STEP - COLUMN)), height, columns, most)


def _stack(x: float, counts: Mapping[str, int], most: int, height: int) -> Iterable[Bar]:
    top = float(height)
    for kind, count in counts.items():
        if count:
            # what is there at all can be seen
            size = min(max(count * height / most, 1.5), top)
            top -= size
            yield Bar(x, round(top, 2), COLUMN, round(size, 2), kind)


def _text(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count) or "none"


def shares(counts: Mapping[str, int], width: int = 1000) -> tuple[Bar, ...]:
    """Return one bar that is divided as counts are."""
    total, x = sum(counts[kind] for kind in STACK), 0.0
    bars = []
    for kind in STACK:
        if counts[kind]:
            size = counts[kind] * width / total
            bars.append(Bar(round(x, 1), 0, round(size, 1), 10, kind))
            x += size
    return tuple(bars)


def phase_bars(phases: Sequence[Phase], width: int = 1000) -> tuple[Bar, ...]:
    """Return the parts of a run along its time, the whole of it being the width."""
    total = max((phase.seconds or 0 for phase in phases), default=0)
    return tuple(
        Bar(round(phase.offset * width / total, 1), 0,
            round(max(phase.seconds * width / total, 1), 1), 10, phase.name)
        for phase in phases
        if total and phase.name in _PHASES and phase.offset is not None and phase.seconds
    )  # fmt: skip


_PHASES = {name for name, *_ in SPANS}


def span_bars(
    seconds: Mapping[str, float | None], longest: float, width: int = 1000
) -> tuple[Bar, ...]:
    """
    Return the parts of a run one behind the other.

    :param longest: seconds that the whole width stands for
    """
    bars, x = [], 0.0
    for name, *_ in SPANS:
        value = seconds.get(name)
        if value and longest:
            size = value * width / longest
            bars.append(Bar(round(x, 1), 0, round(size, 1), 10, name))
            x += size
    return tuple(bars)
