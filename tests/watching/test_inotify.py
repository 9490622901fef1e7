"""The queue of inotify's events: what is reported, and what cannot be had."""

from __future__ import annotations

import os
import resource
from typing import Any

import inotify_simple
from inotify_simple import flags
from twisted.internet.interfaces import IReadDescriptor
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from bcfg2tw.watching.inotify import Inotify, NoInotify
from tests.builders import write_files

QUEUE = "/proc/sys/fs/inotify/max_queued_events"


class Readers:
    """The part of a reactor that a queue is given to."""

    def __init__(self) -> None:
        self.readers: list[Any] = []

    def addReader(self, reader: Any) -> None:
        self.readers.append(reader)

    def removeReader(self, reader: Any) -> None:
        self.readers.remove(reader)


class InotifyTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        write_files(self.folder, {"a": "", "b": ""})
        self.events: list[tuple[int, int, str]] = []
        self.reactor = Readers()
        self.queue = Inotify(self.reactor, lambda *event: self.events.append(event))
        self.addCleanup(self.queue.close)

    def change(self, name: str) -> None:
        """Cause an event, of a file's mode."""
        os.chmod(os.path.join(self.folder, name), 0o600)

    def read(self) -> list[tuple[int, int, str]]:
        """Return the events that are there."""
        self.events.clear()
        count = -1
        while count < len(self.events):
            count = len(self.events)
            self.queue.doRead()
        return self.events

    def test_reactor(self) -> None:
        """The reactor reads it, until it is closed."""
        verifyObject(IReadDescriptor, self.queue)
        self.assertEqual(self.reactor.readers, [self.queue])
        self.assertGreater(self.queue.fileno(), 2)
        other = Inotify(self.reactor, print)
        other.close()
        self.assertEqual((self.reactor.readers, other.fileno()), ([self.queue], -1))

    def test_nothing(self) -> None:
        """Reading does not wait for events."""
        self.assertEqual(self.read(), [])

    def test_event(self) -> None:
        """An event has the watch, the kind, and the name below the folder, of any bytes."""
        watch = self.queue.add(self.folder, flags.ATTRIB)
        name = os.fsdecode(b"\xff\xc3\xb6")
        write_files(self.folder, {name: ""})
        for changed in ("a", name):
            self.change(changed)
        self.assertEqual(self.read(), [(watch, flags.ATTRIB, "a"), (watch, flags.ATTRIB, name)])

    def test_more(self) -> None:
        """A folder that is watched already is watched for further events as well."""
        watch = self.queue.add(self.folder, flags.ATTRIB)
        self.assertEqual(self.queue.add(self.folder, flags.DELETE), watch)
        self.change("a")
        os.unlink(os.path.join(self.folder, "a"))
        self.assertEqual({mask for _, mask, _ in self.read()}, {flags.ATTRIB, flags.DELETE})

    def test_no_folder(self) -> None:
        """Only folders that are there can be watched."""
        for name in ("a", "none", "n" * 300):
            self.assertIsNone(self.queue.add(os.path.join(self.folder, name), flags.ATTRIB))

    def test_removed(self) -> None:
        """A watch that is removed reports nothing; it may be removed again."""
        watch = self.queue.add(self.folder, flags.ATTRIB)
        assert watch is not None
        self.queue.remove(watch)
        self.queue.remove(watch)
        self.change("a")
        self.assertEqual(self.read(), [(watch, flags.IGNORED, "")])

    def test_deleted(self) -> None:
        """The end of a folder ends its watch, and no other."""
        write_files(self.folder, {"sub/c": ""})
        sub = os.path.join(self.folder, "sub")
        above, watch = (self.queue.add(path, flags.ATTRIB) for path in (self.folder, sub))
        assert watch is not None
        os.unlink(os.path.join(sub, "c"))
        os.rmdir(sub)
        self.assertIn((watch, flags.IGNORED, ""), self.read())
        self.queue.remove(watch)
        self.change("a")
        self.assertEqual(self.read(), [(above, flags.ATTRIB, "a")])

    def test_overflow(self) -> None:
        """Events that the kernel drops are reported as dropped, after those that are left."""
        self.queue.add(self.folder, flags.ATTRIB)
        with open(QUEUE) as stream:
            limit = int(stream.read())
        for _ in range(limit // 2 + 1):
            self.change("a")
            self.change("b")
        events = self.read()
        self.assertEqual((len(events), events[-1]), (limit + 1, (-1, flags.Q_OVERFLOW, "")))

    def test_no_queue(self) -> None:
        """A user who has no descriptor, or no queue, left is told so."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (1, hard))
        try:
            error = self.assertRaises(NoInotify, Inotify, self.reactor, print)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.assertIn("Too many open files: raise the sysctl fs.inotify.max_user", str(error))

    def test_no_inotify(self) -> None:
        """A system whose C library knows nothing of inotify is told apart."""
        self.patch(inotify_simple, "_libc", object())
        error = self.assertRaises(NoInotify, Inotify, self.reactor, print)
        self.assertEqual(str(error), "this system has no inotify")
