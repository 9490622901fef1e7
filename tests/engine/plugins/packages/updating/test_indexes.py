"""The first load of a source: who waits for it, and who does not."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable
from glob import glob
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugin.downloads import Download, NotThere, Validators
from bcfg2tw.engine.plugins.packages import packages
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.updating import indexes
from bcfg2tw.errors import ValidationError
from tests.builders import a_repository, change, configuration, some_settings, write_files
from tests.doubles import Hold, MemoryDownloader
from tests.engine.plugins.packages.mirrors import quiet
from tests.engine.plugins.packages.test_packages import (
    INDEX,
    a_pool,
    added,
    contents,
    plugin_of,
    source,
)
from tests.waiting import wait_until

PACKAGES = "http://slow.test/Packages.gz"


class SlowServer:
    """A downloader that waits until it is let go, and then has one index."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go = threading.Event()
        self.has_index = True

    def fetch(self, download: Download) -> Validators:
        self.asked.set()
        assert self.go.wait(30)
        if not self.has_index:
            raise NotThere("404")
        download_index(download)
        return Validators()


def download_index(download: Download) -> None:
    """Write the one index that there is to where it is wanted."""
    if not download.url.endswith("Packages.gz"):
        raise NotThere("404")
    with open(download.path, "wb") as stream:
        stream.write(gzip.compress(INDEX.encode()))


