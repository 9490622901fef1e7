"""The files of a folder, and whether they have changed."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.repository.listing import IgnoredNames, Stamp, check_folder, scan, stamp_of
from bcfg2tw.errors import UnreadableRepository
from tests.builders import Contents, write_files

NOTHING_IGNORED = IgnoredNames(())


class ListingTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        os.makedirs(self.folder)

    def write(self, contents: Contents) -> None:
        """Write files into the folder."""
        write_files(self.folder, contents)

    def path(self, name: str) -> str:
        """Return the full path of a file."""
        return os.path.join(self.folder, name)

    def names(self, *globs: str) -> list[str]:
        """Return the names of the files that are not ignored."""
        return list(scan(self.folder, IgnoredNames(globs)))


class ScanTests(ListingTestCase):
    def test_sorted(self) -> None:
        """All regular files are listed, those of folders with theirs, in order."""
        self.write({"b": "", "a/z": "", "a/b/c": "", "a.x": "", "B": ""})
        self.assertEqual(self.names(), ["B", "a.x", "a/b/c", "a/z", "b"])

    def test_no_folder(self) -> None:
        """Where there is no folder, or a file in its place, there is nothing."""
        self.assertEqual(scan(self.path("no"), NOTHING_IGNORED), {})
        self.write({"file": ""})
        self.assertEqual(scan(self.path("file"), NOTHING_IGNORED), {})

    def test_ignored(self) -> None:
        """Ignored names are not there, nor is what is below them; globs are for whole names."""
        self.write(
            {"a": "", "a~": "", ".svn/entries": "", "sub/a~": "", "sub/CVS/Root": "", "CVSs": ""}
        )
        self.assertEqual(self.names("*~", ".svn", "CVS"), ["CVSs", "a"])

    def test_always_ignored(self) -> None:
        """What the server keeps beside its files is never there."""
        self.write(
            {
                "probed.xml.journal": "",
                "x.journal.folding": "",
                "x.journal.lock": "",
                ".x.writing": "",
                "x": "",
            }
        )
        self.assertEqual(self.names(), ["x"])
        self.assertIn("clients.xml.journal", NOTHING_IGNORED)
        self.assertNotIn("journal", NOTHING_IGNORED)
        self.assertNotIn(7, NOTHING_IGNORED)

    def test_links(self) -> None:
        """Links are followed, to files and to folders."""
        self.write({"real/a": "", "real/sub/b": ""})
        os.symlink("real", self.path("linked"))
        os.symlink("real/a", self.path("file"))
        self.assertEqual(self.names(), ["file", "linked/a", "linked/sub/b", "real/a", "real/sub/b"])

    def test_links_to_nothing(self) -> None:
        """A link to nothing is there, so that nobody takes its file for removed."""
        os.symlink("nowhere", self.path("link"))
        self.assertEqual(self.names(), ["link"])
        before = scan(self.folder, NOTHING_IGNORED)
        self.write({"nowhere": ""})
        self.assertNotEqual(scan(self.folder, NOTHING_IGNORED)["link"], before["link"])

    def test_in_place_of_a_file(self) -> None:
        """A folder, or a pipe, is there where a file was, and where only a file belongs."""
        self.write({"file": "", "pipe": ""})
        before = scan(self.folder, NOTHING_IGNORED)
        for name in before:
            os.unlink(self.path(name))
        os.mkfifo(self.path("pipe"))
        self.write({"file/inside": "", "other/file": ""})
        now = scan(self.folder, NOTHING_IGNORED, before)
        self.assertEqual(list(now), ["file", "file/inside", "other/file", "pipe"])
        bundles = self.path("Bundler")
        os.makedirs(os.path.join(bundles, "empty.xml"))
        self.assertEqual(list(scan(bundles, NOTHING_IGNORED)), ["empty.xml"])

    def test_loops(self) -> None:
        """A loop of links is entered once, and a link to itself is one to nothing."""
        self.write({"sub/a": ""})
        os.symlink(self.folder, self.path("sub/up"))
        os.symlink("self", self.path("self"))
        self.assertEqual(self.names(), ["self", "sub/a"])

    def test_other_kinds(self) -> None:
        """A pipe is no file: nobody waits at it."""
        os.mkfifo(self.path("pipe"))
        self.write({"a": ""})
        self.assertEqual(self.names(), ["a"])

    def test_names_of_bytes(self) -> None:
        """A name that is no UTF-8 is listed all the same, and can be opened."""
        with open(os.path.join(self.folder.encode(), b"gr\xfcn"), "wb") as stream:
            stream.write(b"x")
        (name,) = self.names()
        with open(self.path(name), "rb") as stream:
            self.assertEqual(stream.read(), b"x")

    def test_same_objects(self) -> None:
        """What has not changed since the listing before is the same object, the rest is not."""
        self.write({"a": "1", "b": "1"})
        before = scan(self.folder, NOTHING_IGNORED)
        self.write({"b": "22"})
        now = scan(self.folder, NOTHING_IGNORED, before)
        self.assertIs(now["a"], before["a"])
        self.assertNotEqual(now["b"], before["b"])


class StampTests(ListingTestCase):
    def stamp(self) -> Stamp:
        """Return the stamp of the file."""
        stamp = stamp_of(self.path("a"))
        assert stamp is not None
        return stamp

    def test_changes(self) -> None:
        """A stamp changes with time, size, mode and file, each by itself."""
        self.write({"a": "1"})
        before = self.stamp()
        self.assertEqual(self.stamp(), before)
        os.utime(self.path("a"), ns=(0, before.mtime_ns + 1))
        later = self.stamp()
        os.chmod(self.path("a"), 0o755)
        executable = self.stamp()
        self.assertEqual((later.is_executable, executable.is_executable), (False, True))
        self.write({"a": "22"})
        os.utime(self.path("a"), ns=(0, later.mtime_ns))
        longer = self.stamp()
        self.write({"new": "33"})
        os.chmod(self.path("new"), 0o755)
        os.utime(self.path("new"), ns=(0, later.mtime_ns))
        os.replace(self.path("new"), self.path("a"))
        self.assertEqual(len({before, later, executable, longer, self.stamp()}), 5)

    def test_has_content_of(self) -> None:
        """Another mode is no other content; one that was written with its time kept is."""
        self.write({"a": "1"})
        before = self.stamp()
        os.chmod(self.path("a"), 0o755)
        with_mode = self.stamp()
        self.assertTrue(before.has_content_of(with_mode))
        self.write({"a": "2"})
        os.utime(self.path("a"), ns=(0, before.mtime_ns))
        self.assertFalse(with_mode.has_content_of(self.stamp()))

    def test_kept_time(self) -> None:
        """A stamp changes with the content where size, time and file are as they were."""
        self.write({"a": "1"})
        before = self.stamp()
        self.write({"a": "2"})
        os.utime(self.path("a"), ns=(0, before.mtime_ns))
        now = self.stamp()
        self.assertEqual((now.mtime_ns, now.size, now.inode), (before.mtime_ns, 1, before.inode))
        self.assertNotEqual(now, before)

    def test_nothing(self) -> None:
        """Where there is nothing, or a link to nothing or to itself, there is no stamp."""
        self.write({"a": ""})
        os.symlink("no", self.path("dangling"))
        os.symlink("loop", self.path("loop"))
        for name in ("no", "no/deeper", "a/below a file", "dangling", "loop"):
            self.assertIsNone(stamp_of(self.path(name)))

    def test_unreadable(self) -> None:
        """Where it cannot be told whether there is something, that is an error with the reason."""
        name = self.path("x" * 300)
        error = self.assertRaises(UnreadableRepository, stamp_of, name)
        self.assertEqual(str(error), f"{name} cannot be read: File name too long")


class CheckFolderTests(ListingTestCase):
    def test_folder(self) -> None:
        """A folder is one; what is missing, or a file, is named with the reason."""
        check_folder(self.folder)
        self.write({"a": ""})
        for name, reason in (("no", "No such file or directory"), ("a", "Not a directory")):
            error = self.assertRaises(UnreadableRepository, check_folder, self.path(name))
            self.assertEqual(str(error), f"{self.path(name)} cannot be read: {reason}")
