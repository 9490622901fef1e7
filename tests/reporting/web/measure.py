"""
A program that measures pages: `python -m tests.reporting.web.measure [HOSTS [DAYS [URL]]]`.

A fleet that is made up is put into a new database, and each page is asked for some times. Times are
those of the query and the template together, without HTTP: wall and CPU, in milliseconds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from bcfg2tw.engine.store.sql.location import location_of
from bcfg2tw.reporting.database import ReportDatabase
from bcfg2tw.reporting.lines import microseconds_of
from bcfg2tw.reporting.web.memory import Memory
from bcfg2tw.reporting.web.rendering import compile_templates, render
from bcfg2tw.settings import Settings
from tests.reporting.web.asking import Asker
from tests.reporting.web.fleet import fill, host_name

MIDNIGHT = microseconds_of("2026-11-20T00:00:00Z")
NOW = microseconds_of("2026-11-20T08:00:00Z")
TIMES = 9

HOST = host_name(0)
PAGES = (
    "/", "/radiator", "/clients", "/clients?sort=-bad&group=web", f"/clients/{HOST}",
    f"/clients/{HOST}/runs", "/problems", "/problems?group=web", "/entries", "/entries?state=extra",
    "/entries/Path//etc/motd", f"/compare?a={HOST}&b={host_name(1)}", "/changes", "/runs",
    "/timing", "/search?q=web1", "/?at=2026-11-15T12:00", "/clients?at=2026-11-15T12:00",
    "/problems?at=2026-11-15T12:00",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """Milliseconds of a page: the first time, and the least of the others; and its bytes."""

    first: float
    wall: float
    cpu: float
    size: int


def measure(asker: Asker, memory: Memory, address: str) -> Measured:
    """Ask for a page some times."""
    walls, cpus, size = list[float](), list[float](), 0
    for _ in range(TIMES):
        wall, cpu = time.perf_counter(), time.process_time()
        size = len(_page(asker, memory, address).encode("utf-8"))
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return Measured(walls[0], min(walls[1:]), min(cpus[1:]), size)


def prepare(asker: Asker, memory: Memory) -> float:
    """Do what a server does after its start; returns the milliseconds."""
    start = time.perf_counter()
    compile_templates()
    _page(asker, memory, "/")
    return (time.perf_counter() - start) * 1000


def _page(asker: Asker, memory: Memory, address: str) -> str:
    matched, request = asker.request(address)
    with asker.database.reading() as connection:
        question = replace(request, memory=memory).on(connection)
        return render(matched.page, question, matched.page.query(question))


def main(hosts: int, days: int, url: str | None) -> None:
    """Fill a database, unless it is there, and print a line for each page."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reports.sqlite"
        database = ReportDatabase(location_of(Settings(db_url=url or f"sqlite:///{path}"), {}))
        if not database.has_tables():
            start = time.perf_counter()
            fill(database, hosts, days, MIDNIGHT)
            print(f"{hosts} hosts, {days} days, stored in {time.perf_counter() - start:.1f} s")
        asker, memory = Asker(database, NOW), Memory()
        print(f"prepared in {prepare(asker, memory):.1f} ms")
        print(f"{'page':40} {'first':>8} {'wall':>8} {'CPU':>8} {'KB':>7}")
        for address in PAGES:
            row = measure(asker, memory, address)
            times = f"{row.first:8.1f} {row.wall:8.1f} {row.cpu:8.1f}"
            print(f"{address:40} {times} {row.size / 1000:7.1f}")
        database.close()


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *("1000", "30", "")[len(sys.argv) - 1 :]]
    main(int(arguments[0]), int(arguments[1]), arguments[2] or None)
