"""
What a server takes: processor time and memory, beside the goals that the project has.

    python3 -m tests.capacity [--quick] [NAME …]

prints a table in Markdown; docs/performance.md and docs/capacity.rst have such tables. All
measurements take some ten minutes on a quiet machine, with --quick a few. What is compared is
measured in turn, in one session; the load is made on the same machine, so that calls a second are
the generator's, and processor time is the server's.
"""

from __future__ import annotations

import contextlib
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests import balancing
from tests.bare_site import bare_site
from tests.certificates import Authority
from tests.constant_site import constant_site
from tests.measuring import (
    CLIENTS,
    KEPT,
    PRIVATE,
    SERVER,
    TEXT,
    Clients,
    SiteToMeasure,
    ask,
    costs_of_runs,
    cpu_of,
    cpu_seconds,
    free_port,
    median_ratio,
    memory_bytes,
)
from tests.workers.servers import workers_of

MANY, FEW = 20_000, 50
FILES = 46_000
PROBED = (
    "<probe-data><probe-data name='p' source='Probes'>group:probed-{}</probe-data></probe-data>"
)
#: When what clients said has been written to its files: three seconds later, and what that takes.
FOLDED_SECONDS = 6.0
MEGABYTE = 1 << 20
#: A configuration where constants are answered.
ANSWER_BYTES = 120_000


@dataclass(frozen=True)
class Extent:
    """How much is measured: rounds, and runs or calls in each."""

    rounds: int
    runs: int


@dataclass(frozen=True)
class Row:
    """A row of the table."""

    what: str
    value: str
    goal: str = "–"

    def __str__(self) -> str:
        return f"| {self.what} | {self.value} | {self.goal} |"


#: A measurement: in a new folder.
Measurement = Callable[[Path, Extent], Iterable[Row]]


def ratio(values: Sequence[float], others: Sequence[float]) -> str:
    """Return how many times as large values are as those measured beside them, and both medians."""
    times = median_ratio(values, others)
    return f"{times:.2f} ({statistics.median(values):.1f}, {statistics.median(others):.1f} ms)"


def of_runs(folder: Path, extent: Extent) -> Iterator[Row]:
    """A run beside a bare site's, configurations kept and built anew."""
    authority = Authority(folder, "CA")
    servers: dict[str, tuple[int, Clients]] = {}
    with ExitStack() as running:
        for way, caching in KEPT.items():
            site = SiteToMeasure.make(folder / way, authority, CLIENTS, caching)
            process = running.enter_context(site.served())
            clients = site.clients(CLIENTS)
            servers[way] = process, clients
        size = len(clients.call(0, "GetConfig"))
        certificate, key = map(str, authority.issue(SERVER))
        port = free_port()
        bare = running.enter_context(bare_site(port, certificate, key, size))
        servers["bare"] = bare, Clients(port, authority, CLIENTS)
        costs = costs_of_runs(servers, extent.rounds, extent.runs)
    what = "CPU a run, configurations kept, to a bare site's"
    yield Row(what, ratio(costs["kept"], costs["bare"]), "1.6")
    yield Row("the same, each built anew", ratio(costs["anew"], costs["bare"]), "2.2")


def of_network(folder: Path, extent: Extent) -> Iterator[Row]:
    """The network side alone, over a core that answers constants, beside a bare site."""
    authority = Authority(folder, "CA")
    site = SiteToMeasure.make(folder / "site", authority, CLIENTS)
    certificate, key = map(str, authority.issue(SERVER))
    port = free_port()
    with (
        constant_site(site.folder / "bcfg2.conf", ANSWER_BYTES) as ours,
        bare_site(port, certificate, key, ANSWER_BYTES) as bare,
    ):
        servers = {
            "ours": (ours, site.clients(CLIENTS)),
            "bare": (bare, Clients(port, authority, 1)),
        }
        costs = costs_of_runs(servers, extent.rounds, extent.runs)
    yield Row("CPU a run, the network side alone to a bare site's", ratio(*costs.values()), "1.15")


def of_clients_at_once(folder: Path, extent: Extent) -> Iterator[Row]:
    """A run when 64 clients come at once, beside one that comes alone, and on one connection."""
    site = SiteToMeasure.make(folder, Authority(folder, "CA"), 64)
    many, one = site.clients(64, 64), site.clients(64, 1)
    costs: dict[str, list[float]] = {"many": [], "one": [], "kept": []}
    with site.served() as process:
        many.make_runs(128)
        for _ in range(extent.rounds):
            costs["many"].append(
                cpu_of(process, lambda: many.make_runs(2 * extent.runs), 2 * extent.runs)
            )
            costs["one"].append(cpu_of(process, lambda: one.make_runs(extent.runs), extent.runs))
            costs["kept"].append(
                cpu_of(process, lambda: runs_on_one_connection(one, extent.runs), extent.runs)
            )
    yield Row("CPU a run, 64 clients at once to one", ratio(costs["many"], costs["one"]), "1.15")
    yield Row(
        "CPU a run, a connection a call to kept ones", ratio(costs["one"], costs["kept"]), "2"
    )


