"""Hosts and runs of a database of upstream, as values (:ref:`reporting-13.3`)."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bcfg2tw.reporting.lines import microseconds_at
from bcfg2tw.reporting.model import Item, Report, Run, unique
from bcfg2tw.reporting.upstream.entries import FAILURES, TYPES, OldEntries
from bcfg2tw.reporting.upstream.source import OldDatabase, OldRow

logger = logging.getLogger("Reporting")

#: Runs that are read together.
PAGE = 200

#: The many-to-many tables of entries by the table that they point to.
_LISTS = {
    **{f"Reporting_interaction_{kind.lower()}s": table for table, kind in TYPES.items()},
    "Reporting_interaction_failures": FAILURES,
}


@dataclass(frozen=True)
class OldHost:
    """A host; times are in microseconds since 1970."""

    number: int
    name: str
    first_seen: int
    expired: int | None


@dataclass(frozen=True)
class OldRun:
    """A run, with the number that it has in the old database."""

    number: int
    report: Report


class OldReports:
    """
    The reports in a database of upstream.

    :ivar dangling: how many rows pointed to nothing so far, and were passed over
    """

    def __init__(self, source: OldDatabase, zone: datetime.tzinfo | None) -> None:
        """
        Read nothing yet.

        :param zone: of times that come without one; None for the machine's
        """
        self._source = source
        self._zone = zone
        self.entries = OldEntries(source)
        self.dangling = 0

    def count(self) -> int:
        """Return the number of runs."""
        return self._source.count("Reporting_interaction")

    @cached_property
    def hosts(self) -> dict[int, OldHost]:
        """The hosts by number."""
        hosts = (self._host(row) for row in self._source.rows("Reporting_client"))
        return {host.number: host for host in hosts}

    def _host(self, row: OldRow) -> OldHost:
        first_seen = self._time(row["creation"]) or 0
        return OldHost(int(row["id"]), row["name"], first_seen, self._time(row.get("expiration")))

    def _time(self, value: object) -> int | None:
        """Read a time as the database has it; None where it is none, such as MySQL's zeros."""
        if value is None or value == "":
            return None
        try:
            time = value if isinstance(value, datetime.datetime) else _parsed(str(value))
            if time.tzinfo is None:
                time = time.replace(tzinfo=self._zone) if self._zone else time.astimezone()
            return microseconds_at(time)
        except (ValueError, OverflowError):
            logger.warning("%s: %r is no time", self._source, value)
            return None

    def runs(self) -> Iterator[list[OldRun]]:
        """Yield all runs, some at a time."""
        for page in self._source.pages("Reporting_interaction", PAGE):
            yield self._page(page)

    def _page(self, rows: Sequence[OldRow]) -> list[OldRun]:
        numbers = [int(row["id"]) for row in rows]
        items = self._items(numbers)
        groups = self._names("Reporting_interaction_groups", self._groups, numbers)
        bundles = self._names("Reporting_interaction_bundles", self._bundles, numbers)
        timings = self._timings(numbers)
        runs = []
        for number, row in zip(numbers, rows, strict=True):
            host, time = self.hosts.get(int(row["client_id"])), self._time(row["timestamp"])
            if host is None or time is None:
                self.dangling += 1
                continue
            run = Run(
                client=host.name,
                groups=tuple(sorted(groups.get(number, ()))),
                bundles=tuple(sorted(bundles.get(number, ()))),
                timings=timings.get(number, {}),
                time=time,
                **self._head(row),
            )
            runs.append(OldRun(number, Report(run, unique(items.get(number, [])))))
        return runs

    def _head(self, row: OldRow) -> dict[str, Any]:
        return {
            "state": row.get("state") or "unknown",
            "revision": row.get("repo_rev_code") or "unknown",
            "server": row.get("server") or "",
            **{name: _count(row.get(f"{name}_count")) for name in _COUNTS},
            # there since 1.4
            "dry_run": bool(row.get("dry_run")),
            "only_important": bool(row.get("only_important")),
            "profile": self._profile(row.get("profile_id")),
        }

    def _profile(self, number: int | None) -> str | None:
        if number is None:
            return None
        if number not in self._groups:
            self.dangling += 1
        return self._groups.get(number)

    @cached_property
    def _groups(self) -> dict[int, str]:
        return {int(row["id"]): row["name"] for row in self._source.rows("Reporting_group")}

    @cached_property
    def _bundles(self) -> dict[int, str]:
        return {int(row["id"]): row["name"] for row in self._source.rows("Reporting_bundle")}

    def _links(self, table: str, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield the pairs of a many-to-many table: number of the run, and of what it has."""
        others = set(self._source.columns(table)) - {"id", "interaction_id"}
        for row in self._source.rows(table, "interaction_id", numbers):
            yield int(row["interaction_id"]), int(row[next(iter(others))])

    def _names(
        self, table: str, names: dict[int, str], numbers: Sequence[int]
    ) -> dict[int, set[str]]:
        of_runs: dict[int, set[str]] = {}
        for run, number in self._links(table, numbers):
            if number in names:
                of_runs.setdefault(run, set()).add(names[number])
            else:
                self.dangling += 1
        return of_runs

    def _timings(self, numbers: Sequence[int]) -> dict[int, dict[str, float]]:
        timings: dict[int, dict[str, float]] = {}
        for row in self._source.rows("Reporting_performance", "interaction_id", numbers):
            run = timings.setdefault(int(row["interaction_id"]), {})
            with suppress(ValueError, TypeError):
                run[str(row["metric"])] = float(row["value"])
        return timings

    def _items(self, numbers: Sequence[int]) -> dict[int, list[Item]]:
        of_runs: dict[int, list[Item]] = {}
        for list_table, table in _LISTS.items():
            links = list(self._links(list_table, numbers))
            self.entries.read(table, {number for _, number in links})
            for run, number in links:
                try:
                    item = self.entries.item(table, number)
                except KeyError:
                    self.dangling += 1
                    continue
                if item is not None:
                    of_runs.setdefault(run, []).append(item)
        return of_runs


def _parsed(text: str) -> datetime.datetime:
    """Read a time as SQLite has it: a blank in the middle, and fractions of any length."""
    whole, _, rest = text.partition(".")
    zone = rest.lstrip("0123456789")
    fraction = rest.removesuffix(zone)
    time = datetime.datetime.fromisoformat(whole + zone)
    return time.replace(microsecond=int(fraction[:6].ljust(6, "0"))) if fraction else time


_COUNTS = ("total", "good", "bad", "modified", "extra")


def _count(value: object) -> int:
    """Return a count; what SQLite has in its place, as it admits anything, is none."""
    return value if isinstance(value, int) else 0
