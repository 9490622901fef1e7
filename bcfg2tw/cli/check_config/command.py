"""`bcfg2tw check-config`: reads a bcfg2.conf as the server does, and says what comes of it."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Iterator, Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bcfg2tw.cli.check_config.lines import (
    HONOURED,
    OF_OTHERS,
    OTHER,
    REFUSED,
    UNKNOWN,
    LineVerdict,
    judge,
    other_files,
)
from bcfg2tw.cli.check_config.repository import repository_findings
from bcfg2tw.cli.trials import Trial, try_all
from bcfg2tw.errors import SettingsError
from bcfg2tw.finding import Finding
from bcfg2tw.settings import CONFIG_VARIABLE, DEFAULT_CONFIG
from bcfg2tw.settings.inifile import IniFile
from bcfg2tw.settings.reading import read_files, without_refused

__all__ = ["command"]

STYLES = {HONOURED: "green", OTHER: "yellow", UNKNOWN: "red", REFUSED: "red", OF_OTHERS: "dim"}
#: Options without which no server reads what ours would read.
READING = frozenset({("server", "repository"), ("server", "plugins")})
MARKS = {
    "": Text("ok", "green"),
    "warning": Text("notice", "yellow"),
    "error": Text("error", "red"),
}


@click.command("check-config")
@click.option("--strict", is_flag=True, help="Let notices count as errors.")
@click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text",
    help="How to print what was found.", show_default=True,
)  # fmt: skip
@click.argument("file", required=False)
def command(strict: bool, output: str, file: str | None) -> None:
    """
    Say what becomes of each line of a bcfg2.conf, and try what a server would need.

    FILE is the bcfg2.conf; without it, the one that the server reads. Each line is honoured, has
    another meaning here, is of others, is unknown, or is refused. Then repository, plugins,
    certificates, ports, names and clock are tried, and the files of the repository are read as at
    the start of a server. Nothing is changed.

    The exit status is 0 where all is well, 1 where there are errors (with --strict, notices too),
    and 2 where the file cannot be read.
    """
    path = file or os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG
    try:
        files = read_files(path)
    except SettingsError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    report = Report.of(files, path)
    click.echo(report.as_json()) if output == "json" else report.show(Console())
    sys.exit(report.status(strict))


@dataclasses.dataclass(frozen=True)
class Report:
    """All that was found."""

    verdicts: Sequence[LineVerdict]
    findings: Sequence[Finding]
    trials: Sequence[Trial]

    @classmethod
    def of(cls, files: Sequence[IniFile], path: str) -> Report:
        """Judge the lines, and try what those come to that have values."""
        settings, refusals = without_refused(files)
        verdicts, findings = judge(files, None if refusals else settings)
        if refusals and not any(finding.is_error for finding in findings):
            findings.append(Finding("refused-value", "error", path, None, str(refusals[0])))
        if settings is None:
            return cls(verdicts, findings, ())
        refused = {(error.section or "", error.option or "") for error in refusals}
        if not refused & READING:
            findings += repository_findings(settings)
        return cls(verdicts, findings, try_all(settings, refused))

    def status(self, strict: bool) -> int:
        """Return the exit status."""
        severities = {finding.severity for finding in self._all()}
        return int("error" in severities or (strict and "warning" in severities))

    def _all(self) -> Iterator[Finding]:
        yield from self.findings
        path = self.verdicts[0].file if self.verdicts else ""
        yield from (trial.finding(path) for trial in self.trials if trial.severity)

    def as_json(self) -> str:
        """Return everything as one JSON object."""
        return json.dumps(
            {
                "lines": [dataclasses.asdict(verdict) for verdict in self.verdicts],
                "findings": [dataclasses.asdict(finding) for finding in self._all()],
                "trials": [dataclasses.asdict(trial) for trial in self.trials],
            },
            indent=2,
        )

    def show(self, console: Console) -> None:
        """Print everything."""
        for path in other_files(self.verdicts):
            console.print(path, highlight=False, style="bold")
            console.print(_table(verdict for verdict in self.verdicts if verdict.file == path))
        console.print(_trials_table(self.trials))
        for finding in self.findings:
            console.print(str(finding), highlight=False, markup=False, soft_wrap=True)
        _print_sum(console, list(self._all()))


def _table(verdicts: Iterator[LineVerdict]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for verdict in verdicts:
        meaning = Text(verdict.status, STYLES[verdict.status])
        if verdict.remark:
            meaning.append(f": {verdict.remark}", "default")
        table.add_row(str(verdict.line), Text(f"{verdict.option} = {verdict.value}"), meaning)
    return table


def _trials_table(trials: Sequence[Trial]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    for trial in trials:
        table.add_row(MARKS[trial.severity], trial.subject, Text(trial.outcome))
    return table


def _print_sum(console: Console, findings: Sequence[Finding]) -> None:
    errors = sum(finding.is_error for finding in findings)
    notices = len(findings) - errors
    if not findings:
        console.print("Nothing is wrong.", style="green")
        return
    console.print(f"{_count(errors, 'error')}, {_count(notices, 'notice')}.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
