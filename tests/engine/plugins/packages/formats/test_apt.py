"""Indexes of apt repositories: what a Packages file says, and where the files are."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.compression import zstandard
from bcfg2tw.engine.plugins.packages.indexes.source_index import IndexView
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.updating.update import update
from bcfg2tw.settings import Settings
from tests.doubles import MemoryDownloader
from tests.engine.plugins.packages import mirrors
from tests.engine.plugins.packages.mirrors import (
    DISTS,
    a_mirror,
    apt_source,
    debian,
    index_of,
    outcome_of,
    view_of,
)

NAME = f"{DISTS}/main/binary-amd64/Packages"


class PackagesTests(SynchronousTestCase):
    def view(self, text: str) -> IndexView:
        return view_of(self, apt_source(a_mirror(self, debian(text))))

    def test_dependencies(self) -> None:
        """Pre-Depends and Depends give names in their order, without versions and `:any`."""
        view = self.view(
            "Package: web\nPre-Depends: dpkg (>= 1.15)\nVersion: 2.0\n"
            "Depends: libc6 (>= 2.36), python3:any, libc6:i386\n"
        )
        self.assertEqual(view.dependencies("web"), ("dpkg", "libc6", "python3", "libc6:i386"))
        self.assertEqual(view.version("web"), "2.0")

    def test_alternatives(self) -> None:
        """Alternatives are a private name, provided by its members in their order."""
        view = self.view(
            "Package: web\nPre-Depends: x | y (<< 2)\nDepends: libc6, b | a\nRecommends: d|c\n"
        )
        self.assertEqual(
            view.dependencies("web"), ("choice-web-amd64-0", "libc6", "choice-web-amd64-1")
        )
        self.assertEqual(view.choices("choice-web-amd64-1"), ("b", "a"))
        self.assertEqual(view.providers("choice-web-amd64-0"), {"x", "y"})
        self.assertEqual(view.recommendations("web"), ("choice-web-amd64-2",))
        self.assertEqual(view.choices("choice-web-amd64-2"), ("d", "c"))

    def test_provides(self) -> None:
        """What packages provide, with or without a version, names their providers."""
        view = self.view("Package: a\nProvides: mta, imap (= 4)\n\nPackage: b\nProvides: mta\n")
        self.assertEqual(view.providers("mta"), {"a", "b"})
        self.assertEqual(view.providers("imap"), {"a"})
        self.assertEqual(view.providers("a"), frozenset())
        self.assertFalse(view.is_package("mta"))

    def test_essential(self) -> None:
        """Packages say that they are essential."""
        view = self.view("Package: a\nEssential: yes\n\nPackage: b\nEssential: no\n\nPackage: c\n")
        self.assertEqual(view.essentials(), {"a"})

    def test_priority(self) -> None:
        """Packages say how much they are recommended."""
        view = self.view(
            "Package: a\nPriority: required\n\nPackage: b\nPriority: extra\n\nPackage: c\n"
        )
        self.assertEqual([view.priority(one) for one in "abcd"], [5, 1, 0, 0])

    def test_folded_lines(self) -> None:
        """The first line of a folded field counts; descriptions are no fields."""
        view = self.view("Package: a\nDepends: b,\n c\nDescription: x\n Depends: d\n")
        self.assertEqual(view.dependencies("a"), ("b",))

    def test_newest(self) -> None:
        """Of several versions of a package the newest counts, wherever it stands."""
        view = self.view(
            "Package: a\nVersion: 1.9\nDepends: old\nProvides: old-symbol\n\n"
            "Package: a\nVersion: 1.10\nDepends: new\n\n"
            "Package: a\nVersion: 1.10~rc1\nDepends: candidate\n"
        )
        self.assertEqual(view.dependencies("a"), ("new",))
        self.assertEqual(view.providers("old-symbol"), frozenset())

    def test_no_index(self) -> None:
        """A page that is no index is refused, an empty index is one without packages."""
        page = apt_source(a_mirror(self, debian("<html>\n<p>Log in first</p>\n")))
        self.assertIn("no index of packages", outcome_of(self, page).error or "")
        self.assertEqual(self.view("").names(), ())

    def test_blank_alternatives(self) -> None:
        """Commas and bars without names between them ask for nothing."""
        view = self.view("Package: a\nDepends: b, , c |, |\n")
        self.assertEqual(view.dependencies("a"), ("b", "choice-a-amd64-0"))
        self.assertEqual(view.choices("choice-a-amd64-0"), ("c",))


class ArchitectureTests(SynchronousTestCase):
    def test_common_and_own(self) -> None:
        """A client sees what is common and what its architectures have, no other's."""
        url = a_mirror(
            self,
            {
                **debian("Package: a\nDepends: b\n\nPackage: c\nProvides: v\n"),
                **debian("Package: a\nDepends: d\n\nPackage: i\nProvides: v\n", "i386"),
            },
        )
        index = index_of(self, apt_source(url, arches=("amd64", "i386")))
        amd64, i386 = index.view(["amd64"]), index.view(["i386", "unknown"])
        self.assertEqual(amd64.dependencies("a"), ("b",))
        self.assertEqual(i386.dependencies("a"), ("d",))
        self.assertEqual((amd64.providers("v"), i386.providers("v")), ({"c"}, {"i"}))
        both = index.view(["i386", "amd64"])
        self.assertEqual(both.dependencies("a"), ("b", "d"))
        self.assertEqual(both.providers("v"), {"c", "i"})

    def test_index_for_all(self) -> None:
        """Packages for all architectures may stand in an index of their own."""
        contents = {
            **debian("Package: a\n"),
            **debian("Package: doc\nArchitecture: all\n", "all"),
        }
        release_file = mirrors.release(contents, Architectures="amd64 all")
        view = view_of(
            self, apt_source(a_mirror(self, {**contents, f"{DISTS}/Release": release_file}))
        )
        self.assertEqual(view.names(), ("a", "doc"))
        without = mirrors.release(
            contents, Architectures="amd64 all", No_Support_for_Architecture_all="Packages"
        )
        view = view_of(self, apt_source(a_mirror(self, {**contents, f"{DISTS}/Release": without})))
        self.assertEqual(view.names(), ("a",))

    def test_flat(self) -> None:
        """In a flat repository the package for the source's architecture counts."""
        text = "Package: a\nArchitecture: {}\nVersion: {}\nDepends: {}\n\n"
        both = text.format("amd64", 1, "good") + text.format("i386", 2, "bad")
        url = a_mirror(self, {"Packages.gz": gzip.compress(both.encode())})
        view = view_of(self, PackageSource("apt", rawurl=url, arches=("amd64",)))
        self.assertEqual(view.dependencies("a"), ("good",))


