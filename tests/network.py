"""What the tests of the network side share: ports, requests, certificates, handshakes."""

from __future__ import annotations

import base64
import socket
import ssl
import xmlrpc.client
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from bcfg2tw.errors import CriticalError
from bcfg2tw.settings import Settings
from tests.certificates import Authority

PASSWORD = "sécret:with:colons"
SERVER = "server.example.test"


class QuietError(CriticalError):
    """An error with the code of critical ones."""


def free_port(case: SynchronousTestCase) -> int:
    """
    Return a TCP port of 127.0.0.1 that nobody listens on; it is a test's own until its end.

    A socket stays bound to it, so that whoever asks the system for any port, another test above
    all, gets a different one. A server that names the port can listen all the same: both set
    SO_REUSEADDR, and the socket here does not listen.
    """
    reserved = socket.socket()
    case.addCleanup(reserved.close)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    return int(reserved.getsockname()[1])


def refuses(port: int) -> bool:
    """Say whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) != 0


def log_lines(case: SynchronousTestCase) -> list[str]:
    """Return a list that what Twisted's log says goes to, until the end of a test."""
    lines: list[str] = []

    @implementer(ILogObserver)
    def observe(event: LogEvent) -> None:
        lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)
    case.addCleanup(globalLogPublisher.removeObserver, observe)
    return lines


def basic(user: str = "root", password: str = PASSWORD) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def call_of(name: str, *parameters: Any) -> bytes:
    """Return the body of a request."""
    return xmlrpc.client.dumps(parameters, name, allow_none=True).encode()


def post(body: bytes, *, version: str = "1.1", **headers: str | None) -> bytes:
    """Return a request as its bytes; a header given as None is left out."""
    lines: dict[str, str | None] = {
        "Host": SERVER,
        "Authorization": basic(),
        "Content-Length": str(len(body)),
    }
    lines.update({name.replace("_", "-"): value for name, value in headers.items()})
    header = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return f"POST /RPC2 HTTP/{version}\r\n{header}\r\n".encode() + body


def tls_settings(case: SynchronousTestCase, authority: Authority, **settings: Any) -> Settings:
    """Return settings with a certificate of an authority."""
    certificate, key = authority.issue(SERVER)
    return Settings(**{"cert": str(certificate), "key": str(key), **settings})


def an_authority(case: SynchronousTestCase, name: str = "Test CA") -> Authority:
    """Return a new authority in a folder of a test."""
    return Authority(Path(case.mktemp()), name)


def client_side(configure: Callable[[SSL.Context], object] = lambda context: None) -> Any:
    """Return a client's end of a TLS connection, which trusts whatever it meets."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    configure(context)
    connection = SSL.Connection(context, None)
    connection.set_connect_state()
    return connection


def shake_hands(client: SSL.Connection, server: SSL.Connection) -> None:
    """
    Make a handshake in memory.

    :raises SSL.Error: of the end that refuses
    """
    waiting = [client, server]
    while waiting:
        here = waiting.pop(0)
        try:
            here.do_handshake()
        except SSL.WantReadError:
            waiting.append(here)
        finally:
            _deliver(here, server if here is client else client)
    # the server's last word may be a refusal, in TLS 1.3
    with suppress(SSL.WantReadError):
        client.recv(1)


def _deliver(sender: SSL.Connection, receiver: SSL.Connection) -> None:
    try:
        receiver.bio_write(sender.bio_read(2**16))
    except SSL.WantReadError:
        return


def client_context(authority: Authority, client: str | None = None) -> ssl.SSLContext:
    """Return a context of Python's, which trusts an authority; with a client's certificate."""
    context = ssl.create_default_context(cafile=str(authority.certificate))
    if client is not None:
        context.load_cert_chain(*authority.issue(client))
    return context
