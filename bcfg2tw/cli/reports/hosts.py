"""The commands of old: hosts, what they list, entries, and expiring (:ref:`reporting-10`)."""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from bcfg2tw.cli.output import json_option, show_json, show_table
from bcfg2tw.cli.reports.store import Reports, database_errors, pass_reports
from bcfg2tw.cli.statuses import USAGE
from bcfg2tw.reporting.classes import SILENT_AFTER
from bcfg2tw.reporting.host_lists import (
    HostRun,
    RunFilter,
    host_runs,
    hosts_with,
    is_host,
    is_type,
    listed_entries,
    states_of_entry,
    toggle_expired,
)
from bcfg2tw.reporting.lines import MICROSECONDS, time_text
from bcfg2tw.reporting.model import STATES
from bcfg2tw.reporting.upstream.entries import TYPES

__all__ = ["clients", "entries", "entry", "expire", "show", "total"]

F = TypeVar("F", bound=Callable[..., Any])

FIELDS = "name,time,state"
#: Width of a column where it is not that of its title.
_TIME_WIDTH = 19


def filters(command: F) -> F:
    """Give a command `-n` and `-i`: the runs that do not count."""
    for decorate in (
        click.option(
            "-i",
            "--no-only-important",
            "no_important",
            is_flag=True,
            help="Ignore only-important runs.",
        ),
        click.option("-n", "--no-dry-run", "no_dry_run", is_flag=True, help="Ignore dry runs."),
    ):
        command = decorate(command)
    return command


def run_filter(no_dry_run: bool, no_important: bool) -> RunFilter:
    """Return the filter that the options of `filters` mean."""
    return RunFilter(dry_runs=not no_dry_run, important=not no_important)


# One host


