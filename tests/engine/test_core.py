"""The core's documented interface, without a network (:ref:`reference-core`)."""

from __future__ import annotations

from typing import Any

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import Core, NetworkCore
from bcfg2tw.engine.plugins.rules import Rules
from bcfg2tw.errors import (
    Bcfg2Error,
    CoreInitError,
    CriticalError,
    MetadataRuntimeError,
    NoExposedMethod,
)
from tests.builders import CLIENT, a_core, a_repository, address, change, some_settings
from tests.logs import CapturedLog

BUNDLE = {"Bundler/b.xml": "<Bundle><Service name='sshd'/></Bundle>"}
STATISTICS = "<upload-statistics><Statistics version='{}' state='clean'/></upload-statistics>"


class LifeTests(SynchronousTestCase):
    """From making a core to its end."""

    def test_without_network(self) -> None:
        """A core without a network reads the repository when it runs, and is done."""
        core = Core(some_settings(a_repository(self, BUNDLE)))
        self.assertRaises(MetadataRuntimeError, getattr, core, "plugins")
        self.assertTrue(core.run())
        self.assertEqual(core.BuildConfiguration(CLIENT).xpath("//Service/@name"), ["sshd"])
        core.shutdown()

    def test_shutdown(self) -> None:
        """Shutting down happens once, whatever a plugin raises."""
        log = CapturedLog(self)
        core = a_core(self, {**BUNDLE, "Rules/r.xml": "<Rules priority='1'/>"})

        def fail(_: Rules) -> None:
            raise ZeroDivisionError

        self.patch(Rules, "shutdown", fail)
        self.assertFalse(core.terminate.is_set())
        core.shutdown()
        core.shutdown()
        self.assertTrue(core.terminate.is_set())
        self.assertEqual(log.lines.count("bcfg2-server: Shutting down core..."), 1)
        self.assertEqual(log.lines.count("bcfg2-server: All plugins shut down"), 1)
        self.assertIn("bcfg2-server: Core already shut down", log.lines)

    def test_no_set_up(self) -> None:
        """A core that cannot be set up is shut down, and says so."""
        core = Core(some_settings(a_repository(self, BUNDLE)))
        self.patch(core, "_run", lambda: False)
        self.assertFalse(core.run())
        self.assertTrue(core.terminate.is_set())

    def test_failing_block(self) -> None:
        """What ends the serving is passed on, and the core is shut down first."""
        core = Core(some_settings(a_repository(self, BUNDLE)))

        def fail() -> None:
            raise KeyboardInterrupt

        self.patch(core, "_block", fail)
        self.assertRaises(KeyboardInterrupt, core.run)
        self.assertTrue(core.terminate.is_set())

    def test_no_metadata(self) -> None:
        """Without a Metadata plugin there is no core."""
        core = Core(some_settings(a_repository(self, BUNDLE), plugins=("Bundler",)))
        self.assertRaises(CoreInitError, core.run)
        self.assertTrue(core.terminate.is_set())

    def test_attributes(self) -> None:
        """A core tells what it was made from, and what it is."""
        core = a_core(self, BUNDLE, ca="/etc/ca.pem", client_metadata_cache="initial")
        self.assertEqual(str(core), "NetworkCore(https://localhost:6789)")
        self.assertEqual(str(Core(core.settings)), "Core")
        self.assertEqual((core.cfile, core.ca), (None, "/etc/ca.pem"))
        self.assertEqual((core.metadata_cache_mode, core.revision), ("initial", "-1"))
        self.assertEqual(set(core.plugins), {"Bundler", "Metadata", "DefaultACL"})
        self.assertIs(core.metadata, core.plugins["Metadata"])


