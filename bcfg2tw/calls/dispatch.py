"""
One request from credentials to answer, in a thread: blocking code that knows no Twisted.

The order of the steps is that of :ref:`wire-5`: authentication, verb, parsing, ACL, look-up, call.
"""

from __future__ import annotations

import inspect
import logging
import time
import traceback
import xmlrpc.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bcfg2tw.auth import BadCredentials, credentials
from bcfg2tw.calls.codec import MalformedRequest, read_call, write_fault, write_result
from bcfg2tw.calls.failed_logins import FailedLogins
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.errors import Bcfg2Error

logger = logging.getLogger("bcfg2-server")

UNKNOWN_METHOD = -32601
GENERIC_FAULT = 1

Certificate = Mapping[str, Any]
Method = Callable[..., Any]


class ServedCore(Protocol):
    """What is asked of a core: the interface that Bcfg2 documents (:ref:`core-4.1`)."""

    def authenticate(
        self, cert: Any, user: str, password: str, address: ClientAddress, /
    ) -> bool: ...

    def check_acls(self, address: ClientAddress, rmi: str, /) -> bool: ...

    def _resolve_exposed_method(self, method_name: str, /) -> Method: ...

    def _get_rmi(self) -> Mapping[str, Method]: ...


@dataclass(frozen=True)
class Peer:
    """
    Who makes a request.

    :ivar address: one object for the whole request; `authenticate` notes in it whom it acts as
    :ivar certificate: subject of the verified certificate, None without one
    :ivar authorization: the header's value, None without one
    """

    address: ClientAddress
    certificate: Certificate | None
    authorization: bytes | None


@dataclass(frozen=True)
class Outcome:
    """What a request leads to: an HTTP status and a body, empty for statuses other than 200."""

    status: int
    body: bytes = b""
    headers: Mapping[bytes, bytes] = field(default_factory=dict)


UNAUTHORIZED = Outcome(401)
UNREADABLE = Outcome(500)
UNSUPPORTED = Outcome(501)


class Dispatcher:
    """Takes requests to a core; safe to use from several threads."""

    def __init__(self, core: ServedCore, failed_logins: FailedLogins) -> None:
        self._core = core
        self._failed_logins = failed_logins
        self._own_methods: Mapping[str, Method] = {
            "ping": _ping,
            "system.listMethods": self._list_methods,
            "system.methodHelp": self._method_help,
            "system.methodSignature": _method_signature,
        }

    def authenticate(self, peer: Peer) -> bool:
        """Decide whether a peer is let in, and count it where it is not."""
        is_admitted = self._is_admitted(peer)
        if not is_admitted:
            self._failed_logins.note(peer.address.ip)
        return is_admitted

    def _is_admitted(self, peer: Peer) -> bool:
        """Ask the core; whatever goes wrong refuses."""
        try:
            user, password = self._credentials(peer)
            return bool(self._core.authenticate(peer.certificate, user, password, peer.address))
        except BadCredentials as error:
            logger.error("Authentication failure from %s: %s", peer.address[0], error)
        except Exception:  # whatever a core stumbles over must refuse, not let in
            logger.exception("Unexpected authentication failure from %s", peer.address[0])
        return False

    def _credentials(self, peer: Peer) -> tuple[str, str]:
        if peer.authorization is None and peer.certificate is not None:
            return "root", ""  # the certificate may be enough; whether it is, the core decides
        return credentials(peer.authorization)

    def serve(self, peer: Peer, verb: bytes, body: bytes) -> Outcome:
        """Authenticate a peer and answer its request."""
        if not self.authenticate(peer):
            return UNAUTHORIZED
        return self.answer(peer, verb, body)

    def answer(self, peer: Peer, verb: bytes, body: bytes) -> Outcome:
        """Answer the request of a peer that was authenticated."""
        if verb != b"POST":
            return UNSUPPORTED
        try:
            name, parameters = read_call(body)
        except MalformedRequest as error:
            logger.error("Unexpected dispatch error for %s: %s", peer.address[0], error)
            return UNREADABLE
        try:
            is_allowed = self._core.check_acls(peer.address, name)
        except Exception as error:  # the reference answers so as well (:ref:`wire-2.1`)
            logger.error("ACL check of %r for %s failed: %s", name, peer.address[0], error)
            return UNREADABLE
        if not is_allowed:
            return UNAUTHORIZED
        return Outcome(200, self._called(peer.address, name, parameters))

    def _called(self, address: ClientAddress, name: str, parameters: tuple[Any, ...]) -> bytes:
        try:
            method = self._method(name)
            if method is None:
                return write_fault(UNKNOWN_METHOD, f"Unknown method {name}")
            if "." not in name:
                parameters = (address, *parameters)
            result = self._timed(name, method, parameters)
        except Exception as error:  # every failure of a method is told to its caller
            return _fault(name, address, error)
        try:
            return write_result(result)
        except Exception as error:  # a result that XML-RPC cannot hold, of whatever kind
            logger.error("The result of %s cannot be sent: %s", name, error)
            return write_fault(GENERIC_FAULT, f"{type(error).__name__}:{error}")

    def _timed(self, name: str, method: Method, parameters: tuple[Any, ...]) -> Any:
        statistics = getattr(self._core, "call_statistics", None)
        if statistics is None:  # an upstream core keeps its own
            return method(*parameters)
        started = time.perf_counter()
        try:
            return method(*parameters)
        finally:
            statistics.add(name, time.perf_counter() - started)

    def _method(self, name: str) -> Method | None:
        own = self._own_methods.get(name)
        if own is not None:
            return own
        if "." in name:
            return self._core._get_rmi().get(name)
        try:
            return self._core._resolve_exposed_method(name)
        except Exception as error:  # each core has a class of its own for it
            if type(error).__name__ != "NoExposedMethod":
                raise
            return None

    def _list_methods(self) -> list[str]:
        """List the methods that are not the core's own (:ref:`wire-11`)."""
        return sorted([*self._own_methods, *self._core._get_rmi()])

    def _method_help(self, name: object) -> str:
        """Describe a method that is not the core's own."""
        if not isinstance(name, str):
            raise Bcfg2Error(f"the name of a method is a string, not {name!r}")
        method = self._own_methods.get(name) or self._core._get_rmi().get(name)
        return "" if method is None else inspect.getdoc(method) or ""


def _fault(name: str, address: ClientAddress, error: Exception) -> bytes:
    """Turn an exception into a fault (:ref:`wire-6`); its traceback stays here."""
    code = getattr(error, "fault_code", None)
    text = str(error)
    if isinstance(error, xmlrpc.client.Fault):
        code, text = error.faultCode, error.faultString
    if getattr(error, "log", True):
        is_defect = code is None and not _is_of_caller(error)
        logger.error("%s failed for %s: %s", name, address[0], text, exc_info=is_defect)
    return write_fault(code if isinstance(code, int) else GENERIC_FAULT, text)


def _is_of_caller(error: Exception) -> bool:
    """Say whether an exception tells the caller what to do better, as for parameters."""
    if isinstance(error, Bcfg2Error):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    # a method that was not even entered has got a wrong number of parameters
    return isinstance(error, TypeError) and frames[-1].filename == __file__


def _ping(address: ClientAddress, *parameters: Any) -> list[Any]:
    """Return the parameters."""
    return list(parameters)


def _method_signature(name: str) -> str:
    """Say that there are no signatures."""
    return "signatures not supported"
