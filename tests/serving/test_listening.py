"""Where the service listens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ServerFactory
from twisted.trial.unittest import SynchronousTestCase, TestCase

from bcfg2tw.serving.listening import (
    CannotListen,
    bound_sockets,
    check_addresses,
    hosts,
    listen,
    server_endpoints,
)
from bcfg2tw.settings import Settings
from tests.network import free_port, refuses
from tests.processes import bcfg2_core, environment
from tests.test_service import Site
from tests.waiting import PATIENCE_SECONDS, wait_until


class HostsTests(SynchronousTestCase):
    """Addresses of bcfg2.conf and the command line."""

    def test_hosts(self) -> None:
        """Port and interface beat bcfg2.conf; `listen_all` beats its hosts; nothing is repeated."""
        several = "https://a:1,https://[2001:db8::1]:2"
        cases: dict[tuple[tuple[str, int], ...], dict[str, Any]] = {
            (("localhost", 6789),): {},
            (("a", 1), ("2001:db8::1", 2)): {"server": several},
            (("a", 3), ("2001:db8::1", 3)): {"server": several, "port": 3},
            (("b", 1), ("b", 2)): {"server": several, "interface": "b"},
            (("b", 3),): {"server": several, "interface": "b", "port": 3},
            (("", 1), ("", 2)): {"server": several, "listen_all": True},
        }
        for expected, settings in cases.items():
            self.assertEqual(hosts(Settings(**settings)), expected)


class SocketTests(SynchronousTestCase):
    """Sockets, which are bound by nothing but what was written."""

    def bind(self, **settings: Any) -> list[tuple[str, int]]:
        """Bind, let go, and return the addresses."""
        found = bound_sockets(Settings(**settings))
        addresses = [one.getsockname()[:2] for one in found]
        for one in found:
            one.close()
        return addresses

    def test_address(self) -> None:
        """An address is bound as it is written."""
        port = free_port(self)
        self.assertEqual(self.bind(server=f"https://127.0.0.2:{port}"), [("127.0.0.2", port)])

    def test_all(self) -> None:
        """All interfaces are those of IPv4, and of IPv6 where there is any."""
        port = free_port(self)
        found = self.bind(server=f"https://localhost:{port}", listen_all=True)
        self.assertIn(("0.0.0.0", port), found)
        self.assertLessEqual(set(found), {("0.0.0.0", port), ("::", port)})

    def test_in_use(self) -> None:
        """Where one address cannot be had the others are let go again."""
        port, taken = free_port(self), free_port(self)
        settings = Settings(server=f"127.0.0.1:{port},127.0.0.1:{taken}")
        with socket.create_server(("127.0.0.1", taken)):
            error = self.assertRaises(CannotListen, check_addresses, settings)
        self.assertIn(f"port {taken} on 127.0.0.1 is in use", str(error))
        socket.create_server(("127.0.0.1", port)).close()

    def test_unknown_name(self) -> None:
        """A name that stands for no address is named."""
        error = self.assertRaises(CannotListen, bound_sockets, Settings(interface="x.invalid"))
        self.assertTrue(str(error).startswith("'x.invalid' stands for no address: "))

    def test_other_machine(self) -> None:
        """An address of another machine is named with what would do."""
        for address in ("192.0.2.1", "2001:db8::1"):
            error = self.assertRaises(CannotListen, bound_sockets, Settings(interface=address))
            self.assertEqual(
                str(error),
                f"{address} is no address of this machine: correct [components] bcfg2, or give "
                "--interface or --listen-all",
            )

    def test_some_elsewhere(self) -> None:
        """Where one of several addresses is another machine's, nothing is bound."""
        port = free_port(self)
        settings = Settings(server=f"127.0.0.1:{port},192.0.2.1:{port}")
        self.assertRaises(CannotListen, bound_sockets, settings)
        self.assertTrue(refuses(port))


