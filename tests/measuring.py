"""What measurements have in common: a site that is made up, its clients, and a server's costs."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.builders import bundle_of, write_files
from tests.certificates import Authority
from tests.network import basic, call_of
from tests.processes import ROOT, ServerProcess
from tests.workers.servers import children_of

PASSWORD = "measured"
SERVER = "localhost"
TICKS = os.sysconf("SC_CLK_TCK")

BUNDLES, PATHS = 10, 15
TEMPLATE = (
    "# ${metadata.hostname}\n{% for group in sorted(metadata.groups) %}group ${group}\n{% end %}\n"
)
PROBE_DATA = (
    "<probe-data><probe-data name='p' source='Probes'>group:probed</probe-data></probe-data>"
)
REPORT = (
    "<upload-statistics>"
    "<Statistics version='2.0' state='clean' good='9' total='9'/></upload-statistics>"
)
TEXT = "line of text\n" * 60

#: What bcfg2.conf says of configurations that are kept, for each way of serving.
KEPT = {
    "kept": "[caching]\nconfigurations = 64m",
    "anew": "[caching]\nconfigurations = 0",
}

CLIENTS, WARM_UP_RUNS = 12, 48

#: The calls of a run.
RUN = (
    ("DeclareVersion", "1.4.0"),
    ("GetProbes",),
    ("RecvProbeData", PROBE_DATA),
    ("GetConfig",),
    ("RecvStats", REPORT),
)

PRIVATE = re.compile(r"^Private_(?:Clean|Dirty): +(\d+) kB", re.MULTILINE)
PSS = re.compile(r"^Pss: +(\d+) kB", re.MULTILINE)


def client_name(number: int) -> str:
    """Return the name of a client."""
    return f"client{number:05}.example.com"


def site_files(clients: int, more_files: int = 0) -> Iterator[tuple[str, str]]:
    """
    Yield the files of a repository, of which each client has all paths that are in a bundle.

    :param more_files: below Cfg that nobody has
    """
    names = [f"bundle{number}" for number in range(BUNDLES)]
    bundles = "".join(f"<Bundle name='{name}'/>" for name in names)
    yield (
        "Metadata/groups.xml",
        f"<Groups><Group name='all' profile='true' public='true' default='true'>{bundles}"
        "</Group></Groups>",
    )
    elements = (f"<Client name='{client_name(each)}' profile='all'/>" for each in range(clients))
    yield "Metadata/clients.xml", f"<Clients>{''.join(elements)}</Clients>"
    yield "Probes/p", "#!/bin/sh\necho group:probed\n"
    for name in names:
        paths = [f"/etc/{name}/file{number}" for number in range(PATHS)]
        yield f"Bundler/{name}.xml", bundle_of(*paths)
        for number, path in enumerate(paths):
            place = f"Cfg{path}/file{number}"
            yield ((f"{place}.genshi", TEMPLATE) if number % 5 == 0 else (place, TEXT))
    for number in range(more_files):
        yield f"Cfg/srv/{number % 100}/file{number}/file{number}", TEXT


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server((SERVER, 0)) as unused:
        return int(unused.getsockname()[1])


@dataclass(frozen=True)
class SiteToMeasure:
    """
    A repository and a bcfg2.conf.

    :ivar folder: holds them, and what a server writes
    :ivar port: that it is served at
    """

    folder: Path
    port: int
    authority: Authority

    @classmethod
    def make(
        cls, folder: Path, authority: Authority, clients: int, *lines: str, more_files: int = 0
    ) -> SiteToMeasure:
        """
        Write one.

        :param lines: further ones of bcfg2.conf
        """
        site = cls(folder, free_port(), authority)
        write_files(str(folder / "repository"), dict(site_files(clients, more_files)))
        certificate, key = authority.issue(SERVER)
        conf = (
            f"[server]\nrepository = {folder}/repository\n"
            f"plugins = Bundler,Cfg,Metadata,Probes\n[communication]\npassword = {PASSWORD}\n"
            f"certificate = {certificate}\nkey = {key}\n"
            f"[components]\nbcfg2 = https://{SERVER}:{site.port}\n"
        )
        (folder / "bcfg2.conf").write_text(conf + "".join(f"{line}\n" for line in lines))
        return site

    @contextmanager
    def served(self, *options: str, checkout: Path = ROOT) -> Iterator[int]:
        """
        Serve the site until the block ends; return the number of the process.

        :param checkout: whose code serves it
        """
        conf = str(self.folder / "bcfg2.conf")
        log = self.folder / "log"
        with ServerProcess(log, "--config", conf, *options, checkout=checkout) as server:
            yield server.process.pid

    def clients(self, number: int, at_once: int = 4) -> Clients:
        """Return clients of the site."""
        return Clients(self.port, self.authority, number, at_once)


class Clients:
    """
    Clients that make whole runs against a port, each call on a connection of its own.

    :param number: of different clients, which take turns
    :param at_once: how many of them call
    """

    def __init__(self, port: int, authority: Authority, number: int, at_once: int = 4) -> None:
        self._port = port
        self._context = ssl.create_default_context(cafile=str(authority.certificate))
        self._number = number
        self._at_once = at_once

    def make_runs(self, number: int) -> None:
        """Make runs of all clients in turn, some at a time."""
        with ThreadPoolExecutor(self._at_once) as threads:
            for run in [threads.submit(self.run, each % self._number) for each in range(number)]:
                run.result()

    def run(self, number: int) -> None:
        """Make a client's run."""
        for call in RUN:
            self.call(number, *call)

    def run_on(self, connection: http.client.HTTPSConnection, number: int) -> None:
        """Make a client's run over a connection that is kept."""
        for call in RUN:
            ask(connection, client_name(number), *call)

    def call(self, number: int, name: str, *parameters: str) -> bytes:
        """
        Make a call.

        :raises AssertionError: if it is not answered as it should be
        """
        connection = self.connection()
        try:
            return ask(connection, client_name(number), name, *parameters)
        finally:
            connection.close()

    def connection(self) -> http.client.HTTPSConnection:
        """Return a connection to the server; it is opened with the first call."""
        return http.client.HTTPSConnection(SERVER, self._port, context=self._context, timeout=60)


