"""The PROXY protocol: whose word on a client's address counts, and what of it is taken."""

from __future__ import annotations

import base64
import os
import tempfile
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import reactor
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase, TestCase

from bcfg2tw.certificates.presented import certificate_refusal, peer_certificate
from bcfg2tw.certificates.revocations import CurrentRevocations
from bcfg2tw.errors import SettingsError
from bcfg2tw.serving.listening import CannotListen, listen, server_endpoints
from bcfg2tw.serving.proxied import HEADER_SECONDS, ProxiedFactory
from bcfg2tw.serving.proxy_header import (
    SIGNATURE,
    V2_BYTES,
    BadHeader,
    ProxyHeader,
    header_end,
    read_header,
)
from bcfg2tw.serving.proxy_tls import CERTIFICATE_BASE64
from bcfg2tw.settings import Settings
from bcfg2tw.settings.balancers import Balancers, balancers
from tests.network import an_authority, log_lines

BALANCER = IPv4Address("TCP", "192.0.2.10", 50000)
STRANGER = IPv4Address("TCP", "198.51.100.1", 50000)

V1 = b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 6789\r\n"


def v2(source: bytes = bytes([203, 0, 113, 7]), fields: bytes = b"", command: int = 0x21) -> bytes:
    """Return a header of version 2."""
    family = 0x11 if len(source) == 4 else 0x21
    body = source + bytes(len(source)) + (40000).to_bytes(2, "big") + bytes(2) + fields
    return SIGNATURE + bytes([command, family]) + len(body).to_bytes(2, "big") + body


class HeaderTests(SynchronousTestCase):
    def test_versions(self) -> None:
        """Both versions say who the client is; its address has the form that sockets give it."""
        mapped = bytes(10) + b"\xff\xff" + bytes([203, 0, 113, 7])
        long = b"PROXY TCP6 2001:DB8:0:0:0:0:0:7 ::1 40000 6789\r\n"
        six = bytes.fromhex("20010db8000000000000000000000007")
        for header, ip in (
            (V1, "203.0.113.7"), (v2(), "203.0.113.7"), (v2(mapped), "203.0.113.7"),
            (long, "2001:db8::7"), (v2(six), "2001:db8::7"),
        ):  # fmt: skip
            self.assertEqual(header_end(header + b"rest"), len(header))
            self.assertEqual(read_header(header), ProxyHeader(ip, 40000))
            for number in range(len(header)):
                self.assertIsNone(header_end(header[:number]))

    def test_fields(self) -> None:
        """What else a balancer says is there by its type."""
        header = read_header(v2(fields=b"\x02\x00\x03abc" + b"\xea\x00\x00"))
        self.assertEqual(header.fields, {2: b"abc", 0xEA: b""})

    def test_local(self) -> None:
        """A balancer may speak for itself."""
        self.assertIsNone(read_header(v2(command=0x20)).ip)

    def test_bad(self) -> None:
        """What cannot be understood, or names no client with an IP address, is refused."""
        unix = SIGNATURE + b"\x21\x31" + (216).to_bytes(2, "big") + bytes(216)
        for header in (
            b"PROXY UNKNOWN\r\n", b"PROXY TCP4 web1 192.0.2.1 40000 6789\r\n",
            b"PROXY TCP4 203.0.113.7 192.0.2.1 70000 6789\r\n", b"PROXY TCP4\r\n",
            b"PROXY TCP4 2001:db8::7 ::1 1 1\r\n", b"PROXY TCP4 1.2.3.4 1.2.3.4 -1 1\r\n",
            v2(command=0x22), v2(command=0x11), v2(fields=b"\x02\xff\xffabc"), v2(fields=b"\x02"),
            unix, SIGNATURE + b"\x21\x11\x00\x00",
        ):  # fmt: skip
            self.assertRaises(BadHeader, read_header, header)
        for data in (b"\x16\x03\x01", b"POST / HTTP/1.1", b"PROXY " + bytes(200)):
            self.assertRaises(BadHeader, header_end, data)
        too_long = SIGNATURE + b"\x21\x11" + V2_BYTES.to_bytes(2, "big")
        self.assertRaises(BadHeader, header_end, too_long)

    @given(st.binary(max_size=300), st.sampled_from([b"", SIGNATURE, V1[:10], v2()[:16]]))
    def test_anything(self, data: bytes, start: bytes) -> None:
        """Whatever comes, it is a header, not whole, or refused."""
        try:
            end = header_end(start + data)
            if end is not None:
                read_header((start + data)[:end])
        except BadHeader:
            pass


