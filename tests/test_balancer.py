"""Two nodes behind HAProxy, as `contrib/haproxy.cfg` has it."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import tempfile
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.init.command import make_site
from bcfg2tw.settings import Settings
from bcfg2tw.settings.admin_address import AdminAddress
from tests.admin.asking import ask
from tests.balancing import CONFIG, configuration, haproxy, running, tls_configuration
from tests.certificates import Authority
from tests.network import an_authority, basic, call_of, free_port
from tests.processes import ServerProcess
from tests.test_restarts import Load
from tests.waiting import PATIENCE_SECONDS, wait_until

#: Of Bcfg2's clients: the first one, and three more.
ATTEMPTS = 4

FAR = '<Client name="far.example.com" profile="workstation" address="127.0.0.2"/></Clients>'


class BalancerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.program = haproxy()
        self.folder = Path(self.mktemp()).absolute()
        self.port = free_port(self)
        self.site = make_site(self.folder / "site", port=self.port)
        clients = self.site / "repository/Metadata/clients.xml"
        clients.write_text(clients.read_text().replace("</Clients>", FAR))
        self.conf = self.site / "bcfg2.conf"
        with self.conf.open("a") as conf:
            conf.write("\n[server]\nproxy_from = 127.0.0.1\n")
        self.settings = Settings.from_file(str(self.conf))
        self.nodes = [(free_port(self), AdminAddress(port=free_port(self))) for _ in range(2)]

    def node(self, number: int) -> ServerProcess:
        """Return a node."""
        port, admin = self.nodes[number]
        options = (
            "--config", str(self.conf), "--interface", "127.0.0.1", "--port", str(port),
            "--admin-listen", str(admin),
        )  # fmt: skip
        return ServerProcess(self.folder / f"log{number}", *options)

    def balancer(self) -> AbstractContextManager[None]:
        """Run HAProxy with the configuration of `contrib`, between other addresses."""
        return self.haproxy(configuration(self.port, self.nodes))

    def haproxy(self, text: str) -> AbstractContextManager[None]:
        """Run HAProxy with a configuration."""
        return running(text, self.port, self.folder)

    def bundles_of_far(self) -> str:
        """Return what the balancer's client at another address is given."""
        context = ssl.create_default_context(cafile=self.settings.ca)
        headers = {"Authorization": basic(password=self.settings.password or "")}
        return self.answer_to_far(context, headers)

    def answer_to_far(self, context: ssl.SSLContext, headers: dict[str, str]) -> str:
        """Return the answer to a client at another address."""
        plain = socket.create_connection(
            ("127.0.0.1", self.port), PATIENCE_SECONDS, source_address=("127.0.0.2", 0)
        )
        connection = http.client.HTTPSConnection("localhost", self.port, context=context)
        connection.sock = context.wrap_socket(plain, server_hostname="localhost")
        try:
            connection.request("POST", "/RPC2", call_of("GetConfig"), headers)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def test_valid(self) -> None:
        """HAProxy takes the configuration as it is printed."""
        ended = subprocess.run(
            [self.program, "-c", "-f", str(CONFIG)], capture_output=True, text=True
        )
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertNotIn("WARNING", ended.stderr)

    def test_nodes(self) -> None:
        """
        Clients are known by their own addresses, and no call fails when a node ends or comes back,
        but for what a client's retry mends.
        """
        with ExitStack() as entered:
            entered.enter_context(self.node(0))
            with self.node(1):
                entered.enter_context(self.balancer())
                self.wait_for_both()
                self.assertIn("This is far.example.com", self.bundles_of_far())
                logs = [(self.folder / f"log{number}").read_text() for number in range(2)]
                self.assertIn("Generated config for far.example.com", "".join(logs))
                load = Load(self.port, self.settings, ATTEMPTS)
                self.addCleanup(load.stop)
                load.start()
                self.wait_for(load, 30)
            self.wait_for(load, 30)
            with self.node(1):
                self.wait_for(load, 30)
                load.stop()
        self.assertEqual(load.failures, [])

    def test_tls(self) -> None:
        """
        Where TLS ends at the balancer, a certificate that it has verified is the client's; it comes
        by a UNIX socket, and two workers answer.
        """
        authority = Authority(self.folder, "Clients' CA")
        sockets = tempfile.mkdtemp()  # paths of sockets have few bytes
        self.addCleanup(shutil.rmtree, sockets)
        path = f"{sockets}/clients.sock"
        with self.conf.open("a") as conf:
            conf.write(
                f"\n[server]\nproxy_tls_from = unix\n[communication]\nca = "
                f"{authority.certificate}\n[bcfg2tw]\nendpoints = unix:{path}:mode=660\n"
            )
        clients = self.site / "repository/Metadata/clients.xml"
        clients.write_text(clients.read_text().replace("127.0.0.2", '127.0.0.2" auth="cert'))
        pair = self.folder / "server.pem"
        parts = [Path(name).read_text() for name in (self.settings.cert, self.settings.key)]
        pair.write_text("".join(parts))
        text = tls_configuration(self.port, pair, authority.certificate, path)
        context = ssl.create_default_context(cafile=self.settings.ca)
        node = ServerProcess(self.folder / "log", "--config", str(self.conf), "--workers", "2")
        with node, self.haproxy(text):
            self.assertIn("401", self.answer_to_far(context, {}))
            context.load_cert_chain(*authority.issue("far.example.com"))
            self.assertIn("This is far.example.com", self.answer_to_far(context, {}))
            context.load_cert_chain(*an_authority(self).issue("far.example.com"))
            self.assertRaises(OSError, self.answer_to_far, context, {})

    def wait_for_both(self) -> None:
        """Wait until both nodes are ready."""
        for _, admin in self.nodes:
            wait_until(lambda: ask(admin, "/readyz")[0] == 200, lambda: "no readiness")  # noqa: B023

    def wait_for(self, load: Load, number: int) -> None:
        """Wait for some further calls."""
        before = load.answered
        wait_until(
            lambda: load.answered >= before + number or bool(load.failures),
            lambda: f"{load.answered - before} calls were answered",
        )
