"""The report for people: below headings, in the terminal's width, and what it comes to."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from bcfg2tw.cli.check_config.lines import HONOURED, LineVerdict
from bcfg2tw.cli.migrate.kinds import BEFORE, DIFFERENT, TO_KNOW
from bcfg2tw.finding import Finding

__all__ = ["show", "summary"]

STYLES = {BEFORE: "bold red", DIFFERENT: "yellow", TO_KNOW: "dim"}
#: How a finding begins: it must be changed, it will be different, it is to know.
WORDS = {BEFORE: "change", DIFFERENT: "differs", TO_KNOW: "note"}
INDENTATION = 9


def show(
    console: Console,
    findings: Mapping[str, Sequence[Finding]],
    lines: Sequence[LineVerdict],
    root: str,
) -> None:
    """
    Print all findings.

    :param root: the repository, to which paths are relative
    """
    for heading, members in findings.items():
        console.print(Text(heading, "bold"))
        if heading == "bcfg2.conf":
            _say(console, _honoured(lines))
        if not members and heading != "bcfg2.conf":
            _say(console, "nothing to be said")
        for file in dict.fromkeys(finding.file for finding in members):
            _show_file(console, file, [one for one in members if one.file == file], root)
        console.print()
    all_findings = [finding for members in findings.values() for finding in members]
    console.print(Text(summary(all_findings), _style(all_findings)), soft_wrap=False)


def _say(console: Console, sentence: str) -> None:
    console.print(f"  {sentence}", style="dim", highlight=False, markup=False)


def _honoured(lines: Iterable[LineVerdict]) -> str:
    statuses = [line.status for line in lines]
    as_before = statuses.count(HONOURED)
    others = statuses.count("of others")
    text = f"{as_before} of {len(statuses)} options are read as before"
    return f"{text}, {others} are of clients and other programs" if others else text


def _show_file(console: Console, file: str, findings: Sequence[Finding], root: str) -> None:
    shown = os.path.relpath(file, root) if file.startswith(root + os.sep) else file
    console.print(Text(f"  {shown}", f"link file://{file}"), overflow="fold")
    for finding in findings:
        _show(console, finding)


def _show(console: Console, finding: Finding) -> None:
    word = WORDS[finding.severity]
    place = "" if finding.line is None else f"{finding.line}: "
    width = max(console.width, 40) - INDENTATION - 4
    text = f"{place}{finding.message} [{finding.name}]"
    rows = textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)
    for number, row in enumerate(rows):
        line = Text(f"    {word if not number else '':<{INDENTATION}}", STYLES[finding.severity])
        console.print(line.append(row, "default"), overflow="fold", no_wrap=True, crop=False)


def summary(findings: Iterable[Finding]) -> str:
    """Return the sentence that the report comes to."""
    severities = [finding.severity for finding in findings]
    if not severities:
        return "Nothing needs to be changed, and nothing will be different."
    before, different, to_know = (severities.count(one) for one in (BEFORE, DIFFERENT, TO_KNOW))
    return (
        f"{_things(before)} must be changed before, {different} will be different, "
        f"{to_know} {'is' if to_know == 1 else 'are'} only to know."
    )


def _things(number: int) -> str:
    return f"{number} thing" if number == 1 else f"{number} things"


def _style(findings: Iterable[Finding]) -> str:
    severities = {finding.severity for finding in findings}
    return "red" if BEFORE in severities else "yellow" if DIFFERENT in severities else "green"
