"""The listener of the pages of reports, and the pages as a resource of another site."""

from __future__ import annotations

import http.client
import importlib.util
import os
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from bcfg2tw.calls.failed_logins import FREE_FAILURES
from bcfg2tw.errors import SettingsError
from bcfg2tw.reporting.database import open_reports
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.reporting.web import streams
from bcfg2tw.reporting.web.resource import STREAMS
from bcfg2tw.serving import reports
from bcfg2tw.serving.listening import CannotListen
from bcfg2tw.serving.reports import CONNECTIONS, ReportsService, notices, page_addresses
from bcfg2tw.settings import Settings
from tests.network import an_authority, client_context, free_port, tls_settings
from tests.reporting.cases import START
from tests.reporting.test_storing import a_report
from tests.reporting.web.sites import a_users_file, login

T = TypeVar("T")
EXAMPLE = Path(__file__).parents[2] / "docs/examples/mount_reports.py"
PATIENCE_SECONDS = 20

tcp: Any = reactor


class Reply:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = dict(response.getheaders())
        self.body = response.read()


class ListenerTestCase(TestCase):
    """A listener on a port of its own, with a database that has a host."""

    timeout = 60

    def serve(self, **settings: Any) -> ReportsService:
        """Return a listener that serves."""
        self.port = free_port(self)
        values = {
            "plugins": ("Reporting",),
            "web_listen": (("127.0.0.1", self.port),),
            "db_url": f"sqlite:///{os.path.abspath(self.mktemp())}",
            **settings,
        }
        self.settings = Settings(**values)
        database = open_reports(self.settings)
        self.addCleanup(database.close)
        ReportStore(database).add([a_report('<Package name="p" version="1"/>', "web1")])
        service = ReportsService(reactor, self.settings)
        service.startService()
        self.addCleanup(service.stopService)
        return service

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection to the listener; in a thread."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Deferred[Reply]:
        """Ask for an address."""
        return deferToThread(self._get, address, headers or {})

    def _get(self, address: str, headers: Mapping[str, str]) -> Reply:
        connection = self.connect()
        try:
            connection.request("GET", address, headers=dict(headers))
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def speak(self, data: bytes) -> Deferred[bytes]:
        """Send bytes, and return all that comes back until the end."""

        def run() -> bytes:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as peer:
                peer.sendall(data)
                answer = b""
                while part := peer.recv(65536):
                    answer += part
                return answer

        return deferToThread(run)


