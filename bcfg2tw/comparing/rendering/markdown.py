"""A report as Markdown, for a comment on a change: short, what is long is folded in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bcfg2tw.comparing.report import ComparisonReport, ReportedGroup
from bcfg2tw.comparing.text_diff import visible
from bcfg2tw.comparing.wording import example_note, headline, sections, shown_details, sign

__all__ = ["as_markdown"]

#: Forges refuse comments that are much longer.
MOST_CHARACTERS = 60_000
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~<>@&-])")
_ICONS = {"+": "➕", "-": "➖", "!": "❗", "~": "✏️"}


def as_markdown(report: ComparisonReport) -> str:
    """Return a report; what a comment of a forge has no room for is left out, and said to be."""
    title = f"### {_escaped(report.old)} → {_escaped(report.new)}\n\n{report.summary}\n"
    pieces, size = [title], len(title)
    blocks = list(_blocks(report))
    for number, block in enumerate(blocks):
        if size + len(block) > MOST_CHARACTERS:
            pieces.append(f"\n… and {len(blocks) - number:,} more that have no room here.\n")
            break
        pieces.append(block)
        size += len(block)
    return "".join(pieces)


def _blocks(report: ComparisonReport) -> Iterator[str]:
    for section in sections(report):
        lines = [f"\n#### {_escaped(section.description)}\n\n", *map(_group, section.groups)]
        yield "".join(lines)
    for client in report.unbuildable:
        yield f"\n❗ {_escaped(client)} can be built in neither state.\n"
    for note in report.notes:
        yield f"\nNote: {_escaped(note)}\n"


def _group(group: ReportedGroup) -> str:
    difference = group.difference
    note = example_note(group)
    words = [_ICONS[sign(difference)], _escaped(headline(difference))]
    lines = [f"- {' '.join(words)}{f' ({_escaped(note)})' if note else ''}"]
    if group.reason:
        lines.append(f"  - why: {_escaped(group.reason)}")
    for line, changed, omitted in shown_details(difference):
        lines.append(f"  - {_escaped(line)}")
        if changed:
            lines += _folded(changed, omitted)
    return "\n".join(lines) + "\n"


def _folded(changed: tuple[str, ...], omitted: int) -> Iterator[str]:
    more = [f"… {omitted:,} more lines"] if omitted else []
    longest = max(map(len, re.findall("`+", "\n".join(changed))), default=0)
    fence = "`" * max(longest + 1, 3)
    lines = [
        "<details><summary>difference</summary>", "", f"{fence}diff", *changed, *more, fence, "",
        "</details>",
    ]  # fmt: skip
    return (f"    {line}".rstrip() for line in ["", *lines, ""])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", visible(text))
