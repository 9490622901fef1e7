"""The doubles of tests keep the contracts of what they stand for, beside the real things."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from lxml import etree
from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SynchronousTestCase, TestCase
from twisted.web.resource import Resource
from twisted.web.server import Site
from twisted.web.static import Data

from bcfg2tw.calls.interfaces import CallTimes, Pool, RunningCore
from bcfg2tw.downloads.reactor_downloader import ReactorDownloader
from bcfg2tw.engine.clock import Clock, SystemClock
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.downloads import (
    Download,
    Downloader,
    DownloadError,
    NotThere,
    Validators,
)
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.errors import CriticalError, NoExposedMethod, PluginExecutionError
from bcfg2tw.pool import Busy, CorePool, TookTooLong
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings
from tests.builders import CLIENT, a_core, address, bundle_of, some_settings
from tests.contracts import deviations
from tests.doubles import (
    ManualClock,
    ManualPool,
    MemoryDownloader,
    RecordingContext,
    RecordingCore,
)
from tests.network import PASSWORD
from tests.waiting import PATIENCE_SECONDS


class SignatureTests(SynchronousTestCase):
    """All members are there, and can be called as their interfaces say."""

    def test_core(self) -> None:
        """A whole core, its record of times as well."""
        core: RunningCore = RecordingCore()
        self.assertEqual(deviations(RunningCore, core), [])
        self.assertEqual(deviations(CallTimes, core.call_statistics), [])

    def test_pool(self) -> None:
        """The pool, and the double of it."""
        pools: list[Pool] = [CorePool(reactor, Settings()), ManualPool()]
        for pool in pools:
            self.assertEqual(deviations(Pool, pool), [])

    def test_clock(self) -> None:
        """The machine's clock, and the one that tests advance."""
        clocks: list[Clock] = [SystemClock(), ManualClock()]
        for clock in clocks:
            self.assertEqual(deviations(Clock, clock), [])

    def test_context(self) -> None:
        """The context that a core gives its plugins, and the one of tests."""
        contexts: list[PluginContext] = [a_core(self, {}).context, RecordingContext()]
        for context in contexts:
            self.assertEqual(deviations(PluginContext, context), [])

    def test_downloader(self) -> None:
        """The downloader of the network side, and the one of tests."""
        downloaders: list[Downloader] = [
            ReactorDownloader(reactor, Settings),
            MemoryDownloader(),
        ]
        for downloader in downloaders:
            self.assertEqual(deviations(Downloader, downloader), [])


class CoreTests(SynchronousTestCase):
    """A real core, and the double of it, are asked the same."""

    def cores(self) -> list[RunningCore]:
        """Return both, started."""
        double = RecordingCore()
        double.start()
        return [a_core(self, {}, password=PASSWORD), double]

    def test_authenticate(self) -> None:
        """Both let in whoever has the password, and nobody else."""
        for core in self.cores():
            self.assertIs(core.authenticate(None, "root", PASSWORD, address()), True)
            self.assertIs(core.authenticate(None, "root", "wrong", address()), False)

    def test_methods(self) -> None:
        """Both have a method that clients call, and refuse to give any other."""
        for core in self.cores():
            self.assertTrue(callable(core._resolve_exposed_method("GetConfig")))
            for name in ("shutdown", "start", "_happen", ""):
                self.assertRaises(NoExposedMethod, core._resolve_exposed_method, name)
            self.assertTrue(all("." in name for name in core._get_rmi()))
            self.assertTrue(core.check_acls(address(), "GetConfig"))

    def test_reload(self) -> None:
        """Both take in changes, of paths or of anything, and tell what is to be watched."""
        for core in self.cores():
            core.reload(["/no/such/file"])
            core.reload(None)
            self.assertTrue(all(os.path.isabs(path) for path in core.watched()))

    def test_waits_and_fails(self) -> None:
        """The double does as it is told: it fails, and keeps what it was asked."""
        core = RecordingCore(None, "/repository")
        core.failures["reload"] = PluginExecutionError("no")
        self.assertRaises(PluginExecutionError, core.reload, ["/a"])
        self.assertEqual((core.events, core.reloads), (["reload"], [{"/a"}]))
        core.failures.clear()
        core.hold("reload").release()
        core.reload()
        self.assertEqual(core.events, ["reload", "reload", "reload ended"])


