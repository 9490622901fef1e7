"""A `git pull` beside a core whose repository is watched: clients see it whole, and soon."""

from __future__ import annotations

import os
import threading
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.pool import CorePool
from bcfg2tw.settings import Settings
from bcfg2tw.watching.watcher import Watcher
from tests.builders import CLIENTS, PASSWORD, configuration, entry, groups_with, write_files
from tests.engine.plugins.version.programs import a_folder, needs, run

PATIENCE_SECONDS = 20.0
COMMITS = 6

clock: Any = reactor


def state(number: int) -> dict[str, str]:
    """Return two files that belong together, and many that git writes between them."""
    return {
        "Bundler/b.xml": f'<Bundle><Service name="s" wanted="{number}"/></Bundle>',
        "Rules/r.xml": f'<Rules priority="1"><Service name="s" given="{number}"/></Rules>',
        **{f"Other/{one}": str(number) for one in range(500)},
    }


class PullTests(TestCase):
    timeout = 120

    def setUp(self) -> None:
        needs("git", "git")
        self.origin = a_folder(self)
        run(self.origin, "git", "init", "-q", "-b", "main")
        self.commit({"Metadata/clients.xml": CLIENTS, "Metadata/groups.xml": groups_with(["b"])})
        self.commit(state(0))
        self.served = os.path.join(a_folder(self), "served")
        run(self.origin, "git", "clone", "-q", self.origin, self.served)
        self.core = self.watched_core()

    def watched_core(self) -> NetworkCore:
        """Return a core that serves the clone, and is told of changes as in service."""
        values: dict[str, Any] = {
            "repository": self.served,
            "plugins": ("Bundler", "Metadata", "Rules", "Git"),
            "password": PASSWORD,
            "quiet_seconds": 0.05,
        }
        settings = Settings(**values)
        core = NetworkCore(settings)
        self.addCleanup(core.shutdown)
        core.start()
        pool = CorePool(reactor, settings)
        pool.start()
        self.addCleanup(pool.stop)
        watcher = Watcher(reactor, core, pool, settings)
        watcher.startService()
        self.addCleanup(watcher.stopService)
        return core

    def commit(self, contents: dict[str, str]) -> None:
        """Commit files upstream."""
        write_files(self.origin, contents)
        run(self.origin, "git", "add", "-A")
        run(self.origin, "git", "commit", "-q", "-m", "change")

    def pull_all(self, ended: threading.Event) -> None:
        """Pull commits, one after the other."""
        try:
            for number in range(1, COMMITS + 1):
                self.commit(state(number))
                run(self.served, "git", "pull", "-q", "--rebase")
                ended.wait(0.3)
        finally:
            ended.set()

    def states_seen(self, ended: threading.Event) -> list[tuple[str | None, str | None]]:
        """Ask for configurations until the pulls are over."""
        seen = []
        while not ended.wait(0.002):
            service = entry(configuration(self.core), "Service", "s")
            seen.append((service.get("wanted"), service.get("given")))
        return seen

    async def test_pull(self) -> None:
        """Files of one commit are never seen apart, and the last commit is served soon."""
        ended = threading.Event()
        pulling: Deferred[None] = deferToThread(self.pull_all, ended)
        seen = await deferToThread(self.states_seen, ended)
        await pulling
        self.assertEqual([pair for pair in seen if pair[0] != pair[1]], [])
        self.assertGreater(len(set(seen)), 2)
        await self.eventually_serves(run(self.served, "git", "rev-parse", "HEAD"))
        service = entry(configuration(self.core), "Service", "s")
        self.assertEqual(service.get("given"), str(COMMITS))

    async def test_commit_alone(self) -> None:
        """A commit that changes no file of a plugin gives a new revision."""
        write_files(self.served, {"README": "more"})
        run(self.served, "git", "add", "-A")
        run(self.served, "git", "commit", "-q", "-m", "note")
        await self.eventually_serves(run(self.served, "git", "rev-parse", "HEAD"))

    async def eventually_serves(self, revision: str) -> None:
        """Wait until a revision is served."""
        due = clock.seconds() + PATIENCE_SECONDS
        while self.core.revision != revision and clock.seconds() < due:
            await deferLater(clock, 0.05)
        self.assertEqual(self.core.revision, revision)
