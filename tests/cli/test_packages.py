"""`bcfg2tw packages refresh`, as a process of its own."""

from __future__ import annotations

import gzip
import os
import pty
import sys
from typing import Any

from twisted.internet import reactor as installed_reactor
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import TestCase
from twisted.web.server import Site
from twisted.web.static import File

from tests.builders import write_files
from tests.engine.plugins.packages.mirrors import DISTS, debian

# the installed one, whose type depends on the platform
reactor: Any = installed_reactor

MIRROR = debian("Package: a\n")
NAME = f"{DISTS}/main/binary-amd64/Packages.gz"


class RefreshTests(TestCase):
    timeout = 60

    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        write_files(self.folder, {f"www/{name}": data for name, data in MIRROR.items()})
        port = reactor.listenTCP(0, Site(File(f"{self.folder}/www")), interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.url = f"http://127.0.0.1:{port.getHost().port}/"
        self.write_sources(self.url)

    def write_sources(self, *urls: str) -> None:
        sources = "".join(
            f'<Source type="apt" url="{url}" version="stable"><Component>main</Component>'
            "<Arch>amd64</Arch></Source>"
            for url in urls
        )
        write_files(
            self.folder,
            {
                "bcfg2.conf": f"[server]\nrepository = {self.folder}/repo\n"
                "[packages]\nretries = 0\n",
                "repo/Packages/sources.xml": f"<Sources>{sources}</Sources>",
            },
        )

    async def refresh(self, *arguments: str) -> tuple[str, str, int]:
        """Run the command, and return what it wrote and its status."""
        out, error, status = await getProcessOutputAndValue(
            sys.executable,
            ["-m", "bcfg2tw.cli", "packages", "refresh", "-C", self.config, *arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        return out.decode(), error.decode(), status

    @property
    def config(self) -> str:
        return os.path.join(self.folder, "bcfg2.conf")

    async def test_refreshed(self) -> None:
        """It compiles all indexes, and says so."""
        out, error, status = await self.refresh()
        self.assertEqual((out, error, status), (f"{self.url} stable main: compiled\n", "", 0))
        names = os.listdir(f"{self.folder}/repo/Packages/cache")
        self.assertTrue(any(one.startswith("index-") for one in names))

    async def test_missing(self) -> None:
        """With --missing it fetches only what is not there."""
        await self.refresh()
        out, _, status = await self.refresh("--missing")
        self.assertEqual((out, status), (f"{self.url} stable main: nothing was missing\n", 0))

    async def test_failed(self) -> None:
        """A source that fails is named with the reason and what follows, and so is the status."""
        await self.refresh()
        write_files(f"{self.folder}/www", {NAME: gzip.compress(b"Package: b\n")[:-5]})
        self.write_sources(self.url, f"{self.url}nowhere/")
        out, error, status = await self.refresh()
        self.assertEqual(
            out.splitlines(),
            [
                f"{self.url} stable main: FAILED, the last good index is used",
                f"{self.url}nowhere/ stable main: FAILED, its packages are missing",
            ],
        )
        self.assertIn("cannot be unpacked", error)
        self.assertIn("404", error)
        self.assertEqual(status, 1)

    async def test_no_sources(self) -> None:
        """Where there is no sources.xml, or a broken one, it says which."""
        path = f"{self.folder}/repo/Packages/sources.xml"
        write_files(self.folder, {"repo/Packages/sources.xml": "<Sources>"})
        for _ in range(2):
            _, error, status = await self.refresh()
            self.assertIn(path, error)
            self.assertEqual(status, 1)
            if os.path.exists(path):
                os.unlink(path)

    async def test_folder(self) -> None:
        """A cache folder that cannot be used is one sentence."""
        write_files(self.folder, {"repo/Packages/cache": "no folder"})
        out, error, status = await self.refresh()
        self.assertEqual((out, status), ("", 1))
        self.assertIn("[packages] cache", error)
        self.assertNotIn("Traceback", error)

    async def test_terminal(self) -> None:
        """At a terminal it draws what is at work."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = await getProcessOutputAndValue(
            "/bin/sh",
            [
                "-c",
                f'exec "{sys.executable}" -m bcfg2tw.cli packages refresh -C "{self.config}" '
                f"2>{os.ttyname(theirs)}",
            ],
            env={
                **os.environ,
                "TERM": "xterm",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        )
        drawn = os.read(ours, 1 << 16).decode()
        os.close(theirs)
        self.assertEqual(process[2], 0)
        self.assertIn("127.0.0.1", drawn)