class NameTests(SynchronousTestCase):
    text = b"Package: a\nVersion: 1\n"

    def test_compressions(self) -> None:
        """Without a Release, an index is found under any of the usual names."""
        packed = {
            ".gz": gzip.compress(self.text),
            ".bz2": bz2.compress(self.text),
            ".xz": lzma.compress(self.text),
            ".zst": zstandard().compress(self.text),
            "": self.text,
        }
        for ending, data in packed.items():
            view = view_of(self, apt_source(a_mirror(self, {NAME + ending: data})))
            self.assertEqual(view.names(), ("a",), ending)

    def test_listed(self) -> None:
        """With a Release, the smallest that it lists and the mirror has is taken and checked."""
        plain, packed = self.text, gzip.compress(self.text)
        release_file = mirrors.release(
            {NAME + ".xz": b"missing", NAME + ".gz": packed, NAME: plain}
        )
        contents = {NAME + ".gz": packed, f"{DISTS}/InRelease": release_file}
        self.assertEqual(view_of(self, apt_source(a_mirror(self, contents))).names(), ("a",))
        forged = gzip.compress(self.text + b"Depends: worse\n")
        url = a_mirror(self, {**contents, NAME + ".gz": forged})
        self.assertIn("lists", outcome_of(self, apt_source(url)).error or "")

    def test_by_hash(self) -> None:
        """Where the repository offers it, an index is fetched by its checksum."""
        packed = gzip.compress(self.text)
        release_file = mirrors.release({NAME + ".gz": packed}, Acquire_By_Hash="yes")
        digest = hashlib.sha256(packed).hexdigest()
        contents = {
            f"{DISTS}/Release": release_file,
            f"{DISTS}/main/binary-amd64/by-hash/SHA256/{digest}": packed,
            NAME + ".gz": b"the mirror is being changed",
        }
        self.assertEqual(view_of(self, apt_source(a_mirror(self, contents))).names(), ("a",))

    def test_expired(self) -> None:
        """A Release that should have been replaced long ago is a warning in the log."""
        contents = debian("Package: a\n")
        release_file = mirrors.release(contents, Valid_Until="Sat, 11 Jul 2020 10:16:37 UTC")
        source = apt_source(a_mirror(self, {**contents, f"{DISTS}/Release": release_file}))
        with self.assertLogs("Packages", "WARNING") as logs:
            update([source], mirrors.a_cache(self), MemoryDownloader(), Settings())
        self.assertIn("should have been replaced until Sat, 11 Jul 2020", logs.output[0])

    def test_odd_numbers(self) -> None:
        """A time and a size of a Release that are none are passed over."""
        contents = debian("Package: a\n")
        year = "9" * 20
        release_file = mirrors.release(contents, Valid_Until=f"Sat, 11 Jul {year} 10:16:37 UTC")
        listed = "".join(f" {'0' * 64} {size} main/more\n" for size in ("\u00b2", "9" * 5000))
        contents[f"{DISTS}/Release"] = f"{release_file.decode()}{listed}".encode()
        self.assertEqual(view_of(self, apt_source(a_mirror(self, contents))).names(), ("a",))

    def test_not_listed(self) -> None:
        """A Release that lists other files does not keep the index from being found."""
        release_file = mirrors.release({f"{DISTS}/main/Contents": b""})
        contents = {**debian("Package: a\n"), f"{DISTS}/Release": release_file}
        self.assertEqual(view_of(self, apt_source(a_mirror(self, contents))).names(), ("a",))

    def test_missing(self) -> None:
        """Where there is no index, the first name that was tried is in the reason."""
        error = outcome_of(self, apt_source(a_mirror(self, {"empty": ""}))).error or ""
        self.assertIn("Packages.gz", error)

    def test_endless(self) -> None:
        """An index of a few bytes that would fill the memory is refused: a line, or a package."""
        endless = b"x" * (17 << 20), b"Depends: a\n" * 1000
        for text, reason in zip(
            endless, ("a line of more than", "more than 1000 fields"), strict=True
        ):
            url = a_mirror(self, {NAME + ".gz": gzip.compress(b"Package: a\n" + text)})
            self.assertIn(reason, outcome_of(self, apt_source(url)).error or "")

    def test_cut_off(self) -> None:
        """An index that is cut off or damaged is refused."""
        packed = gzip.compress(b"".join(b"Package: p%d\n\n" % one for one in range(1000)))
        for data in (packed[:-20], packed[:100] + b"x" * 50 + packed[150:]):
            url = a_mirror(self, {NAME + ".gz": data})
            self.assertIn("cannot be unpacked", outcome_of(self, apt_source(url)).error or "")
