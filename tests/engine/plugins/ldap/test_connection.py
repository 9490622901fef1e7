"""Ldap: directories that are there, down, silent, or not who they say they are."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import Any

from twisted.internet.defer import ensureDeferred

from bcfg2tw.engine.plugin.registry import plugin_classes
from bcfg2tw.engine.plugins import ldap
from bcfg2tw.engine.plugins.ldap import LdapConnection, connection
from bcfg2tw.engine.plugins.ldap.libraries import choose_library
from bcfg2tw.engine.plugins.ldap.options import connection_options
from tests.builders import CLIENT, change
from tests.certificates import Authority
from tests.engine.plugins.ldap.case import START, LdapCase
from tests.engine.plugins.ldap.directory import Directory

SECOND = '"127.0.0.1", PORT, binddn='


class ConnectionTests(LdapCase):
    def test_uri(self) -> None:
        """The URI is the given one, or is made of host and port."""
        self.assertEqual(
            [
                LdapConnection().uri,
                LdapConnection("ldap.example", 636).uri,
                LdapConnection("ldap.example", 3268).uri,
                LdapConnection("x", uri="ldapi:///run/ldapi").uri,
            ],
            ["ldap://localhost:389", "ldaps://ldap.example", "ldap://ldap.example:3268",
             "ldapi:///run/ldapi"],
        )  # fmt: skip

    async def test_kept(self) -> None:
        """A connection is used again, and bound once."""
        core = self.core(ldap_cache=False)
        for _ in range(3):
            await self.result(core)
        self.assertEqual(
            self.directory.factory.operations, ["LDAPBindRequest"] + ["LDAPSearchRequest"] * 3
        )
        core.shutdown()

    async def test_anonymous(self) -> None:
        """Without a name and a password nobody is bound."""
        for argument in ("binddn", "bindpw"):
            text = re.sub(f'{argument}="[^"]*"', f"{argument}=None", START)
            self.directory.factory.operations.clear()
            await self.result(self.core(text))
            self.assertEqual(self.directory.factory.operations, ["LDAPSearchRequest"])

    async def test_wrong_password(self) -> None:
        """A wrong password is refused, and not tried again."""
        core = self.core(START.replace("open sesame", "wrong"))
        with self.assertLogs("Ldap", "ERROR") as logs:
            self.assertIsNone(await self.result(core))
        self.assertIn("invalidCredentials", logs.output[0])
        self.assertEqual(self.directory.factory.operations, ["LDAPBindRequest"])

    async def test_comes_back(self) -> None:
        """A directory that is down is asked again until it is there."""
        core = self.core(ldap_retries=40)
        await self.directory.stop()
        waiting = ensureDeferred(self.result(core))
        await self.later(0.3)
        self.assertFalse(waiting.called)
        await self.directory.start()
        self.assertEqual((await waiting)["cn"], [CLIENT])

    async def test_restarted(self) -> None:
        """Connections that the directory has closed meanwhile cost no failure and no delay."""
        core = self.core(ldap_cache=False, ldap_retries=0)
        await self.result(core)
        await self.directory.stop()
        await self.directory.start()
        self.assertEqual((await self.result(core))["cn"], [CLIENT])

    async def test_down(self) -> None:
        """One that stays down is left alone for a while, after so many attempts."""
        self.patch(connection, "PAUSE_SECONDS", 1.0)
        core = self.core(ldap_retries=2)
        await self.directory.stop()
        with self.assertLogs("Ldap", "ERROR") as logs:
            self.assertIsNone(await self.result(core))
            attempts = len(logs.output) - 1
            self.assertIsNone(await self.result(core))
        self.assertEqual((attempts, len(logs.output)), (3, 5))
        self.assertIn(f"ldap://127.0.0.1:{self.directory.port} is down: ", logs.output[-1])
        await self.directory.start()
        with self.assertLogs("Ldap", "ERROR"):
            self.assertIsNone(await self.result(core))
        await self.later(1.1)
        self.assertEqual((await self.result(core))["cn"], [CLIENT])

    async def test_silent(self) -> None:
        """One that does not answer costs its time once, not once for each attempt."""
        core = self.core(ldap_timeout_seconds=1, ldap_retries=3)
        self.directory.factory.is_silent = True
        started = time.monotonic()
        with self.assertLogs("Ldap", "ERROR"):
            self.assertIsNone(await self.result(core))
        self.assertLess(time.monotonic() - started, 3)

    async def test_second(self) -> None:
        """Of several directories the first that is there is asked."""
        other = Directory()
        await other.start()
        await other.stop()
        uris = f"uri='ldap://127.0.0.1:{other.port} ldap://127.0.0.1:PORT', binddn="
        core = self.core(START.replace(SECOND, uris))
        with self.assertLogs("Ldap", "WARNING"):
            self.assertEqual((await self.result(core))["cn"], [CLIENT])

    async def test_config_changes(self) -> None:
        """A new config.py connects anew, with its own password."""
        core = self.core()
        await self.result(core)
        change(core, {"Ldap/config.py": self.config(START.replace("open sesame", "wrong"))})
        with self.assertLogs("Ldap", "ERROR"):
            self.assertIsNone(await self.result(core))


class TLSTests(LdapCase):
    async def core_over_tls(self, options: str) -> Any:
        """Return a core whose directory speaks TLS, with options for its connection."""
        authority = Authority(Path(self.mktemp()).absolute())
        certificate, key = authority.issue("localhost")
        await self.directory.stop()
        self.directory.port = 0
        await self.directory.start(certificate, key)
        text = options.replace("@CA@", str(authority.certificate))
        return self.core(START.replace(SECOND, f"{text}, binddn="), ldap_retries=0)

    async def test_verified(self) -> None:
        """The directory's certificate is verified against the given CA."""
        core = await self.core_over_tls(
            "uri='ldaps://localhost:PORT', options={'OPT_X_TLS_CACERTFILE': '@CA@'}"
        )
        self.assertEqual((await self.result(core))["cn"], [CLIENT])

    async def test_unknown(self) -> None:
        """A certificate of an unknown CA is refused, and the password is not sent."""
        core = await self.core_over_tls("uri='ldaps://localhost:PORT'")
        with self.assertLogs("Ldap", "ERROR") as logs:
            self.assertIsNone(await self.result(core))
        self.assertIn("certificate verify failed", logs.output[-1].lower())
        self.assertEqual(self.directory.factory.operations, [])

    async def test_unchecked(self) -> None:
        """It is not verified where python-ldap's option says so."""
        core = await self.core_over_tls(
            "uri='ldaps://localhost:PORT', options={'OPT_X_TLS_REQUIRE_CERT': 0}"
        )
        self.assertEqual((await self.result(core))["cn"], [CLIENT])


