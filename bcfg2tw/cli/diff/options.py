"""The options that commands share which compare two states of a site, and what they mean."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import click

from bcfg2tw.cli.findings.options import format_options, write_outputs
from bcfg2tw.cli.statuses import BROKEN, FOUND
from bcfg2tw.comparing.ignoring import IgnoreRules
from bcfg2tw.comparing.rendering.formats import COMPARISON_FORMATS
from bcfg2tw.comparing.rendering.text import as_text, show
from bcfg2tw.comparing.report import ComparisonReport
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

__all__ = [
    "broken_errors", "comparison_options", "end_with", "ending_politely", "number_of_children",
    "rules_of",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])

_FORMAT_HELP = "How the differences are printed [default: text, in colours at a terminal]."


class _Broken(click.ClickException):
    """A state cannot be built: what a script must tell from one that differs."""

    exit_code = BROKEN


@contextmanager
def broken_errors() -> Iterator[None]:
    """Turn errors that a comparison is expected to meet into a line, and status 2."""
    try:
        yield
    except Bcfg2Error as error:
        raise _Broken(str(error)) from error


@contextmanager
def ending_politely() -> Iterator[None]:
    """Have SIGTERM end the command as other errors do, so that copies are removed."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def comparison_options(command: F) -> F:
    """
    Give a command the options of what is shown of differences, and how.

    Its parameters are `ignored`, `ignore_file`, `only_failures`, `summary`, `exit_code`,
    `children`, `format_name` and `outputs`.
    """
    options: list[Callable[[F], F]] = [
        format_options(COMPARISON_FORMATS, lambda: None, _FORMAT_HELP),
        click.option(
            "--ignore", "ignored", multiple=True, metavar="RULE",
            help="Ignore TYPE:NAME, or attributes of it: 'Path:/etc/motd mode'; wildcards count.",
        ),
        click.option(
            "--ignore-file", type=click.Path(dir_okay=False), metavar="FILE",
            help="Rules, one a line.",
        ),
        click.option(
            "--only-failures", is_flag=True, help="What fails, or no longer fails, alone."
        ),
        click.option("--summary", is_flag=True, help="Print no details."),
        click.option("--exit-code", is_flag=True, help="End with status 1 if something changes."),
        click.option("--children", metavar="N", default="auto", help="Processes for each state."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def rules_of(settings: Settings, given: Sequence[str], path: str | None) -> IgnoreRules:
    """
    Return the rules of what is ignored: those of bcfg2.conf, and those of the command line.

    :raises Bcfg2Error: naming the rule that is none, or the file that cannot be read
    """
    files = [name for name in (settings.diff_ignore_file, path) if name is not None]
    lines = [line for name in files for line in IgnoreRules.read(name)]
    return IgnoreRules([*settings.diff_ignore, *lines, *given])


def number_of_children(text: str) -> int:
    """Return how many processes `--children` asks for."""
    if text == "auto":
        return len(os.sched_getaffinity(0))
    if not text.isdigit() or not int(text):
        raise click.BadParameter(f"'{text}' is no number, and not auto", param_hint="--children")
    return int(text)


def end_with(
    report: ComparisonReport, format_name: str | None, summary: bool, exit_code: bool,
    outputs: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    """
    Print a report, write the files that are named, and end the command.

    :param exit_code: whether the status is to say that something differs
    """
    formats: dict[str, Callable[[ComparisonReport], str]] = {**COMPARISON_FORMATS}
    formats["text"] = partial(as_text, brief=summary)
    write_outputs(outputs, lambda name: formats[name](report))
    if format_name is None and sys.stdout.isatty():
        from rich.console import Console  # not for those who are no terminal: it takes a while

        show(report, Console(markup=False, highlight=False), brief=summary)
    else:
        click.echo(formats[format_name or "text"](report), nl=False)
    if exit_code and report.changed:
        raise click.exceptions.Exit(FOUND)
