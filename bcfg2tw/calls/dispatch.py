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
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any, TypeVar

from bcfg2tw.auth import BadCredentials, credentials
from bcfg2tw.calls.call_record import ANSWERED, FAULT, REFUSED, RESULTS
from bcfg2tw.calls.codec import MalformedRequest, read_call, write_fault, write_result
from bcfg2tw.calls.current_call import CurrentCall, in_call
from bcfg2tw.calls.interfaces import (
    CallTimes,
    Certificate,
    CodedError,
    LoggingChoice,
    Method,
    ServedCore,
    StatefulCore,
)
from bcfg2tw.calls.parameters import excess_of
from bcfg2tw.engine.look_ups import LookUpNeeded, look_ups_elsewhere
from bcfg2tw.engine.memory import give_back
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.errors import Bcfg2Error, NoExposedMethod, NotServing
from bcfg2tw.pool import TookTooLong

T = TypeVar("T")

logger = logging.getLogger("bcfg2-server")

#: A request of this size leaves many times as much behind that is free again; to look for it
#: takes a millisecond.
LARGE_BYTES = 1 << 18

UNKNOWN_METHOD = -32601
GENERIC_FAULT = 1


@dataclass(frozen=True)
class Peer:
    """
    The origin of a request.

    :ivar address: one object for the whole request; `authenticate` notes in it whom it acts as
    :ivar certificate: subject of the verified certificate, None without one
    :ivar authorization: the header's value, None without one
    :ivar call: the name of the call, for log and faults; empty where calls have none
    """

    address: ClientAddress
    certificate: Certificate | None
    authorization: bytes | None
    call: str = ""

    def __str__(self) -> str:
        return str(self.address[0])


@dataclass(frozen=True)
class HttpAnswer:
    """
    The HTTP status and body of an answer; the body is empty for statuses other than 200.

    :ivar is_failed_login: whether it refuses somebody for his credentials
    :ivar method: that was called; empty where there is none of the name, or none was called
    :ivar is_fault: whether an XML-RPC fault is in the body
    """

    status: int
    body: bytes = b""
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    is_failed_login: bool = False
    method: str = ""
    is_fault: bool = False

    @property
    def result(self) -> str:
        """The result of the call, as `CallRecord` counts it."""
        if self.status == 200:
            return FAULT if self.is_fault else ANSWERED
        return RESULTS.get(self.status, REFUSED)


CHALLENGE = {b"WWW-Authenticate": b'Basic realm="Bcfg2", charset="UTF-8"'}
FAILED_LOGIN = HttpAnswer(401, headers=CHALLENGE, is_failed_login=True)
UNAUTHORIZED = HttpAnswer(401, headers=CHALLENGE)
UNREADABLE = HttpAnswer(500)
NOT_ALLOWED = HttpAnswer(405, headers={b"Allow": b"POST"})


