"""Bringing the reports of another database, or of an export, into ours; again does no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import PARAMETERS, Sets, chunks, insert_new
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.export import FORMAT, RunReader, Selection, run_rows
from bcfg2tw.reporting.line_values import HOST, check_values
from bcfg2tw.reporting.lines import microseconds_of, parse_line, report_of_line
from bcfg2tw.reporting.model import Report, Run
from bcfg2tw.reporting.storing import ReportStore, by_state
from bcfg2tw.reporting.upstream.reading import OldReports, OldRun

Progress = Callable[[int], object]

#: Runs of an export that are stored together.
PAGE = 200


@dataclass
class Outcome:
    """
    What an import did.

    :ivar runs: how many there were; `new_runs` of them were not here
    :ivar different: how many are here with another content, which stays
    :ivar dangling: rows that pointed to nothing, and were passed over
    :ivar oldest: the time of the oldest run, in microseconds since 1970
    """

    clients: int = 0
    new_clients: int = 0
    runs: int = 0
    new_runs: int = 0
    different: int = 0
    dangling: int = 0
    oldest: int | None = None
    newest: int | None = None

    def note(self, reports: Sequence[Report], new_runs: int) -> None:
        """Count runs that are done."""
        self.runs += len(reports)
        self.new_runs += new_runs
        times = [report.run.time for report in reports]
        self.oldest = min([*times, *filter(None, [self.oldest])], default=None)
        self.newest = max([*times, *filter(None, [self.newest])], default=None)


class Importer:
    """Puts hosts and runs into a database, and looks whether they are there afterwards."""

    def __init__(self, database: ReportDatabase) -> None:
        self._database = database
        self._store = ReportStore(database)
        self.outcome = Outcome()

    def add_host(self, name: str, first_seen: int, expired: int | None) -> int:
        """
        Make sure that there is a host, and return its number.

        One that is here stays as it is, but for having been seen earlier.
        """
        hosts = tables.hosts.c
        query = select(hosts.id, hosts.first_seen).where(hosts.name == name)
        with self._database.writing() as connection:
            there = connection.execute(query).first()
            if there is None:
                row = {"name": name, "first_seen": first_seen, "expired": expired}
                insert_new(connection, tables.hosts, [row])
                self.outcome.new_clients += 1
            elif first_seen < there.first_seen:
                update = tables.hosts.update().where(hosts.id == there.id)
                connection.execute(update.values(first_seen=first_seen))
            self.outcome.clients += 1
            return int(connection.execute(query).one().id)

    def add(self, reports: Sequence[Report]) -> dict[tuple[str, int], int]:
        """
        Store runs that are not here, and compare all of them with what is here then.

        :returns: the numbers of the runs, by host and time
        :raises Bcfg2Error: if a run that was stored is not here as it was
        """
        with self._database.reading() as connection:
            before = set(_numbers(connection, reports))
        new = [report for report in reports if _key(report.run) not in before]
        self._store.add(new)
        self.outcome.note(reports, len(new))
        with self._database.reading() as connection:
            numbers = _numbers(connection, reports)
            different = set(_different(connection, reports, numbers))
        wrong = different - before
        if wrong:
            client, time = min(wrong)
            raise Bcfg2Error(f"the run of {client} at {time} was not stored as it was")
        self.outcome.different += len(different)
        return numbers


def _key(run: Run) -> tuple[str, int]:
    return run.client, run.time


def _numbers(connection: Connection, reports: Sequence[Report]) -> dict[tuple[str, int], int]:
    runs, hosts = tables.runs.c, tables.hosts.c
    times: dict[str, list[int]] = {}
    for report in reports:
        times.setdefault(report.run.client, []).append(report.run.time)
    numbers: dict[tuple[str, int], int] = {}
    for client, of_client in times.items():
        query = select(runs.time, runs.id).join_from(
            tables.runs, tables.hosts, runs.host == hosts.id
        )
        for chunk in chunks(of_client, PARAMETERS):
            rows = connection.execute(query.where(hosts.name == client, runs.time.in_(chunk)))
            numbers.update(((client, time), number) for time, number in rows)
    return numbers


def _different(
    connection: Connection, reports: Sequence[Report], numbers: Mapping[tuple[str, int], int]
) -> Iterator[tuple[str, int]]:
    """Yield the keys of those runs that are not here, or with another content."""
    stored = dict(_stored(connection, list(numbers.values())))
    for report in reports:
        number = numbers.get(_key(report.run))
        if number is None or stored.get(number) != _content(report):
            yield _key(report.run)


Content = tuple[Run, tuple[bytes | None, ...]]


def _content(report: Report) -> Content:
    sets = Sets()
    return report.run, tuple(sets.add(items) for items in by_state(report.items).values())


def _stored(connection: Connection, numbers: Sequence[int]) -> Iterator[tuple[int, Content]]:
    reader = RunReader(connection)
    for chunk in chunks(numbers, PARAMETERS):
        rows = connection.execute(run_rows(Selection()).where(tables.runs.c.id.in_(chunk)))
        page = rows.mappings().all()
        lists = {number for row in page for number in _lists_of(row) if number is not None}
        digests = _digests(connection, sorted(lists))
        for row in page:
            content = tuple(None if one is None else digests[one] for one in _lists_of(row))
            yield row["id"], (reader.run(row), content)


def _lists_of(row: RowMapping) -> tuple[int | None, ...]:
    return row["bad_set"], row["modified_set"], row["extra_set"]


def _digests(connection: Connection, numbers: Sequence[int]) -> dict[int, bytes]:
    sets = tables.sets.c
    digests: dict[int, bytes] = {}
    for chunk in chunks(numbers, PARAMETERS):
        rows = connection.execute(select(sets.id, sets.digest).where(sets.id.in_(chunk)))
        digests.update((number, bytes(digest)) for number, digest in rows)
    return digests


# From upstream


def import_upstream(
    database: ReportDatabase, reports: OldReports, progress: Progress = lambda count: None
) -> Outcome:
    """
    Import a database of upstream.

    :param progress: called with the number of runs that are done
    :raises Bcfg2Error: if something of it cannot be read, or was not stored as it was
    """
    importer = Importer(database)
    hosts = {
        host.number: importer.add_host(host.name, host.first_seen, host.expired)
        for host in reports.hosts.values()
    }
    _keep_numbers(database, [_old("host", old, new) for old, new in hosts.items()])
    for page in reports.runs():
        numbers = importer.add([run.report for run in page])
        _keep_numbers(database, [*_of_runs(page, numbers), *_of_entries(reports)])
        progress(importer.outcome.runs)
    importer.outcome.dangling = reports.dangling
    return importer.outcome


def _old(
    kind: str, number: int, target: int | None, type: str | None = None, name: str | None = None
) -> dict[str, object]:
    return {"kind": kind, "number": number, "target": target, "type": type, "name": name}


def _of_runs(
    page: Iterable[OldRun], numbers: Mapping[tuple[str, int], int]
) -> Iterator[dict[str, object]]:
    for run in page:
        yield _old("run", run.number, numbers[_key(run.report.run)])


def _of_entries(reports: OldReports) -> list[dict[str, object]]:
    names = reports.entries.names
    rows = [_old(kind, number, None, *names[kind, number]) for kind, number in names]
    names.clear()
    return rows


def _keep_numbers(database: ReportDatabase, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        with database.writing() as connection:
            insert_new(connection, tables.old_numbers, rows)


# From an export


def import_lines(
    database: ReportDatabase, lines: Iterable[str], progress: Progress = lambda count: None
) -> Outcome:
    """
    Import an export.

    :param progress: called with the number of runs that are done
    :raises Bcfg2Error: naming the line that cannot be used; or if the last one is missing, once
        all others are imported
    """
    importer = Importer(database)
    reports: list[Report] = []
    kind = None
    for number, text in enumerate(lines, 1):
        try:
            line = parse_line(text)
            kind = line.get("kind")
            if kind == "export" and line.get("format") != FORMAT:
                raise ValueError(
                    f"its format is {line.get('format')!r}, this release reads {FORMAT}"
                )
            if number == 1 and kind != "export":
                raise ValueError("the first line of an export says so")
            if kind == "client":
                importer.add_host(*_host_of(line))
            if kind == "run":
                reports.append(report_of_line(line))
        except (ValueError, KeyError, TypeError) as error:
            raise Bcfg2Error(f"line {number}: {error}") from error
        if len(reports) >= PAGE or (kind != "run" and reports):
            importer.add(reports)
            reports = []
            progress(importer.outcome.runs)
    if reports:
        importer.add(reports)
    if kind != "end":
        raise Bcfg2Error(
            f"the export is cut off: it has no last line of the kind end; the "
            f"{importer.outcome.runs} runs that it holds are imported"
        )
    return importer.outcome


def _host_of(line: Mapping[str, str]) -> tuple[str, int, int | None]:
    check_values(line, HOST)
    expired = line.get("expired")
    first_seen = microseconds_of(line["first_seen"])
    return line["name"], first_seen, microseconds_of(expired) if expired else None
