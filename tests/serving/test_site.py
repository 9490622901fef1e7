"""Deadlines, bounds and whole conversations, over TLS where that matters."""

from __future__ import annotations

import http.client
import socket
import ssl
import statistics
import time
import tracemalloc
import xmlrpc.client
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import Any

from OpenSSL import SSL
from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import BufferingTLSTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase, TestCase
from twisted.web.http import HTTPChannel
from zope.interface import implementer

from bcfg2tw import xmlrpc_resource
from bcfg2tw.auth import ServerContext
from bcfg2tw.calls.failed_logins import FREE_FAILURES
from bcfg2tw.pool import CorePool
from bcfg2tw.serving.bounded_tls import LEAVING, SILENCE_SECONDS, tls_factory
from bcfg2tw.serving.listening import BACKLOG
from bcfg2tw.serving.site import CLOSING_SECONDS, GRACE_SECONDS, CoreRequest, CoreSite
from bcfg2tw.settings import Settings
from bcfg2tw.xmlrpc_resource import CoreResource
from tests.doubles import ManualPool, RecordingCore
from tests.full_disk import files_limited_to
from tests.network import (
    SERVER,
    an_authority,
    basic,
    call_of,
    client_context,
    client_side,
    log_lines,
    post,
    tls_settings,
)

PEER = IPv4Address("TCP", "192.0.2.7", 40000)
REQUEST = post(call_of("GetConfig"))
PATIENCE_SECONDS = 20

#: What the scheduler of a busy machine may add.
MEASURING_ERROR_SECONDS = 0.02

HALF_A_HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(100)

tcp: Any = reactor


def no_memory(*_: object) -> None:
    """Do what anything does where there is no memory for it."""
    raise MemoryError


