"""The contract with a core, which both cores keep; `tests.test_doubles` is about their doubles."""

from __future__ import annotations

from twisted.internet import reactor
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.interfaces import (
    CallTimes,
    CodedError,
    LoggingChoice,
    Pool,
    RunningCore,
    ServedCore,
)
from bcfg2tw.core import make_core
from bcfg2tw.downloads.reactor_downloader import ReactorDownloader
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.errors import CriticalError, NoExposedMethod, SettingsError
from bcfg2tw.pool import CorePool
from bcfg2tw.settings import Settings
from tests.builders import a_core, a_repository, address, some_settings
from tests.contracts import deviations
from tests.upstream.test_upstream import UpstreamTestCase

#: Shows how a core over the stand-in keeps the contract.
COMPARE = """
from bcfg2tw.calls.interfaces import RunningCore
from bcfg2tw.core import make_core
from tests.contracts import deviations
import dataclasses
core = make_core(dataclasses.replace(settings, core="upstream"))
show([type(core).__name__, deviations(RunningCore, core)])
"""

NO_METHOD = """
from bcfg2tw.errors import NoExposedMethod
core = Core(settings)
try:
    core._resolve_exposed_method("load_plugins")
except NoExposedMethod as error:
    show(str(error))
"""


class EmbeddedCoreTests(SynchronousTestCase):
    """The core over the engine."""

    def test_contract(self) -> None:
        """It keeps the whole contract before it is started, its record of times as well."""
        core = make_core(some_settings(a_repository(self, {})))
        self.addCleanup(core.shutdown)
        self.assertEqual(deviations(RunningCore, core), [])
        self.assertEqual(deviations(CallTimes, core.call_statistics), [])

    def test_missing_method(self) -> None:
        """A method that clients cannot call is an error of the package's own class."""
        core: ServedCore = a_core(self, {})
        error = self.assertRaises(NoExposedMethod, core._resolve_exposed_method, "load_plugins")
        self.assertEqual(str(error), "load_plugins")

    def test_started_twice_ended(self) -> None:
        """Its second shutdown does nothing."""
        core: RunningCore = make_core(some_settings(a_repository(self, {})))
        core.start()
        self.assertTrue(core.check_acls(address(), "GetConfig"))
        core.shutdown()
        core.shutdown()


class UpstreamCoreTests(UpstreamTestCase):
    """The core over an installed Bcfg2."""

    def test_contract(self) -> None:
        """It keeps the whole contract before it is started."""
        self.assertEqual(self.result(COMPARE), ["UpstreamTwistedCore", []])

    def test_missing_method(self) -> None:
        """A method that clients cannot call is an error of the package's class, not Bcfg2's."""
        self.assertEqual(self.result(NO_METHOD), "load_plugins")


class OtherContractsTests(SynchronousTestCase):
    def test_pool(self) -> None:
        """The pool takes a function with any number of arguments."""
        self.assertEqual(deviations(Pool, CorePool(reactor, Settings())), [])

    def test_downloader(self) -> None:
        """The downloader is the one that plugins ask for."""
        downloader = ReactorDownloader(reactor, Settings)
        self.assertEqual(deviations(Downloader, downloader), [])

    def test_errors(self) -> None:
        """Errors that clients are told about choose their code, and are not logged; others not."""
        critical = CriticalError("no such client")
        self.assertIsInstance(critical, CodedError)
        self.assertIsInstance(critical, LoggingChoice)
        self.assertNotIsInstance(SettingsError("no"), CodedError)
        self.assertNotIsInstance(SettingsError("no"), LoggingChoice)
