"""A report for a terminal: plain lines, and colours where the console has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bcfg2tw.comparing.report import ComparisonReport, ReportedGroup
from bcfg2tw.comparing.text_diff import visible
from bcfg2tw.comparing.wording import example_note, headline, sections, shown_details, sign

if TYPE_CHECKING:  # it takes a while, and only a terminal needs it
    from rich.console import Console

__all__ = ["as_text", "show"]

_STYLES = {"+": "green", "-": "red", "!": "bold red", "~": "yellow", "@": "cyan"}
_HEADING, _TEXT = "bold", ""


def as_text(report: ComparisonReport, brief: bool = False) -> str:
    """
    Return a report as text without colours.

    :param brief: whether details are left out
    """
    return "".join(f"{line}\n" for line, _ in _lines(report, brief))


def show(report: ComparisonReport, console: Console, brief: bool = False) -> None:
    """Print a report; long lines are folded."""
    from rich.text import Text

    for line, style in _lines(report, brief):
        console.print(Text(line, style), soft_wrap=not console.is_terminal, overflow="fold")


def _lines(report: ComparisonReport, brief: bool) -> Iterator[tuple[str, str]]:
    """Yield lines with their styles."""
    for section in sections(report):
        yield visible(section.description), _HEADING
        for group in section.groups:
            yield from _group_lines(group, brief)
        yield "", _TEXT
    for client in report.unbuildable:
        yield f"{visible(client)} can be built in neither state.", _STYLES["!"]
    for note in report.notes:
        yield f"note: {visible(note)}", _TEXT
    yield f"{visible(report.old)} → {visible(report.new)}: {report.summary}", _HEADING


def _group_lines(group: ReportedGroup, brief: bool) -> Iterator[tuple[str, str]]:
    mark = sign(group.difference)
    note = example_note(group)
    title = headline(group.difference) + (f" ({note})" if note else "")
    yield f"  {mark} {visible(title)}", _STYLES[mark]
    if group.reason:
        yield f"      why: {visible(group.reason)}", _TEXT
    for line, lines, omitted in () if brief else shown_details(group.difference):
        yield f"      {line}", _TEXT
        for changed in lines:
            yield f"        {changed}", _STYLES.get(changed[:1], _TEXT)
        if omitted:
            yield f"        … {omitted:,} more lines", _TEXT
