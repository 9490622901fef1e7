"""Sources of every kind, fetched from a server of files on the loopback interface."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

from twisted.internet import reactor as installed_reactor
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from twisted.web.server import Site
from twisted.web.static import File

from bcfg2tw.downloads.reactor_downloader import ReactorDownloader
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.updating.update import SourceUpdate, update
from bcfg2tw.settings import Settings
from tests.builders import write_files
from tests.engine.plugins.packages.mirrors import (
    DISTS,
    archive,
    catalogue,
    debian,
    opened,
    pacman,
    primary,
    quiet,
    release,
    repomd,
    rpm,
)

# the installed one, whose type depends on the platform
reactor: Any = installed_reactor

DEBIAN = debian("Package: a-deb\n")
RPMS = {
    f"el/9/os/x86_64/{name}": data
    for name, data in repomd({"p.gz": gzip.compress(primary(rpm("a-rpm")))}, primary="p.gz").items()
}
CONTENTS = {
    **{f"debian/{name}": data for name, data in DEBIAN.items()},
    f"debian/{DISTS}/InRelease": release(DEBIAN),
    **RPMS,
    "arch/core/os/x86_64/core.db": archive(pacman({"NAME": "a-pac"})),
    "bsd/FreeBSD:14:amd64/latest/packagesite.pkg": archive(
        {"packagesite.yaml": catalogue({"name": "a-pkg"})}, "w:xz"
    ),
}


class HttpTests(TestCase):
    timeout = 60

    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        self.cache = os.path.abspath(self.mktemp())
        write_files(self.folder, CONTENTS)
        port = reactor.listenTCP(0, Site(File(self.folder)), interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        url = f"http://127.0.0.1:{port.getHost().port}/"
        self.sources = {
            "a-deb": self.source("apt", f"{url}debian/", "stable", "main", "amd64"),
            "a-rpm": self.source("yum", f"{url}el/", "9", "os", "x86_64"),
            "a-pac": self.source("pac", f"{url}arch/", "", "core", "x86_64"),
            "a-pkg": self.source("pkgng", f"{url}bsd/", "14", "latest", "amd64"),
        }
        quiet(self)

    def source(
        self, kind: str, url: str, version: str, component: str, architecture: str
    ) -> PackageSource:
        return PackageSource(
            kind, url, version=version, components=(component,), arches=(architecture,)
        )

    async def update(self, **how: Any) -> dict[str, SourceUpdate]:
        downloader = ReactorDownloader(reactor, Settings)
        outcomes = await deferToThread(
            update, list(self.sources.values()), self.cache, downloader, Settings(), **how
        )
        return dict(zip(self.sources, outcomes, strict=True))

    def check(self, outcomes: dict[str, SourceUpdate]) -> None:
        for name, outcome in outcomes.items():
            assert outcome.path is not None, outcome.error
            view = opened(self, outcome.path).view(outcome.source.arches)
            self.assertEqual(view.names(), (name,))

    async def test_fetched(self) -> None:
        """Sources of all kinds are fetched at once, and can be refreshed."""
        outcomes = await self.update()
        self.check(outcomes)
        refreshed = await self.update(force=True)
        self.check(refreshed)
        self.assertEqual([one.error for one in refreshed.values()], [None] * 4)

    async def test_cut_off(self) -> None:
        """Where files of the mirror end too early, all that was there before stays in service."""
        await self.update()
        for path in (one for one in Path(self.folder).rglob("*") if one.is_file()):
            path.write_bytes(path.read_bytes()[:-12])
        outcomes = await self.update(force=True)
        self.check(outcomes)
        self.assertNotIn(None, [one.error for one in outcomes.values()])

    async def test_gone(self) -> None:
        """So it does where the mirror is empty."""
        await self.update()
        for path in (one for one in Path(self.folder).rglob("*") if one.is_file()):
            path.unlink()
        outcomes = await self.update(force=True)
        self.check(outcomes)
        self.assertTrue(all("404" in (one.error or "") for one in outcomes.values()))
