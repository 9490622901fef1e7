"""Journals: durable records, and files that are replaced in one step."""

from __future__ import annotations

import errno
import os
import threading
from functools import partial
from pathlib import Path
from typing import NoReturn

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.xmlfiles.journal import Journal
from bcfg2tw.engine.store.xmlfiles.mark import GONE, SIZE_BYTES
from tests.waiting import PATIENCE_SECONDS, wait_until


class JournalTests(SynchronousTestCase):
    def setUp(self) -> None:
        os.makedirs(self.mktemp())
        self.path = Path(self.mktemp()).absolute()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.journal = Journal(str(self.path))
        self.addCleanup(self.journal.close)

    def numbers(self) -> list[int]:
        """Return what a server that starts now finds."""
        return [record["n"] for record in Journal(str(self.path)).replay()]

    def test_order(self) -> None:
        """Records come back in the order in which they were added."""
        for number in range(5):
            self.journal.append({"n": number})
        self.assertEqual(self.numbers(), [0, 1, 2, 3, 4])

    def test_torn_line(self) -> None:
        """A last line that was cut off is no record, and spoils none that follow."""
        self.journal.append({"n": 1})
        self.journal.close()
        with open(self.path, "ab") as stream:
            stream.write(b'{"n":')
        self.assertEqual(self.numbers(), [1])
        again = Journal(str(self.path))
        self.addCleanup(again.close)
        again.append({"n": 2})
        self.assertEqual(self.numbers(), [1, 2])

    def test_broken_line(self) -> None:
        """A line that is no record is reported with its place; the others count."""
        self.path.write_bytes(b'{"n":1}\nnonsense\n{"n":3}\n')
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.assertEqual(self.numbers(), [1, 3])
        self.assertIn(f"{self.path}:2: this is no record and is lost", logs.output[0])

    def test_folding(self) -> None:
        """Records that come while others are folded survive; folded ones are forgotten."""
        self.journal.append({"n": 1})
        self.journal.start_folding()
        self.journal.append({"n": 2})
        self.assertEqual(self.numbers(), [1, 2])
        self.journal.finish_folding()
        self.assertEqual(self.numbers(), [2])

    def test_folding_again(self) -> None:
        """What an attempt to fold left behind stays in front of later records."""
        for number in (1, 2, 3):
            self.journal.append({"n": number})
            self.journal.start_folding()
        self.journal.append({"n": 4})
        self.assertEqual(self.numbers(), [1, 2, 3, 4])

    def test_nothing_to_fold(self) -> None:
        """Without records nothing is opened or set aside."""
        self.journal.start_folding()
        self.journal.finish_folding()
        self.assertFalse(self.path.exists())

    def test_many_threads(self) -> None:
        """Records of many threads at once are all there, each whole."""

        def add(part: int) -> None:
            for number in range(25):
                self.journal.append({"n": part * 100 + number})

        threads = [threading.Thread(target=add, args=(part,)) for part in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expected = [part * 100 + number for part in range(8) for number in range(25)]
        self.assertEqual(sorted(self.numbers()), expected)

    def test_no_memory(self) -> None:
        """Where there is no memory to sync, or to take back, no other thread waits for ever."""
        problems: list[Exception] = []

        def append() -> None:
            try:
                self.journal.append({"n": 1})
            except (MemoryError, OSError) as error:
                problems.append(error)

        def run_out(*_: int) -> NoReturn:
            raise MemoryError

        def fail(problem: Exception, _: int) -> NoReturn:
            wait_until(lambda: self.journal._written % 2 == 0, lambda: "nobody waits")
            raise problem

        for problem in (MemoryError(), OSError(errno.EIO, os.strerror(errno.EIO))):
            patches = [
                self.patch(os, "fdatasync", partial(fail, problem)),
                self.patch(os, "pread", run_out),
            ]
            threads = [threading.Thread(target=append, daemon=True) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
                self.assertFalse(thread.is_alive())
            self.assertTrue(problems.pop() and problems.pop())
            for patch in patches:
                patch.restore()
        self.journal.append({"n": 2})
        self.assertEqual(self.numbers()[-1], 2)

    def test_second_process(self) -> None:
        """Two processes add to one journal, and each sees what the other one added."""
        second = Journal(str(self.path))
        self.addCleanup(second.close)
        for number in range(3):
            self.journal.append({"n": number})
            second.append({"n": 10 + number})
        self.assertEqual(self.numbers(), [0, 10, 1, 11, 2, 12])
        self.assertEqual([record["n"] for record in self.journal.news().records], [10, 11, 12])
        self.assertEqual([record["n"] for record in second.news().records], [0, 1, 2])
        self.assertTrue(self.journal.news().is_empty)

    def test_unusable_mark(self) -> None:
        """A mark that a leader could not remove, or that lost its content, is no obstacle."""
        for text in (GONE, b"", b"\0" * SIZE_BYTES, b"[1796", b"[1, 2]"):
            Path(f"{self.path}.lock").write_bytes(text)
            leader = Journal(str(self.path))
            self.addCleanup(leader.close)
            self.assertTrue(leader.mark.lead())
            follower = Journal(str(self.path))
            self.addCleanup(follower.close)
            self.assertFalse(follower.mark.lead())
            follower.append({"n": 1})
            self.assertEqual([record["n"] for record in leader.news().records], [1])
            leader.start_folding()
            leader.finish_folding()
            self.assertEqual(follower.mark.read(), leader.mark.read())
            leader.close()


class AtomicTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.file = self.folder / "file"

    def test_stale_temporary(self) -> None:
        """What a killed process left behind is no obstacle."""
        (self.folder / ".file.writing").write_text("half")
        write_atomically(str(self.file), b"whole")
        self.assertEqual(self.file.read_bytes(), b"whole")
        self.assertEqual(os.listdir(self.folder), ["file"])

    def test_mode(self) -> None:
        """A file keeps its mode; a new one is nobody else's to read."""
        write_atomically(str(self.file), b"new")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o640)
        self.file.chmod(0o604)
        write_atomically(str(self.file), b"newer")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o604)
