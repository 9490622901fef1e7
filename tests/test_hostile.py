"""What a client can send that is wrong, to the real server: it answers, and is none the worse."""

from __future__ import annotations

import socket
import ssl
import time
import xmlrpc.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.network import basic, call_of, post
from tests.processes import ServerProcess
from tests.test_service import Site
from tests.test_xmlrpc_resource import BILLION_LAUGHS, EXTERNAL
from tests.waiting import PATIENCE_SECONDS

DEEP = 200_000
#: What Python and its allocator may keep of what was refused.
GROWTH_BYTES = 48 << 20

ENTITIES = BILLION_LAUGHS.decode().partition("<methodCall>")[0].partition("?>")[2].strip()
PROBE_BOMB = f"{ENTITIES.replace('lolz', 'probe-data')}<probe-data>&c;</probe-data>"
OUTSIDE = '<!DOCTYPE x [<!ENTITY p SYSTEM "file:///etc/passwd">]><x>&p;</x>'


def parameter(value: str) -> bytes:
    """Return a request with one parameter, written by hand."""
    return (
        "<methodCall><methodName>RecvProbeData</methodName><params><param><value>"
        f"{value}</value></param></params></methodCall>"
    ).encode()


class HostileTests(SynchronousTestCase):
    """Each test looks at the server's log and memory when it has ended."""

    def setUp(self) -> None:
        self.site = Site(self)
        conf = self.site.conf.read_text()
        self.site.conf.write_text(conf.replace("plugins = ", "plugins = Decisions,"))
        self.site.set("bcfg2tw", "body_timeout = 5\nheader_timeout = 5\nhandshake_timeout = 3")
        self.authorization = basic("root", self.site.settings.password or "")

    def send(self, request: bytes) -> bytes:
        """Send bytes over TLS and return all that comes back."""
        context = ssl.create_default_context(cafile=self.site.settings.ca)
        plain = socket.create_connection(("localhost", self.site.port), PATIENCE_SECONDS)
        with context.wrap_socket(plain, server_hostname="localhost") as secure:
            try:
                secure.sendall(request)
                return b"".join(iter(lambda: secure.recv(65536), b""))
            except OSError as error:
                return str(error).encode()

    def status(
        self, body: bytes, authorization: str | None = "own", length: int | None = None
    ) -> int:
        """Return the status of the answer to a request."""
        answer = self.send(
            post(
                body,
                Authorization=self.authorization if authorization == "own" else authorization,
                Content_Length=str(len(body) if length is None else length),
                Connection="close",
            )
        )
        self.assertTrue(answer.startswith(b"HTTP/1.1 "), answer[:200])
        self.assertNotIn(b"Traceback", answer)
        return int(answer.split()[1])

    def fault(self, name: str, *parameters: Any) -> tuple[int, str]:
        """Return code and text of the fault that a call leads to."""
        fault = self.assertRaises(xmlrpc.client.Fault, self.site.call, name, *parameters)
        self.assertNotIn("Traceback", fault.faultString)
        return fault.faultCode, fault.faultString

    def assert_unharmed(self, server: ServerProcess, before: int) -> None:
        """Check that the server goes on, has said what it has to say, and keeps nothing."""
        self.assertIn('<Bundle name="motd">', self.site.call("GetConfig"))
        self.assertNotIn("Traceback", server.said())
        self.assertLess(resident_bytes(server) - before, GROWTH_BYTES)

    def test_bodies(self) -> None:
        """What is no XML-RPC request is a 500."""
        with self.site.server() as server:
            self.site.call("GetConfig")
            before = resident_bytes(server)
            for body in bad_bodies():
                self.assertEqual(self.status(body), 500, body[:200])
            self.assert_unharmed(server, before)

    def test_documents(self) -> None:
        """Documents within a call that are broken, or want to hurt, are a fault."""
        with self.site.server() as server:
            self.site.call("GetConfig")
            before = resident_bytes(server)
            for document in bad_documents():
                self.assertIn(self.fault("RecvProbeData", document)[0], (1, -32500), document[:90])
                self.assertEqual(self.fault("RecvStats", document)[0], 1, document[:90])
            self.assert_unharmed(server, before)

    def test_announced(self) -> None:
        """A body of 10 GiB is refused when it is announced, whoever announces it."""
        with self.site.server() as server:
            before = resident_bytes(server)
            for authorization in (self.authorization, None):
                self.assertEqual(self.status(b"", authorization, 10 << 30), 413)
            self.assert_unharmed(server, before)

    def test_uploads(self) -> None:
        """Large uploads, many at once, leave memory as it was, and others are served meanwhile."""
        values = "<array><data>" + "<value><int>1</int></value>" * 290_000 + "</data></array>"
        entries = "<Package name='a' version='1' type='deb'/>" * 99_000
        report = f"<x><Statistics version='2.0' state='clean'>{entries}</Statistics></x>"
        with self.site.server() as server, ThreadPoolExecutor(12) as clients:
            self.site.call("GetConfig")
            before = resident_bytes(server)
            for body, status in (
                (parameter("x" * 60_000_000), 413),
                (parameter("x" * 7_900_000), 200),
                (parameter(values), 500),
                (call_of("RecvStats", report), 200),
            ):
                uploads = [clients.submit(self.status, body) for _ in range(8)]
                while not all(upload.done() for upload in uploads):
                    began = time.monotonic()
                    self.site.call("GetConfig")
                    self.assertLess(time.monotonic() - began, PATIENCE_SECONDS / 10)
                self.assertEqual({upload.result() for upload in uploads}, {status})
            self.assertIn('<Bundle name="motd">', self.site.call("GetConfig"))
            self.assertLess(resident_bytes(server) - before, 4 * GROWTH_BYTES)

    def test_credentials(self) -> None:
        """Credentials that cannot be read, or are wrong, are a 401."""
        with self.site.server() as server:
            before = resident_bytes(server)
            for value in (
                None, "Basic", "Basic !", "Basic cm9v", "Basic /////w==", "Bearer x",
                basic("root", "wrong"), basic("nobody\x00", "\x00"), "Basic " + "QUJD" * 3000,
            ):  # fmt: skip
                self.assertEqual(self.status(call_of("GetConfig"), value), 401)
            self.assert_unharmed(server, before)

    def test_names(self) -> None:
        """Unknown and private methods are fault -32601, whatever they are called."""
        with self.site.server() as server:
            before = resident_bytes(server)
            for name in (
                "Nothing", "_run", "__init__", "__class__", "shutdown", "authenticate",
                "load_plugins", "check_acls", "build_metadata", "critical_error", "metadata",
                "settings", "_get_rmi", "Metadata.add_client", "Metadata.__init__",
                "Metadata._expire", "system.multicall", "x" * 100_000,
            ):  # fmt: skip
                code, _ = self.fault(name)
                self.assertEqual(code, -32601, name[:90])
            self.assert_unharmed(server, before)

    def test_types(self) -> None:
        """Parameters of wrong number or type are faults of every method that takes some."""
        with self.site.server() as server:
            before = resident_bytes(server)
            for mode in (7, ["x"], "greylist"):
                self.assertEqual(self.site.call("GetDecisionList", mode), [])
            for name in (
                "DeclareVersion", "RecvProbeData", "RecvStats", "AssertProfile",
                 "methodHelp", "system.methodHelp", "Metadata.remove_client",
            ):  # fmt: skip
                self.assertEqual(self.fault(name)[0], 1, name)
                self.assertEqual(self.fault(name, "a", "b", "c", "d")[0], 1, name)
                for value in (7, None, True, 1.5, ["x"], {"x": "y"}, b"\xff\x00"):
                    code, _ = self.fault(name, value)
                    self.assertIn(code, (1, -32500), (name, value))
            for name in ("set_debug", "set_core_debug", "Metadata.set_debug"):
                self.assertEqual(self.fault(name, {"x": []})[0], 1, name)
            self.assert_unharmed(server, before)

    def test_broken_protocols(self) -> None:
        """What is no TLS, or no HTTP, is cut; so is a request that never ends."""
        with self.site.server() as server:
            before = resident_bytes(server)
            for noise in (b"GET / HTTP/1.0\r\n\r\n", bytes(range(256)) * 40, b"\x16\x03\x01\xff"):
                with socket.create_connection(("localhost", self.site.port), 20) as plain:
                    plain.sendall(noise)
                    self.assertNotIn(b"HTTP/", read_all(plain))
            for request in (
                b"\x00" * 100_000, b"POST / HTTP/9.9\r\n\r\n", b"POST\r\n\r\n", b"a b c\r\n" * 3,
                b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                b"POST / HTTP/1.1\r\nA:" + b"a" * 70_000, post(b"<methodCall>")[:-1],
            ):  # fmt: skip
                self.assertNotIn(b"200 OK", self.send(request), request[:60])
            self.assert_unharmed(server, before)


