"""`bcfg2tw shadow`: what two servers of the same clients answer differently."""

from __future__ import annotations

import os
from typing import Any

import click

from bcfg2tw.cli.output import show_json
from bcfg2tw.cli.site import with_settings
from bcfg2tw.comparing.rendering.formats import COMPARISON_FORMATS
from bcfg2tw.comparing.report import ComparisonReport
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings
from bcfg2tw.shadow.record import Contents, Record, RecordError, record_path, remove
from bcfg2tw.shadow.report import report_of, report_values

__all__ = ["command"]


@click.group("shadow")
def command() -> None:
    """
    Show what this server answers otherwise than the one of [shadow] server.

    Both get the calls of clients, and a record of the differences is kept.
    """


@command.command("report", short_help="Print the differences that clients have now.")
@with_settings
@click.option(
    "--format", "format_name", type=click.Choice(list(COMPARISON_FORMATS)), default="text",
    help="How it is printed.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as --format json.")
@click.option(
    "--exit-code", is_flag=True, help="End with status 1 where something differs, as git does."
)
def report(settings: Settings, format_name: str, as_json: bool, exit_code: bool) -> None:
    """Print the differences that clients have now, each once, with the clients it concerns."""
    contents = _contents(settings)
    server = settings.shadow_server or "the other server"
    result = report_of(contents, server)
    if as_json or format_name == "json":
        show_json(report_values(contents, server))
    elif format_name == "text":
        _show(result)
    else:
        click.echo(COMPARISON_FORMATS[format_name](result), nl=False)
    if exit_code and result.groups:
        raise click.exceptions.Exit(1)


def _show(result: ComparisonReport) -> None:
    from rich.console import Console  # takes a while

    from bcfg2tw.comparing.rendering.text import show

    show(result, Console(markup=False, highlight=False))


def _contents(settings: Settings) -> Contents:
    path = record_path(settings)
    if settings.shadow_server is None and not os.path.exists(path):
        raise Bcfg2Error(
            "there is no other server to compare with: write [shadow] server = https://… into "
            f"{settings.config or 'bcfg2.conf'}"
        )
    record = Record(path)
    try:
        return record.read()
    finally:
        record.close()


@command.command("reset", short_help="Forget all that was compared so far.")
@with_settings
def reset(settings: Settings, **_: Any) -> None:
    """Forget all that was compared so far; a server that runs begins anew."""
    path = record_path(settings)
    record = Record(path)
    try:
        has_forgotten = record.reset()
    except RecordError:
        remove(path)  # it is broken, and of no more use to anybody
        has_forgotten = True
    finally:
        record.close()
    click.echo(f"{path} is empty now" if has_forgotten else f"{path} is not there: nothing to do")
