"""XML-RPC to a Bcfg2 server, from an administrator's machine."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote
from xml.parsers.expat import ExpatError
from xmlrpc.client import Fault, ResponseError, dumps, loads

from OpenSSL import SSL
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import (
    ConnectionClosed,
    ConnectionRefusedError,
    DNSLookupError,
    TimeoutError,
)
from twisted.internet.interfaces import IReactorTime
from twisted.web.client import Agent, FileBodyProducer, readBody
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse

from bcfg2tw.cli.call.server_identity import ServerIdentity
from bcfg2tw.downloads.network_errors import NETWORK_ERRORS, causes
from bcfg2tw.errors import Bcfg2Error

__all__ = ["CallFailed", "Remote", "call"]

# The last two are of names and addresses that cannot be looked up.
_FAILURES: tuple[type[Exception], ...] = (*NETWORK_ERRORS, OSError, ValueError)

_STATUS_REASONS = {
    401: "the server refuses user '{user}', or refuses {method} to this machine: check user and "
    "password ([communication]), the client's address in clients.xml, and the ACL",
    404: "nothing is served at {path}: give the URL of --server, or of [components] bcfg2, without "
    "a path, or with the one where the server is mounted",
    413: "the arguments are larger than the server admits",
    500: "the server could not read or serve the request: its log has the reason",
    503: "the server is busy, or needs repair, which its log tells: try again",
}


class CallFailed(Bcfg2Error):
    """
    A call brought no result; the text is one line for the administrator.

    :ivar is_unreachable: whether there was no answer at all, so that trying again may help
    """

    def __init__(self, reason: str, is_unreachable: bool = False) -> None:
        super().__init__(reason)
        self.is_unreachable = is_unreachable


@dataclass(frozen=True)
class Remote:
    """
    A server, and the caller whom it is to see.

    :ivar host: a name, or an address without brackets
    :ivar password: None to show a certificate alone
    :ivar path: where the server answers
    """

    host: str
    port: int
    user: str
    password: str | None
    timeout_seconds: float = 90.0
    path: str = "/RPC2"

    @property
    def location(self) -> str:
        """Host and port as a URL has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> bytes:
        """The URL that is called, in the characters that a URL may have."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        path = quote(self.path, safe="/%:@!$&'()*+,;=~-._")
        return b"https://%s:%d%s" % (host.encode("idna"), self.port, path.encode())


async def call(
    reactor: IReactorTime,
    remote: Remote,
    identity: ServerIdentity,
    method: str,
    arguments: tuple[Any, ...] = (),
) -> Any:
    """
    Call a method of a server and return its result, as `xmlrpc.client` reads it.

    :raises CallFailed: whatever went wrong
    """
    response, answer = await _post(reactor, remote, identity, _request(method, arguments))
    if response.code != 200:
        reason = _STATUS_REASONS.get(response.code, response.phrase.decode("latin-1"))
        text = reason.format(user=remote.user, method=method, path=remote.path)
        raise CallFailed(f"{remote.location}: HTTP status {response.code}: {text}")
    try:
        (result,), _method = loads(answer)
    except Fault as fault:
        raise CallFailed(f"{method}: {fault.faultString} (fault {fault.faultCode})") from fault
    except (ExpatError, ResponseError, ValueError) as error:
        raise CallFailed(f"{remote.location}: the answer is not XML-RPC: {error}") from error
    return result


def _request(method: str, arguments: tuple[Any, ...]) -> bytes:
    try:
        return dumps(arguments, method, allow_none=True).encode("utf-8")
    except (OverflowError, TypeError) as error:
        raise CallFailed(f"{method}: an argument cannot be sent: {error}") from error


async def _post(
    reactor: IReactorTime, remote: Remote, identity: ServerIdentity, body: bytes
) -> tuple[IResponse, bytes]:
    agent = Agent(reactor, identity, connectTimeout=remote.timeout_seconds)
    try:
        request = agent.request(
            b"POST", remote.url, _headers(remote), FileBodyProducer(BytesIO(body))
        )
        response = await _in_time(request, reactor, remote)
        return response, await _in_time(readBody(response), reactor, remote)
    except _FAILURES as error:
        trouble = f"{remote.location}: {_trouble(error, identity, remote)}"
        raise CallFailed(trouble, is_unreachable=identity.refusal is None) from error


def _in_time(waiting: Deferred[Any], reactor: IReactorTime, remote: Remote) -> Deferred[Any]:
    return waiting.addTimeout(remote.timeout_seconds, reactor)


def _headers(remote: Remote) -> Headers:
    headers = Headers({b"Content-Type": [b"text/xml"], b"User-Agent": [b"bcfg2tw call"]})
    if remote.password is not None:
        credentials = b64encode(f"{remote.user}:{remote.password}".encode())
        headers.addRawHeader(b"Authorization", b"Basic " + credentials)
    return headers


def _trouble(error: Exception, identity: ServerIdentity, remote: Remote) -> str:
    if identity.refusal is not None:
        return identity.refusal
    reasons = causes(error)
    for reason in reasons:
        if isinstance(reason, SSL.Error):
            return _tls_trouble(reason)
    return _connection_trouble(reasons[0], remote)


def _tls_trouble(error: SSL.Error) -> str:
    # of the connection below it OpenSSL gives a number instead
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else ()
    reasons = ", ".join(reason for *_, reason in entries) or "no reason given"
    if "certificate" in reasons or "bad key" in reasons:
        return f"the server refuses our certificate ({reasons}): check --cert and --key"
    return f"no TLS connection ({reasons}): is this the port of a Bcfg2 server?"


def _connection_trouble(error: BaseException, remote: Remote) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there: is the server running, and is the port right?"
    if isinstance(error, DNSLookupError):
        return f"the name {remote.host} is not known: check [components] bcfg2 or --server"
    if isinstance(error, (TimeoutError, CancelledError)):  # Agent may report its cancellation
        return f"no answer within {remote.timeout_seconds:g} seconds"
    if isinstance(error, ConnectionClosed):
        return "the server closed the connection without an answer"
    return str(error) or type(error).__name__
