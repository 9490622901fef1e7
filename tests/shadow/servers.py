"""Two servers of the same clients over real sockets and TLS, and others that misbehave."""

from __future__ import annotations

import http.client
import os
import ssl
import xmlrpc.client
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from twisted.internet import reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from bcfg2tw.core import TwistedCore
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.settings import Settings
from bcfg2tw.shadow import beside, comparisons
from bcfg2tw.shadow.counts import DIFFERENT, EQUAL
from bcfg2tw.shadow.record import Contents, Record, record_path
from tests.builders import a_repository
from tests.certificates import Authority
from tests.network import (
    PASSWORD,
    an_authority,
    basic,
    call_of,
    client_context,
    free_port,
    log_lines,
)
from tests.waiting import PATIENCE_SECONDS, wait_until

#: The clients of both servers.
WEB, DB = "web.example.test", "db.example.test"

CLIENTS = (
    f'<Clients><Client name="{WEB}" profile="all" address="127.0.0.1"/>'
    f'<Client name="{DB}" profile="all"/></Clients>'
)

Contents_ = Mapping[str, str]

BASE: Contents_ = {
    "Metadata/clients.xml": CLIENTS,
    "Bundler/motd.xml": '<Bundle><Path name="/etc/motd"/></Bundle>',
    "Cfg/etc/motd/motd": "hello\n",
    "Probes/kernel": "#!/bin/sh\nuname -r\n",
}
PLUGINS = ("Bundler", "Cfg", "Metadata", "Probes")


