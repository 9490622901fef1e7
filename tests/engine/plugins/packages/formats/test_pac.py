"""Indexes of pacman's databases."""

from __future__ import annotations

import gzip
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.compression import zstandard
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from tests.engine.plugins.packages.mirrors import a_mirror, archive, outcome_of, pacman, view_of

WEB = {
    "NAME": "nginx",
    "DEPENDS": "glibc\npcre2>=10\nopenssl=3\nzlib<2",
    "OPTDEPENDS": "fcgiwrap: for CGI\nlua>5: scripts",
    "PROVIDES": "webserver=1\nhttp-server",
    "GROUPS": "web\nservers",
}
DATABASE = "core/os/x86_64/core"


def a_source(url: str, **fields: Any) -> PackageSource:
    return PackageSource("pac", url, **{"components": ("core",), "arches": ("x86_64",), **fields})


class DatabaseTests(SynchronousTestCase):
    def test_description(self) -> None:
        """A description gives names without versions, recommendations, groups."""
        data = archive(pacman(WEB, {"NAME": "apache", "GROUPS": "web"}))
        view = view_of(self, a_source(a_mirror(self, {DATABASE + ".db.tar.gz": data})))
        self.assertEqual(view.names(), ("apache", "nginx"))
        self.assertEqual(view.dependencies("nginx"), ("glibc", "pcre2", "openssl", "zlib"))
        self.assertEqual(view.recommendations("nginx"), ("fcgiwrap", "lua"))
        self.assertEqual(view.providers("webserver"), {"nginx"})
        self.assertEqual(view.version("nginx"), "1.0-1")
        for kind in ("mandatory", "default", "optional", "all"):
            self.assertEqual(view.group_members("web", kind), {"nginx", "apache"})
        self.assertIsNone(view.group_members("desktop", "all"))

    def test_old_layout(self) -> None:
        """Old databases have dependencies in a file of their own."""
        members = {"a-1-1/desc": "%NAME%\na\n", "a-1-1/depends": "%DEPENDS%\nb\n\n%PROVIDES%\nc\n"}
        view = view_of(self, a_source(a_mirror(self, {DATABASE + ".db.tar.gz": archive(members)})))
        self.assertEqual(view.dependencies("a"), ("b",))
        self.assertEqual(view.providers("c"), {"a"})

    def test_names_and_compressions(self) -> None:
        """Databases are found under their usual names, compressed in any of the usual ways."""
        plain = archive(pacman(WEB), "w")
        files = archive({**pacman(WEB), "nginx-1.0-1/files": "%FILES%\nusr/\n"})
        for ending, data in {
            ".db": gzip.compress(plain),
            ".db.tar.zst": zstandard().compress(plain),
            ".db.tar.xz": archive(pacman(WEB), "w:xz"),
            ".files": files,
        }.items():
            view = view_of(self, a_source(a_mirror(self, {DATABASE + ending: data})))
            self.assertEqual(view.names(), ("nginx",), ending)

    def test_broken(self) -> None:
        """What is no database, is cut off or has a raw URL is refused."""
        data = archive(pacman(*({"NAME": f"p{one}"} for one in range(100))))
        for broken in (data[:-30], b"<html>", gzip.compress(b"x" * 600)):
            url = a_mirror(self, {DATABASE + ".db.tar.gz": broken})
            self.assertIsNotNone(outcome_of(self, a_source(url)).error, broken[:20])
        raw = PackageSource("pac", rawurl="file:///x/", arches=("x86_64",))
        self.assertIn("rawurl", outcome_of(self, raw).error or "")
