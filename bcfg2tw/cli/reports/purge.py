"""`bcfg2tw reports purge`: remove old reports."""

from __future__ import annotations

import time

import click
from sqlalchemy import select

from bcfg2tw.cli.reports.store import Reports, database_errors, pass_reports
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.host_lists import is_host
from bcfg2tw.reporting.lines import MICROSECONDS
from bcfg2tw.reporting.purging import Purge, purge, remove_host
from bcfg2tw.reporting.upkeep import DAY
from bcfg2tw.settings.types import MOST_DAYS

__all__ = ["expired_hosts", "purge_reports"]


@click.command("purge")
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    metavar="N",
    help="Runs that are older than N days.",
)
@click.option("--client", metavar="HOST", help="Of this host; without --days the host itself.")
@click.option("--state", type=click.Choice(["clean", "dirty"]), help="Only runs of this state.")
@click.option("--expired", is_flag=True, help="Hosts that are expired, with all their runs.")
@pass_reports
def purge_reports(
    reports: Reports, days: int | None, client: str | None, state: str | None, expired: bool
) -> None:
    """
    Remove old runs, and what no other run has.

    Each host keeps its newest run whatever its age. A host goes only if --expired or --client
    without --days and --state says so. It is done in steps: clients can report meanwhile.
    """
    if days is None and client is None and state is None and not expired:
        raise click.UsageError("say what is to be removed: --days, --client, --state or --expired")
    database = reports.database
    with database_errors(database):
        if expired:
            count = sum(
                remove_host(database, host) for host in expired_hosts(reports, days, client)
            )
        elif client is not None and days is None and state is None:
            count = remove_host(database, _known(reports, client))
        else:
            before = None if days is None else int(time.time() * MICROSECONDS) - days * DAY
            count = purge(database, Purge(before, client, state))
        if count:
            database.vacuum()
    click.echo(f"{count} runs are removed")


def _known(reports: Reports, client: str) -> str:
    with reports.reading() as connection:
        if not is_host(connection, client):
            click.echo(f"No such host: {client}")
            raise click.exceptions.Exit(2)
    return client


def expired_hosts(reports: Reports, days: int | None, client: str | None) -> list[str]:
    """Return the hosts that are expired; since a number of days, where it is given."""
    hosts = tables.hosts.c
    before = int(time.time() * MICROSECONDS) - (days or 0) * DAY
    query = select(hosts.name).where(hosts.expired <= before)
    if client is not None:
        query = query.where(hosts.name == client)
    with reports.reading() as connection:
        return list(connection.execute(query.order_by(hosts.name)).scalars())