class Echo(Protocol):
    """The next stage: keeps who its peer is, and what came."""

    def connectionMade(self) -> None:
        self.received = b""
        self.is_lost = False

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, reason: Any = None) -> None:
        self.is_lost = True


class ConnectionTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.lines = log_lines(self)
        self.stages: list[Any] = []
        self.asked: list[Any] = []
        self.expected: set[object] = set()
        self.versions: list[str] = []
        self.is_full = False
        self.plain: list[Any] = []
        self.revocations = CurrentRevocations()
        self.settings = Settings(
            proxy_from=balancers("192.0.2.10 unix"), proxy_tls_from=balancers("192.0.2.20")
        )
        self.factory = ProxiedFactory(self, self.revocations)

    # what is behind: a stage, and its site

    @property
    def site(self) -> Any:
        """The site, which is this as well."""
        return self

    @property
    def reactor(self) -> Any:
        """The clock."""
        return self.clock

    def buildProtocol(self, address: Any) -> Any:
        """Return a next stage."""
        return self.build(address)

    def build_plain(self, connection: Any) -> Any:
        """Return a next stage without TLS."""
        self.plain.append(connection)
        return self.build(connection.getPeer())

    def unregisterProtocol(self, connection: Any) -> None:
        """Note that a connection without TLS is gone."""
        self.plain.remove(connection)

    def note_version(self, version: str) -> None:
        """Keep the version."""
        self.versions.append(version)

    def expect(self, connection: object) -> None:
        """Note a connection that is still to come."""
        self.expected.add(connection)

    def expect_no_more(self, connection: object) -> None:
        """Note one that has come, or has gone."""
        self.expected.discard(connection)

    def build(self, address: Any) -> Echo | None:
        """Return a next stage, if there is room."""
        if self.is_full:
            return None
        self.asked.append(address)
        stage = Echo()
        self.stages.append(stage)
        return stage

    def test_other_settings(self) -> None:
        """When bcfg2.conf is read again other balancers may be named, and former ones none."""
        self.settings = Settings(proxy_from=balancers("198.51.100.1"))
        self.connect(STRANGER).dataReceived(V1)
        self.connect(BALANCER)
        self.assertEqual([address.host for address in self.asked], ["203.0.113.7", BALANCER.host])
        self.assertIsNone(self.factory.buildProtocol(UNIXAddress("/run/x")))

    def connect(self, peer: Any) -> Any:
        """Open a connection; its transport is kept."""
        self.transport = StringTransport(peerAddress=peer)
        protocol = self.factory.buildProtocol(peer)
        protocol.makeConnection(self.transport)
        return protocol

    def test_balancer(self) -> None:
        """The next stage begins when the header is there, with the client as its peer."""
        for header in (V1, v2()):
            protocol = self.connect(BALANCER)
            for number in range(len(header)):
                self.assertEqual(self.expected, {protocol})
                protocol.dataReceived(header[number : number + 1])
            self.assertEqual(self.expected, set())
            protocol.dataReceived(b"a")
            protocol.dataReceived(header)  # now it is the client that speaks
            stage = self.stages.pop()
            self.assertEqual(stage.received, b"a" + header)
            peer = IPv4Address("TCP", "203.0.113.7", 40000)
            self.assertEqual(stage.transport.getPeer(), peer)
            self.assertEqual(self.asked.pop(), peer)
            stage.transport.write(b"answer")
            self.assertEqual(self.transport.value(), b"answer")
            self.clock.advance(HEADER_SECONDS + 1)
            self.assertFalse(self.transport.disconnected)
            protocol.connectionLost()
            self.assertTrue(stage.is_lost)

    def test_stranger(self) -> None:
        """Nobody else is asked for a header; one that is sent is the client's own data."""
        protocol = self.connect(STRANGER)
        protocol.dataReceived(V1)
        self.assertEqual(self.stages[0].received, V1)
        self.assertEqual(self.stages[0].transport.getPeer(), STRANGER)
        self.assertEqual(self.asked, [STRANGER])

    def test_no_header(self) -> None:
        """A balancer that sends none is cut off, which is said once."""
        for _ in range(2):
            protocol = self.connect(BALANCER)
            protocol.dataReceived(b"\x16\x03\x01\x02\x00")
            self.assertTrue(self.transport.disconnected)
            protocol.dataReceived(V1)
            protocol.connectionLost()
        self.assertEqual(self.asked, [])
        self.assertEqual(sum("[server] proxy_from" in line for line in self.lines), 1)

    def test_silent(self) -> None:
        """So is one that sends nothing in time, as balancers do to look whether anybody listens."""
        protocol = self.connect(BALANCER)
        protocol.dataReceived(V1[:10])
        self.clock.advance(HEADER_SECONDS)
        self.assertTrue(self.transport.disconnected)
        protocol.connectionLost()
        self.assertEqual((self.asked, self.lines, self.expected), ([], [], set()))

    def test_local(self) -> None:
        """A balancer that speaks for itself is a peer like others, if it has an address."""
        self.connect(BALANCER).dataReceived(v2(command=0x20) + b"x")
        self.assertEqual(self.stages[0].transport.getPeer(), BALANCER)
        self.connect(UNIXAddress("")).dataReceived(v2(command=0x20) + b"x")
        self.assertEqual(len(self.stages), 1)
        self.connect(UNIXAddress("")).dataReceived(v2())
        self.assertEqual(self.asked[-1].host, "203.0.113.7")
        self.clock.advance(HEADER_SECONDS)

    def test_room(self) -> None:
        """A connection for which there is no room is closed."""
        self.is_full = True
        self.connect(BALANCER).dataReceived(V1)
        self.assertTrue(self.transport.disconnecting)