class DeadlineTests(SynchronousTestCase):
    """Deadlines, which nothing that a slow peer sends can extend."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.pool = ManualPool(is_holding=True)
        self.settings = Settings(
            handshake_timeout_seconds=10,
            header_timeout_seconds=20,
            body_timeout_seconds=120,
            idle_timeout_seconds=30,
        )
        self.core = RecordingCore()
        resource = CoreResource(self.core, self.pool, self.settings)
        self.site = CoreSite(resource, self.settings, self.clock)
        self.transport = StringTransport(peerAddress=PEER)
        self.channel = self.site.buildProtocol(PEER)
        self.channel.makeConnection(self.transport)

    def answer(self, request: bytes = REQUEST) -> None:
        """Make a request and have it answered."""
        self.channel.dataReceived(request)
        self.pool.release()
        self.clock.advance(0)

    def assert_cut_after(self, seconds: float) -> None:
        """Check that the connection is cut after a time, and not before."""
        self.clock.advance(seconds - 0.5)
        self.assertFalse(self.transport.disconnected)
        self.clock.advance(1)
        self.assertTrue(self.transport.disconnected)

    def test_silence(self) -> None:
        """A connection that sends nothing is cut."""
        self.assert_cut_after(20)

    def test_header(self) -> None:
        """A header that comes byte by byte is cut off in its midst."""
        for number in range(19):
            self.channel.dataReceived(REQUEST[number : number + 1])
            self.clock.advance(1)
        self.assert_cut_after(1)

    def test_header_lines(self) -> None:
        """So is one that comes line by line."""
        lines = REQUEST.partition(b"\r\n\r\n")[0].splitlines(keepends=True)
        for line in lines:
            self.channel.dataReceived(line)
            self.clock.advance(4)
        self.assert_cut_after(20 - 4 * len(lines))

    def test_body(self) -> None:
        """A body that comes byte by byte is cut off, too."""
        request = post(call_of("GetConfig", "x" * 1000))
        self.channel.dataReceived(request[:-1000])
        self.clock.advance(0)
        self.pool.release()
        for _ in range(100):
            self.channel.dataReceived(b"x")
            self.clock.advance(1)
        self.assert_cut_after(20)

    def test_slow_authentication(self) -> None:
        """The time that the server takes to check credentials is not the client's."""
        request = post(call_of("GetConfig", "x" * 1000))
        self.channel.dataReceived(request[:-1000])
        self.clock.advance(0)
        self.clock.advance(1000)
        self.pool.release()
        self.assert_cut_after(120)

    def test_request_at_the_end(self) -> None:
        """A request that crosses the end of the service is not taken, and holds nothing up."""
        self.answer()
        drained = self.site.drain()
        self.assertTrue(self.transport.disconnecting)
        self.assertIsNone(self.transport.producer)
        self.channel.dataReceived(REQUEST)
        self.clock.advance(0)
        self.assertEqual(self.pool.waiting, 0)
        self.assert_cut_after(CLOSING_SECONDS)
        self.channel.connectionLost(Failure(ConnectionAborted()))
        self.successResultOf(drained)

    def test_request_on_its_way(self) -> None:
        """At the end of the service a request that is on its way is answered, and is the last."""
        drained = self.site.drain()
        self.clock.advance(GRACE_SECONDS - 0.5)
        self.assertFalse(self.transport.disconnecting)
        self.answer()
        self.assertIn(b"Connection: close", self.transport.value())
        self.assertIn(b"<methodResponse>", self.transport.value())
        self.assertTrue(self.transport.disconnecting)
        self.channel.connectionLost(Failure(ConnectionAborted()))
        self.successResultOf(drained)

    def test_request_in_part(self) -> None:
        """So is one of which a part is there, of its header or of its body."""
        for number in (40, len(REQUEST) - 5):
            self.setUp()
            self.channel.dataReceived(REQUEST[:number])
            self.site.drain()
            self.clock.advance(GRACE_SECONDS + 1)
            self.channel.dataReceived(REQUEST[number:])
            while self.pool.waiting:
                self.pool.release()
                self.clock.advance(0)
            self.assertIn(b"<methodResponse>", self.transport.value())
            self.assertTrue(self.transport.disconnecting)

    def test_no_request(self) -> None:
        """A connection that sends none is not waited for."""
        self.site.drain()
        self.assert_cut_after(GRACE_SECONDS)

    def test_shed(self) -> None:
        """Who is sent elsewhere gets answers, each on a connection of its own, until that ends."""
        self.site.shed(True)
        self.answer()
        self.assertTrue(self.transport.disconnecting)
        self.site.shed(False)
        self.channel = self.site.buildProtocol(PEER)
        self.transport = StringTransport(peerAddress=PEER)
        self.channel.makeConnection(self.transport)
        self.answer()
        self.assertFalse(self.transport.disconnecting)

    def test_call(self) -> None:
        """A call may take its time."""
        self.channel.dataReceived(REQUEST)
        self.clock.advance(10_000)
        self.pool.release()
        self.assertIn(b"200 OK", self.transport.value())

    def test_idle(self) -> None:
        """A connection that is kept for nothing is cut."""
        self.answer()
        self.assert_cut_after(30)

    def test_next_header(self) -> None:
        """A further request has the time of a header, from its first byte on."""
        self.answer()
        self.clock.advance(25)
        self.channel.dataReceived(REQUEST[:1])
        self.clock.advance(10)
        self.channel.dataReceived(REQUEST[1:2])
        self.assert_cut_after(10)

    def test_many_requests(self) -> None:
        """A connection that is used is kept however long it is used."""
        for _ in range(100):
            self.answer()
            self.clock.advance(29)
        self.assertFalse(self.transport.disconnected)
        self.assertEqual(len(self.core.called), 100)
        self.assertLess(len(self.clock.getDelayedCalls()), 2)

    def test_pipelined(self) -> None:
        """Requests that come at once are answered one after the other."""
        self.channel.dataReceived(REQUEST * 3)
        for answered in range(3):
            self.assertEqual(self.transport.value().count(b"200 OK"), answered)
            self.pool.release()
        self.assertEqual(self.transport.value().count(b"200 OK"), 3)
        self.assert_cut_after(30)

    def test_unread_answer(self) -> None:
        """A client may take as long to read a large answer as to send one, and is idle then."""
        self.channel.dataReceived(REQUEST)
        self.channel.pauseProducing()  # as the transport does when its buffer is full
        self.pool.release()
        self.clock.advance(119)
        self.assertFalse(self.transport.disconnected)
        self.channel.resumeProducing()
        self.assert_cut_after(30)

    def test_never_read_answer(self) -> None:
        """A client that does not read its answer is cut."""
        self.channel.dataReceived(REQUEST)
        self.channel.pauseProducing()
        self.pool.release()
        self.assert_cut_after(120)

    def test_refused(self) -> None:
        """A client that was refused has the time to notice it, and no more."""
        self.answer(post(call_of("GetConfig"), Authorization=basic("root", "wrong")))
        self.assert_cut_after(30)

    def test_forgotten(self) -> None:
        """A connection that is lost leaves nothing behind, at whatever point."""
        for sent in (b"", REQUEST[:20], REQUEST[:-10], REQUEST):
            channel = self.site.buildProtocol(PEER)
            channel.makeConnection(StringTransport(peerAddress=PEER))
            channel.dataReceived(sent)
            channel.connectionLost(Failure(ConnectionError("gone")))
            self.clock.advance(0)
        self.channel.connectionLost()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class KeepAliveTests(SynchronousTestCase):
    """Which connections are kept."""

    def closes(self, request: bytes) -> bool:
        """Say whether the connection is closed after an answer."""
        settings = Settings()
        resource = CoreResource(RecordingCore(), ManualPool(), settings)
        transport = StringTransport(peerAddress=PEER)
        channel = CoreSite(resource, settings, Clock()).buildProtocol(PEER)
        channel.makeConnection(transport)
        channel.dataReceived(request)
        self.assertIn(b"200 OK", transport.value())
        return bool(transport.disconnecting)

    def test_kept(self) -> None:
        """HTTP/1.1 keeps a connection; `Connection: close` and HTTP/1.0 close it."""
        body = call_of("ping")
        self.assertFalse(self.closes(post(body)))
        self.assertTrue(self.closes(post(body, Connection="close")))
        self.assertTrue(self.closes(post(body, version="1.0")))


