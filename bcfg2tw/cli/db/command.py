"""`bcfg2tw db`: the database that the state of clients is kept in."""

from __future__ import annotations

import click

from bcfg2tw.cli.db.export import export
from bcfg2tw.cli.db.import_ import import_
from bcfg2tw.cli.db.schema import status, upgrade

__all__ = ["command"]


@click.group("db")
def command() -> None:
    """Look after the database that [database] names, and take state over from elsewhere."""


for sub_command in (status, upgrade, import_, export):
    command.add_command(sub_command)
