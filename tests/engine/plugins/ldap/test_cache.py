"""Ldap: how long results are kept."""

from __future__ import annotations

from bcfg2tw.engine.plugins.ldap import connection
from tests.builders import CLIENT, change, configuration
from tests.engine.plugins.ldap.case import START, LdapCase


class CacheTests(LdapCase):
    async def test_until_the_next_run(self) -> None:
        """Without the option results are kept until the client's next run starts."""
        core = self.core()
        await self.result(core)
        await self.result(core)
        self.assertEqual(self.searches(), 1)
        await self.in_thread(configuration, core)
        await self.result(core)
        self.assertEqual(self.searches(), 2)

    async def test_on(self) -> None:
        """With it they are kept until they are expired: all, a query's, a client's of a query."""
        core = self.core(ldap_cache=True)
        await self.result(core)
        await self.in_thread(configuration, core)
        await self.result(core)
        self.assertEqual(self.searches(), 1)
        expire = core._get_rmi()["Ldap.expire_cache"]
        for count, arguments in enumerate(((), ("Hosts",), ("Hosts", CLIENT)), 2):
            expire(*arguments)
            await self.result(core)
            self.assertEqual(self.searches(), count)
        expire("Other")
        expire("Hosts", "other")
        await self.result(core)
        self.assertEqual(self.searches(), 4)

    async def test_off(self) -> None:
        """Switched off, the directory is asked each time."""
        core = self.core(ldap_cache=False)
        for _ in range(3):
            await self.result(core)
        self.assertEqual(self.searches(), 3)

    async def test_change(self) -> None:
        """Results are forgotten when config.py changes, not because another file does."""
        core = self.core()
        await self.result(core)
        change(core, {"Ldap/note": ""})
        await self.result(core)
        self.assertEqual(self.searches(), 1)
        change(core, {"Ldap/config.py": self.config(START + "# changed\n")})
        await self.result(core)
        self.assertEqual(self.searches(), 2)

    async def test_failure(self) -> None:
        """A failure is not kept."""
        core = self.core(ldap_retries=0)
        self.patch(connection, "PAUSE_SECONDS", 0.0)
        await self.directory.stop()
        with self.assertLogs("Ldap", "ERROR"):
            self.assertIsNone(await self.result(core))
        await self.directory.start()
        self.assertEqual((await self.result(core))["cn"], [CLIENT])
