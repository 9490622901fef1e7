"""Files that are replaced in one step, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.atomic import sync_folder, write_atomically
from tests.full_disk import files_limited_to


class WriteTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir(parents=True)
        self.file = self.folder / "file"

    def names(self) -> list[str]:
        """Return the names of the files in the folder."""
        return sorted(os.listdir(self.folder))

    def mode(self) -> int:
        """Return the mode of the file."""
        return self.file.stat().st_mode & 0o7777

    def test_new(self) -> None:
        """A new file has the mode that is asked for, whatever the umask."""
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        write_atomically(str(self.file), b"one", 0o644)
        self.assertEqual((self.file.read_bytes(), self.mode()), (b"one", 0o644))
        self.assertEqual(self.names(), ["file"])

    def test_replaced(self) -> None:
        """A file that is there keeps its mode, whatever is asked for."""
        self.file.write_bytes(b"old")
        self.file.chmod(0o4751)
        write_atomically(str(self.file), b"new", 0o644)
        self.assertEqual((self.file.read_bytes(), self.mode()), (b"new", 0o4751))

    def test_owner(self) -> None:
        """A file that is there keeps its owner, where the server may give files away."""
        if os.geteuid() != 0:
            self.file.write_bytes(b"old")
            write_atomically(str(self.file), b"new")
            self.assertEqual(self.file.stat().st_uid, os.geteuid())
            return
        self.file.write_bytes(b"old")
        os.chown(self.file, 1234, 4321)
        write_atomically(str(self.file), b"new")
        self.assertEqual((self.file.stat().st_uid, self.file.stat().st_gid), (1234, 4321))

    def test_link(self) -> None:
        """Of a link the file that it leads to is replaced, in its own folder."""
        (self.folder / "real").mkdir()
        (self.folder / "real/file").write_bytes(b"old")
        self.file.symlink_to("real/file")
        write_atomically(str(self.file), b"new")
        self.assertTrue(self.file.is_symlink())
        self.assertEqual((self.folder / "real/file").read_bytes(), b"new")
        self.assertEqual(os.listdir(self.folder / "real"), ["file"])

    def test_left_behind(self) -> None:
        """What a killed process left is no obstacle, and gives its mode to nobody."""
        left = self.folder / ".file.writing"
        left.write_bytes(b"half of")
        left.chmod(0o666)
        write_atomically(str(self.file), b"whole", 0o600)
        self.assertEqual((self.file.read_bytes(), self.mode()), (b"whole", 0o600))
        self.assertEqual(self.names(), ["file"])

    def test_full_disk(self) -> None:
        """Where there is no room the file is as it was, and nothing is left beside it."""
        self.file.write_bytes(b"old")
        with files_limited_to(100):
            error = self.assertRaises(OSError, write_atomically, str(self.file), b"x" * 1000)
        self.assertEqual((error.strerror, error.filename), ("File too large", str(self.file)))
        self.assertEqual((self.file.read_bytes(), self.names()), (b"old", ["file"]))

    def test_no_room_for_the_first(self) -> None:
        """A file that was not there is not there afterwards."""
        with files_limited_to(10):
            self.assertRaises(OSError, write_atomically, str(self.file), b"x" * 1000)
        self.assertEqual(self.names(), [])

    def test_folder_in_its_place(self) -> None:
        """A folder in the place of the file is left alone."""
        self.file.mkdir()
        self.assertRaises(OSError, write_atomically, str(self.file), b"new")
        self.assertEqual(self.names(), ["file"])
        self.assertTrue(self.file.is_dir())

    def test_no_folder(self) -> None:
        """Where there is no folder nothing is made."""
        path = self.folder / "no/file"
        self.assertRaises(FileNotFoundError, write_atomically, str(path), b"new")
        self.assertRaises(FileNotFoundError, sync_folder, str(path.parent))
        self.assertEqual(self.names(), [])
