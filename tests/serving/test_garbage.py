"""Calls leave nothing to Python's garbage collector: what they used goes when they end."""

from __future__ import annotations

import gc
import socket
import ssl
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from bcfg2tw.auth import ServerContext
from bcfg2tw.pool import CorePool
from bcfg2tw.serving.bounded_tls import tls_factory
from bcfg2tw.serving.site import CoreSite
from bcfg2tw.settings import Settings
from bcfg2tw.xmlrpc_resource import CoreResource
from tests.builders import PASSWORD, a_core, bundle_of
from tests.logs import CapturedLog
from tests.network import an_authority, basic, call_of, client_context, post, tls_settings

PATIENCE_SECONDS = 20
CALLS, ATTEMPTS = 10, 3

SITE = {
    "Bundler/b.xml": bundle_of("/etc/a", "/etc/b", "/etc/c", "/etc/d"),
    "Bundler/g.genshi": "<Bundle><Path name='/${metadata.hostname}'/></Bundle>",
    "Cfg/etc/a/a.genshi": "{% for group in metadata.groups %}${group}{% end %}",
    "Cfg/etc/b/b.genshi": "${1 / 0}",
    "Cfg/etc/c/c.jinja2": "{{ metadata.hostname }}",
    "Properties/p.xml": "<Properties/>",
    "Probes/p": "#!/bin/sh\necho 1\n",
}
REPORT = "<upload-statistics><Statistics version='2.0' state='clean'/></upload-statistics>"
PROBE_DATA = "<probe-data><probe-data name='p' source='Probes'>1</probe-data></probe-data>"


def a_request(name: str, *parameters: Any, password: str = PASSWORD, **headers: str) -> bytes:
    """Return the bytes of a call."""
    return post(call_of(name, *parameters), Authorization=basic("root", password), **headers)


class GarbageTests(TestCase):
    """A server on real sockets, without the collector."""

    if find_spec("twisted.protocols._tls_legacy") is None:  # which came with what leaves none
        skip = "this release of Twisted leaves rings of its own with each connection"

    def setUp(self) -> None:
        self.log = CapturedLog(self)
        self.authority = an_authority(self)
        self.core = a_core(self, SITE)
        self.pool, self.clients = CorePool(reactor, Settings()), CorePool(reactor, Settings())
        for pool in (self.pool, self.clients):
            pool.start()
            self.addCleanup(pool.stop)
        settings = tls_settings(self, self.authority)
        site = CoreSite(CoreResource(self.core, self.pool, settings), settings, reactor)
        self.factory = tls_factory(site, ServerContext(settings))
        tcp: Any = reactor
        port = tcp.listenTCP(0, self.factory, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.port = port.getHost().port
        self.context = client_context(self.authority)
        self.context.check_hostname = False

    async def assert_nothing_left(self, call: Callable[[], object], is_noisy: bool = False) -> None:
        """Make calls, the first ones to warm up, and count what only the collector frees."""
        for _ in range(3):
            await self.clients.call(call)
        await self.all_closed()
        self.addCleanup(gc.enable)
        # what other tests have left in this process may become garbage meanwhile, but not each time
        for _ in range(ATTEMPTS):
            number = await self._garbage_of(call)
            if number < CALLS:
                break
        self.assertLess(number, CALLS, "objects are left of each call")
        if is_noisy:
            self.flushLoggedErrors()

    async def _garbage_of(self, call: Callable[[], object]) -> int:
        gc.collect()
        gc.disable()
        for _ in range(CALLS):
            await self.clients.call(call)
        await self.all_closed()
        number = gc.collect()
        gc.enable()
        return number

    async def all_closed(self) -> None:
        """Wait until the server has noticed that all its clients have left."""
        while self.factory.connections or self.pool.pending:
            await deferLater(reactor, 0.01)

    def ask(self, *requests: bytes, is_answer_read: bool = True) -> bytes:
        """Send requests over a connection of their own; in a thread of the test."""
        plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
        with self.context.wrap_socket(plain) as connection:
            received = b""
            for request in requests:
                connection.sendall(request)
                if is_answer_read:
                    received = connection.recv(1_000_000)
            return received

    async def test_run(self) -> None:
        """A client's run leaves nothing, one that has a template that fails among them."""
        calls = [
            a_request("DeclareVersion", "1.4"),
            a_request("GetProbes"),
            a_request("RecvProbeData", PROBE_DATA),
            a_request("GetConfig"),
            a_request("RecvStats", REPORT),
        ]
        for request in calls:
            self.assertIn(b"200 OK", await self.clients.call(self.ask, request))
            await self.assert_nothing_left(lambda request=request: self.ask(request))  # type: ignore[misc]

    async def test_kept_connection(self) -> None:
        """Several calls on one connection leave nothing."""
        await self.assert_nothing_left(lambda: self.ask(*[a_request("GetConfig")] * 3))

    async def test_refused(self) -> None:
        """What is refused leaves nothing: credentials, methods, paths, bodies that are no call."""
        for request in (
            a_request("GetConfig", password="wrong"),
            a_request("NoSuchMethod"),
            a_request("GetConfig", "one", "argument", "too", "many"),
            post(b"no XML", Authorization=basic("root", PASSWORD)),
            a_request("GetConfig").replace(b"/RPC2", b"/elsewhere"),
            a_request("GetConfig").replace(b"POST", b"GET"),
            a_request("GetConfig", Content_Length="999999999"),
            b"no HTTP\r\n\r\n",
        ):
            await self.assert_nothing_left(lambda request=request: self.ask(request), True)  # type: ignore[misc]

    async def test_left(self) -> None:
        """Clients that leave before the answer, or within a request, leave nothing."""
        request = a_request("GetConfig")
        await self.assert_nothing_left(lambda: self.ask(request, is_answer_read=False))
        await self.assert_nothing_left(lambda: self.ask(request[:-20], is_answer_read=False))
        await self.assert_nothing_left(lambda: self.ask(request[:40], is_answer_read=False))

    async def test_no_tls(self) -> None:
        """So do peers that speak no TLS, or end in the middle of a handshake."""

        def talk(data: bytes) -> None:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as plain:
                plain.sendall(data)
                plain.settimeout(0.2)
                try:
                    plain.recv(1000)
                except (TimeoutError, ssl.SSLError):
                    return

        await self.assert_nothing_left(lambda: talk(b"GET / HTTP/1.0\r\n\r\n"))
        await self.assert_nothing_left(lambda: talk(bytes.fromhex("1603010200010001fc0303")))
        await self.assert_nothing_left(lambda: talk(b""))
