"""Strangers and clients: bytes before TLS and within, HTTP, XML-RPC, uploads."""

from __future__ import annotations

import re
import xmlrpc.client
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.auth import ServerContext
from bcfg2tw.calls.codec import MalformedRequest, read_call, write_result
from bcfg2tw.calls.dispatch import Dispatcher, Peer
from bcfg2tw.serving.bounded_tls import tls_factory
from bcfg2tw.serving.site import CoreSite
from bcfg2tw.settings import Settings
from bcfg2tw.xmlrpc_resource import CoreResource
from tests.builders import PASSWORD, a_core, address
from tests.doubles import ManualPool, RecordingCore
from tests.fuzz.examples import mutated, no_defects, tries
from tests.network import an_authority, basic, call_of, client_side, post, tls_settings

PEER = IPv4Address("TCP", "192.0.2.7", 40000)
STATUS = re.compile(rb"HTTP/1\.[01] \d\d\d ")

REQUESTS = st.sampled_from(
    (
        post(call_of("GetConfig")),
        post(call_of("ping", "x" * 1000), Connection="close"),
        post(call_of("ping"), Authorization="Basic !"),
        post(b"", Content_Length="0", Expect="100-continue"),
        post(call_of("ping"), Transfer_Encoding="chunked"),
        post(call_of("GetConfig")) * 3,
        b"GET /RPC2 HTTP/1.0\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345",
    )
)

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**31), 2**31 - 1),
        st.floats(allow_nan=False),
        st.text(
            st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff")
        ),
        st.binary(),
    ),
    lambda values: st.lists(values) | st.dictionaries(st.text("abc", max_size=3), values),
    max_leaves=20,
)

UPLOADS = st.sampled_from(
    (
        b"<upload-statistics><Statistics version='2.0' state='clean' time='x'><Bad><Package "
        b"name='a' type='deb'/></Bad></Statistics></upload-statistics>",
        b"<x><Statistics version='1.0'/></x>",
        b"<probe-data><probe-data name='p' source='Probes'>group:a\nline</probe-data></probe-data>",
        b"<x><probe-data name='/etc/motd' source='FileProbes'><data name='/etc/motd' owner='root'"
        b" group='root' mode='0644'>aGFsbG8=</data></probe-data></x>",
        b"<x><probe-data name='Ohai' source='Ohai'>{\"a\": [1, {}]}</probe-data></x>",
        b"<x><probe-data source='Metadata' name='x'/><y source='Bundler'/></x>",
    )
)


class HttpTests(SynchronousTestCase):
    """Bytes over TLS, cut into pieces anywhere."""

    @tries(680)
    @given(mutated(REQUESTS), st.lists(st.integers(1, 400), max_size=6))
    def test_bytes(self, data: bytes, sizes: list[int]) -> None:
        """Whatever comes is answered in HTTP or cut, and leaves nothing behind."""
        clock = Clock()
        resource = CoreResource(RecordingCore(), ManualPool(), Settings(max_body_bytes=5000))
        site = CoreSite(resource, resource.settings, clock)
        transport = StringTransport(peerAddress=PEER)
        channel = site.buildProtocol(PEER)
        channel.makeConnection(transport)
        begin = 0
        for size in (*sizes, len(data)):
            if not transport.disconnected:
                channel.dataReceived(data[begin : begin + size])
                clock.advance(0)
            begin += size
        answer = transport.value()
        if answer:
            self.assertIsNotNone(STATUS.match(answer), answer[:80])
        clock.advance(130)
        channel.connectionLost(Failure(ConnectionError("gone")))
        self.assertEqual((len(site.channels), len(site.idle)), (0, 0))
        self.assertEqual(clock.getDelayedCalls(), [])
        self.assertEqual([str(error) for error in self.flushLoggedErrors()], [])


