"""Compiled indexes: written as a whole, opened at once, read from several threads."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.packages.formats.versions import compare_debian
from bcfg2tw.engine.plugins.packages.indexes.index_file import Package, writing_index
from bcfg2tw.engine.plugins.packages.indexes.source_index import SourceIndex, UnusableIndex
from tests.engine.plugins.packages.mirrors import a_cache, opened


class IndexTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.path = os.path.join(a_cache(self), "index-x.sqlite")

    def write(self, *packages: Package, architectures: tuple[str, ...] = ("a", "b")) -> None:
        with writing_index(self.path, architectures, compare_debian) as index:
            for package in packages:
                for architecture in architectures:
                    index.add(package, architecture)

    def test_common(self) -> None:
        """What all architectures have alike is kept once, and seen by all."""
        self.write(Package("same", dependencies=["x"], provides=["v"]), Package("y", "1", ["a|b"]))
        index = opened(self, self.path)
        self.assertEqual(index.query("SELECT DISTINCT architecture FROM package"), [(0,)])
        for architectures in ([], ["a"], ["a", "b"], ["other"]):
            view = index.view(architectures)
            self.assertEqual(view.dependencies("same"), ("x",))
            self.assertEqual(view.providers("v"), {"same"})

    def test_views_are_kept(self) -> None:
        """Clients of the same architectures share a view, others do not count."""
        self.write(Package("x"))
        index = opened(self, self.path)
        self.assertIs(index.view(["a"]), index.view({"a", "unknown"}))
        self.assertIsNot(index.view(["a"]), index.view(["a", "b"]))

    def test_unknown(self) -> None:
        """Of what it does not know, an index has nothing."""
        self.write(Package("x"))
        view = opened(self, self.path).view(["a"])
        self.assertFalse(view.is_package("y"))
        self.assertEqual((view.dependencies("y"), view.recommendations("y")), ((), ()))
        self.assertEqual((view.providers("y"), view.choices("y")), (frozenset(), ()))
        self.assertIsNone(view.version("y"))
        self.assertIsNone(view.group_members("y", "all"))

    def test_kind_of_group(self) -> None:
        """A kind of group that there is not means the default one."""
        with writing_index(self.path, ("a",), compare_debian) as index:
            index.add_member("g", "m", 0, "a")
            index.add_member("g", "d", 1, "a")
            index.add_member("g", "o", 2, "a")
        view = opened(self, self.path).view(["a"])
        self.assertEqual(view.group_members("g", "nonsense"), {"m", "d"})

    def test_failure_while_writing(self) -> None:
        """An index that cannot be finished leaves the one before, and no other trace."""
        self.write(Package("old"))
        with (
            self.assertRaises(ValueError),
            writing_index(self.path, ("a",), compare_debian) as index,
        ):
            index.add(Package("new"), "a")
            index.add(Package("x"), "an architecture that the source has not")
        self.assertEqual(opened(self, self.path).view(["a"]).names(), ("old",))
        self.assertEqual(os.listdir(os.path.dirname(self.path)), ["index-x.sqlite"])

    def test_replaced(self) -> None:
        """Whoever reads an index goes on with it when it is replaced, and can tell."""
        self.write(Package("old"))
        before = opened(self, self.path)
        self.assertTrue(before.is_current())
        self.write(Package("new"))
        self.assertFalse(before.is_current())
        self.assertEqual(before.view(["a"]).names(), ("old",))
        self.assertEqual(opened(self, self.path).view(["a"]).names(), ("new",))

    def test_threads(self) -> None:
        """Many threads can ask one index at the same time."""
        packages = [Package(f"p{one}", dependencies=[f"d{one}"]) for one in range(500)]
        self.write(*packages)
        view = opened(self, self.path).view(["a"])

        def ask(start: int) -> bool:
            numbers = [(start * 7 + one) % 500 for one in range(500)]
            return all(view.dependencies(f"p{one}") == (f"d{one}",) for one in numbers)

        with ThreadPoolExecutor(8) as pool:
            self.assertTrue(all(pool.map(ask, range(8))))

    def test_unusable(self) -> None:
        """What is missing, no index, cut off or of another format is told apart from one."""
        with self.assertRaises(UnusableIndex):
            SourceIndex.open(self.path)
        with open(self.path, "wb") as stream:
            stream.write(b"no database at all" * 100)
        with self.assertRaises(UnusableIndex):
            SourceIndex.open(self.path)
        os.unlink(self.path)
        database = sqlite3.connect(self.path)
        database.execute("PRAGMA user_version = 999")
        database.close()
        with self.assertRaisesRegex(UnusableIndex, "999"):
            SourceIndex.open(self.path)

    def test_closed(self) -> None:
        """Asking a closed index is an error that says which."""
        self.write(Package("x"))
        index = SourceIndex.open(self.path)
        index.close()
        with self.assertRaisesRegex(UnusableIndex, "index-x"):
            index.view(["a"]).is_package("x")
