"""Downloads over loopback: from good servers, and from broken, slow and lying ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet import reactor as installed_reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.ssl import DefaultOpenSSLContextFactory
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase
from twisted.web.http import HTTPFactory, datetimeToString
from twisted.web.proxy import Proxy
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from bcfg2tw.downloads import reactor_downloader
from bcfg2tw.downloads.reactor_downloader import ReactorDownloader
from bcfg2tw.engine.plugin.downloads import (
    Download,
    DownloadError,
    NotThere,
    Validators,
)
from bcfg2tw.settings import Settings
from tests.certificates import Authority

# the installed one, whose type depends on the platform
reactor: Any = installed_reactor

BODY = b"Package: a\n" * 20000
LIMIT = 1 << 20


class Mirror(Resource):
    """
    A server whose pages are functions of the request.

    :ivar requests: those that came
    """

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[bytes, Callable[[Request], bytes | int]] = {b"/file": lambda _: BODY}
        self.requests: list[Request] = []

    def render_GET(self, request: Request) -> bytes | int:
        self.requests.append(request)
        page = self.pages.get(request.path)
        if page is None:
            request.setResponseCode(404)
            return b"no"
        return page(request)


def status(code: int) -> Callable[[Request], bytes]:
    """Return a page that is nothing but a status."""

    def page(request: Request) -> bytes:
        request.setResponseCode(code)
        return b""

    return page


class Says(Protocol):
    """Says the same whatever it is asked, and closes the connection, or does not."""

    def __init__(self, answer: bytes, closes: bool = True) -> None:
        self._answer = answer
        self._closes = closes

    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(self._answer)
        if self._closes:
            self.transport.loseConnection()


class Talks(Says):
    """Says the same again and again."""

    def __init__(self, begin: bytes, talk: bytes) -> None:
        super().__init__(begin, closes=False)
        self._talk = talk
        self._call = LoopingCall(self._go_on)

    def dataReceived(self, data: bytes) -> None:
        super().dataReceived(data)
        self._call.start(0, now=False)

    def _go_on(self) -> None:
        assert self.transport is not None
        self.transport.write(self._talk)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._call.running:
            self._call.stop()


class DownloadCase(TestCase):
    timeout = 30

    def setUp(self) -> None:
        self.mirror = Mirror()
        self.url = f"http://127.0.0.1:{self.listen(Site(self.mirror))}"
        self.path = os.path.abspath(self.mktemp())
        for name in ("http_proxy", "https_proxy", "no_proxy"):
            self.patch_environment(name, None)

    def patch_environment(self, name: str, value: str | None) -> None:
        before = os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value

        def restore() -> None:
            os.environ.pop(name, None)
            if before is not None:
                os.environ[name] = before

        self.addCleanup(restore)

    def listen(self, factory: Any) -> int:
        port: IListeningPort = reactor.listenTCP(0, factory, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        address: Any = port.getHost()
        return int(address.port)

    def says(self, answer: bytes, closes: bool = True) -> str:
        """Return the URL of a server that says the same to everybody."""
        port = self.listen(Factory.forProtocol(lambda: Says(answer, closes)))
        return f"http://127.0.0.1:{port}/file"

    def fetch(
        self, url: str, known: Validators | None = None, limit: int = LIMIT, **settings: Any
    ) -> Deferred[Validators | None]:
        values = {"packages_retries": 0, "packages_stall_timeout_seconds": 5.0, **settings}
        downloader = ReactorDownloader(reactor, lambda: Settings(**values))
        return deferToThread(downloader.fetch, Download(url, self.path, limit, known))

    async def reason(self, url: str, **how: Any) -> str:
        """Return why a download failed."""
        error = await self.assertFailure(self.fetch(url, **how), DownloadError)
        return str(error)

    def content(self) -> bytes:
        return Path(self.path).read_bytes()


class ServerTests(DownloadCase):
    async def test_file(self) -> None:
        """A file is fetched as it is, with what the server says about its state."""

        def page(request: Request) -> bytes:
            request.setHeader(b"ETag", b'"v1"')
            request.setHeader(b"Last-Modified", b"Wed, 25 Nov 2020 12:00:00 GMT")
            return BODY

        self.mirror.pages[b"/file"] = page
        found = await self.fetch(f"{self.url}/file")
        self.assertEqual(found, Validators('"v1"', "Wed, 25 Nov 2020 12:00:00 GMT"))
        self.assertEqual(self.content(), BODY)
        (request,) = self.mirror.requests
        self.assertEqual(request.getHeader("Accept-Encoding"), "identity")
        self.assertIsNone(request.getHeader("Authorization"))

    async def test_unchanged(self) -> None:
        """What is known is asked for on the condition that it has changed."""

        def page(request: Request) -> bytes:
            request.setResponseCode(304)
            return b""

        self.mirror.pages[b"/file"] = page
        found = await self.fetch(f"{self.url}/file", Validators('"v1"', "yesterday"))
        self.assertIsNone(found)
        (request,) = self.mirror.requests
        self.assertEqual(request.getHeader("If-None-Match"), '"v1"')
        self.assertEqual(request.getHeader("If-Modified-Since"), "yesterday")

    async def test_changed_just_now(self) -> None:
        """A time that may be that of the next change, too, is no way to tell them apart."""
        times = [datetimeToString(), b"Wed, 25 Nov 2020 12:00:00 GMT", b"yesterday"]

        def page(request: Request) -> bytes:
            request.setHeader(b"Last-Modified", times.pop(0))
            return BODY

        self.mirror.pages[b"/file"] = page
        found = [await self.fetch(f"{self.url}/file") for _ in range(3)]
        old = Validators(None, "Wed, 25 Nov 2020 12:00:00 GMT")
        self.assertEqual(found, [Validators(), old, Validators()])

    async def test_unasked_unchanged(self) -> None:
        """Who asks for a file and hears that it has not changed has no file."""
        self.mirror.pages[b"/file"] = status(304)
        self.assertIn("304", await self.reason(f"{self.url}/file"))

    async def test_credentials(self) -> None:
        """User and password of a URL are used for basic authentication, and never shown."""
        url = self.url.replace("//", "//user:p%40ss@")
        await self.fetch(f"{url}/file")
        (request,) = self.mirror.requests
        self.assertEqual((request.getUser(), request.getPassword()), (b"user", b"p@ss"))
        self.assertNotIn(b"user", request.uri)
        self.assertNotIn("p%40ss", await self.reason(f"{url}/missing"))

    async def test_missing(self) -> None:
        """A file that the server has not is told apart from a server that fails."""
        await self.assertFailure(self.fetch(f"{self.url}/missing"), NotThere)
        self.assertEqual(len(self.mirror.requests), 1)

    async def test_progress(self) -> None:
        """It is told how much has arrived, and of how much."""
        told: list[tuple[int, int | None]] = []
        downloader = ReactorDownloader(reactor, Settings)
        download = Download(
            f"{self.url}/file", self.path, LIMIT, progress=lambda *given: told.append(given)
        )
        await deferToThread(downloader.fetch, download)
        self.assertEqual(told[-1], (len(BODY), len(BODY)))

    async def test_no_server(self) -> None:
        """Where nothing listens the reason says so."""
        port = reactor.listenTCP(0, Factory(), interface="127.0.0.1")
        address = port.getHost()
        await port.stopListening()
        url = f"http://127.0.0.1:{address.port}/file"
        self.assertIn("nothing listens", await self.reason(url))

    async def test_other_schemes(self) -> None:
        """Only HTTP is spoken."""
        self.assertIn("only http:", await self.reason("ftp://127.0.0.1/file"))

    async def test_reactor_thread(self) -> None:
        """Waiting in the reactor's own thread, for ever, is refused."""
        downloader = ReactorDownloader(reactor, Settings)
        with self.assertRaises(DownloadError):
            downloader.fetch(Download(f"{self.url}/file", self.path, LIMIT))


