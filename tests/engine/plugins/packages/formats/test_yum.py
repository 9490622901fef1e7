"""Indexes of yum repositories: packages, the files that they own, groups, and where all that is."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sqlite3
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.compression import zstandard
from bcfg2tw.engine.plugins.packages.indexes.source_index import IndexView
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.updating.update import update
from bcfg2tw.settings import Settings
from tests.doubles import MemoryDownloader
from tests.engine.plugins.packages.mirrors import (
    a_cache,
    a_mirror,
    index_of,
    opened,
    outcome_of,
    primary,
    quiet,
    repomd,
    rpm,
    view_of,
)

COMPS = """<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
<comps><group><id>web</id><name>Web</name><packagelist>
<packagereq type="mandatory">httpd</packagereq><packagereq type="default">php</packagereq>
<packagereq type="optional">varnish</packagereq>
<packagereq type="conditional" requires="x">mod_x</packagereq></packagelist></group>
<group><id>empty</id></group></comps>"""

FILELISTS = """<filelists xmlns="http://linux.duke.edu/metadata/filelists">
<package name="perl" arch="x86_64"><version epoch="0" ver="5" rel="1"/>
<file>/usr/bin/perl</file><file type="dir">/usr/lib/perl</file></package>
<package name="perl" arch="x86_64"><version epoch="0" ver="4" rel="1"/>
<file>/opt/perl4</file></package></filelists>"""


def a_source(url: str, **fields: Any) -> PackageSource:
    return PackageSource("yum", rawurl=url, **{"arches": ("x86_64",), **fields})


class PackagesTests(SynchronousTestCase):
    def view(self, *packages: str, **more: str) -> IndexView:
        contents = {"repodata/primary.xml.gz": gzip.compress(primary(*packages))}
        contents |= {name: text.encode() for name, text in more.items()}
        types = {"primary": "repodata/primary.xml.gz"} | {name: name for name in more}
        return view_of(self, a_source(a_mirror(self, repomd(contents, **types))))

    def test_requires_and_provides(self) -> None:
        """The names of what packages require and provide count, each once."""
        view = self.view(
            rpm("httpd", "libc.so.6()(64bit) rpmlib(X) httpd-tools httpd-tools", "httpd webserver"),
            rpm("glibc", "", "glibc libc.so.6()(64bit)"),
        )
        self.assertEqual(
            view.dependencies("httpd"), ("libc.so.6()(64bit)", "rpmlib(X)", "httpd-tools")
        )
        self.assertEqual(view.providers("libc.so.6()(64bit)"), {"glibc"})
        self.assertEqual(view.providers("webserver"), {"httpd"})
        self.assertEqual(view.recommendations("httpd"), ())
        self.assertEqual(view.version("httpd"), "0:1.0-1")

    def test_newest(self) -> None:
        """The newest build counts, by epoch, version and release as rpm compares them."""
        view = self.view(
            rpm("app", "old", "old-app", version="1.9"),
            rpm("app", "new", version="1.10"),
            rpm("app", "older", version="1.10~rc1"),
            rpm("tool", "new", epoch="1", version="1"),
            rpm("tool", "old", version="9"),
        )
        self.assertEqual(view.dependencies("app"), ("new",))
        self.assertEqual(view.providers("old-app"), frozenset())
        self.assertEqual(view.dependencies("tool"), ("new",))

    def test_multilib(self) -> None:
        """The build for the source's architecture counts; sources of packages never do."""
        view = self.view(
            rpm("lib", "libc.so.6()(64bit)"),
            rpm("lib", "libc.so.6", arch="i686"),
            rpm("lib", "gcc", arch="src"),
            rpm("only", "libc.so.6", arch="i686"),
            rpm("gone", arch="src"),
        )
        self.assertEqual(view.dependencies("lib"), ("libc.so.6()(64bit)",))
        self.assertEqual(view.names(), ("lib", "only"))

    def test_required_files(self) -> None:
        """A path that is required is provided by whoever owns it; others are not kept."""
        view = self.view(
            rpm("script", "/usr/bin/perl /opt/perl4"),
            rpm("perl", version="5"),
            filelists=FILELISTS,
        )
        self.assertEqual(view.providers("/usr/bin/perl"), {"perl"})
        self.assertEqual(view.providers("/opt/perl4"), frozenset())
        self.assertEqual(view.providers("/usr/lib/perl"), frozenset())

    def test_groups(self) -> None:
        """Groups have members by kind; an unknown group is told from an empty one."""
        view = self.view(rpm("httpd"), group=COMPS)
        mandatory = {"httpd", "mod_x"}
        self.assertEqual(view.group_members("web", "mandatory"), mandatory)
        self.assertEqual(view.group_members("web", "default"), mandatory | {"php"})
        self.assertEqual(view.group_members("web", "optional"), mandatory | {"php", "varnish"})
        self.assertEqual(view.group_members("web", "all"), mandatory | {"php", "varnish"})
        self.assertEqual(view.group_members("empty", "all"), frozenset())
        self.assertIsNone(view.group_members("Web", "all"))

    def test_modules(self) -> None:
        """What describes modules, and whatever else is listed, is not read."""
        modules = "---\ndocument: modulemd\nversion: 2\ndata: {name: nodejs, stream: '18'}\n..."
        self.assertEqual(self.view(rpm("a"), modules=modules, updateinfo="<x").names(), ("a",))