class CallTests(SynchronousTestCase):
    """What clients call."""

    def core(self, **settings: Any) -> NetworkCore:
        """Return a core of one client."""
        self.log = CapturedLog(self)
        return a_core(self, BUNDLE, **settings)

    def test_exposed(self) -> None:
        """Methods that are marked can be called, and no others."""
        core = self.core()
        self.assertEqual(core._resolve_exposed_method("GetConfig"), core.GetConfig)
        for name in ("BuildConfiguration", "shutdown", "_run", "__init__", "plugins", "nothing"):
            self.assertRaises(NoExposedMethod, core._resolve_exposed_method, name)

    def test_list_methods(self) -> None:
        """Each caller is told of the methods that it may use: plugins' only at home."""
        core = self.core()
        home, away = core.listMethods(address()), core.listMethods(address("192.0.2.1"))
        self.assertIn("Metadata.list_clients", home)
        self.assertNotIn("Metadata.list_clients", away)
        self.assertNotIn("toggle_debug", away)
        self.assertEqual(away, sorted(away))
        self.assertIn("GetConfig", away)

    def test_unknown_client(self) -> None:
        """A client that cannot be resolved is told so as a critical error."""
        core = self.core()
        change(core, {"Metadata/clients.xml": "<Clients/>"})
        error = self.assertRaises(CriticalError, core.GetConfig, address(client="new.test"))
        self.assertEqual(
            str(error),
            "Critical failure: Client metadata resolution error for new.test: "
            "Cannot add new client new.test; no default group set",
        )

    def test_statistics(self) -> None:
        """An upload is noted with the client's state; one that holds none is refused."""
        core = self.core()
        self.assertTrue(core.RecvStats(address(), STATISTICS.format("2.0")))
        core.process_statistics(CLIENT, etree.fromstring(STATISTICS.format("1.0")))
        self.assertEqual(self.log.lines.count(f"Client {CLIENT} reported state clean"), 2)
        for document in ("<Statistics version='2.0' state='clean'/>", "<x", 7):
            self.assertRaises(Bcfg2Error, core.RecvStats, address(), document)

    def test_versions(self) -> None:
        """A declared version is a string, and kept."""
        core = self.core()
        core.DeclareVersion(address(), "1.3.4")
        self.assertEqual(core.build_metadata(CLIENT).version, "1.3.4")
        self.assertRaises(Bcfg2Error, core.DeclareVersion, address(), 1)

    def test_debug(self) -> None:
        """Debug flags are booleans or words; the core's own leaves plugins alone."""
        core = self.core()
        flags: list[bool] = []
        core.debug_listeners.append(flags.append)
        self.assertTrue(core.set_debug(address(), "True"))
        self.assertTrue(core.plugins["Bundler"].debug_flag)
        self.assertFalse(core.set_core_debug(address(), "false"))
        self.assertTrue(core.plugins["Bundler"].debug_flag)
        self.assertTrue(core.toggle_core_debug(None))
        self.assertFalse(core.toggle_debug(address()))
        self.assertFalse(core.plugins["Bundler"].debug_flag)
        self.assertEqual(flags, [True, False, True, False])
        self.assertRaises(Bcfg2Error, core.set_debug, address(), [])
        self.assertTrue(core.toggle_fam_debug(None).endswith("future release\nTrue"))

    def test_cache(self) -> None:
        """What is remembered of clients is forgotten for some of them, or for all."""
        core = self.core(client_metadata_cache="aggressive")
        first = core.build_metadata(CLIENT)
        core.expire_metadata_cache(None, ["other.test"])
        self.assertIs(core.build_metadata(CLIENT), first)
        core.expire_metadata_cache(None, [])
        self.assertIs(core.build_metadata(CLIENT), first)
        core.expire_metadata_cache(address(), [CLIENT])
        second = core.build_metadata(CLIENT)
        self.assertIsNot(second, first)
        core.expire_metadata_cache(address())
        self.assertIsNot(core.build_metadata(CLIENT), second)

    def test_expiry_of_what(self) -> None:
        """Clients whose metadata expire come as a list of names, and as nothing else."""
        core = self.core()
        for value in (True, "web.example.test", 7, [None], [["a"]], {"a": 1}):
            error = self.assertRaises(Bcfg2Error, core.expire_metadata_cache, None, value)
            self.assertEqual(str(error), f"clients come as a list of names, not as {value!r}")

    def test_certificates_without_authority(self) -> None:
        """Without a CA a certificate counts for nothing."""
        certificate = {"subject": ((("commonName", CLIENT),),)}
        without = self.core(authentication="cert")
        self.assertFalse(without.authenticate(certificate, "root", "", address()))
        with_ca = self.core(authentication="cert", ca="/etc/ca.pem")
        self.assertTrue(with_ca.authenticate(certificate, "root", "", address()))

    def test_figures(self) -> None:
        """How long things take is told by name: minimum, maximum, mean and count."""
        core = self.core()
        for _ in range(3):
            core.GetConfig(address())
        low, high, mean, count = core.get_statistics(None)["NetworkCore:build_metadata"]
        self.assertEqual(count, 3)
        self.assertTrue(0 < low <= mean <= high)
