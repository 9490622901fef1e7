"""The output of `bcfg2-lint` where no format is asked for."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence

import click

from bcfg2tw.cli.lint.check import Kind
from bcfg2tw.cli.lint.running import Judged, Outcome
from bcfg2tw.cli.lint.severities import WORDS

__all__ = ["SKIPPING", "show_as_of_old", "show_at_terminal", "show_kinds"]

SKIPPING = "Serverless plugins encountered errors, skipping server plugins"
#: The width of the columns of the list of kinds.
COLUMN = 35
STYLES = {"error": "bold red", "warning": "yellow"}


def show_kinds(kinds: Mapping[str, Kind], severity_of: Mapping[str, str]) -> None:
    """List kinds of mistakes and their severities, in two columns."""
    click.echo(f"{'Error name':<{COLUMN}} {'Handler':<{COLUMN}}")
    for name in kinds:
        click.echo(f"{name:<{COLUMN}} {WORDS[severity_of[name]]:<{COLUMN}}")


def show_as_of_old(outcome: Outcome, is_verbose: bool) -> None:
    """
    Show what Bcfg2's own checks found as they always did, and below that what the others did.

    Findings go to standard error, counts of Bcfg2's own to standard output.
    """
    old = outcome.upstream()
    for judged in old:
        click.echo(_block(judged), err=True)
    if outcome.stopped_after is not None:
        click.echo(SKIPPING)
    if old or is_verbose:
        for severity in ("error", "warning"):
            click.echo(f"{sum(one.severity == severity for one in old)} {severity}s")
    more = [judged for judged in outcome.counting() if not judged.check.is_upstream]
    if more:
        click.echo("\nBy checks that Bcfg2's own lint does not have:", err=True)
    for judged in more:
        click.echo(f"  {judged.severity}: {judged.finding} [{judged.remark.name}]", err=True)


def _block(judged: Judged) -> str:
    """Return the lines of a remark, all but the first indented."""
    first, *others = judged.remark.text.splitlines()
    return "\n".join([f"{judged.severity.upper()}: {first}", *(f"  {line}" for line in others)])


def show_at_terminal(rows: Sequence[Judged], root: str) -> None:
    """Show findings by file, in colour and in the terminal's width."""
    from rich.console import Console  # not for those who are no terminal: it takes a while
    from rich.text import Text

    console = Console(markup=False, highlight=False)
    before = None
    for judged in rows:
        finding = judged.finding
        if finding.file != before:
            before = finding.file
            url = f"file://{finding.file}"
            console.print(Text(_relative(finding.file, root), f"bold link {url}"))
        line = Text("  ")
        line.append(f"{finding.line or '':>5} ", "dim")
        line.append(f"{finding.severity}: ", STYLES.get(finding.severity, ""))
        width = max(console.width - 8, 30)
        text = f"{finding.severity}: {finding.message} [{finding.name}]"
        words = textwrap.wrap(text, width, break_on_hyphens=False)
        line.append(words[0][len(finding.severity) + 2 :])
        console.print(line, overflow="fold")
        for more in words[1:]:
            console.print(f"{'':8}{more}", overflow="fold")
    console.print(_sum(rows), style="green" if not rows else "")


def _relative(path: str, root: str) -> str:
    return os.path.relpath(path, root) if path.startswith(root + os.sep) else path


def _sum(rows: Iterable[Judged]) -> str:
    severities = [judged.severity for judged in rows]
    if not severities:
        return "Nothing is wrong."
    errors = severities.count("error")
    return f"{_count(errors, 'error')}, {_count(len(severities) - errors, 'warning')}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def is_terminal() -> bool:
    """Say whether a person reads the output."""
    return sys.stdout.isatty()