class BodyTests(SynchronousTestCase):
    """Bodies that are large enough to be counted."""

    def setUp(self) -> None:
        self.core = RecordingCore()
        self.settings = Settings(max_body_bytes=8 << 20, max_bodies_bytes=8 << 20)
        self.pool = ManualPool()
        self.clock = Clock()
        resource = CoreResource(self.core, self.pool, self.settings)
        self.site = CoreSite(resource, self.settings, self.clock)

    def connect(self, host: str) -> Any:
        """Return the channel of a new connection."""
        peer = IPv4Address("TCP", host, 40000)
        channel = self.site.buildProtocol(peer)
        channel.makeConnection(StringTransport(peerAddress=peer))
        return channel

    def announce(self, channel: Any, size: int) -> bytes:
        """Send the header of a request; return its body, which is still to come."""
        header, _, body = post(call_of("GetConfig", "x" * size)).partition(b"\r\n\r\n")
        channel.dataReceived(header + b"\r\n\r\n")
        self.clock.advance(0)
        return body

    def status(self, channel: Any) -> int | None:
        """Return the status of the answer, None without one."""
        answer = channel.transport.value()
        return int(answer.split()[1]) if answer else None

    def test_room(self) -> None:
        """A body that finds no room is not read until there is some, however long that takes."""
        first, second = self.connect("192.0.2.1"), self.connect("192.0.2.2")
        large, other = self.announce(first, 5 << 20), self.announce(second, 5 << 20)
        self.assertEqual(first.transport.producerState, "producing")
        self.assertEqual(second.transport.producerState, "paused")
        self.clock.advance(100)
        first.dataReceived(large)
        self.assertEqual(self.status(first), 200)
        self.assertEqual(second.transport.producerState, "producing")
        second.dataReceived(other)
        self.assertEqual(self.status(second), 200)
        self.assertEqual(self.core.called[1][1], "x" * (5 << 20))

    def test_more_room(self) -> None:
        """A larger bound counts as soon as it is read, for those too who wait already."""
        first, second = self.connect("192.0.2.1"), self.connect("192.0.2.2")
        self.announce(first, 5 << 20)
        body = self.announce(second, 5 << 20)
        self.assertEqual(second.transport.producerState, "paused")
        self.site.reload(replace(self.site.settings, max_bodies_bytes=64 << 20))
        self.assertEqual(second.transport.producerState, "producing")
        second.dataReceived(body)
        self.assertEqual(self.status(second), 200)

    def test_delay_is_read_again(self) -> None:
        """Another bound of the delay counts for the refusals after it was read."""
        wrong = post(call_of("ping"), Authorization=basic("root", "wrong"))
        for _ in range(FREE_FAILURES + 1):
            late = self.connect("192.0.2.1")
            late.dataReceived(wrong)
        self.assertIsNone(self.status(late))
        self.site.reload(replace(self.site.settings, max_login_delay_seconds=0))
        at_once = self.connect("192.0.2.1")
        at_once.dataReceived(wrong)
        self.assertEqual(self.status(at_once), 401)

    def test_small(self) -> None:
        """Small bodies wait for nothing."""
        self.announce(self.connect("192.0.2.1"), 7 << 20)
        other = self.connect("192.0.2.2")
        other.dataReceived(self.announce(other, 60_000))
        self.assertEqual(self.status(other), 200)

    def test_left(self) -> None:
        """The room of a client that leaves is free again, whether it waits, sends or is served."""
        for _ in range(20):
            sending, waiting = self.connect("192.0.2.1"), self.connect("192.0.2.1")
            body = self.announce(sending, 5 << 20)
            self.announce(waiting, 5 << 20)
            for channel in (waiting, sending):
                channel.dataReceived(b"")
                channel.connectionLost(Failure(ConnectionAborted()))
        self.pool.is_holding = True
        served = self.connect("192.0.2.1")
        self.announce(served, 5 << 20)
        self.pool.release()
        served.dataReceived(body)
        served.connectionLost(Failure(ConnectionAborted()))
        self.assertEqual(dict(self.site.resource._room.taken), {})

    def test_on_disk(self) -> None:
        """A large body stands on disk until a thread reads it."""
        self.pool.is_holding = True
        channel = self.connect("192.0.2.1")
        body = self.announce(channel, 5 << 20)
        self.pool.release()
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for begin in range(0, len(body), 1 << 16):
            channel.dataReceived(body[begin : begin + (1 << 16)])
        self.assertLess(tracemalloc.get_traced_memory()[0], 2 << 20)
        self.pool.release()
        self.assertEqual(self.status(channel), 200)

    def test_full_disk(self) -> None:
        """Where a body cannot be kept the client is to come back, and one line says why."""
        lines = log_lines(self)
        channel = self.connect("192.0.2.1")
        body = self.announce(channel, 5 << 20)
        with files_limited_to(1 << 16):
            for begin in range(0, len(body), 1 << 16):
                channel.dataReceived(body[begin : begin + (1 << 16)])
        self.assertEqual(self.status(channel), 503)
        self.assertEqual(lines, ["A body from 192.0.2.1 cannot be kept: [Errno 27] File too large"])

    def test_full_at_last(self) -> None:
        """So it is where only the last part finds no room."""
        channel = self.connect("192.0.2.1")
        body = self.announce(channel, 5 << 20)
        channel.dataReceived(body[:-10])
        with files_limited_to(1 << 16):
            channel.dataReceived(body[-10:])
        self.assertEqual(self.status(channel), 503)

    def test_no_memory(self) -> None:
        """So it is where there is no memory for a body; others are served meanwhile."""
        for method in ("write", "seek"):
            lines = log_lines(self)
            channel, other = self.connect("192.0.2.1"), self.connect("192.0.2.2")
            body = self.announce(channel, 5 << 20)
            patch = self.patch(SpooledTemporaryFile, method, no_memory)
            channel.dataReceived(body)
            self.assertEqual(self.status(channel), 503)
            patch.restore()
            self.assertEqual(len(lines), 1)
            self.assertTrue(lines[0].startswith("A body from 192.0.2.1 cannot be kept: there is"))
            other.dataReceived(self.announce(other, 5 << 20))
            self.assertEqual(self.status(other), 200)

    def test_no_memory_for_answer(self) -> None:
        """Where there is none for an answer either the connection is closed, and a line says so."""
        for owner, name in ((CoreRequest, "gotLength"), (HTTPChannel, "dataReceived")):
            channel = self.connect("192.0.2.1")
            patch = self.patch(owner, name, no_memory)
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                self.announce(channel, 5 << 20)
            patch.restore()
            self.assertTrue(channel.transport.disconnecting)
            self.assertEqual(len(logs.output), 1)
            self.assertIn("192.0.2.1 is closed with what it sends: there is no mem", logs.output[0])

    def test_no_memory_for_turn(self) -> None:
        """Where the call cannot even be handed to a thread its client is told to come back."""
        lines = log_lines(self)
        channel = self.connect("192.0.2.1")
        self.patch(xmlrpc_resource, "turn_of", no_memory)
        channel.dataReceived(self.announce(channel, 5 << 20))
        self.assertEqual(self.status(channel), 503)
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].startswith("192.0.2.1 is told to come back: there is no memory"))