class HandshakeTests(SynchronousTestCase):
    """Bytes before TLS."""

    def setUp(self) -> None:
        self.settings = tls_settings(self, an_authority(self))
        self.context = ServerContext(self.settings)
        client = client_side()
        try:
            client.do_handshake()
        except Exception:  # it wants an answer, which is to come
            self.hello = client.bio_read(2**16)

    @tries(360)
    @given(st.data())
    def test_bytes(self, data: Any) -> None:
        """What is no handshake is cut, and leaves nothing behind."""
        resource = CoreResource(RecordingCore(), ManualPool(), self.settings)
        factory = tls_factory(CoreSite(resource, self.settings, Clock()), self.context)
        protocol = factory.buildProtocol(PEER)
        transport = StringTransport(peerAddress=PEER)
        transport.setTcpNoDelay = lambda _: None  # type: ignore[attr-defined]
        protocol.makeConnection(transport)
        protocol.dataReceived(data.draw(mutated(st.just(self.hello)) | st.binary()) or b"x")
        protocol.connectionLost(Failure(ConnectionError("gone")))
        self.assertEqual(dict(factory.connections), {})
        self.assertEqual([str(error) for error in self.flushLoggedErrors()], [])


class CallTests(SynchronousTestCase):
    """Requests to a real core, of a client that is let in."""

    def setUp(self) -> None:
        self.core = a_core(
            self,
            {
                "Bundler/b.xml": "<Bundle><Service name='sshd'/></Bundle>",
                "Probes/p": "echo group:a",
                "Decisions/whitelist.xml": "<Decisions/>",
                "Ohai/x": "",
                "FileProbes/config.xml": "<FileProbes><FileProbe name='/etc/motd'/></FileProbes>",
            },
        )
        self.dispatcher = Dispatcher(self.core)
        self.names = st.sampled_from(
            [
                *self.core.listMethods(address()),
                "system.methodHelp",
                "ping",
                "Metadata.list_clients",
            ]
        )

    def serve(self, body: bytes) -> int:
        """Return the status of the answer to a request."""
        peer = Peer(address(), None, basic("root", PASSWORD).encode())
        with no_defects():
            return self.dispatcher.serve(peer, b"POST", BytesIO(body)).status

    @tries(360)
    @given(st.data())
    def test_parameters(self, data: Any) -> None:
        """Parameters of any kind are answered, by a fault at worst."""
        name = data.draw(self.names)
        parameters = data.draw(st.lists(VALUES, max_size=3))
        body = xmlrpc.client.dumps(tuple(parameters), name, allow_none=True).encode()
        self.assertIn(self.serve(body), (200, 401))

    @tries(360)
    @given(st.data())
    def test_requests(self, data: Any) -> None:
        """Requests that are nearly right are answered, or refused as a whole."""
        name = data.draw(self.names)
        body = xmlrpc.client.dumps(
            tuple(data.draw(st.lists(VALUES, max_size=2))), name, allow_none=True
        )
        self.assertIn(self.serve(data.draw(mutated(st.just(body.encode())))), (200, 401, 500))

    @tries(680)
    @given(mutated(UPLOADS), st.sampled_from(("RecvStats", "RecvProbeData")))
    def test_uploads(self, document: bytes, name: str) -> None:
        """Documents that are nearly right are taken, or are a fault."""
        text = document.decode("utf-8", "replace")
        try:
            body = call_of(name, text)
            xmlrpc.client.loads(body)
        except Exception:  # XML-RPC itself cannot hold it
            return
        self.assertIn(self.serve(body), (200, 500))


class CodecTests(SynchronousTestCase):
    """XML-RPC as text."""

    @tries(220)
    @given(st.lists(VALUES, max_size=4))
    def test_values(self, values: list[Any]) -> None:
        """What the library writes is read as it was meant."""
        body = xmlrpc.client.dumps(tuple(values), "x", allow_none=True).encode()
        self.assertEqual(read_call(body)[0], "x")

    @tries(900)
    @given(st.data())
    def test_bytes(self, data: Any) -> None:
        """What is nearly right is a call or is refused, and a call's name can be answered."""
        body = write_result(data.draw(VALUES)).replace(b"methodResponse", b"methodCall")
        body = body.replace(b"<params>", b"<methodName>x</methodName><params>", 1)
        try:
            name, _ = read_call(data.draw(mutated(st.just(body))))
        except MalformedRequest:
            return
        self.assertTrue(quoteattr(name))
