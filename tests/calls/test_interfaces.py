"""The contract with a core, which both cores keep, and so do the doubles of the tests."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.interfaces import (
    CallTimes,
    CodedError,
    LoggingChoice,
    Pool,
    RunningCore,
    ServedCore,
    WatchedCore,
)
from bcfg2tw.core import make_core
from bcfg2tw.downloads.reactor_downloader import ReactorDownloader
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.errors import CriticalError, NoExposedMethod, SettingsError
from bcfg2tw.pool import CorePool
from bcfg2tw.settings import Settings
from tests.builders import a_core, a_repository, address, some_settings
from tests.network import ImmediatePool, PatientPool, ServedMethods
from tests.upstream.test_upstream import UpstreamTestCase
from tests.watching.test_watcher import ReloadedCore

#: Shows how a core over the stand-in keeps the contract.
COMPARE = """
from bcfg2tw.calls.interfaces import RunningCore
from bcfg2tw.core import make_core
from tests.calls.test_interfaces import deviations
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


def deviations(interface: type, provider: object) -> list[str]:
    """Return a sentence for each member of an interface that an object lacks, or has otherwise."""
    return [
        sentence for name in members(interface) for sentence in deviation(interface, provider, name)
    ]


def members(interface: type) -> list[str]:
    """Return the names of all members of an interface, those of its bases as well."""
    protocols = [one for one in interface.__mro__ if getattr(one, "_is_protocol", False)]
    names = {name for one in protocols for name in (*vars(one), *inspect.get_annotations(one))}
    return sorted(name for name in names if not is_of_every_protocol(name))


def is_of_every_protocol(name: str) -> bool:
    """Say whether Python itself puts a name into protocols."""
    return name.startswith(("__", "_abc_", "_is_"))


def deviation(interface: type, provider: object, name: str) -> Iterator[str]:
    """Yield how an object deviates from one member of an interface."""
    if not hasattr(provider, name):
        yield f"{name} is missing"
        return
    asked, given = getattr(interface, name, None), getattr(provider, name)
    if not inspect.isfunction(asked):
        return
    for arguments in calls(asked):
        try:
            inspect.signature(given).bind(*arguments)
        except TypeError as error:
            yield f"{name} with {len(arguments)} parameters: {error}"


def calls(method: Callable[..., Any]) -> Iterator[tuple[None, ...]]:
    """Yield the parameters that a method of an interface may be called with, by their number."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    positional = [one for one in parameters if one.kind is not inspect.Parameter.VAR_POSITIONAL]
    required = [one for one in positional if one.default is inspect.Parameter.empty]
    for number in range(len(required), len(positional) + 1):
        yield (None,) * number


class DeviationTests(SynchronousTestCase):
    """The comparison itself: it notices what a core lacks."""

    def test_members(self) -> None:
        """All members are compared, inherited and merely annotated ones as well."""
        self.assertEqual(
            members(RunningCore),
            [
                "_get_rmi", "_resolve_exposed_method", "authenticate", "call_statistics",
                "check_acls", "debug_listeners", "downloader", "reload", "settings", "shutdown",
                "start", "watched",
            ],
        )  # fmt: skip

    def test_missing(self) -> None:
        """A member that is not there is named."""
        self.assertIn("reload is missing", deviations(RunningCore, ServedMethods()))

    def test_other_signature(self) -> None:
        """A method that cannot be called as the interface says is named, with the reason."""

        class Deaf:
            def watched(self) -> tuple[str, ...]:
                return ()

            def reload(self) -> None:
                raise AssertionError

        self.assertEqual(
            deviations(WatchedCore, Deaf()),
            ["reload with 1 parameters: too many positional arguments"],
        )


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
    def test_pools(self) -> None:
        """The pool and its doubles take a function with any number of arguments."""
        for pool in (CorePool(reactor, Settings()), ImmediatePool(), PatientPool()):
            self.assertEqual(deviations(Pool, pool), [])

    def test_called_in_doubles(self) -> None:
        """A double of the pool gives what the function returned."""
        pool: Pool = ImmediatePool()
        self.assertEqual(self.successResultOf(pool.call(max, 1, 2)), 2)
        patient = PatientPool()
        waiting: Deferred[int] = patient.call(max, 1, 2)
        self.assertNoResult(waiting)
        patient.release()
        self.assertEqual(self.successResultOf(waiting), 2)

    def test_doubles_of_cores(self) -> None:
        """The doubles of cores have the part of the contract that they stand for."""
        self.assertEqual(deviations(ServedCore, ServedMethods()), [])
        self.assertEqual(deviations(WatchedCore, ReloadedCore()), [])

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