class FilesTests(SynchronousTestCase):
    def test_compressions(self) -> None:
        """Lists may be compressed in any of the usual ways."""
        plain = primary(rpm("a"))
        for pack in (bytes, gzip.compress, bz2.compress, lzma.compress, zstandard().compress):
            contents = {"p": pack(plain), "g": pack(COMPS.encode())}
            url = a_mirror(self, repomd(contents, primary="p", group_zst="g"))
            view = view_of(self, a_source(url))
            self.assertEqual(view.names(), ("a",))
            self.assertIsNotNone(view.group_members("web", "all"))

    def test_components(self) -> None:
        """With a url there is a repository for each architecture and component."""
        contents = {
            f"7/{component}/{arch}/{name}": data
            for component in ("os", "updates")
            for arch in ("x86_64", "i686")
            for name, data in repomd(
                {"p": primary(rpm(f"{component}-{arch}", arch="noarch"), rpm("both"))}, primary="p"
            ).items()
        }
        source = PackageSource(
            "yum",
            a_mirror(self, contents),
            version="7",
            components=("os", "updates"),
            arches=("x86_64", "i686"),
        )
        index = index_of(self, source)
        self.assertEqual(index.view(["x86_64"]).names(), ("both", "os-x86_64", "updates-x86_64"))

    def test_sqlite(self) -> None:
        """Where only databases are listed, these are read."""
        contents = {"p": bz2.compress(self.primary_db()), "f": gzip.compress(self.filelists_db())}
        url = a_mirror(self, repomd(contents, primary_db="p", filelists_db="f"))
        view = view_of(self, a_source(url))
        self.assertEqual(view.names(), ("perl", "script"))
        self.assertEqual(view.dependencies("script"), ("/usr/bin/perl", "perl"))
        self.assertEqual(view.version("perl"), "1:5-2")
        self.assertEqual(view.providers("interpreter"), {"perl"})
        self.assertEqual(view.providers("/usr/bin/perl"), {"perl"})

    def database(self, script: str) -> bytes:
        path = Path(self.mktemp())
        database = sqlite3.connect(path)
        database.executescript(script)
        database.close()
        return path.read_bytes()

    def primary_db(self) -> bytes:
        return self.database("""
            CREATE TABLE packages (pkgKey INTEGER PRIMARY KEY, pkgId TEXT, name TEXT, arch TEXT,
                version TEXT, epoch TEXT, release TEXT);
            CREATE TABLE requires (name TEXT, pkgKey INTEGER);
            CREATE TABLE provides (name TEXT, pkgKey INTEGER);
            INSERT INTO packages VALUES (1, 'aa', 'perl', 'x86_64', '5', '1', '2');
            INSERT INTO packages VALUES (2, 'bb', 'script', 'noarch', '1', NULL, '1');
            INSERT INTO packages VALUES (3, 'cc', 'source', 'src', '1', '0', '1');
            INSERT INTO provides VALUES ('interpreter', 1);
            INSERT INTO requires VALUES ('/usr/bin/perl', 2), ('perl', 2);
        """)

    def filelists_db(self) -> bytes:
        return self.database("""
            CREATE TABLE packages (pkgKey INTEGER PRIMARY KEY, pkgId TEXT);
            CREATE TABLE filelist (pkgKey INTEGER, dirname TEXT, filenames TEXT, filetypes TEXT);
            INSERT INTO packages VALUES (7, 'aa'), (8, 'zz');
            INSERT INTO filelist VALUES (7, '/usr/bin', 'perl/perldoc', 'ff'), (8, '/', 'x', 'd');
        """)