class TwoServersTestCase(TestCase):
    """
    This server and another one, of which a test says what differs.

    :ivar lines: what both log
    """

    timeout = 2 * PATIENCE_SECONDS

    def setUp(self) -> None:
        self.lines = log_lines(self)
        self.patch(beside, "DELAY_SECONDS", 0.0)
        self.patch(comparisons, "SAVING_SECONDS", 0.0)
        self.authority = an_authority(self)
        self.other_port, self.port = free_port(self), free_port(self)

    def settings(self, contents: Contents_, port: int, **settings: Any) -> Settings:
        """Return settings of a server with a repository of its own."""
        certificate, key = self.authority.issue("localhost", ["localhost", "127.0.0.1"])
        values: dict[str, Any] = {
            "repository": a_repository(self, {**BASE, **contents}),
            "state": os.path.abspath(self.mktemp()),
            "plugins": PLUGINS,
            "password": PASSWORD,
            "filemonitor": "pseudo",
            "server": f"https://127.0.0.1:{port}",
            "cert": str(certificate),
            "key": str(key),
            "ca": str(self.authority.certificate),
        }
        os.makedirs(values["state"])
        return Settings(**{**values, **settings})

    async def start(self, settings: Settings) -> CoreService:
        """Return a service that serves, and is ended after the test."""
        core = TwistedCore(settings)
        service = CoreService(reactor, settings, lambda: core)
        self.addCleanup(self._end, service)
        service.startService()
        await service.started
        return service

    def _end(self, service: CoreService) -> Deferred[Any]:
        return maybeDeferred(service.stopService if service.running else int)

    async def start_other(self, contents: Contents_ | None = None, **settings: Any) -> CoreService:
        """Start the other server."""
        self.other_settings = self.settings(contents or {}, self.other_port, **settings)
        self.other = await self.start(self.other_settings)
        return self.other

    async def start_ours(
        self, contents: Contents_ | None = None, answers: str = "theirs", **settings: Any
    ) -> CoreService:
        """Start this server, beside the other one."""
        values: dict[str, Any] = {
            "shadow_server": f"https://localhost:{self.other_port}",
            "shadow_answers": answers,
            "shadow_patience_seconds": 5.0,
        }
        self.our_settings = self.settings(contents or {}, self.port, **{**values, **settings})
        self.ours = await self.start(self.our_settings)
        return self.ours

    def written(self, config: str, is_shadowed: bool = True, **shadow: Any) -> Settings:
        """Return the settings of a bcfg2.conf that is written for our server."""
        plain = self.settings({}, self.port)
        sections: dict[str, dict[str, Any]] = {
            "server": {
                "repository": plain.repository, "state": plain.state,
                "plugins": ",".join(PLUGINS), "filemonitor": "pseudo",
            },
            "components": {"bcfg2": plain.server},
            "communication": {
                "password": PASSWORD, "key": plain.key, "certificate": plain.cert, "ca": plain.ca,
            },
            "shadow": {"server": f"https://localhost:{self.other_port}", **shadow},
        }  # fmt: skip
        if not is_shadowed:
            del sections["shadow"]
        os.makedirs(os.path.dirname(config), exist_ok=True)
        with open(config, "w", encoding="utf-8") as stream:
            for section, values in sections.items():
                stream.write(f"[{section}]\n")
                stream.writelines(f"{key} = {value}\n" for key, value in values.items())
        return Settings.load({"config": config})

    def files_of(self, settings: Settings, folder: str) -> list[str]:
        """Return the names in a folder of a repository."""
        return sorted(os.listdir(os.path.join(settings.repository, folder)))

    def groups_of(self, service: CoreService, client: str = WEB) -> frozenset[str]:
        """Return the groups of a client, as a server knows it."""
        core: Any = service.core
        return frozenset(core.build_metadata(client).groups)

    def calls_of(self, service: CoreService) -> dict[str, int]:
        """Return how often methods of a server were called, by its own count."""
        site: Any = service.site
        return {entry["method"]: entry["count"] for entry in site.resource.record.picture()}

    # Calls

    def ask(self, method: str, *parameters: Any, **options: Any) -> Deferred[Any]:
        """Return a Deferred of the result of a call, or of fault or status; see `asked`."""
        return deferToThread(asked, self, method, *parameters, **options)

    async def run_client(self, **options: Any) -> list[Any]:
        """Make the calls of a client's run, and return their results."""
        return [await self.ask(*call, **options) for call in RUN]

    # What is seen

    def said(self, text: str) -> int:
        """Return how often the log says something."""
        return sum(text in line for line in self.lines)

    async def until_said(self, text: str) -> None:
        """Wait until the log says something."""
        await self.until(lambda: self.said(text) > 0, text)

    async def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for something."""
        complaint = lambda: f"{what}\n" + "\n".join(self.lines[-40:])  # noqa: E731
        await deferToThread(wait_until, is_so, complaint)

    def counts(self) -> dict[tuple[str, str], int]:
        """Return what has become of calls, as metrics have it."""
        assert self.ours.shadow is not None
        return {
            (entry["method"], entry["result"]): entry["count"]
            for entry in self.ours.shadow.picture()["calls"]
        }

    async def until_counted(self, method: str, result: str, number: int = 1) -> None:
        """Wait until so many calls have become something."""
        is_recorded = result in (EQUAL, DIFFERENT)

        def is_so() -> bool:
            counts = self.record().counts if is_recorded else self.counts()
            return counts.get((method, result), 0) >= number

        await self.until(is_so, f"{method} {result}")

    def record(self) -> Contents:
        """Return the record, as the report reads it."""
        record = Record(record_path(self.our_settings))
        try:
            return record.read()
        finally:
            record.close()

    def later(self, work: Callable[[], Awaitable[Any]]) -> Deferred[Any]:
        """Begin some asynchronous work."""
        return Deferred.fromCoroutine(work())  # type: ignore[arg-type]


PROBE_DATA = '<probe-data><probe-data name="kernel" source="Probes">6.1</probe-data></probe-data>'
STATISTICS = (
    f'<upload-statistics><Node name="{WEB}"><Statistics version="2.0" client_version="1.3.4" '
    'state="clean" good="1" total="1" bad="0" time="Fri Nov 27 10:00:00 2026"><Good/><Bad/>'
    "<Extra/><Modified/></Statistics></Node></upload-statistics>"
)
RUN = (
    ("DeclareVersion", "1.3.4"),
    ("GetProbes",),
    ("RecvProbeData", PROBE_DATA),
    ("GetConfig",),
    ("RecvStats", STATISTICS),
)


def asked(
    case: TwoServersTestCase,
    method: str,
    *parameters: Any,
    user: str = "root",
    password: str = PASSWORD,
    certificate: str | None = None,
    has_password: bool = True,
    is_read: bool = True,
) -> Any:
    """
    Return the result of a call of our server, a fault, or the HTTP status if it is another one.

    :param certificate: the common name of the one that the client shows
    :param is_read: whether the answer is XML-RPC; else its bytes are returned
    """
    context = client_context(case.authority, certificate)
    context.check_hostname = False
    connection = http.client.HTTPSConnection(
        "127.0.0.1", case.port, context=context, timeout=PATIENCE_SECONDS
    )
    headers = {"Authorization": basic(user, password)} if has_password else {}
    try:
        connection.request("POST", "/RPC2", call_of(method, *parameters), headers)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        return response.status
    if not is_read:
        return body
    try:
        return xmlrpc.client.loads(body)[0][0]
    except xmlrpc.client.Fault as fault:
        return fault


class BesideRogue(Protocol):
    """A test with a port for another server, of either kind of test."""

    authority: Authority
    other_port: int

    @property
    def addCleanup(self) -> Any: ...


def server_context(case: BesideRogue, name: str = "localhost") -> ssl.SSLContext:
    """Return a context of a server with a certificate of the test's authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate, key = case.authority.issue(name, [name])
    context.load_cert_chain(str(certificate), str(key))
    return context
