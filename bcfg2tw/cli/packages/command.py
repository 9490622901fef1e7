"""`bcfg2tw packages`: the indexes that the Packages plugin resolves with."""

from __future__ import annotations

import click

from bcfg2tw.cli.packages.explain import explain
from bcfg2tw.cli.packages.refresh import refresh

__all__ = ["command"]


@click.group("packages")
def command() -> None:
    """Look after the package indexes of a repository."""


command.add_command(explain)
command.add_command(refresh)
