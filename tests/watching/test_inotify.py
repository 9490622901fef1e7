"""The kernel's queue of events, and what there is where it has no more."""

from __future__ import annotations

import ctypes
import os
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.watching.inotify import CREATE, DELETE, Inotify, NoInotify
from tests.builders import write_files
from tests.engine.served.test_unreadable import without_descriptors


class Readers:
    """A reactor, as far as it reads from descriptors."""

    def __init__(self) -> None:
        self.readers: list[Any] = []

    def addReader(self, reader: Any) -> None:
        """Read from it."""
        self.readers.append(reader)

    def removeReader(self, reader: Any) -> None:
        """Read from it no more."""
        self.readers.remove(reader)


class InotifyTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        write_files(self.folder, {"file": ""})
        self.events: list[tuple[int, int, str]] = []
        self.reactor = Readers()
        self.queue = Inotify(self.reactor, lambda *event: self.events.append(event))
        self.addCleanup(self.close)

    def close(self) -> None:
        """End the queue, unless it has ended."""
        if self.reactor.readers:
            self.queue.close()

    def add(self, folder: str, mask: int = CREATE | DELETE) -> int:
        """Watch a folder that there is."""
        watch = self.queue.add(folder, mask)
        assert watch is not None
        return watch

    def test_events(self) -> None:
        """Events are told with their watch and the name, in their order."""
        watch = self.add(self.folder)
        write_files(self.folder, {"new": ""})
        os.unlink(os.path.join(self.folder, "file"))
        self.queue.doRead()
        self.assertEqual(self.events, [(watch, CREATE, "new"), (watch, DELETE, "file")])

    def test_nothing(self) -> None:
        """Where nothing has happened nothing is told, and nobody waits."""
        self.add(self.folder)
        self.queue.doRead()
        self.assertEqual(self.events, [])

    def test_names(self) -> None:
        """A name of any length and of any bytes is told as Python has it."""
        self.add(self.folder)
        names = ["x", "x" * 255, os.fsdecode(b"gr\xfcn")]
        write_files(self.folder, dict.fromkeys(names, ""))
        self.queue.doRead()
        self.assertEqual([name for _, _, name in self.events], names)

    def test_added_twice(self) -> None:
        """A folder that is watched again keeps its watch, for more events, also by a link."""
        link = self.folder + ".link"
        os.symlink(self.folder, link)
        watch = self.add(self.folder, DELETE)
        self.assertEqual(self.add(link, CREATE), watch)
        write_files(self.folder, {"new": ""})
        os.unlink(os.path.join(self.folder, "new"))
        self.queue.doRead()
        self.assertEqual([mask for _, mask, _ in self.events], [CREATE, DELETE])

    def test_no_folder(self) -> None:
        """What is not there, or is no folder, is not watched."""
        self.assertIsNone(self.queue.add(os.path.join(self.folder, "no"), CREATE))
        self.assertIsNone(self.queue.add(os.path.join(self.folder, "file"), CREATE))

    def test_removed(self) -> None:
        """A folder that is not watched any more is silent; removing it again does no harm."""
        watch = self.add(self.folder)
        self.queue.remove(watch)
        self.queue.remove(watch)
        write_files(self.folder, {"new": ""})
        self.queue.doRead()
        self.assertEqual([name for _, _, name in self.events if name], [])

    def test_closed(self) -> None:
        """A queue that is closed is read from no more, and its descriptor is gone."""
        descriptor = self.queue.fileno()
        self.queue.close()
        self.assertEqual(self.reactor.readers, [])
        self.assertRaises(OSError, os.fstat, descriptor)

    def test_no_queue(self) -> None:
        """Where no further queue is to be had the reason and the remedy are told."""
        with without_descriptors():
            error = self.assertRaises(NoInotify, Inotify, self.reactor, print)
        self.assertEqual(
            str(error), "Too many open files: raise the sysctl fs.inotify.max_user_instances"
        )
        self.assertEqual(self.reactor.readers, [self.queue])

    def test_other_system(self) -> None:
        """On a system that has none that is said."""

        class Library:
            """A C library without it."""

            def __init__(self, *_args: object, **_options: object) -> None:
                """Load nothing."""

        self.patch(ctypes, "CDLL", Library)
        error = self.assertRaises(NoInotify, Inotify, self.reactor, print)
        self.assertEqual(str(error), "this system has no inotify")