class WaitingTests(SynchronousTestCase):
    """The first load of a source, with a server that takes its time."""

    def setUp(self) -> None:
        quiet(self)
        self.server = MemoryDownloader({PACKAGES: gzip.compress(INDEX.encode())})
        self.hold()

    def hold(self) -> None:
        """Have the server take its time from now on."""
        self.server.hold = self.held = Hold()
        self.addCleanup(self.held.release)

    def core(self, *sources: str) -> NetworkCore:
        """Return a core that is not started yet."""
        folder = a_repository(self, contents('<Package name="web"/>', *sources))
        core = NetworkCore(some_settings(folder))
        core.downloader = self.server
        self.addCleanup(core.shutdown)
        self.addCleanup(self.held.release)
        return core

    def in_thread(self, function: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
        """Run something in a thread; what it returns is put into the list."""
        results: list[Any] = []
        thread = threading.Thread(target=lambda: results.append(function()))
        thread.start()
        self.addCleanup(thread.join, 30)
        return thread, results

    def remote(self) -> str:
        """Return a source that has to be fetched."""
        return '<Source type="apt" rawurl="http://slow.test/"><Arch>amd64</Arch></Source>'

    def test_start_waits(self) -> None:
        """In a thread the start waits for what was never read."""
        core = self.core(self.remote())
        thread, _ = self.in_thread(core.start)
        self.held.until_reached()
        thread.join(0.1)
        self.assertTrue(thread.is_alive())
        self.held.release()
        thread.join(30)
        self.assertEqual(added(core), ["libc"])

    def test_call_waits(self) -> None:
        """A core that was started in the main thread has the first call wait instead."""
        core = self.core(self.remote())
        core.start()
        thread, results = self.in_thread(lambda: added(core))
        self.held.until_reached()
        thread.join(0.1)
        self.assertTrue(thread.is_alive())
        self.held.release()
        thread.join(30)
        self.assertEqual(results, [["libc"]])

    def test_slow_start(self) -> None:
        """A server that takes very long delays the start no longer than some time."""
        self.patch(packages, "FIRST_LOAD_SECONDS", 0.1)
        core = self.core(self.remote())
        thread, _ = self.in_thread(core.start)
        thread.join(30)
        self.assertFalse(thread.is_alive())

    def test_slow_call(self) -> None:
        """A call that would wait very long is refused, and answered when it comes again."""
        self.patch(indexes, "CALL_SECONDS", 0.1)
        core = self.core(self.remote())
        core.start()
        with self.assertLogs("bcfg2-server", "ERROR"), self.assertRaises(ValidationError) as caught:
            configuration(core)
        self.assertIn("sources.xml:1 is still being fetched", str(caught.exception))
        self.held.release()
        plugin_of(core).Reload()
        self.assertEqual(added(core), ["libc"])

    def test_old_state_meanwhile(self) -> None:
        """While a new source is fetched clients get what they got before."""
        core = self.core(source(a_pool(self)))
        core.start()
        both = contents('<Package name="web"/>', source(a_pool(self)), self.remote())
        write_files(core.settings.repository, both)
        thread, _ = self.in_thread(lambda: core.reload(None))
        self.held.until_reached()
        self.assertEqual(added(core), ["libc"])
        self.assertEqual(len(plugin_of(core).sources), 1)
        self.held.release()
        thread.join(30)
        self.assertEqual(len(plugin_of(core).sources), 2)

    def test_refresh_delays_nobody(self) -> None:
        """While indexes are fetched again clients get what the last ones say."""
        self.held.release()
        core = self.core(self.remote())
        core.start()
        self.assertEqual(added(core), ["libc"])
        self.hold()
        thread, _ = self.in_thread(plugin_of(core).Refresh)
        self.held.until_reached()
        self.assertEqual(added(core), ["libc"])
        self.held.release()
        thread.join(30)

    def test_failed_start(self) -> None:
        """A source that cannot be fetched at first is tried again, and delays nobody for ever."""
        self.patch(indexes, "RETRY_SECONDS", 0.05)
        self.server.files.clear()
        self.held.release()
        core = self.core(self.remote())
        core.start()
        self.assertEqual(added(core), [])
        self.server.files[PACKAGES] = gzip.compress(INDEX.encode())
        path = os.path.join(plugin_of(core).indexes.cache_folder, "")
        wait_until(
            lambda: any(name.endswith(".sqlite") for name in os.listdir(path)),
            lambda: "nobody tries again",
        )
        self.assertEqual(added(core), ["libc"])

    def test_shutdown_while_waiting(self) -> None:
        """The end of the server lets those go that wait."""
        core = self.core(self.remote())
        core.start()
        thread, _ = self.in_thread(lambda: added(core))
        self.held.until_reached()
        ending, _ = self.in_thread(core.shutdown)
        self.held.release()
        ending.join(30)
        thread.join(30)
        self.assertFalse(thread.is_alive() or ending.is_alive())

    def test_no_network(self) -> None:
        """Without a network side what has to be fetched is told as missing."""
        core = self.core(self.remote())
        core.downloader = None
        core.start()
        self.assertEqual(added(core), [])

    def test_network_after_reading(self) -> None:
        """What was read without a network side is fetched once there is one, as after a fork."""
        self.held.release()
        core = self.core(self.remote())
        core.downloader = None
        core.load_plugins()
        plugin_of(core).indexes.wait(1)
        core.downloader = self.server
        core.served.start_threads()
        self.assertEqual(added(core), ["libc"])

    def test_deleted_index(self) -> None:
        """An index that somebody deletes before it was ever used is made again."""
        self.held.release()
        core = self.core(self.remote())
        core.start()
        indexes_of_core = plugin_of(core).indexes
        indexes_of_core.wait(1)
        for name in os.listdir(indexes_of_core.cache_folder):
            if name.endswith(".sqlite"):
                os.unlink(os.path.join(indexes_of_core.cache_folder, name))
        self.assertEqual(added(core), ["libc"])

    def test_refresh_of_the_newest(self) -> None:
        """A refresh is for the sources that were given last, whoever asks for it."""
        core = self.core(source(a_pool(self)))
        core.start()
        self.assertEqual(added(core), ["libc"])
        old = plugin_of(core)
        self.held.release()
        both = contents('<Package name="web"/>', source(a_pool(self)), self.remote())
        change(core, both)
        old.Refresh()
        self.assertFalse(plugin_of(core).indexes.lack(plugin_of(core).sources))
        names = os.listdir(old.indexes.cache_folder)
        self.assertEqual(len([one for one in names if one.endswith(".sqlite")]), 2)


class UnfairServer(SlowServer):
    """A downloader that is slow for one source, and has the others' index at once."""

    def fetch(self, download: Download) -> Validators:
        if "slow.test" not in download.url:
            download_index(download)
            return Validators()
        return super().fetch(download)


class OrderTests(SynchronousTestCase):
    """Orders that wait behind one that takes long."""

    def setUp(self) -> None:
        quiet(self)
        self.patch(indexes, "CALL_SECONDS", 5.0)
        self.first, self.second = SlowServer(), UnfairServer()
        servers = iter([self.first])
        self.indexes = indexes.Indexes(self.mktemp(), lambda: next(servers, self.second))
        self.settings = some_settings(a_repository(self, {}))
        self.addCleanup(self.indexes.stop)
        self.addCleanup(self.second.go.set)
        self.addCleanup(self.first.go.set)

    def load(self, *names: str) -> int:
        """Order the indexes of some sources."""
        return self.indexes.load(map(source_of, names), self.settings)

    def test_next_order(self) -> None:
        """A source that waits is fetched although the next order comes without it."""
        self.load("first")
        self.assertTrue(self.first.asked.wait(30))
        self.load("old")
        self.load("slow")
        self.first.go.set()
        self.assertIsNotNone(self.indexes.get(source_of("old")))

    def test_deleted(self) -> None:
        """Clients of the state before get their packages when another state's are there."""
        self.first.go.set()
        self.assertTrue(self.indexes.wait(self.load("old"), 30))
        self.assertTrue(self.indexes.wait(self.load("new"), 30))
        self.assertEqual(len(glob(os.path.join(self.indexes.cache_folder, "*.sqlite"))), 1)
        self.assertIsNotNone(self.indexes.get(source_of("old")))

    def test_retry(self) -> None:
        """A source that is not asked for any more is not tried again when it has failed."""
        self.patch(indexes, "RETRY_SECONDS", 0.05)
        self.second.has_index = False
        self.load("first")
        self.assertTrue(self.first.asked.wait(30))
        self.load("slow")
        self.load("new")
        self.first.go.set()
        self.second.go.set()
        self.assertIsNone(self.indexes.get(source_of("slow")))
        self.assertTrue(self.indexes.wait(self.load("new"), 30))
        self.second.asked.clear()
        self.assertFalse(self.second.asked.wait(0.5))


def source_of(name: str) -> PackageSource:
    """Return a source that has to be fetched, from a host of its own."""
    return PackageSource("apt", rawurl=f"http://{name}.test/", arches=("amd64",))