class HeaderFloodTests(SynchronousTestCase):
    """Headers that are too large."""

    def test_refused(self) -> None:
        """Long lines, many lines and endless lines are refused, and not kept."""
        settings = Settings()
        site = CoreSite(CoreResource(RecordingCore(), ManualPool(), settings), settings, Clock())
        floods = (
            b"POST / HTTP/1.1\r\n" + b"A: " + b"b" * 20_000 + b"\r\n",
            b"POST / HTTP/1.1\r\n" + b"A: b\r\n" * 501 + b"\r\n",
            b"x" * 100_000,
        )
        for flood in floods:
            transport = StringTransport(peerAddress=PEER)
            channel = site.buildProtocol(PEER)
            channel.makeConnection(transport)
            channel.dataReceived(flood)
            self.assertTrue(transport.disconnecting)


class BadHeaderTests(SynchronousTestCase):
    """Headers that are none: found by `tests.fuzz.test_wire`."""

    def test_rest(self) -> None:
        """What comes after a header that was refused is not looked at, however it is cut."""
        settings = Settings()
        site = CoreSite(CoreResource(RecordingCore(), ManualPool(), settings), settings, Clock())
        for begin in (b"\r\nHost: x\r\n", b"POST / HTTP/1.1\r\n: x\r\n", b"a b\r\n", b"a b c\r\n"):
            transport = StringTransport(peerAddress=PEER)
            channel = site.buildProtocol(PEER)
            channel.makeConnection(transport)
            for data in (begin, b"Content-Length: 5\r\n", b"\r\n", b"12345"):
                channel.dataReceived(data)
            self.assertEqual(transport.value(), b"HTTP/1.1 400 Bad Request\r\n\r\n")
            self.assertTrue(transport.disconnecting)