class Dispatcher:
    """Takes requests to a core; safe to use from several threads."""

    def __init__(self, core: ServedCore) -> None:
        self._core = core
        self._call_of_core: Callable[[], AbstractContextManager[None]] = (
            core.call if isinstance(core, StatefulCore) else nullcontext
        )
        self._server_methods: Mapping[str, Method] = {
            "ping": _ping,
            "system.listMethods": self._list_methods,
            "system.methodHelp": self._method_help,
            "system.methodSignature": _method_signature,
        }

    @property
    def revision(self) -> str | None:
        """The revision of what the core serves now, None where it does not tell."""
        return getattr(self._core, "revision", None)

    def serve(self, peer: Peer, verb: bytes, body: IO[bytes]) -> HttpAnswer:
        """
        Authenticate a peer and answer its request.

        :raises NotServing, LookUpNeeded: as `authenticate`
        """
        with _of(peer), self._call_of_core():
            if not self._authenticate(peer):
                return FAILED_LOGIN
            return self._answer(peer, verb, body)

    def authenticate(self, peer: Peer) -> bool:
        """
        Decide whether a peer is let in.

        :raises NotServing: if the core can let nobody in now, whatever the credentials
        :raises LookUpNeeded: if something is to be looked up first, for which no call has to wait
        """
        with _of(peer), self._call_of_core():
            return self._authenticate(peer)

    def _authenticate(self, peer: Peer) -> bool:
        with look_ups_elsewhere():
            return _bounded(partial(self._admits, peer), partial(_refuse, peer))

    def _admits(self, peer: Peer) -> bool:
        if peer.authorization is None and peer.certificate is not None:
            user, password = "root", ""  # the certificate may be enough; the core decides that
        else:
            user, password = credentials(peer.authorization)
        return bool(self._core.authenticate(peer.certificate, user, password, peer.address))

    def answer(self, peer: Peer, verb: bytes, body: IO[bytes]) -> HttpAnswer:
        """
        Answer the request of a peer that was authenticated.

        :param body: in memory or on disk; it is read from its beginning
        :raises NotServing: if the core cannot reach what it needs for an answer
        """
        with _of(peer), self._call_of_core():
            return self._answer(peer, verb, body)

    def _answer(self, peer: Peer, verb: bytes, body: IO[bytes]) -> HttpAnswer:
        answer = self._answer_body(peer, verb, body)
        if body.tell() >= LARGE_BYTES:
            give_back()
        return answer

    def _answer_body(self, peer: Peer, verb: bytes, body: IO[bytes]) -> HttpAnswer:
        if verb != b"POST":
            return NOT_ALLOWED
        try:
            name, parameters = _read_call(body)
        except MalformedRequest as error:
            logger.error("Unexpected dispatch error for %s: %s", peer, error)
            return UNREADABLE
        check = partial(self._acl_refusal, peer.address, name)
        refusal = _bounded(check, partial(_unreadable, peer, name))
        if refusal is not None:
            return refusal
        call = partial(self._call, peer.address, name, parameters)
        return _bounded(call, partial(_fault, peer, name))

    def _acl_refusal(self, address: ClientAddress, name: str) -> HttpAnswer | None:
        return None if self._core.check_acls(address, name) else UNAUTHORIZED

    def _call(self, address: ClientAddress, name: str, parameters: tuple[Any, ...]) -> HttpAnswer:
        method = self._method(name)
        if method is None:
            return _fault_answer("", UNKNOWN_METHOD, f"Unknown method {name}")
        if "." not in name:
            parameters = (address, *parameters)
        try:
            result = self._timed(name, method, parameters)
        except TypeError as error:
            excess = excess_of(name, method, parameters) if _is_of_caller(error) else ""
            if excess:
                raise Bcfg2Error(excess) from error
            raise
        write = partial(_write_result, name, result)
        return _bounded(write, partial(_unsendable, name))

    def _timed(self, name: str, method: Method, parameters: tuple[Any, ...]) -> Any:
        started = time.perf_counter()
        try:
            return method(*parameters)
        finally:
            # as `MeasuredCore`, which takes Python 20 microseconds to look for
            times: CallTimes | None = getattr(self._core, "call_statistics", None)
            if times is not None:
                times.add(name, time.perf_counter() - started)

    def _method(self, name: str) -> Method | None:
        method = self._server_methods.get(name)
        if method is not None:
            return method
        if "." in name:
            return self._core._get_rmi().get(name)
        try:
            return self._core._resolve_exposed_method(name)
        except NoExposedMethod:
            return None

    def _list_methods(self) -> list[str]:
        """List the methods that are not the core's own (:ref:`wire-11`)."""
        return sorted([*self._server_methods, *self._core._get_rmi()])

    def _method_help(self, name: object) -> str:
        """Describe a method that is not the core's own."""
        if not isinstance(name, str):
            raise Bcfg2Error(f"the name of a method is a string, not {name!r}")
        method = self._server_methods.get(name) or self._core._get_rmi().get(name)
        return "" if method is None else inspect.getdoc(method) or ""


def _read_call(body: IO[bytes]) -> tuple[str, tuple[Any, ...]]:
    """
    Read a request; its bytes are let go before the call is made.

    :raises MalformedRequest: if it is none
    :raises NotServing: if there is no memory for it
    """
    body.seek(0)
    try:
        return read_call(body.read())
    except MemoryError as error:
        raise _no_memory() from error