@click.command("show", short_help="Show what the last run of HOST found.")
@filters
@click.option("-b", "--bad", "bad", is_flag=True, help="Show bad entries.")
@click.option("-e", "--extra", "extra", is_flag=True, help="Show extra entries.")
@click.option("-m", "--modified", "modified", is_flag=True, help="Show modified entries.")
@json_option
@click.argument("host")
@pass_reports
def show(
    reports: Reports, host: str, bad: bool, extra: bool, modified: bool, no_dry_run: bool,
    no_important: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show what the last run of HOST found bad, changed or extra; all of it without a flag."""
    flags = {"bad": bad, "modified": modified, "extra": extra}
    states = [state for state in STATES if flags[state] or not any(flags.values())]
    show_host(reports, host, states, run_filter(no_dry_run, no_important), as_json)


def show_host(
    reports: Reports, host: str, states: Sequence[str], counting: RunFilter, as_json: bool = False
) -> None:
    """Print what the newest run of a host lists in some states."""
    with reports.reading() as connection:
        run = _run_of(connection, host, counting)
        rows = [
            (kind, name, state)
            for state in states
            for kind, name in listed_entries(connection, run, state)
        ]
    if as_json:
        show_json([dict(zip(("type", "name", "state"), row, strict=True)) for row in rows])
    elif sys.stdout.isatty():
        show_table(("Type", "Name", "State"), rows)
    else:
        for kind, name, state in rows:
            click.echo(f"{f'{kind}:{name}':<70} {state}")


def _run_of(connection: Any, host: str, counting: RunFilter) -> HostRun:
    if not is_host(connection, host):
        _fail(f"No such host: {host}")
    runs = host_runs(connection, counting, host)
    if not runs:
        click.echo(f"No interactions found for host: {host}")
        raise click.exceptions.Exit(0)
    return runs[0]


def _fail(message: str) -> NoReturn:
    click.echo(message)
    raise click.exceptions.Exit(USAGE)


@click.command("total")
@filters
@json_option
@click.argument("host")
@pass_reports
def total(reports: Reports, host: str, no_dry_run: bool, no_important: bool, as_json: bool) -> None:
    """Show how many entries HOST has."""
    show_total(reports, host, run_filter(no_dry_run, no_important), as_json)


def show_total(reports: Reports, host: str, counting: RunFilter, as_json: bool = False) -> None:
    """Print the number of entries in the newest run of a host."""
    with reports.reading() as connection:
        run = _run_of(connection, host, counting)
    if as_json:
        show_json({"name": host, "total": run.total, "good": run.good})
    else:
        click.echo(f"Total managed entries: {run.total} (good: {run.good})")


@click.command("expire")
@click.argument("host")
@pass_reports
def expire(reports: Reports, host: str) -> None:
    """Expire HOST, so that lists leave it out; or take it back."""
    expire_host(reports, host)


def expire_host(reports: Reports, host: str) -> None:
    """Expire a host or take it back, and say so."""
    with reports.reading() as connection:
        if not is_host(connection, host):
            _fail(f"No such host: {host}")
    now = int(time.time() * MICROSECONDS)
    with database_errors(reports.database), reports.database.writing() as connection:
        is_expired = toggle_expired(connection, host, now)
    click.echo(f"{host} {'expired' if is_expired else 'un-expired'}.")


# Many hosts


@click.command("clients", short_help="List hosts with their last run.")
@filters
@click.option("-c", "--clean", "clean", is_flag=True, help="Show clean hosts.")
@click.option("-d", "--dirty", "dirty", is_flag=True, help="Show dirty hosts.")
@click.option("--stale", is_flag=True, help="Show hosts that did not report for 25 hours.")
@click.option("--fields", default=FIELDS, metavar="LIST", show_default=True, help="What to show.")
@json_option
@pass_reports
def clients(
    reports: Reports, clean: bool, dirty: bool, stale: bool, fields: str, no_dry_run: bool,
    no_important: bool, as_json: bool,
) -> None:  # fmt: skip
    """List hosts with their last run; all that are not expired without a flag."""
    counting = run_filter(no_dry_run, no_important)
    show_clients(reports, (clean, dirty, stale), fields, counting, as_json)


def show_clients(
    reports: Reports, flags: tuple[bool, bool, bool], fields: str, counting: RunFilter,
    as_json: bool = False,
) -> None:  # fmt: skip
    """
    Print a table of hosts.

    :param flags: whether clean ones, dirty ones and stale ones are wanted; none: all
    """
    clean, dirty, stale = flags
    with reports.reading() as connection:
        runs = host_runs(connection, counting)
    now = int(time.time() * MICROSECONDS)
    wanted = [
        run
        for run in runs
        if not any(flags)
        or (clean and run.is_clean)
        or (dirty and not run.is_clean)
        or (stale and is_stale(run, now))
    ]
    HostTable(reports, fields).show(wanted, as_json=as_json)


def is_stale(run: HostRun, now: int) -> bool:
    """Say whether a run is older than 25 hours."""
    return now - run.time > SILENT_AFTER


class HostTable:
    """A table of hosts, with the columns that were asked for."""

    def __init__(self, reports: Reports, fields: str) -> None:
        names = [name.strip() for name in fields.split(",") if name.strip()]
        self._fields = ["name", *(name for name in names if name != "name")]
        self._reports = reports

    def show(
        self,
        runs: Sequence[HostRun],
        states: Sequence[str] | None = None,
        as_json: bool = False,
    ) -> None:
        """
        Print it.

        :param states: for each run the state of an entry, a column at the end in place of `state`
        """
        fields = self._fields if states is None else [*self._without_state(), "entry state"]
        if not runs and not as_json:
            click.echo("No match found")
            return
        ends = [None] * len(runs) if states is None else states
        rows = [
            [self._value(run, field, end, as_json) for field in fields]
            for run, end in zip(runs, ends, strict=True)
        ]
        if as_json or sys.stdout.isatty():
            show_table([field.title() for field in fields], rows, as_json)
        else:
            _show_plain(fields, rows)

    def _without_state(self) -> list[str]:
        return [field for field in self._fields if field != "state"]

    def _value(self, run: HostRun, field: str, state: str | None, as_json: bool) -> Any:
        if field == "entry state" and state is not None:
            return state.title()
        if field in ("total", "good", "bad", "modified", "extra"):
            return getattr(run, field)
        if field == "name":
            return run.client
        if field == "state":
            return "clean" if run.is_clean else "dirty"
        if field == "stale":
            return is_stale(run, int(time.time() * MICROSECONDS))
        times = {"time": run.time, "creation": run.first_seen, "expiration": run.expired}
        if field not in times:
            return None if as_json else "N/A"
        return self._time(times[field], field == "time", as_json)

    def _time(self, microseconds: int | None, in_seconds: bool, as_json: bool) -> str | None:
        if as_json:
            return time_text(microseconds)
        if microseconds is None:
            return "None"
        local = datetime.datetime.fromtimestamp(microseconds // MICROSECONDS, self._reports.zone)
        if not in_seconds:
            local = local.replace(microsecond=microseconds % MICROSECONDS)
        return str(local.replace(tzinfo=None))


def _show_plain(fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table as upstream does: no column is as wide as a longer title than its own."""
    table = [[str(cell) for cell in row] for row in rows]
    widths = [_TIME_WIDTH if field == "time" else len(field) for field in fields]
    widths[0] = max(len(row[0]) for row in table)
    titles = [field.title() for field in fields]
    for row in [titles, *table]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells))


