"""The server as a whole: a process of its own under signals, and a service within another."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import time
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.application.service import IService
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SynchronousTestCase, TestCase
from zope.interface.verify import verifyObject

from bcfg2tw.cli.init.command import make_site
from bcfg2tw.errors import CoreInitError
from bcfg2tw.service import coreService
from bcfg2tw.settings import Settings
from tests.certificates import Authority
from tests.network import basic, call_of, free_port, refuses
from tests.processes import GOOD_ENDS, ServerProcess, bcfg2_core, ended, twistd
from tests.waiting import PATIENCE_SECONDS, wait_until


class Site:
    """A demonstration site, and clients of it."""

    def __init__(self, case: SynchronousTestCase, folder: Path | None = None) -> None:
        """
        Make a site.

        :param folder: to make it in, instead of one of the case's own
        """
        self.port = free_port(case)
        self.folder = make_site(folder or Path(case.mktemp()).absolute(), port=self.port)
        self.conf = self.folder / "bcfg2.conf"
        self.settings = Settings.from_file(str(self.conf))

    def set(self, section: str, line: str) -> None:
        """Add a line to a section of bcfg2.conf."""
        with open(self.conf, "a") as conf:
            conf.write(f"\n[{section}]\n{line}\n")

    def server(self, *options: str, descriptors: tuple[int, int] | None = None) -> ServerProcess:
        """Return a server of the site."""
        return ServerProcess(
            self.folder / "server.log", "--config", str(self.conf), *options,
            descriptors=descriptors,
        )  # fmt: skip

    def connection(self) -> http.client.HTTPSConnection:
        """Return a connection that verifies the server."""
        context = ssl.create_default_context(cafile=self.settings.ca)
        return http.client.HTTPSConnection(
            "localhost", self.port, context=context, timeout=PATIENCE_SECONDS
        )

    def connection_over(self, plain: socket.socket) -> http.client.HTTPSConnection:
        """Return a connection that begins to speak TLS on a socket."""
        connection = self.connection()
        context = ssl.create_default_context(cafile=self.settings.ca)
        connection.sock = context.wrap_socket(plain, server_hostname="localhost")
        return connection

    def ask(self, connection: http.client.HTTPConnection, name: str, *parameters: Any) -> Any:
        """Return the result of a call."""
        headers = {"Authorization": basic("root", self.settings.password or "")}
        connection.request("POST", "/RPC2", call_of(name, *parameters), headers)
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, response.status
        (result,), _ = xmlrpc.client.loads(body)
        return result

    def call(self, name: str, *parameters: Any) -> Any:
        """Return the result of a call over a connection of its own."""
        connection = self.connection()
        try:
            return self.ask(connection, name, *parameters)
        finally:
            connection.close()

    def certificate(self) -> bytes:
        """Return the certificate that a new connection sees."""
        text = ssl.get_server_certificate(("localhost", self.port))
        return ssl.PEM_cert_to_DER_cert(text)


class HeldCall:
    """
    Makes building the configuration of a site's client wait, in the middle of a template.

    It waits at a named pipe, until something is written there; if nothing is, for ever.
    """

    def __init__(self, site: Site) -> None:
        self._began = site.folder / "began"
        self._pipe = site.folder / "pipe"
        os.mkfifo(self._pipe)
        bundle = site.folder / "repository/Bundler/motd.xml"
        wait = (
            '<Bundle xmlns:py="http://genshi.edgewall.org/">'
            f"<?python open({str(self._began)!r}, 'w').close(); open({str(self._pipe)!r}).read() ?>"
        )
        bundle.write_text(bundle.read_text().replace("<Bundle>", wait))

    def wait(self, server: ServerProcess) -> None:
        """Wait until the call has come to the pipe."""
        wait_until(self._began.exists, server.said)

    def let_go(self) -> None:
        """Have the call go on; it must have come to the pipe."""
        self._pipe.write_bytes(b"")


class ProcessTests(SynchronousTestCase):
    """`twistd -n bcfg2-core`, as systemd or an administrator runs it."""

    def setUp(self) -> None:
        self.site = Site(self)

    def test_hint(self) -> None:
        """A server says in one line how to try it, and the line works as it is printed."""
        with self.site.server() as server:
            server.wait_for("Try it: ")
            (command,) = re.findall(r"Try it: bcfg2tw (.*)", server.said())
            python = bcfg2_core()[0]
            tried = ended([python, "-m", "bcfg2tw.cli", *command.split()])
        self.assertEqual(tried.returncode, 0, tried.stderr)
        self.assertIn("GetConfig", tried.stdout)

    def test_hint_elsewhere(self) -> None:
        """The line names the port where that is another one than bcfg2.conf has."""
        self.site.port = free_port(self)
        with self.site.server("--port", str(self.site.port)) as server:
            server.wait_for(f"-S https://localhost:{self.site.port} listMethods")
            self.assertIn("GetConfig", self.site.call("listMethods"))

    def test_collector(self) -> None:
        """Python's collector works when the options are known, as before, in either way."""
        code = (
            "import gc; from twisted.plugins.bcfg2_core import bcfg2_core; {}; "
            "assert bcfg2_core.options.__name__ == 'Options'; print(gc.isenabled())"
        )
        for before, after in (("gc.enable()", "True"), ("gc.disable()", "False")):
            result = ended([bcfg2_core()[0], "-c", code.format(before)])
            self.assertEqual(result.stdout.strip(), after, result.stderr)

    def test_unknown_plugin(self) -> None:
        """A plugin that there is not ends the start with one sentence, on the terminal too."""
        site = Site(self)
        site.conf.write_text(site.conf.read_text().replace("Bundler,", "Bundlr,"))
        for process in (bcfg2_core, lambda *options: twistd("bcfg2-core", *options)):
            result = ended(process("--config", str(site.conf)))
            self.assertEqual(result.returncode, 1)
            self.assertEqual(result.stderr.count("\n"), 1)
            self.assertIn("did you mean Bundler?", result.stderr)

    def test_plugin_that_refuses(self) -> None:
        """A plugin that cannot be made ends the start, with its reason as a line in the log."""
        site = Site(self)
        site.conf.write_text(site.conf.read_text().replace("Bundler,", "Bundler,Git,"))
        result = ended(bcfg2_core("--config", str(site.conf)))
        self.assertEqual(result.returncode, 1)
        self.assertIn("[server] plugins: Git cannot be used: ", result.stdout)
        self.assertNotIn("Traceback", result.stdout + result.stderr)

    def test_strange_repository(self) -> None:
        """A folder that looks like no repository is told with its line of bcfg2.conf."""
        (self.site.folder / "empty").mkdir()
        text = self.site.conf.read_text()
        self.site.conf.write_text(text.replace("/repository\n", "/empty\n"))
        line = next(n for n, line in enumerate(text.splitlines(), 1) if "/repository" in line)
        with self.site.server() as server:
            sentence = (
                f"{self.site.folder}/empty has no Metadata/groups.xml: is [server] repository "
                f"right (in {self.site.conf}:{line})?"
            )
            self.assertIn(sentence, server.said())
        self.site.conf.write_text(text)
        with self.site.server() as server:
            self.assertNotIn("has no Metadata/groups.xml", server.said())

    def test_lenient_plugins(self) -> None:
        """A site may ask to be served without them."""
        site = Site(self)
        site.conf.write_text(site.conf.read_text().replace("Bundler,", "Bundler,Bundlr,Git,"))
        site.set("bcfg2tw", "lenient_plugins = yes")
        with site.server() as server:
            self.assertIn("Plugin Bundlr cannot be used: there is no plugin of", server.said())

    def test_interrupted(self) -> None:
        """SIGINT ends a server in good order, like SIGTERM."""
        with self.site.server() as server:
            server.process.send_signal(signal.SIGINT)
            self.assertIn(server.process.wait(PATIENCE_SECONDS), GOOD_ENDS)
        self.assertEqual(server.said().count("bcfg2-server: Shutting down core..."), 1)
        self.assertEqual(server.said().count("All plugins shut down"), 1)

    def test_running_call(self) -> None:
        """A call that runs when SIGTERM comes is answered; nobody else is let in."""
        held = HeldCall(self.site)
        with ThreadPoolExecutor(1) as thread, self.site.server() as server:
            call = thread.submit(self.site.call, "GetConfig")
            held.wait(server)
            server.process.terminate()
            server.wait_for("Received SIGTERM")
            wait_until(lambda: refuses(self.site.port), lambda: "it still listens")
            self.assertFalse(call.done())
            held.let_go()
            self.assertIn('<Bundle name="motd">', call.result(PATIENCE_SECONDS))

    def test_endless_call(self) -> None:
        """A call that does not end is cut off when its time is over."""
        self.site.set("bcfg2tw", "drain_timeout = 0.5")
        held = HeldCall(self.site)
        with ThreadPoolExecutor(1) as thread:
            with self.site.server() as server:
                call = thread.submit(self.site.call, "GetConfig")
                held.wait(server)
                server.process.terminate()
                server.process.wait(PATIENCE_SECONDS)
                self.assertIn("1 connections are cut off", server.said())
            self.assertIsInstance(call.exception(PATIENCE_SECONDS), OSError)

    def test_terminated_twice(self) -> None:
        """
        Whoever ends a server a second time does not want to wait for calls: they are cut off, and
        the plugins are shut down.
        """
        held = HeldCall(self.site)
        with ThreadPoolExecutor(1) as thread:
            with self.site.server() as server:
                call = thread.submit(self.site.call, "GetConfig")
                held.wait(server)
                server.process.terminate()
                wait_until(lambda: refuses(self.site.port), lambda: "it still listens")
                started = time.monotonic()
                for _ in range(3):
                    server.process.terminate()
                    time.sleep(0.05)  # two of them at a time are one to the system
                server.process.wait(PATIENCE_SECONDS)
                self.assertLess(time.monotonic() - started, 10)
                self.assertEqual(server.said().count("Received SIGTERM again: calls that run"), 1)
                self.assertIn("1 connections are cut off", server.said())
                self.assertNotIn("Traceback", server.said())
            self.assertIsInstance(call.exception(PATIENCE_SECONDS), OSError)

    def test_silent_connections_at_the_end(self) -> None:
        """Connections on which nothing runs do not keep a server from ending at once."""
        with self.site.server() as server:
            held = [socket.create_connection(("localhost", self.site.port)) for _ in range(20)]
            idle = self.site.connection()
            self.site.ask(idle, "ping")
            started = time.monotonic()
            server.process.terminate()
            self.assertIn(server.process.wait(PATIENCE_SECONDS), GOOD_ENDS)
            self.assertLess(time.monotonic() - started, 10)
        idle.close()
        for one in held:
            one.close()

    def test_hangup_certificates(self) -> None:
        """After SIGHUP new connections see the new certificate; the open one goes on."""
        with self.site.server() as server:
            kept = self.site.connection()
            self.site.ask(kept, "ping")
            socket_before = kept.sock
            before = self.site.certificate()
            self.replace_certificate()
            self.assertEqual(self.site.certificate(), before)
            server.hang_up()
            self.assertNotEqual(self.site.certificate(), before)
            self.assertEqual(self.site.ask(kept, "ping", 1), [1])
            self.assertIs(kept.sock, socket_before)
            kept.close()

    def replace_certificate(self) -> None:
        """Give the site another certificate and key, of another authority."""
        certificate, key = Authority(self.site.folder / "other").issue("localhost")
        shutil.copy(certificate, self.site.settings.cert)
        shutil.copy(key, self.site.settings.key)

    def test_hangup_unusable(self) -> None:
        """What SIGHUP finds broken is named, and the server goes on with what it had."""
        with self.site.server() as server:
            before = self.site.certificate()
            Path(self.site.settings.key).write_text("no key")
            server.hang_up()
            server.wait_for("what was read before stays in force")
            self.assertIn(f"[communication] key: {self.site.settings.key}", server.said())
            self.assertNotIn("Traceback", server.said())
            self.assertEqual(self.site.certificate(), before)
            self.assertEqual(self.site.call("ping"), [])

    def test_hangup_settings(self) -> None:
        """Bounds of bcfg2.conf count from SIGHUP on."""
        with self.site.server() as server:
            self.site.call("ping", "x" * 5000)
            self.site.set("bcfg2tw", "max_body = 4k")
            server.hang_up()
            error = self.assertRaises(AssertionError, self.site.call, "ping", "x" * 5000)
            self.assertEqual(str(error), "413")

    def test_hangup_balancers(self) -> None:
        """So do balancers: one that is named no more can claim nobody's address any more."""
        before = self.site.conf.read_text()
        with self.site.server() as server:
            self.site.set("server", "proxy_from = 127.0.0.1")
            server.hang_up()
            self.assertEqual(self.ping_by_balancer(), [])
            self.site.conf.write_text(before)
            server.hang_up()
            self.assertRaises(OSError, self.ping_by_balancer)
            self.assertEqual(self.site.call("ping"), [])

    def ping_by_balancer(self) -> Any:
        """Make a call of localhost's as a balancer hands it on."""
        with socket.create_connection(("127.0.0.1", self.site.port)) as plain:
            plain.sendall(b"PROXY TCP4 127.0.0.1 127.0.0.1 40000 6789\r\n")
            connection = self.site.connection_over(plain)
            self.addCleanup(connection.close)
            return self.site.ask(connection, "ping")

    def test_notices(self) -> None:
        """Options of old files that mean nothing here get a sentence with twistd's option."""
        self.site.set("server", "user = root\ngroup = root\numask = 0077\npidfile = /run/bcfg2.pid")
        self.site.set("server", "backend = multiprocessing\nchildren = 1\nfilemonitor = gamin")
        with self.site.server() as server:
            said = server.said()
        for key, switch in (
            ("user", "--uid"), ("group", "--gid"), ("umask", "--umask"), ("pidfile", "--pidfile"),
        ):  # fmt: skip
            self.assertIn(
                f"[server] {key} has no effect: give twistd {switch}, before bcfg2-core", said
            )
        self.assertIn("7 plugins, 1 worker", said)
        self.assertIn("[server] filemonitor = gamin: this is none of", said)

    def test_oldest_clients(self) -> None:
        """
        A client that offers TLS 1.0 alone is refused, and the log has the line that admits it;
        with that line it is served.
        """
        with self.site.server() as server:
            for _ in range(2):
                self.assertRaises(SSL.Error, call_by_tls_1_0, self.site)
            server.wait_for("[communication] protocol = xmlrpc/tlsv1")
            self.assertEqual(server.said().count("[communication] protocol = xmlrpc/tlsv1"), 1)
        conf = self.site.conf.read_text()
        self.site.conf.write_text(conf.replace("xmlrpc/ssl", "xmlrpc/tlsv1"))
        with self.site.server() as server:
            self.assertIn(b"200 OK", call_by_tls_1_0(self.site))
            self.assertIn("admits TLS 1.0, which is not safe", server.said())

    def test_all_interfaces(self) -> None:
        """With `--listen-all` the port is open on every address, IPv6 ones as well."""
        with self.site.server("--listen-all") as server:
            self.assertIn(f"https://0.0.0.0:{self.site.port}", server.said())
            socket.create_connection(("127.0.0.2", self.site.port)).close()

    def test_endpoints(self) -> None:
        """Endpoints take the place of the addresses of bcfg2.conf; each has TLS."""
        ports = free_port(self), free_port(self)
        endpoints = [f"--endpoint=tcp:{port}:interface=127.0.0.1" for port in ports]
        with self.site.server(*endpoints):
            self.assertRaises(OSError, self.site.call, "ping")
            for self.site.port in ports:
                self.assertEqual(self.site.call("ping", "x"), ["x"])


