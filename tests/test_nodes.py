"""
Two nodes with one PostgreSQL server behind HAProxy, under load that changes what they keep.

A node is killed and comes back; the database goes away and comes back.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import threading
import time
import xmlrpc.client
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.settings.admin_address import AdminAddress
from tests import balancing
from tests.admin.asking import ask
from tests.builders import write_files
from tests.long import IS_LONG
from tests.network import an_authority, client_context, free_port
from tests.postgresql import PostgreSQLServer, programs
from tests.processes import ServerProcess
from tests.test_durability import CONF, PASSWORD, REPOSITORY, UPLOAD
from tests.waiting import PATIENCE_SECONDS, wait_until
from tests.workers.servers import processes_of

#: How often a node is killed, and for how long the database is away.
KILLS, AWAY_SECONDS = (10, 20.0) if IS_LONG else (1, 3.0)
#: Acknowledged calls between two events.
CALLS = 100 if IS_LONG else 40

#: How often Bcfg2's client makes a call again, and after how long.
RETRIES, RETRY_SECONDS = 3, 1.0
CLIENTS = 4

NODE = """
[server]
proxy_from = 127.0.0.1
[metadata]
use_database = yes
[probes]
use_database = yes
[database]
url = {url}
[bcfg2tw]
workers = 2
"""

#: What a client makes its call again for.
RETRYABLE = (OSError, http.client.HTTPException)


class Load:
    """
    Clients that say something new with each call, and make a call again that failed.

    :ivar acknowledged: client to the number that it last said, and was told is kept
    :ivar outcomes: counts what became of calls
    :ivar failures: what no retry helped against
    :ivar retries: how often a call is made again
    """

    def __init__(self, port: int, context: Any) -> None:
        """Call nothing yet."""
        self._port, self._context = port, context
        self.acknowledged: dict[str, int] = {}
        self.outcomes: Counter[str] = Counter()
        self.failures: list[str] = []
        self.retries: float = RETRIES
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(f"client{number}.example.test",), daemon=True)
            for number in range(CLIENTS)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, after the calls that are under way."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def caller(self, name: str) -> xmlrpc.client.ServerProxy:
        """Return a client's way to the nodes."""
        return xmlrpc.client.ServerProxy(
            f"https://{name}:{PASSWORD}@localhost:{self._port}", context=self._context
        )

    def _run(self, name: str) -> None:
        for number in itertools.count():
            calls = (("DeclareVersion", f"1.3.{number}"), ("RecvProbeData", UPLOAD.format(number)))
            for method, text in calls:
                if self._is_over.is_set() or not self._call(name, method, text):
                    return
            self.acknowledged[name] = number

    def _call(self, name: str, method: str, text: str) -> bool:
        """Make a call until it is acknowledged; return False if it never was."""
        for attempt in itertools.count():
            outcome = self._outcome(name, method, text)
            self.outcomes[outcome] += 1
            if outcome == "acknowledged":
                return True
            if outcome != "again" or attempt >= self.retries:
                self.failures.append(f"{name}: {method}: {outcome}")
                return False
            time.sleep(RETRY_SECONDS)
        raise AssertionError("there are always more numbers")

    def _outcome(self, name: str, method: str, text: str) -> str:
        try:
            with self.caller(name) as client:
                answer = getattr(client, method)(text)
        except xmlrpc.client.ProtocolError as error:
            return "again" if error.errcode == 503 else repr(error)
        except xmlrpc.client.Fault as fault:
            return repr(fault)
        except RETRYABLE:
            return "again"
        return "acknowledged" if answer is True else repr(answer)