class PlainTests(ListenerTestCase):
    """Without TLS, as it is on a loopback address."""

    async def test_pages(self) -> None:
        """Pages, lists and errors are served; HEAD is answered without a body."""
        self.serve()
        page = await self.get("/clients")
        self.assertEqual(page.status, 200)
        self.assertIn(b"web1", page.body)
        listed = await self.get("/clients.csv?class=silent,failed,dirty")
        self.assertIn(b"web1,", listed.body)
        self.assertEqual((await self.get("/nothing")).status, 404)
        for address in (b"/clients", b"/clients.csv", b"/api/1/export"):
            answer = await self.speak(
                b"HEAD " + address + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"), answer[:99])
            self.assertTrue(answer.endswith(b"\r\n\r\n"), answer[-99:])

    async def test_prefix(self) -> None:
        """Below a prefix; the root leads there, all else is not ours."""
        self.serve(web_prefix="/reports")
        self.assertEqual((await self.get("/reports/clients")).status, 200)
        self.assertEqual((await self.get("/reports")).status, 200)
        root = await self.get("/")
        self.assertEqual((root.status, root.headers["Location"]), (302, "/reports/"))
        for address in ("/clients", "/reportsclients", "/reports%2f..%2fclients"):
            self.assertEqual((await self.get(address)).status, 404, address)

    async def test_hostile(self) -> None:
        """What is too large is refused before it comes; nothing of it breaks the listener."""
        self.serve()
        start = b"POST /expire HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        for request, status in (
            (start + b"Content-Length: 10000000\r\n\r\n" + b"x" * 100_000, b"413"),
            (start + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", b"413"),
            (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
             b"414"),
            (b"GET /%ff%00%f0 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"404"),
            (b"GET http://x/clients HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
             b"404"),
            (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", b"4"),
            (b"nonsense\r\n\r\n", b"400"),
        ):  # fmt: skip
            answer = await self.speak(request)
            self.assertTrue(answer.startswith(b"HTTP/1.1 " + status), (request[:50], answer[:50]))
        self.assertEqual((await self.get("/clients")).status, 200)

    async def test_silent_connections(self) -> None:
        """Connections on which nothing happens give way to those that ask."""
        self.serve()
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(CONNECTIONS)]
        try:
            await self.get("/clients")
            self.assertEqual((await self.get("/clients")).status, 200)
        finally:
            for peer in silent:
                peer.close()

    async def test_many(self) -> None:
        """Many who ask at a time are all answered, or told to come back."""
        self.serve()
        replies = await gatherResults([self.get("/clients") for _ in range(20)])
        self.assertEqual({reply.status for reply in replies}, {200})

    async def test_prepared(self) -> None:
        """Pages are served while they are prepared, and afterwards."""
        self.patch(reports, "PREPARE_SECONDS", 0.0)
        self.serve()
        for _ in range(3):
            self.assertEqual((await self.get("/")).status, 200)

    async def test_port_in_use(self) -> None:
        """A port that is in use is told with its option."""
        self.serve()
        service = ReportsService(reactor, self.settings)
        with self.assertRaises(CannotListen) as raised:
            service.privilegedStartService()
        self.assertEqual(
            str(raised.exception),
            f"port {self.port} on 127.0.0.1 is in use: stop the other server, or choose another "
            "port in [reporting] web_listen",
        )


class LoginTests(ListenerTestCase):
    """With a file of users."""

    async def test_late(self) -> None:
        """Wrong passwords are answered later and later; the right one is heard all the same."""
        self.serve(web_users=a_users_file(self), max_login_delay_seconds=2.0)
        self.assertEqual((await self.get("/clients")).status, 401)
        self.assertEqual((await self.get("/clients", login("bob"))).status, 200)
        for _ in range(FREE_FAILURES):
            self.assertEqual((await self.get("/", login("bob", "wrong"))).status, 401)
        began = time.monotonic()
        late = self.get("/", login("bob", "wrong"))
        self.assertEqual((await self.get("/clients", login("bob"))).status, 200)
        self.assertEqual((await late).status, 401)
        self.assertGreater(time.monotonic() - began, 0.15)

    async def test_flood(self) -> None:
        """Who tries many passwords at a time is told to wait; who is in stays in."""
        self.serve(web_users=a_users_file(self), max_login_delay_seconds=3.0)
        self.assertEqual((await self.get("/clients", login("bob"))).status, 200)
        for _ in range(FREE_FAILURES + 3):
            await self.get("/", login("bob", "wrong"))
        flood = [self.get("/", login("ann", f"wrong {number}")) for number in range(40)]
        self.assertEqual((await self.get("/clients", login("bob"))).status, 200)
        statuses = [reply.status for reply in await gatherResults(flood)]
        self.assertLessEqual(set(statuses), {401, 429, 503})
        self.assertIn(429, statuses)


class TlsTests(ListenerTestCase):
    async def test_tls(self) -> None:
        """Over TLS with the server's certificate; browsers are asked for none of theirs."""
        authority = an_authority(self)
        files = tls_settings(self, authority)
        self.serve(key=files.key, cert=files.cert, ca=files.ca, web_tls="yes")

        context = client_context(authority)
        context.check_hostname = False  # it is issued to a name

        def run() -> Reply:
            connection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, context=context, timeout=PATIENCE_SECONDS
            )
            connection.request("GET", "/clients")
            try:
                return Reply(connection.getresponse())
            finally:
                connection.close()

        reply = await deferToThread(run)
        self.assertEqual(reply.status, 200)
        with self.assertRaises((ssl.SSLError, OSError, http.client.HTTPException)):
            await self.get("/clients")

    def test_addresses(self) -> None:
        """TLS is for whatever is no loopback address, unless bcfg2.conf says otherwise."""
        listen = (("127.0.0.1", 80), ("::1", 81), ("192.0.2.1", 82))
        settings = Settings(web_listen=listen, web_users="/x", web_prefix="/r")
        self.assertEqual(
            page_addresses(settings),
            ["http://127.0.0.1:80/r/", "http://[::1]:81/r/", "https://192.0.2.1:82/r/"],
        )

    def test_notices(self) -> None:
        """Passwords in the clear, and pages that nothing is written for, are mentioned."""
        settings = Settings(
            web_listen=(("127.0.0.1", 80), ("192.0.2.1", 82)), web_users="/x", web_tls="no"
        )
        self.assertEqual(
            notices(settings),
            [
                "[reporting] web_listen: passwords for 192.0.2.1:82 cross the network in the "
                "clear; remove web_tls = no, unless only a proxy on a trusted network gets there",
                "[reporting] web_listen: Reporting is not in [server] plugins, so nothing new "
                "will be shown: add it there",
            ],
        )

    def test_refused(self) -> None:
        """A listener for everybody, without users, is not made."""
        settings = Settings(web_listen=(("0.0.0.0", 80),))
        self.assertRaises(SettingsError, ReportsService, reactor, settings)


class StreamTests(ListenerTestCase):
    """Answers that are made while they are read."""

    def fill(self) -> None:
        """Store more than a socket's buffers hold."""
        bad = "".join(
            f'<Package name="p{number}-{"x" * 400}" version="1"/>' for number in range(5000)
        )
        database = open_reports(self.settings)
        self.addCleanup(database.close)
        reports = [a_report(bad, f"host{number}", START + number) for number in range(8)]
        ReportStore(database).add(reports)

    async def test_slow_reader(self) -> None:
        """Who reads slowly gets all of it, and the server holds no more than a part."""
        self.serve()
        self.fill()

        def run() -> bytes:
            connection = self.connect()
            connection.request("GET", "/api/1/export")
            response = connection.getresponse()
            time.sleep(0.3)
            parts = []
            while part := response.read(1 << 20):
                parts.append(part)
                time.sleep(0.01)
            connection.close()
            return b"".join(parts)

        answer = await deferToThread(run)
        self.assertGreater(len(answer), 10_000_000)
        self.assertIn(b'"kind":"end"', answer[-200:])

    async def test_readers_that_stop(self) -> None:
        """Who leaves, or reads nothing more, keeps neither thread nor connection for long."""
        self.patch(streams, "PATIENCE_SECONDS", 5.0)  # so that all stop within, beside other tests
        self.serve()
        self.fill()
        request = b"GET /api/1/export HTTP/1.1\r\nHost: localhost\r\n\r\n"
        peers = []
        for _ in range(STREAMS):
            peer = socket.create_connection(("127.0.0.1", self.port))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.sendall(request)
            peers.append(peer)
        await self._until(lambda reply: reply.status == 503)
        peers.pop().close()
        await self._until(lambda reply: reply.status == 200)
        for peer in peers:
            peer.close()

    async def _until(self, is_so: Callable[[Reply], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_so(await self.get("/clients.csv")):
            self.assertLess(time.monotonic(), end)
            await deferToThread(time.sleep, 0.05)


class MountedTests(ListenerTestCase):
    """`docs/examples/mount_reports.py`."""

    async def test_mounted(self) -> None:
        """The pages are a resource that another site can have below a path."""
        spec = importlib.util.spec_from_file_location("mount_reports", EXAMPLE)
        assert spec is not None and spec.loader is not None
        example: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(example)
        conf = os.path.abspath(self.mktemp())
        with open(conf, "w") as stream:
            stream.write(f"[database]\nengine = sqlite3\nname = {conf}.sqlite\n")
        site = example.pages(conf)
        self.addCleanup(site.resource.children[b"reports"].close)
        port = tcp.listenTCP(0, site, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.port = port.getHost().port
        self.assertEqual((await self.get("/reports/clients")).status, 200)
        self.assertIn(b'href="/reports/', (await self.get("/reports/")).body)
        self.assertEqual((await self.get("/reports/nothing")).status, 404)
