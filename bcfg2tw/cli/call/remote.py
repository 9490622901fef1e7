"""XML-RPC to a Bcfg2 server, from an administrator's machine."""

from __future__ import annotations

import socket
import ssl
import time
from base64 import b64encode
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote
from xmlrpc.client import Fault, dumps

from bcfg2tw.calls.codec import MalformedAnswer, read_answer
from bcfg2tw.cli.call.server_identity import IdentityError, ServerIdentity, chain_problem
from bcfg2tw.comparing.text_diff import visible
from bcfg2tw.errors import Bcfg2Error

__all__ = ["CallFailed", "Remote", "call"]

#: So much of an answer is read at a time.
CHUNK_BYTES = 65536

#: No answer of Bcfg2 is larger: who sends more would fill the memory of this machine.
MOST_MEGABYTES = 256

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
    :ivar fault: code and text of the server's answer where it is a fault, else None
    """

    def __init__(
        self, reason: str, is_unreachable: bool = False, fault: tuple[int, str] | None = None
    ) -> None:
        super().__init__(reason)
        self.is_unreachable = is_unreachable
        self.fault = fault


class _AnswerTooLarge(Exception):
    """An answer has more bytes than are taken."""


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
    def target(self) -> str:
        """The path in the characters that a request may have."""
        return quote(self.path, safe="/%:@!$&'()*+,;=~-._")


def call(
    remote: Remote,
    identity: ServerIdentity,
    method: str,
    arguments: tuple[Any, ...] = (),
) -> Any:
    """
    Call a method of a server and return its result, as `xmlrpc.client` reads it.

    :raises CallFailed: whatever went wrong
    """
    response, answer = _post(remote, identity, _request(method, arguments))
    if response.status != 200:
        text = _status_reason(response, remote, method)
        raise CallFailed(f"{remote.location}: HTTP status {response.status}: {text}")
    try:
        return read_answer(answer)
    except Fault as fault:
        code, text = fault.faultCode, fault.faultString
        raise CallFailed(f"{method}: {text} (fault {code})", fault=(code, text)) from fault
    except MalformedAnswer as error:
        raise CallFailed(f"{remote.location}: the answer is not XML-RPC: {error}") from error


def _status_reason(response: HTTPResponse, remote: Remote, method: str) -> str:
    """Say what a status means; of one that no server of Bcfg2 answers with, what it says itself."""
    reason = _STATUS_REASONS.get(response.status)
    if reason is None:
        return visible(response.reason)
    return reason.format(user=remote.user, method=method, path=remote.path)


def _request(method: str, arguments: tuple[Any, ...]) -> bytes:
    try:
        return dumps(arguments, method, allow_none=True).encode("utf-8")
    except (OverflowError, TypeError) as error:
        raise CallFailed(f"{method}: an argument cannot be sent: {error}") from error


def _post(remote: Remote, identity: ServerIdentity, body: bytes) -> tuple[HTTPResponse, bytes]:
    connection = HTTPSConnection(
        remote.host, remote.port, timeout=remote.timeout_seconds, context=identity.context
    )
    try:
        connection.connect()
        identity.check(connection.sock)
        connection.request("POST", remote.target, body, _headers(remote))
        response = connection.getresponse()
        return response, _read(response, connection.sock, remote.timeout_seconds)
    except _AnswerTooLarge as error:
        reason = f"its answer is larger than {MOST_MEGABYTES} megabytes"
        raise CallFailed(f"{remote.location}: {reason}") from error
    except (OSError, HTTPException, IdentityError, UnicodeError) as error:
        is_refusal = isinstance(error, (IdentityError, ssl.SSLCertVerificationError))
        trouble = f"{remote.location}: {_trouble(error, remote)}"
        raise CallFailed(trouble, is_unreachable=not is_refusal) from error
    finally:
        connection.close()


def _read(response: HTTPResponse, connection: socket.socket | None, seconds: float) -> bytes:
    """Read an answer to its end, all of which may take so long."""
    due = time.monotonic() + seconds
    chunks: list[bytes] = []
    room = MOST_MEGABYTES << 20
    while chunk := response.read1(CHUNK_BYTES):
        chunks.append(chunk)
        room -= len(chunk)
        if room < 0:
            raise _AnswerTooLarge
        remaining = due - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        if connection is not None:  # the last part may be here already, and the connection closed
            connection.settimeout(remaining)
    if response.length:
        raise ConnectionError
    return b"".join(chunks)


def _headers(remote: Remote) -> dict[str, str]:
    headers = {"Content-Type": "text/xml", "User-Agent": "bcfg2tw call"}
    if remote.password is not None:
        credentials = b64encode(f"{remote.user}:{remote.password}".encode())
        headers["Authorization"] = f"Basic {credentials.decode()}"
    return headers


def _trouble(error: Exception, remote: Remote) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return chain_problem(error)
    if isinstance(error, ssl.SSLEOFError):
        return "the server closed the connection without an answer"
    if isinstance(error, ssl.SSLError):
        return _tls_trouble(error)
    return _connection_trouble(error, remote)


def _tls_trouble(error: ssl.SSLError) -> str:
    reason = (error.reason or "no reason given").lower().replace("_", " ")
    if any(word in reason for word in ("certificate", "unknown ca", "bad key")):
        return f"the server refuses our certificate ({reason}): check --cert and --key"
    return f"no TLS connection ({reason}): is this the port of a Bcfg2 server?"


def _connection_trouble(error: Exception, remote: Remote) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there: is the server running, and is the port right?"
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return f"the name {remote.host} is not known: check [components] bcfg2 or --server"
    if isinstance(error, TimeoutError):
        return f"no answer within {remote.timeout_seconds:g} seconds"
    if isinstance(error, (ConnectionError, HTTPException)):
        return "the server closed the connection without an answer"
    return str(error) or type(error).__name__