class BrokenTests(SynchronousTestCase):
    def error(self, contents: dict[str, bytes]) -> str:
        return outcome_of(self, a_source(a_mirror(self, contents))).error or ""

    def test_missing(self) -> None:
        """A repository without a repomd.xml is told with its address."""
        self.assertIn("Failed to fetch url", self.error({"x": b""}))

    def test_one_missing(self) -> None:
        """A repository that never was keeps nobody from the others; one that was does."""
        url = "http://mirror.example.test/"
        files = {
            f"{url}9/os/x86_64/{name}": data
            for name, data in repomd({"p": primary(rpm("a"))}, primary="p").items()
        }
        source = PackageSource(
            "yum", url, version="9", components=("os", "updates"), arches=("x86_64",)
        )
        cache, downloader = a_cache(self), MemoryDownloader(files)
        with self.assertLogs("Packages", "ERROR") as logs:
            (outcome,) = update([source], cache, downloader, Settings())
        self.assertIn("Packages: Failed to fetch url", logs.output[0])
        assert outcome.path is not None
        self.assertEqual(opened(self, outcome.path).view(["x86_64"]).names(), ("a",))
        downloader.files = {name.replace("os", "updates"): data for name, data in files.items()}
        quiet(self)
        (outcome,) = update([source], cache, downloader, Settings(), force=True)
        self.assertIn("Failed to fetch url", outcome.error or "")
        self.assertEqual(opened(self, outcome.path or "").view(["x86_64"]).names(), ("a",))

    def test_wrong_checksum(self) -> None:
        """A list that is not the one of the checksum is refused."""
        contents = repomd({"p": primary(rpm("a"))}, primary="p")
        error = self.error({**contents, "p": primary(rpm("b"))})
        self.assertIn("is not the file that its repository lists", error)

    def test_cut_off(self) -> None:
        """Documents that end too early are refused, whatever they are."""
        whole = primary(rpm("a"), rpm("b"))
        self.assertIn("no usable XML", self.error(repomd({"p": whole[:-30]}, primary="p")))
        packed = gzip.compress(whole)[:-9]
        self.assertIn("cannot be unpacked", self.error(repomd({"p": packed}, primary="p")))
        repomd_file = repomd({"p": whole}, primary="p")
        repomd_file["repodata/repomd.xml"] = repomd_file["repodata/repomd.xml"][:-10]
        self.assertIn("no usable XML", self.error(repomd_file))
        self.assertIn("database", self.error(repomd({"p": b"no database"}, primary_db="p")))

    def test_outside(self) -> None:
        """A list of a server cannot name files of this machine."""
        location = '<location href="file:///etc/passwd"/>'
        text = f'<repomd><data type="primary">{location}</data></repomd>'
        cache = a_cache(self)
        source = a_source("http://mirror.example.test/")
        downloader = MemoryDownloader(
            {"http://mirror.example.test/repodata/repomd.xml": text.encode()}
        )
        quiet(self)
        (outcome,) = update([source], cache, downloader, Settings())
        self.assertIn("outside of it: file:///etc/passwd", outcome.error or "")

    def test_entities(self) -> None:
        """Documents that declare entities are refused."""
        bomb = b'<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        whole = bomb + primary(rpm("a", "&b;"))
        self.assertIn("declares entities", self.error(repomd({"p": whole}, primary="p")))