def tls_field(
    flags: int = 0x07, failure: int = 0, version: bytes = b"TLSv1.3", **fields: bytes
) -> bytes:
    """Return the field about TLS."""
    numbers = {"common_name": 0x22, "certificate": 0x28}
    inner = field(0x21, version)
    inner += b"".join(field(numbers[name], value) for name, value in fields.items())
    return field(0x20, bytes([flags]) + failure.to_bytes(4, "big") + inner)


def field(number: int, value: bytes) -> bytes:
    """Return a field."""
    return bytes([number]) + len(value).to_bytes(2, "big") + value


class EndedTLSTests(ConnectionTests):
    """Balancers that end TLS, and those that do not."""

    def setUp(self) -> None:
        super().setUp()
        self.tls_balancer = IPv4Address("TCP", "192.0.2.20", 50000)
        path, _ = an_authority(self).issue("web1")
        self.certificate = x509.load_pem_x509_certificate(path.read_bytes())
        self.der = self.certificate.public_bytes(Encoding.DER)

    def handed_on(self, fields: bytes) -> Any:
        """Return the transport of a connection on which a header with fields came."""
        protocol = self.connect(self.tls_balancer)
        protocol.dataReceived(v2(fields=fields) + b"POST")
        self.assertEqual(self.stages[-1].received, b"POST")
        return self.stages[-1].transport

    def test_certificate(self) -> None:
        """A certificate that is handed on, in either form, is the client's."""
        encoded = field(CERTIFICATE_BASE64, base64.b64encode(self.der))
        for fields in (
            tls_field(certificate=self.der), tls_field(common_name=b"other") + encoded
        ):  # fmt: skip
            transport = self.handed_on(fields)
            self.assertEqual(peer_certificate(transport), {"subject": ((("commonName", "web1"),),)})
            self.assertIsNone(certificate_refusal(transport))
        self.assertEqual(self.versions, ["TLSv1.3", "TLSv1.3"])

    def test_name(self) -> None:
        """So is a name alone."""
        transport = self.handed_on(tls_field(common_name=b"web1", version=b"x" * 9))
        self.assertEqual(peer_certificate(transport), {"subject": ((("commonName", "web1"),),)})
        self.assertIsNone(certificate_refusal(transport))
        self.assertEqual(self.versions, ["other"])

    def test_none(self) -> None:
        """A client without a certificate has none, whatever else is said."""
        transport = self.handed_on(tls_field(flags=0x01, common_name=b"web1"))
        self.assertIsNone(peer_certificate(transport))

    def test_gone(self) -> None:
        """It is counted while it lasts."""
        transport = self.handed_on(tls_field(flags=0x01))
        self.assertEqual(self.plain, [transport])
        transport.connectionLost()
        self.assertEqual(self.plain, [])

    def test_refused(self) -> None:
        """Without TLS at the balancer, or with what it did not find good, nobody is let in."""
        for fields in (
            b"", tls_field(flags=0x00), tls_field(failure=18, certificate=self.der),
            tls_field(certificate=b"x"), field(0x20, b"\x01"), tls_field(common_name=b"\xff"),
            tls_field() + field(CERTIFICATE_BASE64, b"!"),
        ):  # fmt: skip
            protocol = self.connect(self.tls_balancer)
            protocol.dataReceived(v2(fields=fields) + b"POST")
            self.assertTrue(self.transport.disconnected, fields)
            protocol.connectionLost()
        self.assertEqual(self.asked, [])

    def test_other_balancer(self) -> None:
        """The word of one that does not end TLS counts for addresses alone."""
        protocol = self.connect(BALANCER)
        protocol.dataReceived(v2(fields=tls_field(certificate=self.der)) + b"hello")
        self.assertEqual(self.plain, [])
        self.assertIsNone(self.stages[0].transport.handed_on)