class LibraryTests(LdapCase):
    async def test_named(self) -> None:
        """The log names the library."""
        with self.assertLogs("Ldap", "INFO") as logs:
            self.core()
        self.assertIn(f"Ldap: queries are sent with {choose_library().name}", logs.output[0])


class OptionTests(LdapCase):
    def test_read(self) -> None:
        """Options count by number and by name."""
        read = connection_options(
            {0x5005: 3, "OPT_TIMEOUT": 4.5, "OPT_REFERRALS": 0, "OPT_X_TLS_NEWCTX": 0,
             "OPT_PROTOCOL_VERSION": 3}
        )  # fmt: skip
        self.assertEqual(
            (read.connect_seconds, read.answer_seconds, bool(read.follows_referrals)),
            (3, 4.5, False),
        )

    async def test_python_ldap(self) -> None:
        """What a config.py declares with python-ldap works without it."""
        text = "import ldap\nimport ldap.filter\n" + START.replace(
            "binddn=", "options={ldap.OPT_REFERRALS: ldap.OPT_OFF}, binddn="
        ).replace("% metadata.hostname", "% ldap.filter.escape_filter_chars(metadata.hostname)")
        self.assertEqual((await self.result(self.core(text)))["cn"], [CLIENT])


class ExtraTests(LdapCase):
    def test_missing(self) -> None:
        """Without a library the log names the extra to install."""
        hidden = (ldap.__name__, "ldap3", "ldap")
        modules = {
            name: module
            for name, module in sys.modules.items()
            if name in hidden or name.startswith(f"{ldap.__name__}.")
        }
        self.addCleanup(sys.modules.update, modules)
        for name in modules:
            del sys.modules[name]
        for name in ("ldap3", "ldap"):
            self.addCleanup(sys.modules.pop, name)
            sys.modules[name] = None  # type: ignore[assignment]  # this is how imports are refused
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(plugin_classes(["Ldap"]), [])
        self.assertIn("Plugin Ldap cannot be used: it needs the Python package ldap3: install "
                      "bcfg2tw[ldap]", logs.output[0])  # fmt: skip
