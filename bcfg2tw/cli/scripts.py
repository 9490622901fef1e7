"""The commands of Bcfg2 under their old names: thin scripts over `bcfg2tw NAME`."""

from __future__ import annotations

import sys

import click

from bcfg2tw.cli import main
from bcfg2tw.cli.streams import standard_streams

__all__ = ["admin", "crypt", "info", "lint", "report_collector", "reports", "server", "test"]


def admin() -> None:
    """Be `bcfg2-admin`."""
    _run("admin")


def crypt() -> None:
    """Be `bcfg2-crypt`."""
    _run("crypt")


def reports() -> None:
    """Be `bcfg2-reports`."""
    _run("reports")


def report_collector() -> None:
    """Be `bcfg2-report-collector`, which has nothing to do, whatever its options say."""
    click.echo(
        "bcfg2-report-collector is not needed: the server itself takes reports in, and reads what "
        "waits in Reporting/LocalFilesystem when it starts. Remove its service."
    )


def info() -> None:
    """Be `bcfg2-info`, which starts its shell where it is given nothing, as in 1.3."""
    with standard_streams():
        is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    _run("info", () if sys.argv[1:] or not is_terminal else ("shell",))


def lint() -> None:
    """Be `bcfg2-lint`."""
    _run("lint")


def test() -> None:
    """Be `bcfg2-test`."""
    _run("test")


def server() -> None:
    """Be `bcfg2-server`."""
    _run("serve", name="bcfg2-server")


def _run(tool: str, more: tuple[str, ...] = (), name: str | None = None) -> None:
    command = main.get_command(click.Context(main), tool)
    assert command is not None
    with standard_streams():
        command.main([*sys.argv[1:], *more], prog_name=name or f"bcfg2-{tool}")