class BalancersTests(SynchronousTestCase):
    def test_addresses(self) -> None:
        """Balancers are addresses and networks, of sockets for both families as well."""
        some = balancers("192.0.2.10, 2001:db8::/64")
        for host, is_one in (
            ("192.0.2.10", True), ("::ffff:192.0.2.10", True), ("2001:db8::7", True),
            ("192.0.2.11", False), ("2001:db8:1::7", False), ("fe80::1%eth0", False),
        ):  # fmt: skip
            kind = IPv6Address if ":" in host else IPv4Address
            self.assertEqual(some.has(kind("TCP", host, 1)), is_one, host)
        self.assertFalse(some.has(UNIXAddress("")))
        self.assertTrue(balancers("unix").has(UNIXAddress("")))
        self.assertFalse(Settings().proxy_from)
        self.assertEqual(Settings().proxy_from, Balancers())

    def test_refused(self) -> None:
        """Names, which others may change, and all addresses at once are refused."""
        for text in ("lb.example.com", "192.0.2.10/24", "0.0.0.0/0", "::/0"):
            self.assertRaises(ValueError, balancers, text)


class SocketTests(TestCase):
    """UNIX sockets, which a balancer on the same machine comes by."""

    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()
        self.addCleanup(os.rmdir, self.folder)

    def settings(self, description: str, **settings: Any) -> Settings:
        """Return settings with an endpoint."""
        return Settings(endpoints=(description,), **settings)

    def refusal(self, settings: Settings) -> str:
        """Return why an endpoint cannot be used."""
        error = self.assertRaises(SettingsError, server_endpoints, reactor, settings)
        return str(error)

    def test_unnamed(self) -> None:
        """A socket without a balancer has no addresses to know clients by."""
        self.assertIn(
            "[server] proxy_from = unix", self.refusal(self.settings(f"unix:{self.folder}/a"))
        )

    def test_open(self) -> None:
        """One that anybody could connect to would let anybody claim any address."""
        settings = self.settings(f"unix:{self.folder}/a", proxy_from=Balancers(unix=True))
        self.assertIn("unix:PATH:mode=660", self.refusal(settings))

    def test_believing(self) -> None:
        """Twisted's own endpoint believes anybody, and is refused with what to write instead."""
        self.assertIn("[server] proxy_from", self.refusal(self.settings("haproxy:tcp:6789")))

    async def test_private(self) -> None:
        """One that the balancer alone can connect to is listened on; changed rights are seen."""
        description = f"unix:{self.folder}/a:mode=660"
        settings = self.settings(description, proxy_from=Balancers(unix=True))
        async for port in listen(reactor, settings, Factory()):
            self.addCleanup(port.stopListening)
        self.assertEqual(os.stat(f"{self.folder}/a").st_mode & 0o777, 0o660)
        other = self.settings(f"unix:{self.folder}/b:mode=662", proxy_from=Balancers(unix=True))
        with self.assertRaises(CannotListen):
            async for _ in listen(reactor, other, Factory()):
                pass
