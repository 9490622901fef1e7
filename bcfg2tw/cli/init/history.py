"""
Invented runs of the demonstration site's clients, so that its pages have something to show.

They are the same each time but for the day: two weeks of three machines, one of which has a package
that cannot be installed, one whose files somebody edits, and one that has fallen silent.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bcfg2tw.reporting.database import open_reports
from bcfg2tw.reporting.lines import MICROSECONDS
from bcfg2tw.reporting.model import (
    BAD,
    EXTRA,
    MODIFIED,
    Entry,
    Failure,
    Report,
    Run,
    item_of,
    unique,
)
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.settings import Settings

HOUR = 3600 * MICROSECONDS
DAYS = 14
#: How far runs are apart.
INTERVAL_HOURS = 4

WEB = ("debian", "kernel-linux", "managed", "web-server")
DATABASE = ("database-server", "debian", "kernel-linux", "managed")

MOTD = """\
--- /etc/motd (on disk)
+++ /etc/motd (in the configuration)
@@ -1,3 +1,3 @@
 This machine is managed by Bcfg2.
-Sam: rebooting on Friday, do not touch!
+What you change by hand is put back.
 Questions: admins@example.com
"""
SITE = """\
--- /etc/apache2/conf-available/site.conf (on disk)
+++ /etc/apache2/conf-available/site.conf (in the configuration)
@@ -2,4 +2,4 @@
 ServerSignature Off
 Timeout 60
-MaxRequestWorkers 400
+MaxRequestWorkers 150
 KeepAlive On
"""


def _path(name: str, state: str, diff: str | None = None, **found: str) -> Entry:
    expected = {"type": "file", "owner": "root", "group": "root", "mode": "0644"}
    detail = None if diff is None else {"kind": "diff", "text": diff}
    current = {"owner": "root", "group": "root", "mode": "0644", **found}
    return Entry("Path", name, state, True, expected, current, detail)


def _package(name: str, state: str, version: str, found: str | None = None) -> Entry:
    current = {} if found is None else {"version": found}
    return Entry("Package", name, state, found is not None, {"version": version}, current)


def _service(name: str, state: str, status: str = "off") -> Entry:
    return Entry("Service", name, state, True, {"status": "on"}, {"status": status})


_EXTRA_WEB = (
    Entry("Package", "nano", EXTRA, True, {}, {"version": "7.2-1"}),
    Entry("Service", "rpcbind", EXTRA, True, {}, {"status": "on"}),
    Entry("POSIXUser", "sam", EXTRA, True, {}, {"uid": "1004", "shell": "/bin/bash"}),
)
_EXTRA_DATABASE = (Entry("Package", "screen", EXTRA, True, {}, {"version": "4.9.0-4"}),)


def _web1(day: float) -> list[Entry | Failure]:
    """Somebody edits files on it, and Bcfg2 puts them back."""
    listed: list[Entry | Failure] = list(_EXTRA_WEB)
    if 3 <= day < 3.3 or 9 <= day < 9.2:
        listed.append(_path("/etc/motd", MODIFIED, MOTD))
    if day < 1.2:
        listed.append(_path("/etc/apache2/conf-available/site.conf", BAD, SITE, mode="0664"))
        listed.append(_service("apache2", MODIFIED))
    return listed


def _web2(day: float) -> list[Entry | Failure]:
    """A package cannot be installed, and later a file is missing in the repository."""
    listed: list[Entry | Failure] = list(_EXTRA_WEB[:2])
    if day < 5:
        listed.append(_package("apache2", BAD, "2.4.62-1", "2.4.57-2"))
        listed.append(_service("apache2", BAD))
    if day < 0.6:
        name = "/etc/apache2/conf-available/status.conf"
        listed.append(Failure("Path", name, "no matching generator"))
    if 8 <= day < 8.2:
        listed.append(_package("ntp", MODIFIED, "1:4.2.8p15", None))
    return listed


def _db1(day: float) -> list[Entry | Failure]:
    """All is well, as long as it reports."""
    listed: list[Entry | Failure] = list(_EXTRA_DATABASE)
    if 6 <= day < 6.2:
        listed.append(_path("/var/backups/orders", MODIFIED, owner="postgres", mode="0755"))
    return listed


@dataclass(frozen=True)
class Machine:
    """
    One of the clients.

    :ivar lists: returns what its run lists, by the days that have passed since
    :ivar silent_days: for how long it has not reported
    """

    name: str
    groups: tuple[str, ...]
    bundles: tuple[str, ...]
    lists: Any
    silent_days: float = 0


MACHINES = (
    Machine("web1.example.com", WEB, ("apache", "motd", "time"), _web1),
    Machine("web2.example.com", WEB, ("apache", "motd", "time"), _web2),
    Machine("db1.example.com", DATABASE, ("databases", "motd", "time"), _db1, 2.1),
)


def add_history(settings: Settings, now: float | None = None) -> int:
    """
    Put invented runs into the database of reports.

    :param now: seconds since 1970; by default the present
    :returns: how many they are
    :raises Bcfg2Error: if the database cannot be used
    """
    moment = round((time.time() if now is None else now) * MICROSECONDS)
    reports = sorted(invented_runs(moment), key=lambda report: report.run.time)
    database = open_reports(settings)
    try:
        ReportStore(database).add(reports)
    finally:
        database.close()
    return len(reports)


def invented_runs(now: int) -> Iterator[Report]:
    """
    Yield the runs.

    :param now: microseconds since 1970
    """
    chance = random.Random("bcfg2tw")  # not for secrets: to be the same each time
    for machine in MACHINES:
        for number in range(DAYS * 24 // INTERVAL_HOURS):
            before = number * INTERVAL_HOURS * HOUR + chance.randrange(HOUR // 4)
            day = before / (24 * HOUR)
            if day >= machine.silent_days:
                yield _report(machine, now - before, day, chance)


def _report(machine: Machine, moment: int, day: float, chance: random.Random) -> Report:
    items = unique(map(item_of, machine.lists(day)))
    report = Report(
        Run(
            machine.name, moment, revision=f"r{140 - round(day)}", server="localhost",
            total=len(machine.bundles) * 12 + 3, profile=machine.groups[-1],
            groups=machine.groups, bundles=machine.bundles,
            timings=_timings(moment / MICROSECONDS, chance),
        ),
        items,
    )  # fmt: skip
    bad = report.count(BAD)
    run = replace(
        report.run, bad=bad, modified=report.count(MODIFIED), extra=report.count(EXTRA),
        good=report.run.total - bad, state="dirty" if bad else "clean",
    )  # fmt: skip
    return replace(report, run=run)


def _timings(finished: float, chance: random.Random) -> Mapping[str, float]:
    """Return the times of a run's phases, as clients stamp them."""
    phases = (
        "start", "probe_upload", "config_download", "config_parse", "initialization", "inventory",
        "install", "finished",
    )  # fmt: skip
    seconds = [round(chance.uniform(0.1, 4.0), 3) for _ in phases]
    return {phase: round(finished - sum(seconds[place:]), 3) for place, phase in enumerate(phases)}