def ask(connection: http.client.HTTPSConnection, client: str, name: str, *parameters: str) -> bytes:
    """
    Make a call of a client.

    :raises AssertionError: if it is not answered as it should be
    """
    headers = {"Authorization": basic(client, PASSWORD)}
    connection.request("POST", "/RPC2", call_of(name, *parameters), headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (name, answer.status)
    assert b"<fault>" not in body, (name, body)
    return body


def processes_of(process: int) -> list[int]:
    """Return a process and all that come from it."""
    return [process, *(each for child in children_of(process) for each in processes_of(child))]


def cpu_seconds(process: int) -> float:
    """Return the processor time of a process and all that come from it, ended ones included."""
    return sum(map(_own_cpu_seconds, processes_of(process)))


def _own_cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def cpu_of(process: int, work: Callable[[], object], number: int) -> float:
    """Return the processor time, in milliseconds, that a server takes for each of some works."""
    before = cpu_seconds(process)
    work()
    return (cpu_seconds(process) - before) * 1000 / number


def costs_of_runs(
    servers: Mapping[str, tuple[int, Clients]], rounds: int, runs: int
) -> dict[str, list[float]]:
    """
    Return what a run takes of each server, in milliseconds of CPU, in each of some rounds.

    All are warmed up before. In a round they follow each other within seconds, so that what else
    the machine does slows all of them.

    :param servers: processes, with clients of theirs
    """
    for _, clients in servers.values():
        clients.make_runs(WARM_UP_RUNS)
    costs: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(rounds):
        for name, (process, clients) in servers.items():
            costs[name].append(cpu_of(process, partial(clients.make_runs, runs), runs))
    return costs


def median_ratio(values: Sequence[float], others: Sequence[float]) -> float:
    """Return how many times as large values are as those measured beside them."""
    return statistics.median(a / b for a, b in zip(values, others, strict=True))


def memory_bytes(process: int, kind: re.Pattern[str] = PSS) -> int:
    """
    Return the memory of a process and all that come from it.

    :param kind: `PSS` counts what several have once; `PRIVATE` counts what each has for itself
    """
    texts = (Path(f"/proc/{each}/smaps_rollup").read_text() for each in processes_of(process))
    return 1024 * sum(int(size) for text in texts for size in kind.findall(text))