def _no_memory() -> NotServing:
    """Return the reason for which a client is to come back, which is logged."""
    reason = (
        "there is no memory left for an answer: raise MemoryMax of the unit or ulimit -v, or "
        "lower [bcfg2tw] threads or workers"
    )
    logger.error("A client is told to come back: %s", reason)
    return NotServing(reason)


def _bounded(step: Callable[[], T], on_failure: Callable[[Exception], T]) -> T:
    """
    Take a step of a request; whatever is raised in it ends here.

    This is the one boundary for calls: cores, plugins and templates of sites raise what they like,
    and none of it may end more than the request that it belongs to.

    :raises NotServing: if there is no memory for it: the same request may do in a while
    """
    try:
        return step()
    except MemoryError as error:
        raise _no_memory() from error
    except Exception as error:
        return on_failure(error)


def _refuse(peer: Peer, error: Exception) -> bool:
    """
    Let nobody in because of a failure.

    :raises NotServing: if it is one of the repository's, which says nothing about the peer
    :raises LookUpNeeded: if nothing is decided yet
    """
    if isinstance(error, (NotServing, LookUpNeeded)):
        raise error
    if isinstance(error, BadCredentials):
        logger.error("Authentication failure from %s: %s", peer, error)
    else:
        logger.error("Unexpected authentication failure from %s", peer, exc_info=error)
    return False


def hanging_answer(peer: Peer, name: str, error: TookTooLong) -> HttpAnswer:
    """Answer a call that was given up, and log where it hangs."""
    client = peer.address.client
    who = str(peer) if client is None else f"{client} ({peer})"
    logger.error("%s of %s was %s%s", name or "A call", who, error.reason, _naming(peer))
    return _fault_answer(name, error.fault_code, f"{error}{_naming(peer)}")


def _unreadable(peer: Peer, name: str, error: Exception) -> HttpAnswer:
    """
    Answer where the ACL check fails; for a defect as the reference does (:ref:`wire-2.1`).

    :raises NotServing: if nobody's calls can be decided about now
    """
    if isinstance(error, NotServing):
        raise error
    if isinstance(error, (Bcfg2Error, CodedError)):  # the client's metadata cannot be built
        return _fault(peer, name, error)
    logger.error("ACL check of %r for %s failed: %s", name, peer, error)
    return UNREADABLE


def _of(peer: Peer) -> AbstractContextManager[None]:
    """Have what is logged in the block know which call it belongs to."""
    return in_call(CurrentCall(peer.call, peer.address)) if peer.call else nullcontext()


def _naming(peer: Peer) -> str:
    """Return the name of a call for the end of a sentence: by it the log's lines are found."""
    return f" (call {peer.call})" if peer.call else ""


def _write_result(name: str, result: object) -> HttpAnswer:
    return HttpAnswer(200, write_result(result), method=name)


def _fault_answer(name: str, code: int, text: str) -> HttpAnswer:
    return HttpAnswer(200, write_fault(code, text), method=name, is_fault=True)


def _unsendable(name: str, error: Exception) -> HttpAnswer:
    """Return the fault for a result that XML-RPC cannot hold."""
    logger.error("The result of %s cannot be sent: %s", name, error)
    return _fault_answer(name, GENERIC_FAULT, f"{type(error).__name__}:{error}")


def _fault(peer: Peer, name: str, error: Exception) -> HttpAnswer:
    """
    Turn what a method raised into a fault (:ref:`wire-6`); its traceback stays here.

    :raises NotServing: if that is what it raised: the same call may do in a while
    """
    if isinstance(error, NotServing):
        raise error
    code = error.fault_code if isinstance(error, CodedError) else None
    text = str(error)
    if isinstance(error, xmlrpc.client.Fault):
        code, text = error.faultCode, error.faultString
    if not isinstance(error, LoggingChoice) or error.log:
        is_defect = code is None and not _is_of_caller(error)
        exc_info = error if is_defect else None
        logger.error("%s failed for %s: %s%s", name, peer, text, _naming(peer), exc_info=exc_info)
    code = code if isinstance(code, int) else GENERIC_FAULT
    return _fault_answer(name, code, text + _naming(peer))


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
