"""
A gate for speed: what a client's run costs the server, against a bare Twisted site.

    python3 -m tests.speed_gate [ROUNDS]

serves one repository in two ways (configurations kept, and built anew for each call) and a site of
constant answers of the same size, in turn, in one session, and makes the same runs with each. It
compares processor time a run, as a ratio to the bare site's, with the ratios that are stored here,
and fails where one is more than a tenth above its own. Other work on the machine makes all of them
slower, so the ratios stay about as they are; with very much of it they scatter by a tenth, and more
rounds are needed. Whoever makes the server faster writes the new ratios down.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.builders import bundle_of, write_files
from tests.certificates import Authority
from tests.network import basic, call_of
from tests.processes import ServerProcess, environment

#: Processor time of a run as a ratio to the bare site's, for each way of serving.
RATIOS = {"kept": 1.6, "anew": 2.35}
TOLERANCE = 0.1

ROUNDS = 5
RUNS = 60
WARM_UP_RUNS = 24
CLIENTS = 12
AT_ONCE = 4
PASSWORD = "gate"
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


def client_name(number: int) -> str:
    """Return the name of a client."""
    return f"client{number}.example.com"


def site_files() -> Iterator[tuple[str, str]]:
    """Yield the files of a repository, of which each client has all paths."""
    names = [f"bundle{number}" for number in range(BUNDLES)]
    bundles = "".join(f"<Bundle name='{name}'/>" for name in names)
    yield (
        "Metadata/groups.xml",
        f"<Groups><Group name='all' profile='true' public='true'>{bundles}</Group></Groups>",
    )
    clients = (f"<Client name='{client_name(each)}' profile='all'/>" for each in range(CLIENTS))
    yield "Metadata/clients.xml", f"<Clients>{''.join(clients)}</Clients>"
    yield "Probes/p", "#!/bin/sh\necho group:probed\n"
    for name in names:
        paths = [f"/etc/{name}/file{number}" for number in range(PATHS)]
        yield f"Bundler/{name}.xml", bundle_of(*paths)
        for number, path in enumerate(paths):
            place = f"Cfg{path}/file{number}"
            yield ((f"{place}.genshi", TEMPLATE) if number % 5 == 0 else (place, TEXT))


def configuration(folder: Path, port: int, authority: Authority, kept: str) -> Path:
    """Write a repository and a bcfg2.conf."""
    write_files(str(folder / "repository"), dict(site_files()))
    certificate, key = authority.issue(SERVER)
    path = folder / "bcfg2.conf"
    path.write_text(
        f"[server]\nrepository = {folder}/repository\nplugins = Bundler,Cfg,Metadata,Probes\n"
        f"[communication]\npassword = {PASSWORD}\ncertificate = {certificate}\nkey = {key}\n"
        f"[components]\nbcfg2 = https://{SERVER}:{port}\n[caching]\nconfigurations = {kept}\n"
    )
    return path


class Clients:
    """Clients that make whole runs against a port, each call on a connection of its own."""

    def __init__(self, port: int, authority: Authority) -> None:
        self._port = port
        self._context = ssl.create_default_context(cafile=str(authority.certificate))

    def make_runs(self, number: int) -> None:
        """Make runs of all clients in turn, some at a time."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for run in [threads.submit(self._run, each % CLIENTS) for each in range(number)]:
                run.result()

    def _run(self, number: int) -> None:
        self.call(number, "DeclareVersion", "1.4.0")
        self.call(number, "GetProbes")
        self.call(number, "RecvProbeData", PROBE_DATA)
        self.call(number, "GetConfig")
        self.call(number, "RecvStats", REPORT)

    def call(self, number: int, name: str, *parameters: str) -> bytes:
        """
        Make a call.

        :raises AssertionError: if it is not answered as it should be
        """
        connection = http.client.HTTPSConnection(
            SERVER, self._port, context=self._context, timeout=60
        )
        headers = {"Authorization": basic(client_name(number), PASSWORD)}
        connection.request("POST", "/RPC2", call_of(name, *parameters), headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status == 200, (name, answer.status)
        assert b"<fault>" not in body, (name, body)
        return body


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_of_run(pid: int, clients: Clients) -> float:
    """Return the processor time, in milliseconds, that a run takes of a server's."""
    clients.make_runs(WARM_UP_RUNS)
    before = cpu_seconds(pid)
    clients.make_runs(RUNS)
    return (cpu_seconds(pid) - before) / RUNS * 1000


def serve_bare(port: int, certificate: str, key: str, size: int) -> None:
    """Answer every request with as much as a configuration is, until the process is ended."""
    from twisted.internet import reactor
    from twisted.internet import ssl as twisted_ssl
    from twisted.web.resource import Resource
    from twisted.web.server import Site

    large, small = b"x" * size, b"x" * 200

    class Constant(Resource):
        isLeaf = True

        def render_POST(self, request: Any) -> bytes:
            return large if b"GetConfig" in request.content.read() else small

    context = twisted_ssl.DefaultOpenSSLContextFactory(key, certificate)
    tcp: Any = reactor
    tcp.listenSSL(port, Site(Constant()), context, interface="127.0.0.1", backlog=1024)
    print("Serving", flush=True)
    tcp.run()


@contextmanager
def bare_site(port: int, authority: Authority, size: int) -> Iterator[int]:
    """Run a bare site in a process of its own, and return its number."""
    certificate, key = authority.issue(SERVER)
    command = [sys.executable, "-m", "tests.speed_gate", "bare", str(port), str(certificate)]
    process = subprocess.Popen(
        [*command, str(key), str(size)], env=environment(), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server((SERVER, 0)) as unused:
        return int(unused.getsockname()[1])


def measured_ratios(folder: Path) -> dict[str, float]:
    """Serve in each way in turn, and return the ratios of this round to the bare site."""
    authority = Authority(folder, "Gate CA")
    costs, size = {}, 0
    for way, kept in (("anew", "0"), ("kept", "64m")):
        port = free_port()
        conf = configuration(folder / way, port, authority, kept)
        clients = Clients(port, authority)
        with ServerProcess(folder / f"{way}.log", "--config", str(conf)) as server:
            size = len(clients.call(0, "GetConfig"))
            costs[way] = cpu_of_run(server.process.pid, clients)
    port = free_port()
    with bare_site(port, authority, size) as pid:
        bare = cpu_of_run(pid, Clients(port, authority))
    print(f"bare {bare:.2f} ms a run,", ", ".join(f"{w} {c:.2f} ms" for w, c in costs.items()))
    return {way: cost / bare for way, cost in costs.items()}


def main(rounds: int = ROUNDS) -> int:
    """Measure, and return 1 if a run has become more expensive."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        measured = [measured_ratios(_new_folder(folder, number)) for number in range(rounds)]
    is_slower = False
    for way, stored in RATIOS.items():
        ratio = statistics.median(each[way] for each in measured)
        verdict = "slower" if ratio > stored * (1 + TOLERANCE) else "good"
        is_slower = is_slower or verdict == "slower"
        print(f"{way}: {ratio:.2f} times the bare site, stored {stored:.2f}: {verdict}")
    print(f"{time.monotonic() - began:.0f} s")
    return int(is_slower)


def _new_folder(folder: str, number: int) -> Path:
    path = Path(folder) / str(number)
    path.mkdir()
    return path


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        _, _, port_text, certificate_path, key_path, size_text = sys.argv
        serve_bare(int(port_text), certificate_path, key_path, int(size_text))
    else:
        sys.exit(main(*map(int, sys.argv[1:])))