def bad_bodies() -> Iterator[bytes]:
    """Yield what is no XML-RPC request."""
    yield from (b"", b"no XML", b"<methodCall>", b"<methodCall/>", b"\xff\xfe\x00", b"\x00" * 9)
    yield from (BILLION_LAUGHS, EXTERNAL)
    yield b"<a>" * DEEP
    yield b"<a>" * DEEP + b"</a>" * DEEP
    yield parameter("<array><data><value>" * DEEP)
    yield b"<methodCall><methodName>GetConfig</methodName>" + b"<params>" * 50
    for value in (
        "<base64>abc</base64>", "<base64>!</base64>", "<int>x</int>", "<int></int>", "<i8>1.5</i8>",
        "<boolean>7</boolean>", "<dateTime.iso8601>never</dateTime.iso8601>",
        "<unknown>7</unknown>", "<struct><member><name>a</name></member></struct>",
        "<double>x</double>", f"<int>{'9' * 100_000}</int>",
    ):  # fmt: skip
        yield parameter(value)


def bad_documents() -> Iterator[str]:
    """Yield documents that cannot be read, or must not be."""
    yield from ("", "no XML", "<probe-data>", "<a/><b/>", "<x:a/>", PROBE_BOMB, OUTSIDE)
    yield "<a>" * DEEP
    yield "<a>" * DEEP + "</a>" * DEEP


def read_all(plain: socket.socket) -> bytes:
    """Read until the other side ends the connection."""
    received = b""
    try:
        while data := plain.recv(65536):
            received += data
    except ConnectionResetError:
        return received
    return received


def resident_bytes(server: ServerProcess) -> int:
    """Return how much memory a server has now."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096