class RedirectTests(DownloadCase):
    def redirect(self, target: str, code: int = 302) -> Callable[[Request], bytes]:
        def page(request: Request) -> bytes:
            request.setResponseCode(code)
            request.setHeader(b"Location", target.encode())
            return b"over there"

        return page

    async def test_followed(self) -> None:
        """Redirects are followed, also relative ones."""
        self.mirror.pages |= {
            b"/one": self.redirect("two", 301),
            b"/two": self.redirect(f"{self.url}/file", 307),
        }
        await self.fetch(f"{self.url}/one")
        self.assertEqual(self.content(), BODY)

    async def test_loop(self) -> None:
        """A loop of redirects ends."""
        self.mirror.pages[b"/loop"] = self.redirect("/loop")
        self.assertIn("more than 5 times", await self.reason(f"{self.url}/loop"))
        self.assertEqual(len(self.mirror.requests), 6)

    async def test_credentials(self) -> None:
        """Credentials stay with the server that they are for."""
        other = Mirror()
        target = f"http://127.0.0.1:{self.listen(Site(other))}/file"
        self.mirror.pages |= {b"/away": self.redirect(target), b"/here": self.redirect("/file")}
        url = self.url.replace("//", "//user:secret@")
        await self.fetch(f"{url}/away")
        self.assertIsNone(other.requests[0].getHeader("Authorization"))
        await self.fetch(f"{url}/here")
        self.assertIsNotNone(self.mirror.requests[-1].getHeader("Authorization"))

    async def test_nowhere(self) -> None:
        """A redirect without a target, or to another scheme, is an error."""
        self.mirror.pages[b"/none"] = status(302)
        self.assertIn("does not say where", await self.reason(f"{self.url}/none"))
        self.mirror.pages[b"/local"] = self.redirect("file:///etc/passwd")
        self.assertIn("only http:", await self.reason(f"{self.url}/local"))