class PoolTests(TestCase):
    """A real pool, and the double of it, make the same calls."""

    def pools(self) -> list[Any]:
        """Return both."""
        real = CorePool(reactor, Settings(threads=1, max_queue=1))
        real.start()
        self.addCleanup(real.stop)
        return [real, ManualPool()]

    async def test_results(self) -> None:
        """Both give what the function returns, or what it raises."""
        for pool in self.pools():
            self.assertEqual(await pool.call(divmod, 7, 2), (3, 1))
            await self.assertFailure(pool.call(int, "x"), ValueError)

    async def test_busy(self) -> None:
        """Both refuse through the Deferred when they are full."""
        real, double = self.pools()
        double.is_full = True
        self.failureResultOf(double.call(int), Busy)
        await real.stop()
        self.failureResultOf(real.call(int), Busy)

    async def test_clients(self) -> None:
        """Both make calls for clients, and take back one that waits."""
        for pool in self.pools():
            self.assertEqual(await pool.serve(Turn("192.0.2.1"), divmod, 7, 2), (3, 1))
        double = ManualPool(is_holding=True)
        call = double.serve(Turn("192.0.2.1"), divmod, 7, 2)
        call.cancel()
        self.failureResultOf(call, CancelledError)
        self.assertEqual((double.waiting, double.turns), (0, [Turn("192.0.2.1")]))
        double.failure = TookTooLong("given up")
        self.failureResultOf(double.serve(Turn("192.0.2.1"), int), TookTooLong)

    def test_holding(self) -> None:
        """The double keeps calls until it is told to make them, the oldest first."""
        pool = ManualPool(is_holding=True)
        calls: list[Deferred[int]] = [pool.call(max, 1, 2), pool.call(min, 1, 2)]
        self.assertEqual((pool.waiting, pool.calls), (2, []))
        self.assertEqual(pool.release(), "max")
        self.assertEqual(self.successResultOf(calls[0]), 2)
        self.assertNoResult(calls[1])
        self.assertEqual(pool.release(), "min")
        self.assertEqual(self.successResultOf(calls[1]), 1)
        self.assertRaises(IndexError, pool.release)


class ContextTests(SynchronousTestCase):
    """The context of a real core, and the double of it, with the same client."""

    def contexts(self) -> list[PluginContext]:
        """Return both."""
        core = a_core(self, {"Bundler/b.xml": bundle_of("/a"), "Rules/r.xml": RULES})
        metadata = core.build_metadata(CLIENT)
        return [core.context, RecordingContext(core.settings, metadata)]

    def test_clients(self) -> None:
        """Both tell the metadata of the client, and refuse those of one that there is not."""
        for context in self.contexts():
            metadata = context.build_metadata(CLIENT)
            self.assertEqual((metadata.hostname, metadata.profile), (CLIENT, "all"))
            self.assertRaises(CriticalError, context.build_metadata, "no.such.client")
            names = [structure.get("name") for structure in context.structures(metadata)]
            self.assertEqual(names, ["b"])

    def test_bind(self) -> None:
        """Both bind a path that they know, in place, and say that they cannot bind other things."""
        for context in self.contexts():
            metadata = context.build_metadata(CLIENT).for_build()
            entry = etree.Element("Path", name="/a")
            context.bind(entry, metadata)
            self.assertEqual(entry.get("type"), "file")
            self.assertRaises(
                PluginExecutionError, context.bind, etree.Element("Service", name="x"), metadata
            )

    def test_announce(self) -> None:
        """Both tell those who listen to the store."""
        for context in self.contexts():
            told: list[ClientChange] = []
            context.store.changes.subscribe(told.append)
            context.announce(CLIENT, "Ohai")
            context.announce(None, "LDAP")
            self.assertEqual(told, [ClientChange(CLIENT, "Ohai"), ClientChange(None, "LDAP")])

    def test_changing_files(self) -> None:
        """Both let a plugin change files in a block, which may fail."""
        for context in self.contexts():
            with context.changing_files():
                pass
            self.assertRaises(ZeroDivisionError, self.fail_in, context.changing_files)

    def fail_in(self, block: Callable[[], AbstractContextManager[None]]) -> None:
        """Fail in a block."""
        with block():
            raise ZeroDivisionError

    def test_recorded(self) -> None:
        """The double keeps what it was asked."""
        context = RecordingContext(some_settings(os.path.abspath(os.curdir)))
        metadata = ClientMetadata("x")
        context.bind(etree.Element("Path", name="/a"), metadata)
        context.announce("x", "Ohai")
        with context.changing_files():
            self.assertEqual(context.changes, 0)
        self.assertEqual(
            (context.bound, context.announced, context.changes),
            ([("Path", "/a")], [("x", "Ohai")], 1),
        )


