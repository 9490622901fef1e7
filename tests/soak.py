"""
A soak: very many calls of all kinds, after which the server's memory is what it was.

    python3 -m tests.soak [CALLS] [FOLDER]

makes a site, serves it, makes CALLS calls (100,000), and compares the memory after them with that
after the first 1,000. It is run by hand, from the top of the checkout; tests of minutes are no
tests to wait for. What it found is in docs/performance.md.
"""

from __future__ import annotations

import http.client
import itertools
import random
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bcfg2tw.cli.init.command import make_site
from bcfg2tw.settings import Settings
from tests.network import basic, call_of
from tests.processes import ServerProcess

CALLS = 100_000
FIRST_CALLS = 1_000
CLIENTS = 50
THREADS = 4
#: What may be added to memory, of what there was after the first calls.
GROWTH = 0.02
#: Calls after which a thread begins a new connection, and the repository is changed.
CALLS_OF_CONNECTION = 20
CALLS_OF_CHANGE = 2_000
CALLS_OF_LARGE_REPORT = 500
LAST_MEASUREMENTS = 5

Call = Callable[[random.Random], bytes]


def report(number: int) -> str:
    """Return a client's report of some entries."""
    entries = "".join(
        f"<Package name='package-{index}' type='deb' version='1.{index}' state='good'/>"
        for index in range(number)
    )
    return (
        "<upload-statistics><Statistics version='2.0' state='clean' good='9' total='10'>"
        f"<Modified>{entries}</Modified></Statistics></upload-statistics>"
    )


def probe_data(chance: random.Random) -> str:
    """Return what probes printed: data that differ, and groups of a few."""
    lines = "\n".join(f"line {chance.randrange(10**9)}" for _ in range(chance.randrange(200)))
    groups = "".join(f"\ngroup:g{chance.randrange(20)}" for _ in range(3))
    return (
        "<probe-data><probe-data name='kernel' source='Probes'>"
        f"{lines}{groups}\n</probe-data></probe-data>"
    )


#: A call of each kind, the frequent ones several times; some of them are wrong.
KINDS: tuple[Call, ...] = (
    *[lambda _: call_of("GetConfig")] * 6,
    *[lambda _: call_of("GetProbes")] * 2,
    *[lambda chance: call_of("RecvProbeData", probe_data(chance))] * 2,
    *[lambda chance: call_of("RecvStats", report(chance.randrange(300)))] * 2,
    lambda chance: call_of("DeclareVersion", f"1.{chance.randrange(5)}.0"),
    lambda _: call_of("AssertProfile", "workstation"),
    lambda _: call_of("GetDecisionList", "whitelist"),
    lambda chance: call_of("ping", "x" * chance.randrange(100_000)),
    lambda _: call_of("system.listMethods"),
    lambda chance: call_of(f"NoSuchMethod{chance.randrange(10**9)}"),
    lambda chance: call_of("RecvStats", "<not well-formed" * chance.randrange(100)),
    lambda chance: chance.randbytes(chance.randrange(2_000)),
    lambda _: b"",
)

LARGE_REPORT = call_of("RecvStats", report(9_000))


class Soak:
    """The calls of some threads, numbered together."""

    def __init__(self, folder: Path, port: int) -> None:
        self.settings = Settings.from_file(str(folder / "bcfg2.conf"))
        self._bundle = folder / "repository/Bundler/motd.xml"
        self._texts = itertools.cycle(
            (self._bundle.read_text(), self._bundle.read_text().replace("<Bundle>", "<Bundle >"))
        )
        self._port = port
        self._context = ssl.create_default_context(cafile=self.settings.ca)
        self._numbers: Iterator[int] = iter(())
        self._lock = threading.Lock()
        self.statuses: Counter[int] = Counter()

    def make_calls(self, begin: int, end: int) -> None:
        """Make the calls of some numbers, and return when all are answered."""
        self._numbers = iter(range(begin, end))
        with ThreadPoolExecutor(THREADS) as threads:
            for ended in [threads.submit(self._make_some) for _ in range(THREADS)]:
                ended.result()

    def _make_some(self) -> None:
        while (number := self._next()) is not None:
            client = f"client{number % CLIENTS}.example.com"
            connection = http.client.HTTPSConnection(
                "localhost", self._port, context=self._context, timeout=60
            )
            for _ in range(CALLS_OF_CONNECTION):
                if not self._make(connection, client, number):
                    break
                following = self._next()
                if following is None:
                    break
                number = following
            connection.close()

    def _next(self) -> int | None:
        with self._lock:
            number = next(self._numbers, None)
            if number is not None and number % CALLS_OF_CHANGE == CALLS_OF_CHANGE // 4:
                self._bundle.write_text(next(self._texts))
            return number

    def _make(self, connection: http.client.HTTPSConnection, client: str, number: int) -> bool:
        """Make a call; say whether the connection can be used again."""
        chance = random.Random(number)
        is_large = number % CALLS_OF_LARGE_REPORT == 0
        body = LARGE_REPORT if is_large else KINDS[number % len(KINDS)](chance)
        # wrong ones are few, because their answers are late
        password = "wrong" if number % 5_000 == 4_999 else self.settings.password or ""
        headers = {"Authorization": basic(client, password)}
        connection.request("POST", "/RPC2", body, headers)
        answer = connection.getresponse()
        answer.read()
        self.statuses[answer.status] += 1
        return not answer.will_close


def declare_clients(site: Path) -> None:
    """Have all clients known, each from any address."""
    path = site / "repository/Metadata/clients.xml"
    clients = "".join(
        f'<Client name="client{number}.example.com" profile="workstation" floating="true"/>\n'
        for number in range(CLIENTS)
    )
    path.write_text(path.read_text().replace("</Clients>", f"{clients}</Clients>"))


def kept_bytes(server: ServerProcess) -> int:
    """
    Return how much memory a server keeps.

    It is asked to read everything again before, after which it gives back what is free.
    """
    server.hang_up()
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


def main(calls: int = CALLS, folder: str | None = None) -> int:
    """Run the soak; 1 if the server has grown."""
    with socket.create_server(("localhost", 0)) as unused:
        port = unused.getsockname()[1]
    site = make_site(Path(folder or tempfile.mkdtemp()) / "site", port=port)
    declare_clients(site)
    soak = Soak(site, port)
    with ServerProcess(site / "server.log", "--config", str(site / "bcfg2.conf")) as server:
        first, step = FIRST_CALLS, max(calls // 20, 1)
        began = time.monotonic()
        soak.make_calls(0, first)
        before = kept_bytes(server)
        print(f"{first:>8} calls: {before / 1e6:.1f} MB", flush=True)
        measured = []
        for begin in range(first, calls, step):
            soak.make_calls(begin, min(begin + step, calls))
            measured.append(after := kept_bytes(server))
            print(
                f"{min(begin + step, calls):>8} calls: {after / 1e6:.1f} MB, "
                f"{(after / before - 1) * 100:+.1f} %, {time.monotonic() - began:.0f} s",
                flush=True,
            )
        print("answers:", dict(soak.statuses), "tracebacks:", server.said().count("Traceback"))
    # a median, because a measurement is a megabyte more or less, as garbage was collected last
    median = statistics.median(measured[-LAST_MEASUREMENTS:])
    print(f"in the end: {(median / before - 1) * 100:+.1f} %")
    return int(median > before * (1 + GROWTH))


if __name__ == "__main__":
    number, folder = (*sys.argv[1:], None, None)[:2]
    sys.exit(main(CALLS if number is None else int(number), folder))