class NodesTests(SynchronousTestCase):
    def setUp(self) -> None:
        balancing.haproxy()
        programs()
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()
        self.authority = an_authority(self)
        self.database = PostgreSQLServer()
        self.addCleanup(self.database.remove)
        self.database.start()
        self.database.run("CREATE DATABASE bcfg2")
        self.port = free_port(self)
        self.nodes = [(free_port(self), AdminAddress(port=free_port(self))) for _ in range(2)]

    def node(self, number: int) -> ServerProcess:
        """Return a node, with a checkout of its own."""
        port, admin = self.nodes[number]
        repository = self.folder / f"repository{number}"
        write_files(str(repository), REPOSITORY)
        certificate, key = (path.absolute() for path in self.authority.issue("localhost"))
        authority = self.authority.certificate.absolute()
        conf = self.folder / f"node{number}.conf"
        text = CONF.format(
            repository=repository, password=PASSWORD, certificate=certificate, key=key,
            ca=authority, port=port,
        )  # fmt: skip
        conf.write_text(text + NODE.format(url=self.database.url("bcfg2")))
        return ServerProcess(
            self.folder / f"log{number}", "--config", str(conf), "--admin-listen", str(admin)
        )

    def kill(self, node: ServerProcess) -> None:
        """End all processes of a node at once, if it runs."""
        for process in processes_of(node.process.pid) if node.process.poll() is None else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, 9)
        with contextlib.suppress(AssertionError):  # that it did not end in good order
            node.__exit__(None, None, None)

    def a_load(self, entered: ExitStack) -> Load:
        """Run both nodes, the balancer and some clients until the block ends."""
        text = balancing.configuration(self.port, self.nodes)
        entered.enter_context(balancing.running(text, self.port, self.folder))
        for number in range(2):
            self.wait_until_ready(number)
        load = Load(self.port, client_context(self.authority))
        entered.callback(load.stop)
        load.start()
        self.wait_for(load, CALLS)
        return load

    def wait_until_ready(self, number: int) -> None:
        """Wait until a node takes clients."""
        _, admin = self.nodes[number]
        wait_until(lambda: ask(admin, "/readyz")[0] == 200, lambda: "no readiness")

    def wait_for(self, load: Load, number: int) -> None:
        """Wait for some further calls that are acknowledged."""
        before = load.outcomes["acknowledged"]
        wait_until(
            lambda: load.outcomes["acknowledged"] >= before + number or bool(load.failures),
            lambda: str(load.outcomes),
        )

    def assertKept(self, load: Load) -> None:
        """Whatever was acknowledged, each node knows."""
        self.assertEqual(load.failures, [])
        self.assertEqual(set(load.outcomes) - {"again"}, {"acknowledged"})
        for (name, number), _ in itertools.product(load.acknowledged.items(), range(2)):
            with load.caller(name) as client:
                config: Any = client.GetConfig()
            (path,) = etree.fromstring(config).iter("Path")
            version, said, _ = (path.text or "").split(None, 2)
            self.assertGreaterEqual(int(version.rpartition(".")[2]), number, name)
            self.assertGreaterEqual(int(said), number, name)

    def test_killed_node(self) -> None:
        """A node that is killed and comes back: every call succeeds with its client's retries."""
        with ExitStack() as entered:
            entered.enter_context(self.node(0))
            node = self.node(1).__enter__()
            try:
                load = self.a_load(entered)
                for _ in range(KILLS):
                    self.kill(node)
                    self.wait_for(load, CALLS)
                    node = self.node(1).__enter__()
                    self.wait_until_ready(1)
                    self.wait_for(load, CALLS)
                load.stop()
                self.assertKept(load)
            finally:
                self.kill(node)

    def test_database_away(self) -> None:
        """While the database is away calls have to be made again; nothing acknowledged is lost."""
        with ExitStack() as entered:
            for number in range(2):
                entered.enter_context(self.node(number))
            load = self.a_load(entered)
            load.retries = float("inf")
            self.database.stop()
            time.sleep(AWAY_SECONDS)
            before = load.outcomes["again"]
            self.assertGreater(before, 0)
            self.database.start()
            self.wait_for(load, CALLS)
            load.stop()
            self.assertKept(load)
