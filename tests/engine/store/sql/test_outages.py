"""A PostgreSQL server that fails while clients call, and comes back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.dispatch import Dispatcher, HttpAnswer, Peer
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.errors import NotServing
from tests.builders import PASSWORD, a_repository, address, some_settings
from tests.network import basic, call_of
from tests.postgresql import PostgreSQLServer, the_server
from tests.waiting import wait_until

CLIENT = "client.example.test"
GROUPS = """<Groups>
  <Group name="all" profile="true" public="true" default="true"><Bundle name="b"/></Group>
</Groups>"""
UPLOAD = '<ProbeData><probe-data name="p" source="Probes">{}</probe-data></ProbeData>'


class OutageTests(SynchronousTestCase):
    """A core and a server of this test alone, called as the network side does."""

    def setUp(self) -> None:
        the_server()  # skips where there can be none
        self.server = PostgreSQLServer()
        self.addCleanup(self.server.remove)
        self.server.start()
        self.server.run("CREATE DATABASE bcfg2")
        repository = a_repository(
            self,
            {"Metadata/groups.xml": GROUPS, "Bundler/b.xml": "<Bundle/>", "Probes/p": "echo"},
        )
        self.settings = some_settings(
            repository, metadata_db=True, probes_db=True, db_url=self.server.url("bcfg2")
        )

    def serve(self) -> None:
        """Start a core."""
        self.core = NetworkCore(self.settings)
        self.addCleanup(self.core.shutdown)
        self.core.start()
        self.dispatcher = Dispatcher(self.core)

    def call(self, method: str, *parameters: str) -> HttpAnswer:
        """
        Call a method as a client.

        :raises NotServing: where the network side answers with status 503
        """
        authorization = basic("root", PASSWORD).encode()
        peer = Peer(address("127.0.0.1"), None, authorization)
        return self.dispatcher.serve(peer, b"POST", BytesIO(call_of(method, *parameters)))

    def is_served(self) -> bool:
        """Say whether a call is answered."""
        try:
            return self.call("GetConfig").status == 200
        except NotServing:
            return False

    def test_away_at_start(self) -> None:
        """A core starts without its database, and serves once that is there."""
        self.server.stop()
        self.serve()
        self.assertRaises(NotServing, self.call, "GetConfig")
        self.server.start()
        wait_until(self.is_served, lambda: "it is not served again")
        self.assertTrue(self.call("DeclareVersion", "1.3.4").body)
        self.assertEqual(self.core.build_metadata(CLIENT).version, "1.3.4")

    def test_away(self) -> None:
        """While it is away calls have to be made again; nothing acknowledged is lost."""
        self.serve()
        outcomes: Counter[str] = Counter()
        saved = dict.fromkeys(range(4), -1)
        with self.load(outcomes, saved):
            wait_until(lambda: outcomes["acknowledged"] > 40, lambda: str(outcomes))
            self.server.stop()
            before = outcomes["retry"]
            wait_until(lambda: outcomes["retry"] > before + 20, lambda: str(outcomes))
            self.server.start()
            wait_until(self.is_served, lambda: "it is not served again")
            before = outcomes["acknowledged"]
            wait_until(lambda: outcomes["acknowledged"] > before + 40, lambda: str(outcomes))
        self.assertEqual(set(outcomes), {"acknowledged", "retry"})
        again = NetworkCore(self.settings)
        self.addCleanup(again.shutdown)
        again.load_plugins()
        for number, last in saved.items():
            answers = again.store.probes.of(f"c{number}")
            assert answers is not None
            self.assertGreaterEqual(int(answers.data["p"]), last)

    @contextmanager
    def load(self, outcomes: Counter[str], saved: dict[int, int]) -> Iterator[None]:
        """
        Have several clients upload numbers while the block runs.

        :param outcomes: counts what calls came to
        :param saved: the last number of each client that was acknowledged
        """
        is_over = threading.Event()

        def upload(client: int) -> None:
            text = 0
            while not is_over.is_set():
                text += 1
                outcome = self.upload(f"c{client}", str(text))
                outcomes[outcome] += 1
                if outcome == "acknowledged":
                    saved[client] = text
                else:
                    time.sleep(0.01)

        threads = [threading.Thread(target=upload, args=[client]) for client in saved]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            is_over.set()
            for thread in threads:
                thread.join(30)

    def upload(self, client: str, text: str) -> str:
        """Upload what a probe printed, and return what became of that."""
        peer = Peer(address("127.0.0.1", client), None, basic("root", PASSWORD).encode())
        body = call_of("RecvProbeData", UPLOAD.format(text))
        try:
            answer = self.dispatcher.answer(peer, b"POST", BytesIO(body))
        except NotServing:
            return "retry"
        return "acknowledged" if b"<boolean>1" in answer.body else answer.body.decode()

    def test_restarted(self) -> None:
        """A server that was restarted is used again, by the same process."""
        self.serve()
        self.call("GetConfig")
        self.server.stop()
        self.server.start()
        wait_until(self.is_served, lambda: "it is not served again")
