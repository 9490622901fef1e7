"""`bcfg2tw db`: the database that the state of clients is kept in."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.group("db")
def command() -> None:
    """Look after the database that [database] names, and take state over from elsewhere."""


try:
    from bcfg2tw.cli.db.export import export
    from bcfg2tw.cli.db.import_ import import_
    from bcfg2tw.cli.db.schema import status, upgrade
except ImportError as error:
    raise click.ClickException(
        f"bcfg2tw db needs SQLAlchemy and alembic: pip install 'bcfg2tw[sql]' ({error})"
    ) from error

for sub_command in (status, upgrade, import_, export):
    command.add_command(sub_command)
