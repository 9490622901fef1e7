"""
A program that measures a server under uploads: `python -m tests.reporting.load [SECONDS [URL]]`.

Documents of 200 entries come at a steady rate, and other calls beside them from a process of their
own, which waits for nobody but the server; first to a server without Reporting, then to one with
it; the last one also gets a document of 10 MB. CPU is the server's own, from the call to the
commit; without a URL the database is SQLite.
"""

from __future__ import annotations

import http.client
import random
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path

from tests.certificates import Authority
from tests.measuring import cpu_seconds, free_port
from tests.network import basic, call_of
from tests.reporting.measure import HOSTS, document
from tests.reporting.uploads import (
    PASSWORD,
    SQLITE,
    Node,
    reports_of,
    stored_revisions,
)
from tests.waiting import wait_until

#: Documents a second, connections that they come over, and seconds between two other calls.
RATE, CONNECTIONS, PAUSE_SECONDS = 150, 8, 0.02
#: Different documents, and entries of the large one.
DOCUMENTS, LARGE = 500, 60_000


@dataclass
class Calls:
    """
    Calls to a server, each kind over connections of its own.

    :ivar seconds: how long each of the other calls took
    """

    port: int
    certificate: str
    seconds: list[float] = field(default_factory=list)
    _local: threading.local = field(default_factory=threading.local)

    def call(self, host: str, name: str, argument: str) -> None:
        """Make a call."""
        connection: http.client.HTTPSConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            context = ssl.create_default_context(cafile=self.certificate)
            connection = self._local.connection = http.client.HTTPSConnection(
                "localhost", self.port, context=context, timeout=120
            )
        body = call_of(name, argument)
        connection.request("POST", "/RPC2", body, {"Authorization": basic(host, PASSWORD)})
        answer = connection.getresponse().read()
        assert b"<boolean>1</boolean>" in answer, answer

    @contextmanager
    def others(self) -> Iterator[None]:
        """Make other calls meanwhile."""
        processes = get_context("spawn")
        is_ended, seconds = processes.Event(), processes.SimpleQueue()
        process = processes.Process(
            target=make_others, args=(self.port, self.certificate, is_ended, seconds)
        )
        process.start()
        assert seconds.get() == [], "the first message says that calls begin"
        yield
        is_ended.set()
        self.seconds = seconds.get()
        process.join()

    def upload(self, texts: list[str], seconds: float) -> float:
        """Upload documents at a steady rate; returns how many came a second."""
        begin = time.perf_counter()
        number = int(RATE * seconds)

        def upload(each: int) -> None:
            time.sleep(max(0.0, begin + each / RATE - time.perf_counter()))
            self.call(f"host{each % HOSTS}.example", "RecvStats", texts[each % len(texts)])

        with ThreadPoolExecutor(CONNECTIONS) as threads:
            for run in [threads.submit(upload, each) for each in range(number)]:
                run.result()
        return number / (time.perf_counter() - begin)


def make_others(
    port: int, certificate: str, is_ended: Event, seconds: SimpleQueue[list[float]]
) -> None:
    """Call until it is ended, in a process of its own, and say how long each call took."""
    calls = Calls(port, certificate)
    calls.call("other.example", "DeclareVersion", "1.3.4")  # which opens the connection
    seconds.put([])
    while not is_ended.wait(PAUSE_SECONDS):
        begin = time.perf_counter()
        calls.call("other.example", "DeclareVersion", "1.3.4")
        calls.seconds.append(time.perf_counter() - begin)
    seconds.put(calls.seconds)


def clients() -> str:
    """Return the file of clients: a new one would cost more than its report."""
    names = [*(f"host{number}" for number in range(HOSTS)), "other", "large"]
    return (
        "<Clients>"
        + "".join(f'<Client name="{name}.example" profile="all"/>' for name in names)
        + "</Clients>"
    )


def milliseconds(values: list[float], share: float) -> float:
    """Return the value that a share of some values is below, in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


def measure(node: Node, calls: Calls, texts: list[str], seconds: float) -> None:
    """Print what documents cost a server, and how long other calls took meanwhile."""
    calls.upload(texts, 2)
    wait_until(lambda: node.waiting_bytes() == 0, lambda: "something waits in the spool")
    before = cpu_seconds(node.process.pid)
    with calls.others():
        rate = calls.upload(texts, seconds)
        wait_until(lambda: node.waiting_bytes() == 0, lambda: "something waits in the spool")
    cpu = (cpu_seconds(node.process.pid) - before) / int(RATE * seconds) * 1000
    middle, most = (milliseconds(calls.seconds, share) for share in (0.5, 0.99))
    print(f"  CPU {cpu:.2f} ms a document, {rate:.0f} documents/s; other calls: median "
          f"{middle:.1f} ms, p99 {most:.1f} ms of {len(calls.seconds)}", flush=True)  # fmt: skip


def measure_large(calls: Calls, is_stored: Callable[[], bool]) -> None:
    """Print how long a document of 10 MB takes, and how long other calls at most meanwhile."""
    entries = "".join(
        f'<Package name="package-{number:06}" type="deb" version="1.{number}" current_version="1.0"'
        f' qtext="" important="false" comment="{"x" * 60}"/>'
        for number in range(LARGE)
    )
    text = (
        '<upload-statistics><Statistics version="2.0" state="dirty" revision="large" total="60000" '
        f'good="0"><Bad>{entries}</Bad></Statistics></upload-statistics>'
    )
    begin = time.perf_counter()
    with calls.others():
        calls.call("large.example", "RecvStats", text)
        answered = time.perf_counter() - begin
        wait_until(is_stored, lambda: "the large document is not stored")
        stored = time.perf_counter() - begin
    most = max(calls.seconds) * 1000
    print(f"  {len(text) / 1e6:.1f} MB: answered after {answered:.1f} s, stored after "
          f"{stored:.1f} s; other calls took {most:.0f} ms at most", flush=True)  # fmt: skip


def main(seconds: float, url: str | None) -> None:
    """Measure both servers."""
    chance = random.Random(1)
    texts = [document(chance) for _ in range(DOCUMENTS)]
    print(f"documents of {sum(map(len, texts)) // len(texts)} bytes")
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder) / "ca")
        for plugins in ("Metadata", "Metadata, Reporting"):
            database = SQLITE if url is None else f"url = {url}"
            place = Path(folder) / str(len(plugins))
            node = Node(place, free_port(), authority, database, plugins=plugins)
            (place / "repository/Metadata/clients.xml").write_text(clients())
            node.start()
            calls = Calls(node.port, str(authority.certificate))
            print(plugins)
            try:
                measure(node, calls, texts, seconds)
                if "Reporting" in plugins:
                    with reports_of(url or f"sqlite:///{node.folder}/reports.sqlite") as reports:
                        measure_large(calls, lambda: "large" in stored_revisions(reports))
            finally:
                node.end()


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *("20", "")[len(sys.argv) - 1 :]]
    main(float(arguments[0]), arguments[1] or None)
