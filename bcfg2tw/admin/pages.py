"""
What the listener answers: `/healthz`, `/readyz`, `/metrics`, `/status`, and commands by POST.

Health and readiness are told to anybody who can connect, in a sentence. For the rest the token has
to be shown, where there is one. A command is taken over a UNIX socket, whose owner's it is, or
with the token: any user of the machine can connect to a port.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import Request as HTTPRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request
from zope.interface import implementer

from bcfg2tw.admin.processes import Processes

log = Logger()


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


#: The commands with the arguments that they take, and what says whether a value is one.
COMMANDS: Mapping[str, Mapping[str, Callable[[object], bool]]] = {
    "reload": {},
    "drain": {"off": _is_flag},
    "debug": {"on": _is_flag},
    "expire": {"clients": _are_names},
}

BAD_ARGUMENTS = (
    "the arguments of a command are a JSON object: off and on are true or false, clients is a list "
    "of names"
)

Answer = tuple[int, str, bytes]
Pages = Mapping[bytes, Callable[[], Deferred[Answer]]]

TEXT, JSON = "text/plain; charset=utf-8", "application/json"

NO_METRICS = "metrics need prometheus_client: pip install 'bcfg2tw[metrics]'"


@implementer(IResource)
class AdminResource(Resource):
    """All pages of one server."""

    isLeaf = True

    def __init__(self, processes: Processes, token: str | None, is_private: bool) -> None:
        """
        Answer for a server.

        :param token: that has to be shown, None where there is none
        :param is_private: whether nobody but the server's user, and root, can connect
        """
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted's
        self._processes = processes
        self._token = token
        self._is_private = is_private
        self._open: Pages = {b"/healthz": self._health, b"/readyz": self._readiness}
        self._closed: Pages = {b"/metrics": self._metrics, b"/status": self._status}
        self._picturing: list[Deferred[list[dict[str, Any]]]] | None = None

    def render_GET(self, request: Request) -> int:
        """Answer a question."""
        page = self._open.get(request.path)
        if page is None:
            if not self._is_admitted(request):
                return _refuse(request, 401, "show the token of [admin] token: Bearer TOKEN")
            page = self._closed.get(request.path)
        if page is None:
            return _refuse(request, 404, "there are /healthz, /readyz, /metrics and /status")
        return _answer_later(request, page())

    def render_POST(self, request: Request) -> int:
        """Carry out a command; its arguments are a JSON object."""
        if not self._is_admitted(request):
            return _refuse(request, 401, "show the token of [admin] token: Bearer TOKEN")
        if self._token is None and not self._is_private:
            return _refuse(
                request, 403,
                "commands need a token, as any user of this machine can connect: write [admin] "
                "token = file:PATH, or listen on the path of a socket",
            )  # fmt: skip
        command = request.path.decode("latin-1").removeprefix("/ctl/")
        if command not in COMMANDS:
            return _refuse(request, 404, f"there are {', '.join(COMMANDS)}")
        arguments = _arguments(request, COMMANDS[command])
        if arguments is None:
            return _refuse(request, 400, BAD_ARGUMENTS)
        log.info("{command} is asked for by the administrator", command=command)
        return _answer_later(request, self._command(command, arguments))

    def _is_admitted(self, request: Request) -> bool:
        if self._token is None:
            return True
        scheme, _, token = (request.getHeader(b"authorization") or b"").partition(b" ")
        is_right = hmac.compare_digest(token.strip(), self._token.encode())
        return is_right and scheme.lower() == b"bearer"

    def _health(self) -> Deferred[Answer]:
        return self._processes.ask_all("alive", {}).addCallback(_verdict, "alive")

    def _readiness(self) -> Deferred[Answer]:
        return self._processes.ask_all("ready", {}).addCallback(_verdict, "ready")

    def _metrics(self) -> Deferred[Answer]:
        return self._pictures().addCallback(_as_metrics)

    def _status(self) -> Deferred[Answer]:
        return self._pictures().addCallback(_as_json)

    def _pictures(self) -> Deferred[list[dict[str, Any]]]:
        """Return pictures; who asks while they are being taken gets the same ones."""
        waiting: Deferred[list[dict[str, Any]]] = Deferred()
        if self._picturing is not None:
            self._picturing.append(waiting)
        else:
            self._picturing = [waiting]
            self._processes.ask_all("picture", {}).addBoth(self._hand_out)
        return waiting

    def _hand_out(self, pictures: list[dict[str, Any]] | Failure) -> None:
        waiters, self._picturing = self._picturing or [], None
        for waiting in waiters:
            waiting.callback(pictures)

    def _command(self, command: str, arguments: Mapping[str, Any]) -> Deferred[Answer]:
        return self._processes.ask_all(command, arguments).addCallback(_as_json)


def _arguments(
    request: Request, kinds: Mapping[str, Callable[[object], bool]]
) -> dict[str, Any] | None:
    """Return the arguments of a command, None if they are none; unknown ones are left out."""
    assert request.content is not None
    try:
        value = json.loads(request.content.read() or b"{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    arguments = {name: value[name] for name in kinds if name in value}
    are_good = all(kinds[name](argument) for name, argument in arguments.items())
    return arguments if are_good else None


def _verdict(answers: list[dict[str, Any]], word: str) -> Answer:
    """Say that one process at least is well, or what is wrong with all of them."""
    errors = [str(answer["error"]) for answer in answers if "error" in answer]
    if len(errors) < len(answers):
        return 200, TEXT, f"{word}\n".encode()
    sentence = "; ".join(dict.fromkeys(errors)) or "no process serves"
    return 503, TEXT, f"not {word}: {sentence}\n".encode()


def _as_json(value: object) -> Answer:
    return 200, JSON, json.dumps(value, indent=1).encode() + b"\n"


def _as_metrics(pictures: list[dict[str, Any]]) -> Answer:
    # here only: nobody needs the library who does not ask for metrics
    try:
        from bcfg2tw.admin.metrics import CONTENT_TYPE_LATEST, metrics_text
    except ImportError:
        return 501, TEXT, f"{NO_METRICS}\n".encode()
    return 200, CONTENT_TYPE_LATEST, metrics_text(pictures)


def _answer_later(request: Request, answer: Deferred[Answer]) -> int:
    gone: list[Failure] = []
    request.notifyFinish().addErrback(gone.append)

    def write(result: Answer) -> None:
        if not gone:
            write_answer(request, *result)

    def fail(failure: Failure) -> None:
        log.failure("Answering an administrator failed", failure)
        write((500, TEXT, b"the log says why this failed\n"))

    answer.addCallback(write).addErrback(fail)
    return NOT_DONE_YET


def _refuse(request: Request, status: int, sentence: str) -> int:
    if status == 401:
        request.setHeader(b"WWW-Authenticate", b"Bearer")
    write_answer(request, status, TEXT, f"{sentence}\n".encode())
    return NOT_DONE_YET


def write_answer(request: HTTPRequest, status: int, kind: str, body: bytes) -> None:
    """Answer a request; its connection is not used again."""
    request.setResponseCode(status)
    request.setHeader(b"Content-Type", kind.encode())
    request.setHeader(b"Content-Length", b"%d" % len(body))
    request.setHeader(b"Cache-Control", b"no-store")
    request.setHeader(b"Connection", b"close")
    if request.method != b"HEAD":
        request.write(body)
    request.finish()
