"""The commands of old for the database of reports (:ref:`tools-2`, 2.5)."""

from __future__ import annotations

import logging
import time

import click
from sqlalchemy.exc import SQLAlchemyError

from bcfg2tw.cli.output import fail, json_option, show_json
from bcfg2tw.cli.reports.purge import expired_hosts
from bcfg2tw.cli.reports.store import Reports, database_errors, with_reports
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.counting import record_counts
from bcfg2tw.reporting.host_lists import is_host
from bcfg2tw.reporting.lines import MICROSECONDS
from bcfg2tw.reporting.purging import Purge, purge, remove_host, remove_host_alone, remove_unused
from bcfg2tw.reporting.upkeep import DAY

__all__ = [
    "initreports", "old_reports", "purgereports", "reportsstats", "scrubreports", "syncdb",
    "updatereports",
]  # fmt: skip

logger = logging.getLogger(__name__)


def _preparation(name: str, help: str) -> click.Command:
    """Return a command that brings the tables up to date; the old ones differ by name alone."""

    @with_reports
    def prepare(reports: Reports) -> None:
        try:
            reports.own_database.prepare()
        except (Bcfg2Error, SQLAlchemyError, OSError) as error:
            fail(f"{name.capitalize()} failed: {error}")

    return click.Command(name, callback=prepare, help=help)


initreports = _preparation("initreports", "Make the database of reports, if it is not there.")
updatereports = _preparation("updatereports", "Upgrade the database of reports.")
syncdb = _preparation("syncdb", "Make and upgrade the tables of the database.")


@click.command("reportsstats")
@json_option
@with_reports
def reportsstats(reports: Reports, as_json: bool) -> None:
    """Show how much the database of reports holds."""
    with reports.reading() as connection:
        counts = record_counts(connection)
    if as_json:
        show_json(dict(counts))
        return
    for name, count in counts:
        click.echo(f"{name} has {count} records")


@click.command("scrubreports")
@with_reports
def scrubreports(reports: Reports) -> None:
    """Remove entries, texts and memberships that no run has."""
    with database_errors(reports.database):
        for name, count in remove_unused(reports.database).items():
            logger.info("Pruned %d %s records", count, name)


@click.command("purgereports")
@click.option("--client", metavar="HOST", help="Of this host; without more the host itself, too.")
@click.option("--days", type=click.IntRange(1), metavar="N", help="Runs older than N days.")
@click.option("--expired", is_flag=True, help="Hosts that are expired, with all their runs.")
@click.option(
    "--state", type=click.Choice(["dirty", "clean", "modified"]), help="Runs of this state."
)
@with_reports
def purgereports(
    reports: Reports, client: str | None, days: int | None, expired: bool, state: str | None
) -> None:
    """
    Remove runs: also the newest of a host, which 'bcfg2tw reports purge' keeps.

    What --expired leaves over of its hosts' entries goes with scrubreports.
    """
    if expired and state is not None:
        raise click.UsageError("--expired and --state exclude each other.")
    if client is None and days is None and state is None and not expired:
        fail("Refusing to prune all data. Specify an option to purgereports")
    before = None if days is None else int(time.time() * MICROSECONDS) - days * DAY
    with database_errors(reports.database):
        if client is not None:
            _demand(reports, client)
        if expired:
            for host in expired_hosts(reports, days, client):
                remove_host_alone(reports.database, host)
        elif client is not None and before is None and state is None:
            remove_host(reports.database, client)
        else:
            purge(reports.database, Purge(before, client, state, keeps_newest=False))


def _demand(reports: Reports, client: str) -> None:
    with reports.reading() as connection:
        if not is_host(connection, client):
            fail(f"Client {client} not in database")


@click.group("reports")
def old_reports() -> None:
    """Look after the database of reports, by the names that Bcfg2 1.3 has for it."""


_OLD_NAMES: dict[str, click.Command] = {
    "init": initreports,
    "purge": purgereports,
    "scrub": scrubreports,
    "stats": reportsstats,
    "syncdb": syncdb,
    "update": updatereports,
}
for _name, _member in _OLD_NAMES.items():
    old_reports.add_command(_member, _name)
