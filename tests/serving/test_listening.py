"""Where the service listens."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from unittest import SkipTest

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

    def test_localhost(self) -> None:
        """`localhost` is both loopback addresses, whatever the machine's file of hosts says."""
        port = free_port(self)
        addresses = {("127.0.0.1", port)}
        if socket.has_dualstack_ipv6():
            addresses.add(("::1", port))
        self.assertEqual(set(self.bind(server=f"https://LocalHost:{port}")), addresses)

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


class SystemdTests(SynchronousTestCase):
    """Sockets that systemd holds, in a process that is given some as systemd does it."""

    def setUp(self) -> None:
        self.site = Site(self)
        self.log = self.site.folder / "server.log"

    def command(self, held: list[socket.socket], *options: str, **environ: str) -> list[str]:
        """
        Return the command of a server that is given sockets.

        :param environ: differs from what systemd says
        """
        # as descriptors from 3, with the process that they are for
        code = (
            "import json, os, sys; fds = json.loads(sys.argv[1]);\n"
            "copies = [os.dup(fd) for fd in fds]\n"
            "for number, copy in enumerate(copies, 3):\n"
            "    os.dup2(copy, number); os.set_inheritable(number, True)\n"
            "os.environ.update({'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': str(len(fds)), "
            "'LISTEN_FDNAMES': ':'.join(['bcfg2-core.socket'] * len(fds)), "
            "**json.loads(sys.argv[2])})\n"
            "os.execv(sys.argv[3], sys.argv[3:])"
        )
        numbers = json.dumps([one.fileno() for one in held])
        server = bcfg2_core("-C", str(self.site.conf), *options)
        return [sys.executable, "-c", code, numbers, json.dumps(environ), *server]

    def refusal(self, held: list[socket.socket], *options: str, **environ: str) -> str:
        """Return the only line of a server that cannot start."""
        process = subprocess.run(
            self.command(held, *options, **environ),
            env=environment(), pass_fds=[one.fileno() for one in held], capture_output=True,
            text=True, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        self.assertEqual((process.returncode, process.stdout), (1, ""))
        self.assertEqual(process.stderr.count("\n"), 1, process.stderr)
        return process.stderr.removeprefix("bcfg2-core: ")[:-1]

    @contextmanager
    def running(self, held: list[socket.socket], *options: str) -> Iterator[None]:
        """Serve while the block runs."""
        with open(self.log, "wb") as stream:
            server = subprocess.Popen(
                self.command(held, *options),
                env=environment(), pass_fds=[one.fileno() for one in held],
                stdout=stream, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                wait_until(lambda: "Serving the repo" in self.log.read_text(), self.log.read_text)
                yield
            finally:
                server.terminate()
                server.wait(PATIENCE_SECONDS)
        self.assertIn("All plugins shut down", self.log.read_text())

    def test_served(self) -> None:
        """A socket that systemd holds is served; clients wait there until the server is up."""
        port = self.site.port
        for endpoint in ("systemd:domain=INET:index=0", "systemd"):
            with socket.create_server(("127.0.0.1", port)) as held:
                early = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
                with (
                    self.running([held], "--endpoint", endpoint),
                    closing(self.site.connection_over(early)) as connection,
                ):
                    self.assertEqual(self.site.ask(connection, "ping", 1), [1])
                # the socket is systemd's: the next server takes it over
                socket.create_connection(("127.0.0.1", port)).close()

    def test_both_families(self) -> None:
        """One socket for IPv6 and IPv4, as ListenStream=6789 makes it, knows clients of both."""
        if not socket.has_dualstack_ipv6():
            raise SkipTest("this machine has no IPv6")
        held = socket.create_server(
            ("", self.site.port), family=socket.AF_INET6, dualstack_ipv6=True
        )
        with held, self.running([held], "--endpoint", "systemd"):
            for host in ("127.0.0.1", "::1"):
                plain = socket.create_connection((host, self.site.port), PATIENCE_SECONDS)
                with closing(self.site.connection_over(plain)) as connection:
                    self.assertEqual(self.site.ask(connection, "ping", host), [host])
            self.assertIn('<Bundle name="motd">', self.site.call("GetConfig"))

    def test_missing(self) -> None:
        """Where there are no sockets, or they are somebody else's, that is said."""
        for endpoint in ("systemd", "systemd:domain=INET:index=0"):
            self.assertEqual(
                self.refusal([], "--endpoint", endpoint),
                f"[bcfg2tw] endpoints: the endpoint {endpoint!r} cannot be used: systemd has "
                "handed over no sockets (LISTEN_FDS says none): start the socket unit, which has "
                "to name this service, or remove the endpoint",
            )
        with socket.create_server(("127.0.0.1", self.site.port)) as held:
            self.assertIn(
                "systemd's sockets are for process 1, and this is ",
                self.refusal([held], "--endpoint", "systemd", LISTEN_PID="1"),
            )

    def test_other_ones(self) -> None:
        """Sockets of another number, name, family or kind than was asked for are told."""
        with socket.create_server(("127.0.0.1", self.site.port)) as held:
            place = f"127.0.0.1:{self.site.port}"
            for endpoint, reason in (
                (
                    "systemd:domain=INET:index=1",
                    f"no socket of index=1, but 0 bcfg2-core.socket ({place}): correct the",
                ),
                ("systemd:domain=INET:name=web", "no socket of name=web, but 0 bcfg2-core.socket"),
                (
                    "systemd:domain=INET6:index=0",
                    f"socket 0 ({place}) is of INET: write domain=INET, or the endpoint systemd",
                ),
            ):
                self.assertIn(reason, self.refusal([held], "--endpoint", endpoint))
        with socket.socket(type=socket.SOCK_DGRAM) as held:
            held.bind(("127.0.0.1", self.site.port))
            self.assertIn(
                f"socket 0 ({place}) takes no connections: write ListenStream=",
                self.refusal([held], "--endpoint", "systemd"),
            )

    def test_not_taken(self) -> None:
        """Sockets that no endpoint takes would let clients wait for ever."""
        with (
            socket.create_server(("127.0.0.1", self.site.port)) as held,
            socket.create_server(("127.0.0.2", self.site.port)) as other,
        ):
            self.assertEqual(
                self.refusal([held]),
                f"systemd has handed over sockets (127.0.0.1:{self.site.port}), and no endpoint "
                "takes 1 of them, so that clients wait there: give --endpoint systemd, which takes "
                "all",
            )
            with self.running([held, other], "--endpoint", "systemd:domain=INET:index=0"):
                self.assertIn("no endpoint takes 1 of them", self.log.read_text())


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