class BadServerTests(DownloadCase):
    async def test_error_and_success(self) -> None:
        """A server that fails for a moment is asked again."""
        self.patch_pause()
        answers = [503, 500]

        def page(request: Request) -> bytes:
            if answers:
                request.setResponseCode(answers.pop())
                return b"later"
            return BODY

        self.mirror.pages[b"/file"] = page
        await self.fetch(f"{self.url}/file", packages_retries=2)
        self.assertEqual(self.content(), BODY)
        self.assertEqual(len(self.mirror.requests), 3)

    async def test_error(self) -> None:
        """A server that goes on failing is given up, with its last answer."""
        self.patch_pause()
        self.mirror.pages[b"/file"] = status(502)
        self.assertIn("502", await self.reason(f"{self.url}/file", packages_retries=1))
        self.assertEqual(len(self.mirror.requests), 2)

    def patch_pause(self) -> None:
        self.patch(reactor_downloader, "PAUSE_SECONDS", 0.01)

    async def test_refusal(self) -> None:
        """A refusal is final."""
        self.mirror.pages[b"/file"] = status(401)
        self.assertIn("401", await self.reason(f"{self.url}/file", packages_retries=3))
        self.assertEqual(len(self.mirror.requests), 1)

    async def test_cut_off(self) -> None:
        """A body that is shorter than the server says is an error."""
        url = self.says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        self.assertIn("the connection broke", await self.reason(url))

    async def test_cut_off_chunks(self) -> None:
        """So is one whose last chunk never comes."""
        url = self.says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        self.assertIn("the connection broke", await self.reason(url))

    async def test_too_large(self) -> None:
        """What is said to be too large is not fetched."""
        url = self.says(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", closes=False)
        self.assertIn("99999999 bytes", await self.reason(url))

    async def test_endless(self) -> None:
        """What turns out to be too large is cut off."""
        url = self.says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000, closes=False)
        self.assertIn("larger than", await self.reason(url, limit=4000))

    async def test_endless_head(self) -> None:
        """A header that goes on and on is given up, and so are answers before the answer."""
        lines = b"X-Some: " + b"x" * 8000 + b"\r\n"
        for talk in (lines, b" " + lines, b"HTTP/1.1 100 Continue\r\n\r\n" * 400):
            begin = b"" if talk.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\nX-One: 1\r\n"
            port = self.listen(Factory.forProtocol(partial(Talks, begin + talk, talk)))
            error = await self.reason(f"http://127.0.0.1:{port}/file")
            self.assertIn("the head of its answer is larger than 256 kilobytes", error)

    async def test_silent(self) -> None:
        """A server that does not answer is given up."""
        url = self.says(b"", closes=False)
        error = await self.reason(url, packages_stall_timeout_seconds=0.1)
        self.assertIn("no answer within 0.1 seconds", error)

    async def test_stalled(self) -> None:
        """So is one that stops in the middle."""
        url = self.says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf", closes=False)
        error = await self.reason(url, packages_stall_timeout_seconds=0.1)
        self.assertIn("nothing has arrived for 0.1 seconds", error)

    async def test_slow(self) -> None:
        """A server that drips cannot go on for ever."""

        def page(request: Request) -> int:
            drip = LoopingCall(request.write, b"x")
            drip.clock = reactor
            request.notifyFinish().addErrback(lambda _: drip.stop())
            drip.start(0.05)
            return NOT_DONE_YET

        self.mirror.pages[b"/file"] = page
        error = await self.reason(
            f"{self.url}/file",
            packages_stall_timeout_seconds=0.2,
            packages_download_timeout_seconds=0.5,
        )
        self.assertIn("download_timeout", error)

    async def test_no_http(self) -> None:
        """What is no HTTP is an error."""
        self.assertIn("the connection broke", await self.reason(self.says(b"220 mail\r\n")))

    async def test_stopping(self) -> None:
        """When the server stops, downloads end, and no further one begins."""
        downloader = ReactorDownloader(reactor, Settings)
        download = Download(self.says(b"", closes=False), self.path, LIMIT)
        running = deferToThread(downloader.fetch, download)
        reactor.callLater(0.1, downloader.stop)
        error = await self.assertFailure(running, DownloadError)
        self.assertIn("stopping", str(error))
        again = deferToThread(downloader.fetch, download)
        self.assertIn("stopping", str(await self.assertFailure(again, DownloadError)))


