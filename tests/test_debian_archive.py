"""The whole index of a Debian archive: the one that the machine has its own packages from."""

from __future__ import annotations

import os
import time
from typing import Any

from twisted.internet import reactor as installed_reactor
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SkipTest, TestCase

from bcfg2tw.downloads import ReactorDownloader
from bcfg2tw.engine.plugins.packages.index import SourceIndex
from bcfg2tw.engine.plugins.packages.update import Outcome, update
from bcfg2tw.settings import Settings
from tests.engine.plugins.packages.apt_configuration import archive
from tests.engine.plugins.packages.mirrors import quiet

# the installed one, whose type depends on the platform
reactor: Any = installed_reactor

#: As `[packages]` would have it where a mirror that cannot be reached should not be waited for.
SETTINGS = Settings(packages_retries=0, packages_stall_timeout_seconds=10.0)


class ArchiveTests(TestCase):
    timeout = 300

    def setUp(self) -> None:
        found = archive()
        if found is None:
            raise SkipTest("apt is told of no archive with a component main")
        self.source = found.source("amd64")
        self.cache = os.path.abspath(self.mktemp())
        quiet(self)

    async def update(self, **how: Any) -> Outcome:
        downloader = ReactorDownloader(reactor, lambda: SETTINGS)
        (outcome,) = await deferToThread(
            update, [self.source], self.cache, downloader, SETTINGS, **how
        )
        if outcome.path is None:
            raise SkipTest(f"the archive cannot be reached: {outcome.error}")
        return outcome

    async def test_index(self) -> None:
        """It is fetched, its signature and checksum are checked, and it opens at once."""
        path = (await self.update()).path
        assert path is not None
        started = time.perf_counter()
        index = SourceIndex.open(path)
        self.addCleanup(index.close)
        view = index.view(["amd64"])
        self.assertTrue(view.is_package("base-files"))
        self.assertLess(time.perf_counter() - started, 0.5)
        self.assertGreater(len(view.names()), 30_000)
        self.assertIn("base-files", view.essentials())
        self.assertIn("libc6", view.dependencies("libgcc-s1"))
        self.assertIn("postfix", view.providers("mail-transport-agent"))
        self.assertLess(os.path.getsize(path), 50_000_000)
        self.assertTrue((await self.update()).error is None)
        # nothing has changed since
        self.assertIsNone((await self.update(force=True)).error)
