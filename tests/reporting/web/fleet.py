"""
A fleet that is made up: hosts with runs of many days, the same ones each time.

Two thirds of the hosts are clean on a day; some are dirty for a while with entries that they share
with others, some have a failure, were changed, or fell silent.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence

from bcfg2tw.reporting.database import ReportDatabase
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

MICROSECONDS = 1_000_000
DAY = 86_400 * MICROSECONDS
#: Reports that are stored together.
BATCH = 500

ROLES = ("web", "db", "mail", "cache", "build", "desk", "proxy", "vault")
SITES = ("harbour", "hill", "island")
PACKAGES = (
    "openssl", "rsync", "nginx", "postgresql-16", "postfix", "linux-image-amd64", "sudo", "curl",
    "python3", "openssh-server", "ca-certificates", "tzdata", "systemd", "bind9-dnsutils", "vim",
)  # fmt: skip
FILES = (
    "/etc/motd", "/etc/ssh/sshd_config", "/etc/ntpsec/ntp.conf", "/etc/resolv.conf",
    "/etc/nginx/nginx.conf", "/etc/postfix/main.cf", "/etc/sudoers", "/etc/hosts",
    "/etc/systemd/journald.conf", "/etc/apt/sources.list.d/site.list",
)  # fmt: skip
SERVICES = ("ssh", "ntpsec", "nginx", "postfix", "postgresql", "chrony", "rsyslog")


def host_name(number: int) -> str:
    """Return the name of a host."""
    role, site = ROLES[number % len(ROLES)], SITES[number // 7 % len(SITES)]
    return f"{role}{number // len(ROLES) + 1:02}.{site}.example"


def _entry(chance: random.Random, state: str) -> Entry:
    kind = chance.choice((_package, _package, _file, _file, _service, _user))
    return kind(chance, state)


def _package(chance: random.Random, state: str) -> Entry:
    name = chance.choice(PACKAGES)
    version = f"{len(name)}.{chance.randrange(1, 4)}-1"
    actual = {} if chance.random() < 0.2 else {"version": f"{len(name)}.0-1"}
    return Entry("Package", name, state, bool(actual), {"version": version}, actual)


def _file(chance: random.Random, state: str) -> Entry:
    name = chance.choice(FILES)
    lines = [f"# {name}: managed", "option one", "option two", "limit 10", "include local", ""]
    changed = chance.randrange(1, 5)
    hunk = [f" {line}" for line in lines[:changed]]
    hunk += [f"-{lines[changed]} # by hand", f"+{lines[changed]}"]
    text = "\n".join(
        [f"--- {name} (on disk)", f"+++ {name} (from bcfg2)", "@@ -1,5 +1,5 @@", *hunk, ""]
    )
    return Entry(
        "Path", name, state, True,
        {"type": "file", "owner": "root", "group": "root", "mode": "0644"},
        {"owner": "0", "group": "0", "mode": chance.choice(("0644", "0644", "0600"))},
        {"kind": "diff", "text": text},
    )  # fmt: skip


def _service(chance: random.Random, state: str) -> Entry:
    return Entry(
        "Service", chance.choice(SERVICES), state, True, {"status": "on"}, {"status": "off"}
    )


def _user(chance: random.Random, state: str) -> Entry:
    return Entry(
        "POSIXUser", f"user{chance.randrange(9)}", state, True,
        {"shell": "/bin/bash", "group": "users"}, {"shell": "/bin/zsh", "group": "users"},
    )  # fmt: skip


class Host:
    """A host whose entries go bad and are mended."""

    def __init__(self, number: int, extras: int) -> None:
        self.name = host_name(number)
        self.chance = random.Random(number)
        self.minute = self.chance.randrange(60)
        role = self.name.rstrip("0123456789.").split(".")[0].rstrip("0123456789")
        self.groups = tuple(sorted({"base", role, self.name.split(".")[1], f"tier-{number % 4}"}))
        self.profile = role
        self.bundles = tuple(sorted({"common", "ssh", "time", role, "monitoring"}))
        self.bad: list[Entry] = []
        self.failure = self.chance.random() < 0.02
        self.silent_from = self.chance.random() < 0.02 and self.chance.randrange(2, 20)
        self.extra = [
            Entry(
                "Package", f"{self.chance.choice('abc')}lib{n}", EXTRA, True, {}, {"version": "1"}
            )
            for n in range(extras)
        ]
        self.seconds = 6 + self.chance.random() * 30

    def report(self, midnight: int, revision: str) -> Report:
        """Return the report of a day."""
        chance = self.chance
        modified: list[Entry] = []
        if self.bad and chance.random() < 0.2:
            modified = [Entry(**{**vars(entry), "state": MODIFIED}) for entry in self.bad]
            self.bad = []
        elif not self.bad and chance.random() < 0.045:
            self.bad = [_entry(chance, BAD) for _ in range(chance.randrange(1, 8))]
        elif chance.random() < 0.06:
            modified = [_entry(chance, MODIFIED)]
        failures = [Failure("Path", "/etc/ssl/site.pem", "no matching generator")]
        items = [*self.bad, *modified, *self.extra, *(failures if self.failure else ())]
        time = midnight + (3 * 3600 + self.minute * 60 + chance.randrange(60)) * MICROSECONDS
        return self._report(unique(map(item_of, items)), time, revision)

    def _report(self, items: Sequence[object], time: int, revision: str) -> Report:
        report = Report(Run(self.name, time), items)  # type: ignore[arg-type]
        bad, modified, extra = map(report.count, (BAD, MODIFIED, EXTRA))
        run = Run(
            self.name, time, "dirty" if bad else "clean", revision,
            f"bcfg2-{self.minute % 2 + 1}.example", 200, 200 - bad, bad, modified, extra,
            profile=self.profile, groups=self.groups, bundles=self.bundles,
            timings=self._timings(time / MICROSECONDS),
        )  # fmt: skip
        return Report(run, report.items)

    def _timings(self, end: float) -> dict[str, float]:
        start = end - self.seconds * (0.8 + self.chance.random() / 2)
        steps = (
            "start", "probe_download", "probe_upload", "config_download", "config_parse",
            "initialization", "inventory", "install", "finished",
        )  # fmt: skip
        marks = sorted(self.chance.uniform(start, end) for _ in steps[1:-1])
        return dict(zip(steps, [start, *marks, end], strict=True))


def reports(hosts: int, days: int, end: int, extras: int = 3) -> Iterator[Report]:
    """
    Yield the reports of a fleet, the oldest day first.

    :param end: the last midnight, in microseconds since 1970
    """
    fleet = [Host(number, extras) for number in range(hosts)]
    for day in range(days):
        revision = hashlib.sha1(f"{day * 5 // 7}".encode(), usedforsecurity=False).hexdigest()
        for host in fleet:
            if not (host.silent_from and days - day <= host.silent_from):
                yield host.report(end - (days - 1 - day) * DAY, revision)


def fill(database: ReportDatabase, hosts: int, days: int, end: int, extras: int = 3) -> None:
    """Store the reports of a fleet."""
    store, batch = ReportStore(database), list[Report]()
    for report in reports(hosts, days, end, extras):
        batch.append(report)
        if len(batch) == BATCH:
            store.add(batch)
            batch = []
    store.add(batch)