@implementer(IReadDescriptor)
class TCPTransport(StringTransport):
    """A transport that TLS can be put on."""

    protocol: Any = None

    def connectionLost(self, reason: Failure) -> None:
        """Be closed, and tell the protocol."""
        self.disconnected = True
        self.protocol.connectionLost(reason)

    def fileno(self) -> int:
        """Have no descriptor."""
        return -1

    def doRead(self) -> None:
        """Read nothing: what comes is given to the protocol."""

    def logPrefix(self) -> str:
        """Return a name for the log."""
        return "-"

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Send at once: there is nothing to wait for here."""


class ListeningTests(SynchronousTestCase):
    """What stands before HTTP: the number of connections, and the handshake."""

    def setUp(self) -> None:
        self.clock = Clock()
        authority = an_authority(self)
        self.settings = tls_settings(self, authority, max_connections_per_address=2)
        self.pool = ManualPool()
        resource = CoreResource(RecordingCore(), self.pool, self.settings)
        self.site = CoreSite(resource, self.settings, self.clock)
        self.factory = tls_factory(self.site, ServerContext(self.settings))

    def accept(self, host: str) -> Any:
        """Accept a connection; None if it is refused."""
        address = IPv4Address("TCP", host, 40000)
        protocol = self.factory.buildProtocol(address)
        if protocol is not None:
            transport = TCPTransport(peerAddress=address)
            transport.protocol = protocol
            protocol.makeConnection(transport)
        return protocol

    def test_number(self) -> None:
        """
        An address has so many connections open: the one that is idle for longest goes for another.

        Other addresses are not concerned.
        """
        first, other, second, third = map(
            self.accept, ("192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.1")
        )
        self.assertTrue(first.transport.disconnected)
        self.assertFalse(second.transport.disconnected or third.transport.disconnected)
        self.assertEqual(dict(self.factory.connections), {"192.0.2.1": 2, "192.0.2.2": 1})
        first.connectionLost(Failure(ConnectionAborted()))
        self.assertEqual(dict(self.factory.connections), {"192.0.2.1": 2, "192.0.2.2": 1})
        self.accept("192.0.2.1")
        self.assertTrue(second.transport.disconnected)
        self.assertFalse(other.transport.disconnected)

    def test_in_use(self) -> None:
        """Where a call runs on each connection of an address, a further one is refused."""
        channels = [self.accept("192.0.2.1").wrappedProtocol for _ in range(2)]
        for channel in channels:
            self.pool.is_holding = True
            channel.dataReceived(REQUEST)
        self.assertIsNone(self.accept("192.0.2.1"))
        self.assertIsNotNone(self.accept("192.0.2.2"))
        self.pool.release()
        self.assertIsNotNone(self.accept("192.0.2.1"))

    def test_dripping(self) -> None:
        """Half a header makes no connection one that is in use."""
        first = self.accept("192.0.2.1")
        self.accept("192.0.2.1")
        first.wrappedProtocol.dataReceived(REQUEST[:60])
        self.accept("192.0.2.1")
        self.assertTrue(first.transport.disconnected)

    def test_failed_logins(self) -> None:
        """Connections whose refusal is late go as well: nobody holds them by guessing."""
        wrong = post(call_of("ping"), Authorization=basic("root", "wrong"))
        for _ in range(FREE_FAILURES + 1):
            late = self.accept("192.0.2.1")
            late.wrappedProtocol.dataReceived(wrong)
        self.accept("192.0.2.1")
        self.assertFalse(late.transport.disconnected)
        self.accept("192.0.2.1")
        self.assertTrue(late.transport.disconnected)

    def test_in_all(self) -> None:
        """There are so many connections in all; beyond, the one that is idle for longest goes."""
        self.site.settings = replace(self.settings, max_connections=3)
        accepted = [self.accept(f"192.0.2.{number}") for number in range(5)]
        cut = [protocol.transport.disconnected for protocol in accepted]
        self.assertEqual(cut, [True, True, False, False, False])

    def test_burst(self) -> None:
        """However many connections come at once, few more descriptors are held than may be."""
        self.site.settings = replace(self.settings, max_connections=3)
        for number in range(LEAVING * 2):
            self.accept(f"192.0.2.{number}")
            self.assertLessEqual(len(self.factory.protocols), 3 + LEAVING)
        self.assertEqual(len(self.factory.connections), 3)

    def test_complaints(self) -> None:
        """A bound that is reached is said once an hour, for each address, with the remedy."""
        lines = log_lines(self)
        self.site.settings = replace(self.settings, max_connections=4)
        for _ in range(2):
            for number in (1, 1, 1, 2, 3, 4, 5):
                self.accept(f"192.0.2.{number}")
        self.assertEqual(len(lines), 2, lines)
        self.assertIn("192.0.2.1 has 2 connections open", lines[0])
        self.assertIn("behind NAT for instance, raise [bcfg2tw] max_conn", lines[0])
        self.assertIn("4 connections are open", lines[1])
        self.assertIn("raise [bcfg2tw] max_connections", lines[1])
        self.clock.advance(SILENCE_SECONDS)
        for _ in range(3):
            self.accept("192.0.2.1")
        self.assertEqual(len([line for line in lines if "192.0.2.1 has" in line]), 2)

    def test_nothing_kept(self) -> None:
        """Addresses without a connection are forgotten."""
        for number in range(10):
            accepted = self.accept(f"192.0.2.{number}")
            self.assertEqual(dict(self.factory.connections), {f"192.0.2.{number}": 1})
            accepted.connectionLost(Failure(ConnectionError("gone")))
            self.assertEqual(dict(self.factory.connections), {})
        self.assertEqual(dict(self.factory.protocols), {})

    def test_handshake_deadline(self) -> None:
        """A handshake that drips is cut at its deadline."""
        protocol = self.accept("192.0.2.1")
        client = client_side()
        self.assertRaises(SSL.WantReadError, client.do_handshake)
        hello = client.bio_read(2**16)
        for number in range(9):
            protocol.dataReceived(hello[number : number + 1])
            self.clock.advance(1)
        self.assertFalse(protocol.transport.disconnected)
        self.clock.advance(1.5)
        self.assertTrue(protocol.transport.disconnected)

    def test_too_old(self) -> None:
        """Clients that are too old are named in the log, once for each address."""
        lines = log_lines(self)
        for _ in range(3):
            protocol = self.accept("192.0.2.1")
            client = client_side(_oldest)
            self.assertRaises(SSL.WantReadError, client.do_handshake)
            protocol.dataReceived(client.bio_read(2**16))
            self.assertTrue(protocol.transport.disconnecting)
            protocol.connectionLost(Failure(ConnectionError("gone")))
        advice = [line for line in lines if "protocol = xmlrpc/tlsv1" in line]
        self.assertEqual(len(advice), 1)
        self.assertIn("192.0.2.1", advice[0])


def _oldest(context: SSL.Context) -> None:
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_max_proto_version(SSL.TLS1_VERSION)


class LoopbackTests(TestCase):
    """Real sockets, real threads, and a client that is not ours."""

    def setUp(self) -> None:
        self.authority = an_authority(self)
        self.core = RecordingCore()
        self.pool = CorePool(reactor, Settings())
        self.clients = CorePool(reactor, Settings())
        for pool in (self.pool, self.clients):
            pool.start()
            self.addCleanup(pool.stop)
        self.listen(ca=str(self.authority.certificate), max_body_bytes=1_000_000)

    def listen(self, **settings: Any) -> None:
        """Serve on a port of the loopback interface."""
        made = tls_settings(self, self.authority, **settings)
        self.context = ServerContext(made)
        site = CoreSite(CoreResource(self.core, self.pool, made), made, reactor)
        self.factory = tls_factory(site, self.context)
        port: Any = tcp.listenTCP(0, self.factory, backlog=BACKLOG, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.port = port.getHost().port

    def connection(self, client: str | None = None) -> http.client.HTTPSConnection:
        """Return a connection, for use in another thread."""
        context = client_context(self.authority, client)
        context.check_hostname = False
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=context, timeout=PATIENCE_SECONDS
        )

    def ask(
        self,
        connection: http.client.HTTPSConnection,
        body: bytes,
        authorization: str | None = None,
    ) -> tuple[int, bytes]:
        """Return status and body of an answer; header and body are sent one after the other."""
        headers = {"Authorization": authorization or basic(), "Content-Type": "text/xml"}
        connection.request("POST", "/RPC2", body, headers)
        response = connection.getresponse()
        return response.status, response.read()

    async def all_closed(self) -> None:
        """Wait until the server has noticed that all its clients have left."""
        while self.factory.connections:
            await deferLater(tcp, 0.01)

    def calls(self, count: int) -> list[tuple[int, bytes]]:
        """Make calls over one connection."""
        connection = self.connection()
        try:
            return [self.ask(connection, call_of("ping", number)) for number in range(count)]
        finally:
            connection.close()

    async def test_kept_alive(self) -> None:
        """Many calls go over one connection."""
        answers = await self.clients.call(self.calls, 20)
        results = [xmlrpc.client.loads(body)[0][0] for _, body in answers]
        self.assertEqual(results, [[number] for number in range(20)])

    async def test_no_memory(self) -> None:
        """Where there is no memory to decrypt what a client sends its connection is closed."""

        def run_out(_: object) -> None:
            patch.restore()
            raise MemoryError

        patch = self.patch(BufferingTLSTransport, "_flushReceiveBIO", run_out)
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            try:
                await self.clients.call(self.calls, 1)
            except (OSError, http.client.HTTPException):
                pass
            else:
                self.fail("the connection is not closed")
        self.assertIn("127.0.0.1 is closed with what it sends: there is no memory", logs.output[0])
        self.assertEqual(len(await self.clients.call(self.calls, 1)), 1)

    async def test_certificate(self) -> None:
        """The core learns of the certificate that a client presents on a connection."""

        def call() -> tuple[int, bytes]:
            connection = self.connection("web1.example.test")
            try:
                return self.ask(connection, call_of("ping"))
            finally:
                connection.close()

        status, _ = await self.clients.call(call)
        self.assertEqual(status, 200)
        self.assertEqual(
            self.core.authenticated[0][0], {"subject": ((("commonName", "web1.example.test"),),)}
        )

    async def test_large(self) -> None:
        """Bodies and answers of megabytes come through whole."""
        self.core.result = "<é>" * 1_000_000

        def call() -> tuple[int, bytes]:
            connection = self.connection()
            try:
                return self.ask(connection, call_of("GetConfig", "x" * 900_000))
            finally:
                connection.close()

        status, body = await self.clients.call(call)
        self.assertEqual(status, 200)
        self.assertEqual(xmlrpc.client.loads(body)[0][0], self.core.result)
        self.assertEqual(self.core.called[0][1], "x" * 900_000)

    async def test_refused_upload(self) -> None:
        """Who sends a large body with wrong credentials, or too large a one, sees why it fails."""

        def call(size: int, password: str) -> int:
            connection = self.connection()
            try:
                body = call_of("GetConfig", "x" * size)
                return self.ask(connection, body, basic("root", password))[0]
            finally:
                connection.close()

        self.assertEqual(await self.clients.call(call, 900_000, "wrong"), 401)
        self.assertEqual(await self.clients.call(call, 8_000_000, "wrong"), 413)
        await self.all_closed()
        self.assertEqual(self.core.called, [])

    async def test_silent_connections(self) -> None:
        """
        300 connections that say nothing, or half of a handshake, keep nobody from being served:
        a call takes no more than twice as long.
        """
        alone = await self.clients.call(self.median_seconds)
        address = ("127.0.0.1", self.port)
        silent = [socket.create_connection(address, PATIENCE_SECONDS) for _ in range(300)]
        try:
            for one in silent[::2]:
                one.sendall(HALF_A_HELLO)
            await self.all_open(len(silent))
            among_them = await self.clients.call(self.median_seconds)
            self.assertGreaterEqual(self.factory.connections["127.0.0.1"], len(silent))
            self.assertLess(among_them, 2 * alone + MEASURING_ERROR_SECONDS)
        finally:
            for one in silent:
                one.close()
        await self.all_closed()

    def median_seconds(self) -> float:
        """Return how long a call over a connection of its own takes; in a thread of the test."""
        durations = []
        for _ in range(15):
            started = time.perf_counter()
            self.calls(1)
            durations.append(time.perf_counter() - started)
        return statistics.median(durations)

    async def all_open(self, count: int) -> None:
        """Wait until the server has taken so many connections."""
        while self.factory.connections["127.0.0.1"] < count:
            await deferLater(tcp, 0.01)

    async def test_not_tls(self) -> None:
        """Who does not speak TLS is cut, and the next one is served."""

        def call() -> bytes:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as plain:
                plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
                received = b""
                while data := plain.recv(1000):
                    received += data
                return received

        received = await self.clients.call(call)
        self.assertNotIn(b"HTTP/", received)
        answers = await self.clients.call(self.calls, 1)
        self.assertEqual([status for status, _ in answers], [200])

    async def test_new_certificate(self) -> None:
        """After a new certificate was read, open connections go on and new ones get it."""
        connection = self.connection()
        await self.clients.call(self.ask, connection, call_of("ping"))
        certificate, key = self.authority.issue("new.example.test")
        self.context.reload(Settings(cert=str(certificate), key=str(key)))
        status, _ = await self.clients.call(self.ask, connection, call_of("ping"))
        self.assertEqual(status, 200)
        connection.close()
        self.assertEqual(await self.clients.call(self.common_name), "new.example.test")

    def secured(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        """Return a new connection, the handshake made; in a thread of the test."""
        plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
        return context.wrap_socket(plain, server_hostname=SERVER)

    def common_name(self) -> str:
        """Return the name that a new connection sees."""
        context = client_context(self.authority)
        context.check_hostname = False
        with self.secured(context) as secure:
            certificate: Any = secure.getpeercert()
        return str(dict(pair[0] for pair in certificate["subject"])["commonName"])

    async def test_no_other_protocol(self) -> None:
        """HTTP/1.1 is all that is spoken, whatever a client offers."""

        def negotiated() -> str | None:
            context = client_context(self.authority)
            context.check_hostname = False
            context.set_alpn_protocols(["h2", "http/1.1"])
            with self.secured(context) as secure:
                return secure.selected_alpn_protocol()

        # Twisted before 26.4 says what is spoken, later ones leave it at that
        self.assertIn(await self.clients.call(negotiated), (None, "http/1.1"))
