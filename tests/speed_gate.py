"""
A gate for speed: what a client's run costs the server, against a bare Twisted site.

    python3 -m tests.speed_gate [ROUNDS]

serves one repository in two ways (configurations kept, and built anew for each call) and a site of
constant answers of the same size, all at once, and makes the same runs with each in turn. It
compares processor time a run, as a ratio to the bare site's, with the ratios that are stored here,
and fails where one is more than a tenth above its own.

Other work on the machine makes all three slower, so that the ratios stay about as they are. Each
round compares runs that follow each other within seconds, the median of the rounds counts, and
what looks slower is measured again, up to three times: only what is slower each time fails.
Whoever makes the server faster writes the new ratios down.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bare_site import bare_site
from tests.certificates import Authority
from tests.measuring import SERVER, Clients, SiteToMeasure, cpu_seconds, free_port

#: Processor time of a run as a ratio to the bare site's, for each way of serving.
RATIOS = {"kept": 1.6, "anew": 2.3}
TOLERANCE = 0.1
ATTEMPTS = 3

ROUNDS = 7
RUNS = 40
WARM_UP_RUNS = 48
CLIENTS = 12

#: What is kept of configurations, for each way of serving.
KEPT = {"kept": "64m", "anew": "0"}

BARE = "bare"

#: A server's process, and clients of it.
Served = tuple[int, Clients]


@contextmanager
def all_served(folder: Path) -> Iterator[Mapping[str, Served]]:
    """Serve in each way, and the bare site, until the block ends."""
    authority = Authority(folder, "Gate CA")
    servers: dict[str, Served] = {}
    size = 0
    with ExitStack() as running:
        for way, kept in KEPT.items():
            site = SiteToMeasure.make(
                folder / way, authority, CLIENTS, f"[caching]\nconfigurations = {kept}"
            )
            process = running.enter_context(site.served())
            clients = servers[way] = (process, site.clients(CLIENTS))
            size = len(clients[1].call(0, "GetConfig"))
        certificate, key = map(str, authority.issue(SERVER))
        port = free_port()
        bare = running.enter_context(bare_site(port, certificate, key, size))
        servers[BARE] = (bare, Clients(port, authority, CLIENTS))
        yield servers


def cpu_of_run(server: Served) -> float:
    """Return the processor time, in milliseconds, that a run takes of a server's."""
    process, clients = server
    before = cpu_seconds(process)
    clients.make_runs(RUNS)
    return (cpu_seconds(process) - before) / RUNS * 1000


def measured_ratios(servers: Mapping[str, Served], rounds: int) -> dict[str, float]:
    """Make runs with all in turn, and return the median ratio to the bare site of each way."""
    ratios: dict[str, list[float]] = {way: [] for way in RATIOS}
    for _ in range(rounds):
        costs = {name: cpu_of_run(server) for name, server in servers.items()}
        print(", ".join(f"{name} {cost:.2f} ms a run" for name, cost in costs.items()))
        for way, values in ratios.items():
            values.append(costs[way] / costs[BARE])
    return {way: statistics.median(values) for way, values in ratios.items()}


def slower_ways(ratios: Mapping[str, float]) -> list[str]:
    """Say how each way has done, and return those that have become slower."""
    slower = [way for way, ratio in ratios.items() if ratio > RATIOS[way] * (1 + TOLERANCE)]
    for way, ratio in ratios.items():
        verdict = "slower" if way in slower else "good"
        print(f"{way}: {ratio:.2f} times the bare site, stored {RATIOS[way]:.2f}: {verdict}")
    return slower


def main(rounds: int = ROUNDS) -> int:
    """Measure, and return 1 if a run has become more expensive."""
    began = time.monotonic()
    slower = set(RATIOS)
    with tempfile.TemporaryDirectory() as folder, all_served(Path(folder)) as servers:
        for _, clients in servers.values():
            clients.make_runs(WARM_UP_RUNS)
        for _ in range(ATTEMPTS):
            slower &= set(slower_ways(measured_ratios(servers, rounds)))
            if not slower:
                break
    print(f"{time.monotonic() - began:.0f} s")
    return int(bool(slower))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