# Entries


def entry_names(values: Sequence[str], file: Path | None = None) -> list[tuple[str, str]]:
    """
    Read TYPE:NAME, from the command line and from a file with one on each line.

    :raises UsageError: if one is none
    """
    lines = []
    if file is not None:
        try:
            lines = file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{file} cannot be read: {error}") from error
    pairs = [text.strip().partition(":") for text in (*values, *lines) if text.strip()]
    for kind, colon, _ in pairs:
        if not colon:
            raise click.UsageError(f"'{kind}' is no entry: write TYPE:NAME")
    return [(kind, name) for kind, _, name in pairs]


FILE_OPTION = click.option(
    "--file", type=click.Path(path_type=Path), metavar="FILE", help="Read TYPE:NAME from a file."
)


@click.command("entries")
@filters
@click.option("--badentry", "state", flag_value="bad", help="Hosts where they are bad.")
@click.option("--modifiedentry", "state", flag_value="modified", help="Where they were modified.")
@click.option("--extraentry", "state", flag_value="extra", help="Where they are extra.")
@click.option("--fields", default=FIELDS, metavar="LIST", show_default=True, help="What to show.")
@FILE_OPTION
@json_option
@click.argument("names", nargs=-1, metavar="TYPE:NAME...")
@pass_reports
def entries(
    reports: Reports, state: str | None, fields: str, file: Path | None, names: Sequence[str],
    no_dry_run: bool, no_important: bool, as_json: bool,
) -> None:  # fmt: skip
    """List hosts whose last run found entries bad, modified or extra."""
    counting = run_filter(no_dry_run, no_important)
    show_entries(reports, state, entry_names(names, file), fields, counting, as_json)


def show_entries(
    reports: Reports, state: str | None, names: Sequence[tuple[str, str]], fields: str,
    counting: RunFilter, as_json: bool = False,
) -> None:  # fmt: skip
    """Print the hosts whose newest run lists entries in a state; none without a state."""
    with reports.reading() as connection:
        runs = host_runs(connection, counting)
        found = [] if state is None else hosts_with(connection, runs, state, names)
    HostTable(reports, fields).show(found, as_json=as_json)


@click.command("entry")
@filters
@click.option("--fields", default=FIELDS, metavar="LIST", show_default=True, help="What to show.")
@json_option
@click.argument("name", metavar="TYPE:NAME")
@pass_reports
def entry(
    reports: Reports, name: str, fields: str, no_dry_run: bool, no_important: bool, as_json: bool
) -> None:
    """List hosts with the state that an entry has in their last run."""
    (pair,) = entry_names([name])
    show_entry(reports, pair, fields, run_filter(no_dry_run, no_important), as_json)


def show_entry(
    reports: Reports, name: tuple[str, str], fields: str, counting: RunFilter,
    as_json: bool = False,
) -> None:  # fmt: skip
    """Print the hosts whose newest run lists an entry, with its state."""
    with reports.reading() as connection:
        if not is_type(connection, name[0], TYPES.values()):
            _fail(f"Unhandled/unknown type {name[0]}")
        pairs = states_of_entry(connection, host_runs(connection, counting), *name)
    HostTable(reports, fields).show(
        [run for run, _ in pairs], [state for _, state in pairs], as_json
    )
