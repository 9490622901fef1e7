"""Files are interpreted once, kept until they change, and keep their last good state."""

from __future__ import annotations

import errno
import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.repository.files import Files, Library
from bcfg2tw.engine.repository.listing import IgnoredNames, scan
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.errors import RepositoryError, UnreadableRepository
from bcfg2tw.settings import Settings
from tests.builders import write_files


class Number:
    """What a file with a number says."""

    made = 0

    def __init__(self, source: Source) -> None:
        Number.made += 1
        try:
            self.value = int(source.text())
        except ValueError:
            raise RepositoryError(source.path, f"{source.text()!r} is no number", 1) from None


def included(source: Source) -> bytes:
    """Read all files that a glob stands for."""
    paths = source.expand(os.path.join(os.path.dirname(source.path), "parts", "*"))
    return b"".join(source.read(path) for path in paths)


class LibraryTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        self.library = Library(Settings(repository=self.folder))

    def files(self, **contents: str) -> Files:
        """Write files named by the arguments and list the folder."""
        write_files(self.folder, contents)
        return self.library.files(self.folder)


class LibraryTests(LibraryTestCase):
    def test_once(self) -> None:
        """A file that did not change is interpreted once, for all snapshots."""
        before = Number.made
        first = self.files(a="1").load("a", Number)
        self.assertIs(self.library.files(self.folder).load("a", Number), first)
        self.assertEqual(Number.made, before + 1)

    def test_changed(self) -> None:
        """A file that changed is interpreted anew; what it said before stays as it was."""
        first = self.files(a="1").load("a", Number)
        second = self.files(a="22").load("a", Number)
        assert first and second
        self.assertEqual((first.value, second.value), (1, 22))

    def test_last_good(self) -> None:
        """A file that cannot be interpreted any more keeps what it said last, and is reported."""
        self.files(a="1").load("a", Number)
        files = self.files(a="one")
        with self.assertLogs("bcfg2-server") as logs:
            kept = files.load("a", Number)
        assert kept
        self.assertEqual(kept.value, 1)
        self.assertIn("a:1: 'one' is no number; its last good state stays in service",
                      logs.output[0])  # fmt: skip
        self.assertEqual([problem.line for problem in files.problems], [1])

    def test_never_good(self) -> None:
        """A file that was never understood says nothing; it is looked at once."""
        files = self.files(a="one")
        with self.assertLogs("bcfg2-server") as logs:
            self.assertIsNone(files.load("a", Number))
        self.assertIn("it is not used", logs.output[0])
        before = Number.made
        self.assertIsNone(self.library.files(self.folder).load("a", Number))
        self.assertEqual(Number.made, before)

    def test_mended(self) -> None:
        """A file that is mended is used again."""
        with self.assertLogs("bcfg2-server"):
            self.files(a="one").load("a", Number)
        mended = self.files(a="7").load("a", Number)
        assert mended
        self.assertEqual(mended.value, 7)

    def test_missing(self) -> None:
        """A file that is not there says nothing."""
        self.assertIsNone(self.files().load("a", Number))

    def test_dependencies(self) -> None:
        """A file is interpreted anew when one that it read changes, appears or vanishes."""
        write_files(self.folder, {"top": "", "parts/x": "x"})
        files = self.library.files(self.folder)
        self.assertEqual(files.load("top", included), b"x")
        write_files(self.folder, {"parts/y": "y"})
        self.assertEqual(self.library.files(self.folder).load("top", included), b"xy")
        write_files(self.folder, {"parts/x": "longer"})
        self.assertEqual(self.library.files(self.folder).load("top", included), b"longery")
        os.unlink(os.path.join(self.folder, "parts", "x"))
        self.assertEqual(self.library.files(self.folder).load("top", included), b"y")

    def test_other_settings(self) -> None:
        """Under other settings every file is interpreted anew, and keeps its last good state."""
        self.files(a="1").load("a", Number)
        write_files(self.folder, {"a": "one"})
        library = self.library.under(Settings(repository=self.folder, encoding="ascii"))
        with self.assertLogs("bcfg2-server"):
            kept = library.files(self.folder).load("a", Number)
        assert kept
        self.assertEqual(kept.value, 1)

    def test_is_current(self) -> None:
        """A listing is current as long as no file of it, or outside of it, changed."""
        files = self.files(a="1")
        files.load("a", Number)
        self.assertTrue(files.is_current(self.library.files(self.folder)))
        self.assertFalse(files.is_current(self.files(a="2")))
        self.assertFalse(files.is_current(self.files(b="2")))