class TLSTests(DownloadCase):
    def setUp(self) -> None:
        super().setUp()
        self.authority = Authority(Path(self.mktemp()))
        self.port = self.listen_tls("localhost")

    def listen_tls(self, name: str) -> int:
        certificate, key = self.authority.issue(name)
        context = DefaultOpenSSLContextFactory(str(key), str(certificate))
        port = reactor.listenSSL(0, Site(self.mirror), context, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        return int(port.getHost().port)

    def with_ca(self) -> dict[str, Any]:
        return {"packages_ca": str(self.authority.certificate)}

    async def test_trusted(self) -> None:
        """A server is trusted by the site's authorities."""
        await self.fetch(f"https://localhost:{self.port}/file", **self.with_ca())
        self.assertEqual(self.content(), BODY)

    async def test_unknown_authority(self) -> None:
        """Others are not trusted."""
        error = await self.reason(f"https://localhost:{self.port}/file")
        self.assertIn("no TLS connection to be trusted", error)
        self.assertEqual(self.mirror.requests, [])

    async def test_other_name(self) -> None:
        """Nor is a server with the certificate of another."""
        port = self.listen_tls("other.example.test")
        error = await self.reason(f"https://localhost:{port}/file", **self.with_ca())
        self.assertNotEqual(error, "")
        self.assertEqual(self.mirror.requests, [])

    async def test_broken_ca(self) -> None:
        """A file of authorities that cannot be used is named, with its option."""
        error = await self.reason(f"https://localhost:{self.port}/file", packages_ca=__file__)
        self.assertIn("[packages] ca", error)

    async def test_downgrade(self) -> None:
        """A redirect from https to http is refused."""

        def page(request: Request) -> bytes:
            request.redirect(f"{self.url}/file".encode())
            return b""

        self.mirror.pages[b"/away"] = page
        error = await self.reason(f"https://localhost:{self.port}/away", **self.with_ca())
        self.assertIn("from https to http", error)


class Tunnel(Protocol):
    """A proxy that opens tunnels to whom it is asked for, if it knows who asks."""

    def __init__(self, asked: list[bytes], authorization: bytes | None) -> None:
        self._asked = asked
        self._authorization = authorization
        self._header = b""
        self._inner: Any = None

    def dataReceived(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.transport.write(data)
            return
        self._header += data
        if b"\r\n\r\n" in self._header:
            self._asked.append(self._header)
            self._open()

    def _open(self) -> None:
        transport: Any = self.transport
        if self._authorization is not None and self._authorization not in self._header:
            transport.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            transport.loseConnection()
            return
        port = int(self._header.split(b" ")[1].rpartition(b":")[2])
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", port)
        connectProtocol(endpoint, Answering(transport)).addCallback(self._opened)

    def _opened(self, inner: Protocol) -> None:
        transport: Any = self.transport
        self._inner = inner
        transport.write(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._inner is not None:
            self._inner.transport.loseConnection()


class Answering(Protocol):
    """Hands what a server says to the other end of a tunnel."""

    def __init__(self, outer: Any) -> None:
        self._outer = outer

    def dataReceived(self, data: bytes) -> None:
        self._outer.write(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._outer.loseConnection()


class ProxyTests(DownloadCase):
    def setUp(self) -> None:
        super().setUp()
        self.asked: list[bytes] = []
        self.authority = Authority(Path(self.mktemp()))
        certificate, key = self.authority.issue("localhost")
        context = DefaultOpenSSLContextFactory(str(key), str(certificate))
        port = reactor.listenSSL(0, Site(self.mirror), context, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.secure_url = f"https://localhost:{port.getHost().port}/file"

    def tunnel(self, authorization: bytes | None = None) -> str:
        port = self.listen(Factory.forProtocol(lambda: Tunnel(self.asked, authorization)))
        return f"127.0.0.1:{port}"

    async def test_http(self) -> None:
        """A proxy is asked for the whole URL."""
        factory: Any = HTTPFactory()
        factory.protocol = Proxy
        port = self.listen(factory)
        url = self.url.replace("//", "//user:secret@")
        await self.fetch(f"{url}/file", packages_proxy=f"http://127.0.0.1:{port}")
        self.assertEqual(self.content(), BODY)
        (request,) = self.mirror.requests
        self.assertEqual(request.getUser(), b"user")

    async def test_https(self) -> None:
        """For https a proxy opens a tunnel, and sees no more than where to."""
        ca = str(self.authority.certificate)
        proxy = f"http://user:secret@{self.tunnel(b'Basic dXNlcjpzZWNyZXQ=')}"
        await self.fetch(self.secure_url, packages_proxy=proxy, packages_ca=ca)
        self.assertEqual(self.content(), BODY)
        self.assertEqual(len(self.asked), 1)
        self.assertTrue(self.asked[0].startswith(b"CONNECT localhost:"))
        self.assertNotIn(b"/file", self.asked[0])
        (request,) = self.mirror.requests
        self.assertIsNone(request.getHeader("Proxy-Authorization"))

    async def test_redirected(self) -> None:
        """The credentials for a proxy do not follow a redirect that leads past it."""
        factory: Any = HTTPFactory()
        factory.protocol = Proxy
        self.patch_environment("http_proxy", f"http://user:secret@127.0.0.1:{self.listen(factory)}")

        def away(request: Request) -> bytes:
            request.redirect(self.secure_url.encode())
            return b""

        self.mirror.pages[b"/away"] = away
        await self.fetch(f"{self.url}/away", packages_ca=str(self.authority.certificate))
        self.assertEqual(self.content(), BODY)
        through, past = self.mirror.requests
        self.assertIsNotNone(through.getHeader("Proxy-Authorization"))
        self.assertIsNone(past.getHeader("Proxy-Authorization"))

    async def test_refused(self) -> None:
        """What a proxy that refuses answers is in the reason."""
        error = await self.reason(self.secure_url, packages_proxy=self.tunnel(b"other"))
        self.assertIn("407", error)

    async def test_no_proxy_there(self) -> None:
        """A proxy that closes the connection, or talks on and on, is an error."""
        for answer in (b"", b"x" * 20000):
            proxy = self.says(answer).removesuffix("/file")
            error = await self.reason(self.secure_url, packages_proxy=proxy)
            self.assertIn("proxy", error)

    async def test_environment(self) -> None:
        """By default the environment says which proxy to use, and for which hosts none."""
        self.patch_environment("https_proxy", f"http://{self.tunnel()}")
        ca = str(self.authority.certificate)
        await self.fetch(self.secure_url, packages_ca=ca)
        self.assertEqual(len(self.asked), 1)
        self.patch_environment("no_proxy", "localhost")
        await self.fetch(self.secure_url, packages_ca=ca)
        self.assertEqual(len(self.asked), 1)

    async def test_no_address(self) -> None:
        """What is no address of a proxy is quoted, without its password."""
        error = await self.reason(f"{self.url}/file", packages_proxy="socks://u:secret@host:1")
        self.assertIn("host:1", error)
        self.assertNotIn("secret", error)