def runs_on_one_connection(clients: Clients, number: int) -> None:
    """Make runs whose calls all come over one connection."""
    with contextlib.closing(clients.connection()) as connection:
        for each in range(number):
            clients.run_on(connection, each % 64)


def of_workers(folder: Path, extent: Extent) -> Iterator[Row]:
    """Two workers beside one process: processor time and memory."""
    authority = Authority(folder, "CA")
    names = {"one": (), "two": ("--workers", "2")}
    costs: dict[str, list[float]] = {name: [] for name in names}
    with ExitStack() as running:
        servers = {}
        for name, options in names.items():
            site = SiteToMeasure.make(folder / name, authority, 32, more_files=2000)
            servers[name] = (running.enter_context(site.served(*options)), site.clients(32, 8))
        for _, clients in servers.values():
            clients.make_runs(160)
        for _ in range(extent.rounds):
            for name, (process, clients) in servers.items():
                work = lambda c=clients: c.make_runs(extent.runs)  # noqa: E731
                costs[name].append(cpu_of(process, work, extent.runs))
        yield Row(
            "CPU a run, two workers to one process", ratio(costs["two"], costs["one"]), "1.05"
        )
        for name, (process, _) in servers.items():
            size = memory_bytes(process) / MEGABYTE
            yield Row(
                f"memory (PSS), {name} {'process' if name == 'one' else 'workers'}",
                f"{size:.0f} MB",
            )
        own = [memory_bytes(each, PRIVATE) for each in workers_of(servers["two"][0])]
        yield Row("private memory of a worker", f"{statistics.mean(own) / MEGABYTE:.0f} MB", "40")


def of_tls_at_balancer(folder: Path, extent: Extent) -> Iterator[Row]:
    """A run whose TLS HAProxy has ended, beside one with our own."""
    authority = Authority(folder, "CA")
    path, port = str(folder / "clients.sock"), free_port()
    own = SiteToMeasure.make(folder / "own", authority, 32)
    behind = SiteToMeasure.make(
        folder / "behind", authority, 32, "[server]", "proxy_tls_from = unix", "[bcfg2tw]",
        f"endpoints = unix:{path}:mode=660",
    )  # fmt: skip
    pair = folder / "server.pem"
    pair.write_text("".join(file.read_text() for file in authority.issue(SERVER)))
    text = balancing.tls_configuration(port, pair, authority.certificate, path)
    costs: dict[str, list[float]] = {"own": [], "behind": []}
    with ExitStack() as running:
        servers = {
            "own": (running.enter_context(own.served()), own.clients(32)),
            "behind": (running.enter_context(behind.served()), Clients(port, authority, 32)),
        }
        running.enter_context(balancing.running(text, port, folder))
        for _, clients in servers.values():
            clients.make_runs(64)
        for _ in range(extent.rounds):
            for name, (process, clients) in servers.items():
                work = lambda c=clients: c.make_runs(extent.runs)  # noqa: E731
                costs[name].append(cpu_of(process, work, extent.runs))
    yield Row(
        "CPU a run, TLS ended by HAProxy to our own",
        ratio(costs["behind"], costs["own"]),
        "0.6",
    )


def of_changes(folder: Path, extent: Extent) -> Iterator[Row]:
    """What clients say that is new, among many and among few; then clients that are new."""
    authority = Authority(folder, "CA")
    costs: dict[int, list[float]] = {MANY: [], FEW: []}
    with ExitStack() as running:
        servers = {}
        for number in costs:
            site = SiteToMeasure.make(folder / str(number), authority, number)
            servers[number] = (running.enter_context(site.served()), site.clients(FEW))
            say_news(servers[number][1], -1, FEW)
            time.sleep(FOLDED_SECONDS)
        for turn in range(extent.rounds):
            for number, (process, clients) in servers.items():
                work = lambda c=clients, t=turn: say_news(c, t, extent.runs)  # noqa: E731
                costs[number].append(cpu_of(process, work, extent.runs))
        yield Row(
            "DeclareVersion and RecvProbeData with news, 20,000 clients to 50",
            ratio(costs[MANY], costs[FEW]), "1.2",
        )  # fmt: skip
        process, clients = servers[MANY]
        register = lambda: register_clients(clients, extent.runs)  # noqa: E731
        cost = cpu_of(process, register, extent.runs)
        yield Row("a registration among 20,000 clients, its call included", f"{cost:.1f} ms", "5")


def say_news(clients: Clients, turn: int, number: int) -> None:
    """Have clients say what they have not said before."""
    for each in range(number):
        clients.call(each % FEW, "DeclareVersion", f"1.3.{turn}-{each}")
        clients.call(each % FEW, "RecvProbeData", PROBED.format(f"{turn}-{each}"))