class ListenTests(TestCase):
    """Listening in this process."""

    async def ports(self, **settings: Any) -> list[Any]:
        """Listen, and return the ports; they are closed after the test."""
        ports = []
        async for port in listen(reactor, Settings(**settings), ServerFactory()):
            self.addCleanup(port.stopListening)
            ports.append(port)
        return ports

    async def refusal(self, *endpoints: str) -> str:
        """Return why endpoints cannot be used."""
        listening = Deferred.fromCoroutine(self.ports(endpoints=endpoints))
        error = await self.assertFailure(listening, CannotListen)
        return str(error)

    async def test_addresses(self) -> None:
        """Each address is a port."""
        one, two = free_port(self), free_port(self)
        ports = await self.ports(server=f"127.0.0.1:{one},127.0.0.1:{two}")
        self.assertEqual([port.getHost().port for port in ports], [one, two])

    async def test_endpoints(self) -> None:
        """Endpoints are listened on in place of the addresses."""
        endpoints = ("tcp:0:interface=127.0.0.1", "tcp:0:interface=127.0.0.2")
        ports = await self.ports(server="192.0.2.1:1", endpoints=endpoints)
        self.assertEqual([port.getHost().host for port in ports], ["127.0.0.1", "127.0.0.2"])

    async def test_in_use(self) -> None:
        """An endpoint that is in use is named as it was written, with the reason."""
        port = free_port(self)
        endpoint = f"tcp:{port}:interface=127.0.0.1"
        with socket.create_server(("127.0.0.1", port)):
            text = await self.refusal(endpoint)
        expected = f"the endpoint {endpoint!r} cannot be used: Couldn't listen on 127.0.0.1:"
        self.assertIn(expected, text)

    async def test_without_addresses(self) -> None:
        """An endpoint whose clients have no IP addresses is refused: nobody would know them."""
        path = os.path.abspath(self.mktemp())
        text = await self.refusal(f"unix:{path}")
        self.assertIn("clients are known by their IP addresses, and it has none", text)
        self.assertFalse(os.path.exists(path))


class EndpointTests(SynchronousTestCase):
    """Endpoints of Twisted."""

    def test_parsed(self) -> None:
        """Each description is one endpoint; what is none is named."""
        made = server_endpoints(reactor, Settings(endpoints=("tcp:1", "tcp6:3")))
        self.assertEqual(list(made), ["tcp:1", "tcp6:3"])
        error = self.assertRaises(
            CannotListen, server_endpoints, reactor, Settings(endpoints=("tcp:1", "x"))
        )
        self.assertIn("the endpoint 'x' cannot be used", str(error))

    def test_systemd(self) -> None:
        """A socket that systemd holds is served; clients wait there until the server is up."""
        site = Site(self)
        log = site.folder / "server.log"
        with socket.create_server(("127.0.0.1", site.port)) as held, open(log, "wb") as stream:
            early = socket.create_connection(("127.0.0.1", site.port), PATIENCE_SECONDS)
            # systemd hands sockets on as descriptors from 3, and says for which process they are
            hand_over = (
                "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update("
                "LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='bcfg2-core.socket'); "
                "os.execv(sys.argv[2], sys.argv[2:])"
            )
            endpoint = "--endpoint=systemd:domain=INET:index=0"
            server = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    hand_over,
                    str(held.fileno()),
                    *bcfg2_core("-C", str(site.conf), endpoint),
                ],
                env=environment(),
                pass_fds=[held.fileno()],
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
            try:
                wait_until(lambda: "Serving the repository" in log.read_text(), log.read_text)
                with closing(site.connection_over(early)) as connection:
                    self.assertEqual(site.ask(connection, "ping", 1), [1])
            finally:
                server.terminate()
                server.wait(PATIENCE_SECONDS)
            self.assertIn("All plugins shut down", log.read_text())
            # the socket is systemd's: the next server takes it over
            socket.create_connection(("127.0.0.1", site.port)).close()

    def test_proxy(self) -> None:
        """Behind a proxy that says for whom it speaks, clients have addresses of their own."""
        site = Site(self)
        clients = site.folder / "repository/Metadata/clients.xml"
        clients.write_text(
            clients.read_text().replace(
                "</Clients>",
                '<Client name="far.example.com" profile="workstation" address="192.0.2.9"/>'
                "</Clients>",
            )
        )
        site.set("server", "proxy_from = 127.0.0.1")
        with site.server() as server:
            plain = socket.create_connection(("127.0.0.1", site.port), PATIENCE_SECONDS)
            plain.sendall(b"PROXY TCP4 192.0.2.9 127.0.0.1 5000 6789\r\n")
            with closing(site.connection_over(plain)) as connection:
                self.assertIn('<Bundle name="motd">', site.ask(connection, "GetConfig"))
            self.assertIn("Generated config for far.example.com", server.said())

    def test_daemon(self) -> None:
        """A daemon writes its PID file, serves, and is gone with its file after SIGTERM."""
        site = Site(self)
        pid = site.folder / "server.pid"
        command = bcfg2_core("-C", str(site.conf))
        command[3:5] = [f"--pidfile={pid}", f"--logfile={site.folder / 'server.log'}"]
        started = subprocess.run(command, env=environment(), timeout=PATIENCE_SECONDS)
        self.assertEqual(started.returncode, 0)
        number = int(pid.read_text())
        try:
            self.assertEqual(site.call("ping", 1), [1])
        finally:
            os.kill(number, 15)
        wait_until(lambda: not pid.exists(), lambda: "the daemon does not end")
