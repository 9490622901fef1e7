"""`bcfg2tw reports export` and `import`: reports as lines, and those of other databases."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bcfg2tw.cli.progress import progress_bar
from bcfg2tw.cli.reports.store import Reports, database_errors, import_old, pass_reports
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.database import reports_location
from bcfg2tw.reporting.export import Selection, csv_lines, json_lines
from bcfg2tw.reporting.importing import Outcome, import_lines
from bcfg2tw.reporting.lines import microseconds_at, time_text
from bcfg2tw.reporting.upstream.reading import OldReports
from bcfg2tw.reporting.upstream.source import SQLITE_MAGIC, OldDatabase, old_url

__all__ = ["export", "import_reports", "time_option"]


class _Time(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases only
    """A time: a day, or a day and a time of day, in ISO 8601."""

    name = "time"

    def convert(
        self, value: object, parameter: click.Parameter | None, context: click.Context | None
    ) -> datetime.datetime:
        """Read it; one without a zone has none yet."""
        if isinstance(value, datetime.datetime):
            return value
        try:
            return datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        except ValueError:
            self.fail(
                f"'{value}' is no time: write one such as 2026-11-26T06:00", parameter, context
            )


def time_option(name: str, help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return an option for a time."""
    return click.option(name, type=_Time(), metavar="TIME", help=help)


def _microseconds(time: datetime.datetime | None, zone: datetime.tzinfo | None) -> int | None:
    if time is None:
        return None
    if time.tzinfo is None:
        try:
            time = time.replace(tzinfo=zone) if zone else time.astimezone()
        except (ValueError, OverflowError) as error:
            raise click.UsageError(f"{time.isoformat()} is too far away") from error
    return microseconds_at(time)


@click.command("export")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line: the default.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, an entry a line.")
@click.option("--client", "clients", multiple=True, metavar="HOST", help="Only this host.")
@time_option("--since", "Only runs from this time on.")
@time_option("--until", "Only runs before this time.")
@click.option("--state", metavar="STATE", help="Only clean or dirty runs, or with bad … entries.")
@click.option("--current", is_flag=True, help="Only the newest run of each host.")
@pass_reports
def export(
    reports: Reports, as_json: bool, as_csv: bool, clients: tuple[str, ...],
    since: datetime.datetime | None, until: datetime.datetime | None, state: str | None,
    current: bool,
) -> None:  # fmt: skip
    """Print the reports, all of them unless an option says which."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    zone = reports.zone
    selection = Selection(
        clients, _microseconds(since, zone), _microseconds(until, zone), state, current
    )
    with reports.reading() as connection:
        lines = csv_lines if as_csv else json_lines
        for line in lines(connection, selection):
            # whatever the terminal's encoding is: it may be imported again
            click.echo(line.encode("utf-8"))


@click.command("import")
@click.option("--time-zone", metavar="ZONE", help="Zone of times that come without one.")
@click.argument("source", required=False, metavar="[DATABASE|FILE]")
@pass_reports
def import_reports(reports: Reports, time_zone: str | None, source: str | None) -> None:
    """
    Take over the reports of another database, or of an export.

    DATABASE is a file of SQLite, or a URL of SQLAlchemy; without it, it is the one of [database]
    in bcfg2.conf. It is read, never written. What is here already stays as it is, so it can be
    done again, also while clients report.
    """
    zone = _zone(time_zone) or reports.zone
    if source is not None and "://" not in source and not os.path.isfile(source):
        raise Bcfg2Error(f"{source}: there is no such file")
    with database_errors(reports.own_database):
        if source is not None and _is_export(source):
            outcome = _import_file(reports, Path(source))
        else:
            outcome = _import_database(reports, source, zone)
    for line in _sentences(outcome):
        click.echo(line)


def _zone(name: str | None) -> datetime.tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise click.UsageError(
            f"'{name}' is no time zone: write one such as Europe/Berlin"
        ) from error


def _is_export(source: str) -> bool:
    if "://" in source:
        return False
    with open(source, "rb") as stream:
        begin = stream.read(len(SQLITE_MAGIC))
    return begin != SQLITE_MAGIC and begin.lstrip().startswith(b"{")


def _import_file(reports: Reports, path: Path) -> Outcome:
    # what is not UTF-8 is told by its line
    opened = path.open(encoding="utf-8", errors="surrogateescape")
    with opened as stream, progress_bar("runs", None) as progress:
        return import_lines(reports.own_database, stream, progress)


def _import_database(reports: Reports, source: str | None, zone: datetime.tzinfo | None) -> Outcome:
    url = reports_location(reports.settings).url if source is None else old_url(source)
    return import_old(reports.own_database, OldReports(OldDatabase(url), zone))


def _sentences(outcome: Outcome) -> Iterator[str]:
    yield f"hosts: {outcome.clients}, of which {outcome.new_clients} are new here"
    yield (
        f"runs: {outcome.runs}, of which {outcome.new_runs} are new here; each was read back and "
        "compared"
    )
    if outcome.different:
        yield f"{outcome.different} runs are here already with another content, which stays"
    if outcome.dangling:
        yield f"{outcome.dangling} rows of the old database pointed to nothing, and are left out"
    if outcome.oldest is not None:
        yield f"the runs are from {time_text(outcome.oldest)} to {time_text(outcome.newest)}"