RULES = '<Rules priority="1"><Path name="/a" type="file"/></Rules>'


class DownloaderContract:
    """What a downloader promises; run over the double, and over the real one and a server."""

    content = b"Package: a\n"

    def downloader_of(self: Any, name: str) -> tuple[Downloader, str]:
        """Return a downloader, and the URL at which it finds the content under a name."""
        raise NotImplementedError

    async def fetch(self: Any, name: str = "Packages", **how: Any) -> Validators | None:
        """Fetch a file to `self.path`."""
        downloader, url = self.downloader_of("Packages")
        self.path = self.mktemp()
        download = Download(url.replace("Packages", name), self.path, **{"limit_bytes": 100, **how})
        result: Validators | None = await deferToThread(downloader.fetch, download)
        return result

    async def test_fetched(self: Any) -> None:
        """A file is written as it is, and its progress is told."""
        progress: list[tuple[int, int | None]] = []
        validators = await self.fetch(progress=lambda *arrived: progress.append(arrived))
        self.assertIsInstance(validators, Validators)
        with open(self.path, "rb") as stream:
            self.assertEqual(stream.read(), self.content)
        self.assertEqual(progress[-1], (len(self.content), len(self.content)))

    async def test_unchanged(self: Any) -> None:
        """A file that is as it was known is said to be so, and nothing is written."""
        known = await self.fetch()
        self.assertIsNone(await self.fetch(known=known))
        self.assertFalse(os.path.exists(self.path))
        self.assertIsNotNone(await self.fetch(known=Validators('"another"')))

    async def test_missing(self: Any) -> None:
        """A file that is not there is told apart from other failures."""
        await self.assertFailure(Deferred.fromCoroutine(self.fetch("Release")), NotThere)

    async def test_too_large(self: Any) -> None:
        """A file that is larger than it may be is refused, with the option that says so."""
        error = await self.assertFailure(
            Deferred.fromCoroutine(self.fetch(limit_bytes=3)), DownloadError
        )
        self.assertNotIsInstance(error, NotThere)
        self.assertIn("[packages] max_download", str(error))


class MemoryDownloaderTests(DownloaderContract, TestCase):
    def downloader_of(self, name: str) -> tuple[Downloader, str]:
        """Return the double."""
        url = f"http://mirror.example.test/{name}"
        return MemoryDownloader({url: self.content}), url


class Tagged(Data):
    """A file with an ETag."""

    def render_GET(self, request: Any) -> bytes:
        """Answer, unless the file is known."""
        if request.setETag(b'"1"'):
            return b""
        content: bytes = super().render_GET(request)
        return content


class ReactorDownloaderTests(DownloaderContract, TestCase):
    timeout = PATIENCE_SECONDS

    def downloader_of(self, name: str) -> tuple[Downloader, str]:
        """Return the network side's, and the address of a server of one file."""
        root = Resource()
        root.putChild(name.encode(), Tagged(self.content, "text/plain"))
        tcp: Any = reactor
        port = tcp.listenTCP(0, Site(root), interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        downloader = ReactorDownloader(reactor, Settings)
        self.addCleanup(downloader.stop)
        return downloader, f"http://127.0.0.1:{port.getHost().port}/{name}"
