"""A report as one page of HTML that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from bcfg2tw.comparing.report import ComparisonReport, ReportedGroup
from bcfg2tw.comparing.wording import Section, example_note, headline, sections, shown_details, sign

__all__ = ["as_html"]

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
ul { padding-left: 1.2rem; } li { margin: .4rem 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .6rem; border: 1px solid #8886; border-radius: 4px; }
ins, del { text-decoration: none; } ins { color: #16713b; } del { color: #b3261e; }
.at { color: #276f9c; } .fails { font-weight: 600; color: #b3261e; }
@media (prefers-color-scheme: dark) { ins { color: #6fd08c; } del, .fails { color: #ff8a80; }
  .at { color: #7cc4f0; } }
"""
_ELEMENTS = {"+": "<ins>{}</ins>", "-": "<del>{}</del>", "@": '<span class="at">{}</span>'}


def as_html(report: ComparisonReport) -> str:
    """Return a report as a page."""
    title = f"{escape(report.old)} → {escape(report.new)}"
    body = "\n".join(_body(report, title))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _body(report: ComparisonReport, title: str) -> Iterator[str]:
    yield f"<h1>{title}</h1>\n<p>{escape(report.summary)}</p>"
    for section in sections(report):
        yield from _section(section)
    for client in report.unbuildable:
        yield f'<p class="fails">{escape(client)} can be built in neither state.</p>'
    for note in report.notes:
        yield f"<p>Note: {escape(note)}</p>"


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{escape(section.description)}</h2>"
    if len(section.clients) > 1:
        names = escape(", ".join(section.clients))
        yield f"<details><summary>Their names</summary><p>{names}</p></details>"
    yield "<ul>"
    for group in section.groups:
        yield from _group(group)
    yield "</ul>"


def _group(group: ReportedGroup) -> Iterator[str]:
    note = example_note(group)
    title = escape(headline(group.difference) + (f" ({note})" if note else ""))
    fails = ' class="fails"' if sign(group.difference) == "!" else ""
    yield f"<li><span{fails}>{title}</span>"
    if group.reason:
        yield f"<br>Why: {escape(group.reason)}"
    for line, changed, omitted in shown_details(group.difference):
        yield f"<br>{escape(line)}"
        if changed:
            more = [f"… {omitted:,} more lines"] if omitted else []
            yield "<pre>" + "\n".join([*map(_changed, changed), *more]) + "</pre>"
    yield "</li>"


def _changed(line: str) -> str:
    return _ELEMENTS.get(line[:1], "{}").replace("{}", escape(line))