def call_by_tls_1_0(site: Site) -> bytes:
    """Make a call as a 1.4 client with default settings does; return what comes back."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_max_proto_version(SSL.TLS1_VERSION)
    body = call_of("ping")
    with socket.create_connection(("localhost", site.port)) as plain:
        connection = SSL.Connection(context, plain)
        connection.set_connect_state()
        connection.do_handshake()
        assert connection.get_protocol_version_name() == "TLSv1"
        connection.sendall(
            b"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Authorization: %s\r\nContent-Length: %d\r\n\r\n%s"
            % (basic("root", site.settings.password or "").encode(), len(body), body)
        )
        return bytes(connection.recv(65536))


class CompositionTests(TestCase):
    """`coreService` within an application."""

    timeout = 60

    def setUp(self) -> None:
        self.site = Site(self)

    def service(self, site: Site) -> Any:
        """Return a service of a site, which is stopped after the test."""
        service: Any = coreService(reactor, site.settings)
        self.addCleanup(self.stop, service)
        return service

    def stop(self, service: Any) -> Deferred[None] | None:
        """Stop a service that runs."""
        stopped: Deferred[None] | None = service.stopService() if service.running else None
        return stopped

    def test_interface(self) -> None:
        """It is a service of Twisted's, and does nothing before it is started."""
        service = coreService(reactor, self.site.settings)
        verifyObject(IService, service)
        socket.create_server(("127.0.0.1", self.site.port)).close()

    async def test_two(self) -> None:
        """Two of them, with repositories of their own, serve in one process."""
        other = Site(self)
        groups = (other.folder / "repository/Metadata/groups.xml").read_text()
        (other.folder / "repository/Metadata/groups.xml").write_text(
            groups.replace("</Groups>", '<Group name="here-only"/></Groups>')
        )
        services = [self.service(site) for site in (self.site, other)]
        for service in services:
            service.startService()
        cores = [await service.started for service in services]
        self.assertNotIn("here-only", cores[0].metadata.group_names())
        self.assertIn("here-only", cores[1].metadata.group_names())
        for site in (self.site, other):
            self.assertIn("GetConfig", await deferToThread(site.call, "listMethods"))

    async def test_again(self) -> None:
        """What was stopped leaves its port, and another one can serve."""
        for _ in range(2):
            service = self.service(self.site)
            service.startService()
            self.assertEqual(await deferToThread(self.site.call, "ping", 7), [7])
            await service.stopService()

    async def test_cannot_start(self) -> None:
        """Whoever waits learns why a core cannot start; calls are told to come back."""
        self.site.set("server", "plugins = Bundler")
        self.site.settings = Settings.from_file(str(self.site.conf))
        service = self.service(self.site)
        service.startService()
        reasons: list[Any] = []
        await service.started.addErrback(reasons.append)
        reasons[0].trap(CoreInitError)
        error = await self.assertFailure(deferToThread(self.site.call, "ping"), AssertionError)
        self.assertEqual(str(error), "503")

    async def test_stopped_at_once(self) -> None:
        """One that is stopped while it reads the repository ends in good order."""
        service = self.service(self.site)
        service.startService()
        await service.stopService()
        socket.create_server(("127.0.0.1", self.site.port)).close()
