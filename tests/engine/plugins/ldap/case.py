"""What the tests of Ldap have in common: a directory, and a core that asks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import CLIENT, a_core
from tests.engine.plugins.ldap.directory import ADMIN, BASE, PASSWORD, Directory

T = TypeVar("T")

START = f"""\
from Bcfg2.Server.Plugins.Ldap import LdapConnection, LdapQuery

connection = LdapConnection("127.0.0.1", PORT, binddn="{ADMIN}", bindpw="{PASSWORD}")


class Hosts(LdapQuery):
    connection = connection
    base = "ou=hosts,{BASE}"

    def prepare_query(self, metadata):
        self.filter = "(&(objectClass=device)(cn=%s))" % metadata.hostname

    def process_result(self, metadata):
        return self.result[0][1] if self.result else None


__queries__ = ["Hosts"]
"""


class LdapCase(TestCase):
    """Tests with a directory; the engine blocks, and so runs in a thread."""

    timeout = 60

    async def setUp(self) -> None:  # type: ignore[override]  # trial takes coroutines
        """Start the directory."""
        self.directory = Directory()
        await self.directory.start()
        self.addCleanup(self.directory.stop)

    async def in_thread(self, function: Callable[..., T], *args: Any) -> T:
        """Run what blocks beside the reactor, which has to serve the directory."""
        found: T = await deferToThread(function, *args)
        return found

    async def later(self, seconds: float) -> None:
        """Wait, while the directory goes on serving."""
        clock: Any = reactor
        await deferLater(clock, seconds)

    def config(self, text: str = START) -> str:
        """Return a config.py for the directory's port."""
        return text.replace("PORT", str(self.directory.port))

    def core(
        self, text: str = START, files: dict[str, str] | None = None, **settings: Any
    ) -> NetworkCore:
        """Return a core with a config.py."""
        contents = {"Ldap/config.py": self.config(text), **(files or {})}
        return a_core(self, contents, **{"ldap_retry_delay_seconds": 0.05, **settings})

    def results(self, core: NetworkCore, client: str = CLIENT) -> Any:
        """Return what templates see."""
        return core.build_metadata(client).Ldap  # type: ignore[attr-defined]

    async def result(self, core: NetworkCore, name: str = "Hosts", client: str = CLIENT) -> Any:
        """Return the result of a query."""
        return await self.in_thread(lambda: self.results(core, client)[name])

    def searches(self) -> int:
        """Return how often the directory was searched."""
        return self.directory.factory.operations.count("LDAPSearchRequest")

    def query(self, lines: str, attributes: str = "connection = connection") -> str:
        """Return a config.py with one more query, Q, whose class has some lines."""
        body = "".join(f"    {line}\n" for line in (attributes, *lines.splitlines()))
        return START.replace("__queries__", f"class Q(LdapQuery):\n{body}\n\n__queries__").replace(
            '["Hosts"]', '["Hosts", "Q"]'
        )
