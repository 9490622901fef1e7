"""Files that the server adds to the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugin.created_files import PUBLIC_MODE, creating, write_created
from bcfg2tw.engine.time_limit import time_limit
from bcfg2tw.errors import StateUnavailable

#: Creates in a folder, says so, and stays until its input ends.
OTHER_PROCESS = """
import sys
from bcfg2tw.engine.plugin.created_files import creating
with creating(sys.argv[1]):
    print("in", flush=True)
    sys.stdin.read()
"""


class CreatingTests(SynchronousTestCase):
    def setUp(self) -> None:
        """Make a folder."""
        self.base = os.path.abspath(self.mktemp())
        self.folder = os.path.join(self.base, "deep", "er")
        os.makedirs(self.folder)

    def test_folder(self) -> None:
        """A folder is made, and those between it and its base."""
        folder = os.path.join(self.folder, "and", "deeper")
        with creating(folder, self.base):
            self.assertTrue(os.path.isdir(folder))

    def test_gone(self) -> None:
        """No base is made, and without one the folder itself has to be there."""
        os.rename(self.base, f"{self.base}.away")
        for base in (None, self.base, os.path.dirname(self.folder)):
            gone = re.escape(self.folder if base is None else base)
            with (
                self.assertRaisesRegex(StateUnavailable, f"{gone} is gone"),
                creating(self.folder, base),
            ):
                self.fail("it was let in")
        with self.assertRaises(StateUnavailable):
            write_created(os.path.join(self.folder, "file"), b"lost")
        self.assertFalse(os.path.exists(self.base))

    def test_threads(self) -> None:
        """One thread at a time is in; the others wait."""
        inside: list[int] = []
        most: list[int] = []

        def create() -> None:
            with creating(self.folder):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.01)
                inside.pop()

        threads = [threading.Thread(target=create) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        self.assertEqual(most, [1] * 8)

    def test_again(self) -> None:
        """The thread that is in may enter again, and stays in when it leaves the inner block."""
        with creating(self.folder):
            with creating(self.folder):
                pass
            self.assertFalse(self.enters_within(0.2))
        self.assertTrue(self.enters_within(20))

    def enters_within(self, seconds: float) -> bool:
        """Say whether another thread gets in; one that does not is left waiting."""
        entered = threading.Event()

        def create() -> None:
            with creating(self.folder):
                entered.set()

        thread = threading.Thread(target=create, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 20)
        return entered.wait(seconds)

    def test_time_limit(self) -> None:
        """Who has no time left for waiting is refused, with the folder's name."""
        threads: list[BaseException] = []

        def create() -> None:
            try:
                with time_limit(0.1), creating(self.folder):
                    pass
            except OSError as error:
                threads.append(error)

        with creating(self.folder):
            thread = threading.Thread(target=create)
            thread.start()
            thread.join(20)
        (error,) = threads
        self.assertIn("creating files there for too long", str(error))
        self.assertIn(self.folder, str(error))

    def test_processes(self) -> None:
        """Another process that is in keeps this one out until it has left."""
        with subprocess.Popen(
            [sys.executable, "-c", OTHER_PROCESS, self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as other:
            assert other.stdin is not None and other.stdout is not None
            self.assertEqual(other.stdout.readline(), b"in\n")
            self.assertFalse(self.enters_within(0.2))
            other.stdin.close()
        self.assertTrue(self.enters_within(20))

    def test_written(self) -> None:
        """A file is new with the mode that is asked for, and keeps its own later."""
        path = os.path.join(self.folder, "sub", "file")
        write_created(path, b"one", PUBLIC_MODE)
        self.assertEqual(os.stat(path).st_mode & 0o777, PUBLIC_MODE)
        os.chmod(path, 0o640)
        write_created(path, b"two")
        with open(path, "rb") as stream:
            self.assertEqual(stream.read(), b"two")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o640)
        self.assertEqual(os.listdir(os.path.dirname(path)), ["file"])
