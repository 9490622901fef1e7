"""The commands of Bcfg2 under their old names: thin scripts over `bcfg2tw NAME`."""

from __future__ import annotations

import sys

import click

from bcfg2tw.cli import main

__all__ = ["crypt"]


def crypt() -> None:
    """Be `bcfg2-crypt`."""
    _run("crypt")


def _run(tool: str, more: tuple[str, ...] = ()) -> None:
    command = main.get_command(click.Context(main), tool)
    assert command is not None
    command.main([*sys.argv[1:], *more], prog_name=f"bcfg2-{tool}")
