"""Unpacking: by content, with a bound, and without the module that zstandard takes."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.compression import (
    BrokenFile,
    has_zstandard,
    open_unpacked,
    zstandard,
)
from tests.engine.plugins.packages.mirrors import DISTS, a_mirror, apt_source, outcome_of, view_of


class UnpackingTests(SynchronousTestCase):
    def file(self, data: bytes) -> str:
        path = Path(self.mktemp())
        path.write_bytes(data)
        return str(path)

    def test_bound(self) -> None:
        """A file that becomes too large is refused as soon as it does."""
        path = self.file(gzip.compress(bytes(1 << 20)))
        with open_unpacked(path, limit_bytes=1 << 20) as stream:
            self.assertEqual(len(stream.read()), 1 << 20)
        with (
            self.assertRaisesRegex(BrokenFile, "too large"),
            open_unpacked(path, 1 << 19) as stream,
        ):
            stream.read()

    def test_plain(self) -> None:
        """What is not compressed is read as it is, also if it is empty."""
        for data in (b"plain", b""):
            with open_unpacked(self.file(data)) as stream:
                self.assertEqual(stream.read(), data)

    def test_missing(self) -> None:
        """A file that is not there is named."""
        with self.assertRaisesRegex(BrokenFile, "nowhere"):
            open_unpacked("/nowhere/at/all")

    def test_cut_off(self) -> None:
        """A zstandard file that is cut off is refused, as all others are."""
        data = zstandard().compress(bytes(range(256)) * 1000)
        with self.assertRaises(BrokenFile), open_unpacked(self.file(data[:-9])) as stream:
            stream.read()


class WithoutModuleTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.data = zstandard().compress(b"Package: a\n")
        for name in ("backports.zstd", "compression.zstd", "pyzstd"):
            before = sys.modules.get(name)
            sys.modules[name] = None  # type: ignore[assignment]  # as if it could not be imported
            self.addCleanup(self.restore, name, before)

    def restore(self, name: str, before: object) -> None:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before  # type: ignore[assignment]

    def test_other_forms(self) -> None:
        """Without the module, the other forms of a file are taken."""
        name = f"{DISTS}/main/binary-amd64/Packages"
        contents = {f"{name}.zst": self.data, name: b"Package: a\n"}
        self.assertFalse(has_zstandard())
        self.assertEqual(view_of(self, apt_source(a_mirror(self, contents))).names(), ("a",))

    def test_remedy(self) -> None:
        """A file that only it can read says what to install."""
        contents = {f"{DISTS}/main/binary-amd64/Packages.gz": self.data}
        error = outcome_of(self, apt_source(a_mirror(self, contents))).error
        self.assertIn("bcfg2tw[packages]", error or "")