class ScanTests(SynchronousTestCase):
    def test_nested_and_ignored(self) -> None:
        """Files of all folders below are listed, sorted; ignored names are not there."""
        folder = self.mktemp()
        write_files(
            folder,
            {"b/c": "", "a": "", "a~": "", ".svn/x": "", "x.journal": "", ".x.writing": ""},
        )
        self.assertEqual(list(scan(folder, IgnoredNames(("*~", ".svn")))), ["a", "b/c"])

    def test_links(self) -> None:
        """Links are followed, into a loop once; a link to nothing is there as well."""
        folder = self.mktemp()
        write_files(folder, {"real/file": "x"})
        os.symlink("real", os.path.join(folder, "linked"))
        os.symlink("..", os.path.join(folder, "real", "loop"))
        os.symlink("nowhere", os.path.join(folder, "broken"))
        names = ["broken", "linked/file", "real/file"]
        self.assertEqual(list(scan(folder, IgnoredNames(()))), names)

    def test_no_folder(self) -> None:
        """A folder that does not exist holds no files."""
        self.assertEqual(scan("/nonexistent/folder", IgnoredNames(())), {})

    def test_listed_before(self) -> None:
        """What has not changed since the last listing is kept once; what has is told."""
        folder = self.mktemp()
        write_files(folder, {"same": "x", "changed": "x"})
        before = scan(folder, IgnoredNames(()))
        write_files(folder, {"changed": "longer", "new": "x"})
        now = scan(folder, IgnoredNames(()), before)
        self.assertEqual(list(now), ["changed", "new", "same"])
        self.assertIs(now["same"], before["same"])
        self.assertNotEqual(now["changed"], before["changed"])


def failing(source: Source) -> int:
    """Stumble over a file."""
    if source.data == b"good":
        return 1
    raise ZeroDivisionError("unexpected" if source.data == b"bad" else "")


class DefectTests(LibraryTestCase):
    """A plugin's code that stumbles over a file."""

    def test_unexpected(self) -> None:
        """The file is named in the log with the traceback; what it said last stays in service."""
        self.assertEqual(self.files(a="good").load("a", failing), 1)
        files = self.files(a="bad")
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(files.load("a", failing), 1)
        path = files.path("a")
        first, second = logs.records
        self.assertEqual(first.getMessage(), f"{path}: unexpected failure while reading")
        self.assertIsNotNone(first.exc_info)
        self.assertEqual(
            second.getMessage(), f"{path}: unexpected; its last good state stays in service"
        )
        self.assertEqual([str(problem) for problem in files.problems], [f"{path}: unexpected"])
        self.assertEqual(str(files.problem("a", failing)), f"{path}: unexpected")

    def test_wordless(self) -> None:
        """An error without a word is told by its kind; a file that was never good is not used."""
        files = self.files(a="other")
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertIsNone(files.load("a", failing))
        self.assertEqual(
            logs.records[1].getMessage(), f"{files.path('a')}: ZeroDivisionError; it is not used"
        )

    def test_no_problem(self) -> None:
        """A file that is good, or that nobody has loaded, has no problem."""
        files = self.files(a="good", b="bad")
        files.load("a", failing)
        self.assertIsNone(files.problem("a", failing))
        self.assertIsNone(files.problem("b", failing))
        self.assertEqual(files.problems, ())

    def test_no_memory(self) -> None:
        """A file that was read without memory, or descriptors, is no broken one, but read again."""
        lacks: list[Exception] = [MemoryError(), OSError(errno.EMFILE, "Too many open files")]

        def read(source: Source) -> bytes:
            if source.data and lacks:
                try:
                    raise lacks.pop()
                except MemoryError as error:  # as a template's compiler wraps it
                    raise RepositoryError(source.path, "it cannot be compiled") from error
            return source.data

        files = self.files(a="good")
        for reason in ("Too many open files", "Cannot allocate memory"):
            error = self.assertRaises(UnreadableRepository, files.load, "a", read)
            self.assertIn(f"/a cannot be read: {reason}", str(error))
        self.assertEqual(files.load("a", read), b"good")
        self.assertEqual(files.problems, ())

    def test_device(self) -> None:
        """What the system cannot read now is no reason to go on without the file."""
        os.makedirs(self.folder)
        os.symlink("/proc/self/mem", os.path.join(self.folder, "broken"))
        error = self.assertRaises(UnreadableRepository, self.files().load, "broken", failing)
        self.assertIn("/broken cannot be read: Input/output error", str(error))
