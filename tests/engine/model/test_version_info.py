"""Versions that clients declare, to be compared."""

from __future__ import annotations

from itertools import pairwise
from pickle import dumps, loads
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.model.version_info import Bcfg2VersionInfo, version_info

#: From the earliest to the latest.
ORDERED = (
    "1.2.4", "1.3.0pre1", "1.3.0pre2", "1.3.0rc1", "1.3.0rc2", "1.3.0", "1.3.4", "1.4.0pre2",
    "1.4.0", "1.10.0", "2.0.0",
)  # fmt: skip


class ReadingTests(SynchronousTestCase):
    def test_parts(self) -> None:
        """A version has five parts; a release is final and has the serial 0."""
        version = Bcfg2VersionInfo("1.4.0pre2")
        self.assertEqual(tuple(version), (1, 4, 0, "pre", 2))
        self.assertEqual((version.major, version.minor, version.micro), (1, 4, 0))
        self.assertEqual((version.releaselevel, version.serial), ("pre", 2))
        self.assertEqual(tuple(Bcfg2VersionInfo("1.3.4")), (1, 3, 4, "final", 0))
        self.assertEqual(tuple(Bcfg2VersionInfo("1.3.4rc")), (1, 3, 4, "rc", 0))

    def test_given(self) -> None:
        """The parts may be given, and are taken as they are."""
        self.assertEqual(Bcfg2VersionInfo([1, 4, 0, "rc", 3]), "1.4.0rc3")

    def test_written(self) -> None:
        """A version is written as it was read."""
        for text in ORDERED:
            self.assertEqual(str(Bcfg2VersionInfo(text)), text)
        self.assertEqual(repr(Bcfg2VersionInfo("1.3.4")), "Bcfg2VersionInfo((1, 3, 4, 'final', 0))")

    def test_refused(self) -> None:
        """What is no version says what one looks like."""
        for text in ("", "1.4", "1.4.0.1", "1.4.", "1.4.x", "1.4.0pre2a"):
            error = self.assertRaises(ValueError, Bcfg2VersionInfo, text)
            self.assertEqual(
                str(error), f"a version of Bcfg2 is like 1.3.4 or 1.4.0pre2, not {text!r}"
            )
        self.assertRaises(ValueError, Bcfg2VersionInfo, "a.4.0")

    def test_declared(self) -> None:
        """What a client declares and cannot be compared counts as unknown, and is no error."""
        for text in (None, "", "1.4", "unknown", "a.b.c", "1.4.0-\N{SNOWMAN}x1y"):
            self.assertIsNone(version_info(text), text)
        self.assertEqual(version_info("1.4.0"), (1, 4, 0, "final", 0))


class ComparisonTests(SynchronousTestCase):
    def test_order(self) -> None:
        """Versions are ordered by number, then pre, rc and final, then serial."""
        for earlier, later in pairwise(ORDERED):
            one, two = Bcfg2VersionInfo(earlier), Bcfg2VersionInfo(later)
            for other in (two, later, tuple(two)):
                self.assertTrue(one < other and one <= other and one != other)
                self.assertFalse(one > other or one >= other or one == other)
            self.assertTrue(two > one and two >= one)
        shuffled = sorted(ORDERED, reverse=True)
        self.assertEqual(sorted(map(Bcfg2VersionInfo, shuffled)), list(ORDERED))

    def test_equal(self) -> None:
        """Equal versions are one key, and no version is None."""
        one, other = Bcfg2VersionInfo("1.3.4"), Bcfg2VersionInfo("1.3.4")
        self.assertEqual(len({one, other}), 1)
        self.assertTrue(one <= other and one >= other)
        nothing: Any = None
        self.assertTrue(one != nothing and one > nothing and one >= nothing)
        self.assertFalse(one < nothing or one <= nothing or one == nothing)

    def test_short(self) -> None:
        """Of a tuple of three numbers only these are compared: a pre-release counts as well."""
        version = Bcfg2VersionInfo("1.3.0pre1")
        self.assertTrue(version == (1, 3, 0) and version >= (1, 3, 0))
        self.assertFalse(version < (1, 3, 0))
        self.assertTrue(version < (1, 3, 1))

    def test_unknown_levels(self) -> None:
        """A level that nobody knows counts as any other; the serial decides."""
        version = Bcfg2VersionInfo("1.4.0beta2")
        self.assertTrue(version == (1, 4, 0, "rc", 2) and version > "1.4.0gamma1")

    def test_other_things(self) -> None:
        """What is no version is unequal, and cannot be ordered."""
        version = Bcfg2VersionInfo("1.3.4")
        for other in ("soon", 1.3, [1, 3, 4], object()):
            self.assertNotEqual(version, other)
            for compare in (version.__lt__, version.__le__, version.__gt__, version.__ge__):
                self.assertIs(compare(other), NotImplemented)

    def test_kept(self) -> None:
        """A version comes back from a copy as it was."""
        version = Bcfg2VersionInfo("1.4.0rc1")
        self.assertEqual(loads(dumps(version)), version)
