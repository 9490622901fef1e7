"""`bcfg2tw diff`: what changes for whom between two states of a site."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import click

from bcfg2tw.cli.diff.building import ClientSelection
from bcfg2tw.cli.diff.comparison import ComparedStates
from bcfg2tw.cli.diff.words import states_of
from bcfg2tw.cli.findings.options import format_options, write_outputs
from bcfg2tw.cli.site_options import overrides_of, server_parameters, site_parameters
from bcfg2tw.cli.statuses import BROKEN, FOUND
from bcfg2tw.cli.words import BUNDLE, CLIENT, GROUP
from bcfg2tw.comparing.ignoring import IgnoreRules
from bcfg2tw.comparing.rendering.formats import COMPARISON_FORMATS
from bcfg2tw.comparing.rendering.text import as_text, show
from bcfg2tw.comparing.report import ComparisonReport
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

__all__ = ["command"]

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


@click.command("diff", params=[*site_parameters(), *server_parameters()])
@format_options(COMPARISON_FORMATS, lambda: None, _FORMAT_HELP)
@click.option(
    "--client", "clients", type=CLIENT, multiple=True, metavar="NAME",
    help="Of these clients alone; wildcards count. May be repeated, as may the next two.",
)  # fmt: skip
@click.option("--group", "groups", type=GROUP, multiple=True, metavar="NAME", help="In a group.")
@click.option(
    "--bundle", "bundles", type=BUNDLE, multiple=True, metavar="NAME", help="With a bundle."
)
@click.option(
    "--ignore", "ignored", multiple=True, metavar="RULE",
    help="Ignore TYPE:NAME, or attributes of it: 'Path:/etc/motd mode'; wildcards count.",
)  # fmt: skip
@click.option(
    "--ignore-file", type=click.Path(dir_okay=False), metavar="FILE", help="Rules, one a line."
)
@click.option("--only-failures", is_flag=True, help="What fails, or no longer fails, alone.")
@click.option("--summary", is_flag=True, help="Print no details.")
@click.option("--exit-code", is_flag=True, help="End with status 1 if something changes.")
@click.option("--children", metavar="N", default="auto", help="Processes for each state.")
@click.argument("old", required=False, metavar="[A]")
@click.argument("new", required=False, metavar="[B]")
@click.pass_context
def command(
    context: click.Context, /, clients: Sequence[str], groups: Sequence[str],
    bundles: Sequence[str], ignored: Sequence[str], ignore_file: str | None,
    only_failures: bool, summary: bool, exit_code: bool, children: str, old: str | None,
    new: str | None, format_name: str | None, outputs: Sequence[tuple[str, str]], **options: Any,
) -> None:  # fmt: skip
    """
    Say what changes for whom between two states of the repository, A and B.

    A state is a revision of git, a folder, `server` for what the site's server serves, the URL of
    a server (https://...), or `working-tree`. Without B it is the working tree; without A it is
    HEAD, or what the server serves where the repository is not in git. Nothing is changed by it.
    """
    selection = ClientSelection(
        tuple(name.lower() for name in clients), frozenset(groups), frozenset(bundles)
    )
    with broken_errors(), _ending_politely():
        settings = Settings.load(overrides_of(context))
        rules = _rules(settings, ignored, ignore_file)
        states = states_of((old, new), settings, options)
        report = ComparedStates(
            *states, settings, selection, rules, only_failures, _children(children)
        ).report()
    _show(report, format_name, summary, outputs)
    if exit_code and report.changed:
        raise click.exceptions.Exit(FOUND)


def _rules(settings: Settings, given: Sequence[str], path: str | None) -> IgnoreRules:
    files = [name for name in (settings.diff_ignore_file, path) if name is not None]
    lines = [line for name in files for line in IgnoreRules.read(name)]
    return IgnoreRules([*settings.diff_ignore, *lines, *given])


def _children(text: str) -> int:
    if text == "auto":
        return len(os.sched_getaffinity(0))
    if not text.isdigit() or not int(text):
        raise click.BadParameter(f"'{text}' is no number, and not auto", param_hint="--children")
    return int(text)


@contextmanager
def _ending_politely() -> Iterator[None]:
    """Have SIGTERM end the command as other errors do, so that copies are removed."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(
    report: ComparisonReport, format_name: str | None, summary: bool,
    outputs: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    formats: dict[str, Callable[[ComparisonReport], str]] = {**COMPARISON_FORMATS}
    formats["text"] = partial(as_text, brief=summary)
    write_outputs(outputs, lambda name: formats[name](report))
    if format_name is None and sys.stdout.isatty():
        from rich.console import Console  # not for those who are no terminal: it takes a while

        show(report, Console(markup=False, highlight=False), brief=summary)
    else:
        click.echo(formats[format_name or "text"](report), nl=False)