def register_clients(clients: Clients, number: int) -> None:
    """Have clients come that are not known yet, and wait until they are written down."""
    for each in range(number):
        with contextlib.closing(clients.connection()) as connection:
            ask(connection, f"new{each}.example.com", "GetProbes")
    time.sleep(FOLDED_SECONDS)


def of_start(folder: Path, extent: Extent) -> Iterator[Row]:
    """The start, until a configuration is answered, with eight workers and with one."""
    authority = Authority(folder, "CA")
    site = SiteToMeasure.make(folder, authority, 500, more_files=8000)
    clients = site.clients(1)
    seconds: dict[str, list[float]] = {"8": [], "1": []}
    cpu: dict[str, list[float]] = {"8": [], "1": []}
    for _ in range(max(1, extent.rounds // 2)):
        for workers in seconds:
            began = time.monotonic()
            with site.served("--workers", workers) as process:
                clients.call(0, "GetConfig")
                seconds[workers].append((time.monotonic() - began) * 1000)
                cpu[workers].append(cpu_seconds(process) * 1000)
    yield Row(
        "start with 8 workers to 1, until the first answer",
        ratio(seconds["8"], seconds["1"]),
        "1.15",
    )
    yield Row("the same, CPU", ratio(cpu["8"], cpu["1"]), "1.3")


def of_reload(folder: Path, extent: Extent) -> Iterator[Row]:
    """One changed file among very many."""
    site = SiteToMeasure.make(folder, Authority(folder, "CA"), 500, more_files=FILES)
    changed = folder / "repository/Cfg/etc/bundle0/file1/file1"
    clients = site.clients(1)
    costs = []
    with site.served() as process:
        clients.call(0, "GetConfig")
        wait_until_idle(process)  # the start ends with a second look at all files
        for turn in range(extent.rounds):
            before = cpu_seconds(process)
            changed.write_text(f"{TEXT}changed {turn}\n")
            calls = wait_until_sent(clients, f"changed {turn}")
            costs.append((cpu_seconds(process) - before) * 1000)
            costs[-1] -= cpu_of(process, lambda: clients.call(0, "GetConfig"), 1) * calls
    yield Row(f"reload of one file among {FILES:,}", f"{statistics.median(costs):.0f} ms", "100")


def wait_until_idle(process: int) -> None:
    """Wait until a server has done nothing for two seconds."""
    before = -1.0
    while (now := cpu_seconds(process)) > before + 0.02:
        before = now
        time.sleep(2)


def wait_until_sent(clients: Clients, text: str) -> int:
    """Ask for a configuration until a text is in it; return how often that was."""
    for calls in range(1, 100):
        if text.encode() in clients.call(0, "GetConfig"):
            return calls
        time.sleep(0.2)
    raise AssertionError(f"{text} was never sent")


def of_sizes(folder: Path, extent: Extent) -> Iterator[Row]:
    """The same repository with more and more clients."""
    authority = Authority(folder, "CA")
    for number in (100, 1_000, 10_000, 20_000):
        site = SiteToMeasure.make(folder / str(number), authority, number)
        with site.served() as process:
            start = cpu_seconds(process)
            ready = memory_bytes(process) / MEGABYTE
            asking = min(number, 500)
            clients = site.clients(asking)
            clients.make_runs(asking)
            time.sleep(FOLDED_SECONDS)
            cost = cpu_of(process, lambda: clients.make_runs(extent.runs), extent.runs)  # noqa: B023
            used = memory_bytes(process) / MEGABYTE
        shutil.rmtree(folder / str(number))
        yield Row(
            f"{number:,} clients: CPU of the start, of a run; memory at first, after {asking} runs",
            f"{start:.1f} s, {cost:.1f} ms; {ready:.0f}, {used:.0f} MB",
        )


MEASUREMENTS: dict[str, Measurement] = {
    "runs": of_runs,
    "network": of_network,
    "at-once": of_clients_at_once,
    "workers": of_workers,
    "balancer": of_tls_at_balancer,
    "changes": of_changes,
    "start": of_start,
    "reload": of_reload,
    "sizes": of_sizes,
}


def main(names: Sequence[str], extent: Extent) -> None:
    """Make measurements, and print the table."""
    began = time.monotonic()
    print("| what | measured | goal |\n| --- | --- | --- |", flush=True)
    for name in names or MEASUREMENTS:
        with tempfile.TemporaryDirectory() as folder:
            for row in MEASUREMENTS[name](Path(folder), extent):
                print(row, flush=True)
    print(f"\n{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    is_quick = "--quick" in sys.argv
    chosen = [argument for argument in sys.argv[1:] if argument != "--quick"]
    main(chosen, Extent(2, 40) if is_quick else Extent(5, 100))
