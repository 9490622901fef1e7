"""Files that are compared with what they were the last time."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.repository.listing import IgnoredNames
from bcfg2tw.errors import UnreadableRepository
from bcfg2tw.watching.file_changes import Notifications, Polling
from tests.builders import Contents, write_files
from tests.engine.served.test_unreadable import without_descriptors
from tests.watching.test_inotify import Readers


class PollingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        self.write({"Rules/a.xml": "1", "Rules/sub/b.xml": "1", "bcfg2.conf": "1"})
        self.polling = Polling(IgnoredNames(["*~"]))

    def write(self, contents: Contents) -> None:
        """Write files."""
        write_files(self.folder, contents)

    def look(self, *names: str) -> set[str]:
        """Look at paths below the folder, and return what changed, as paths below it."""
        changed = self.polling.look([os.path.join(self.folder, name) for name in names])
        return {os.path.relpath(path, self.folder) for path in changed}

    def test_first(self) -> None:
        """The first look finds all that is there; the second one finds nothing new."""
        self.assertEqual(
            self.look("Rules", "bcfg2.conf"), {"Rules/a.xml", "Rules/sub/b.xml", "bcfg2.conf"}
        )
        self.assertEqual(self.look("Rules", "bcfg2.conf"), set())

    def test_changes(self) -> None:
        """What is new, other or gone is told, in folders below as well; the rest is not."""
        self.look("Rules")
        self.write({"Rules/c.xml": "", "Rules/sub/b.xml": "22"})
        os.unlink(os.path.join(self.folder, "Rules/a.xml"))
        self.assertEqual(self.look("Rules"), {"Rules/a.xml", "Rules/c.xml", "Rules/sub/b.xml"})

    def test_ignored(self) -> None:
        """Names that are ignored are not told."""
        self.look("Rules")
        self.write({"Rules/a.xml~": "", "Rules/.probed.xml.writing": ""})
        self.assertEqual(self.look("Rules"), set())

    def test_single_file(self) -> None:
        """A single file is told when it appears and when it goes, though it would be ignored."""
        self.assertEqual(self.look("later.conf~"), set())
        self.write({"later.conf~": ""})
        self.assertEqual(self.look("later.conf~"), {"later.conf~"})
        os.unlink(os.path.join(self.folder, "later.conf~"))
        self.assertEqual(self.look("later.conf~"), {"later.conf~"})

    def test_glob(self) -> None:
        """A glob stands for the files that match it now, and for what is in folders that do."""
        self.look("inc*/x*.xml", "R*s")
        self.write({"include/x1.xml": "", "include/y.xml": "", "Rules/new.xml": ""})
        self.assertEqual(self.look("inc*/x*.xml", "R*s"), {"include/x1.xml", "Rules/new.xml"})

    def test_other_paths(self) -> None:
        """A path that counts no more is told as gone, and one that counts now as new."""
        self.look("Rules")
        self.assertEqual(self.look("bcfg2.conf"), {"Rules/a.xml", "Rules/sub/b.xml", "bcfg2.conf"})

    def test_closed(self) -> None:
        """When it is closed everything is forgotten."""
        self.look("bcfg2.conf")
        self.polling.close()
        self.assertEqual(self.look("bcfg2.conf"), {"bcfg2.conf"})


class NotificationsTests(SynchronousTestCase):
    """Changes that inotify tells; what the watcher makes of them has tests of its own."""

    def test_descriptors(self) -> None:
        """A folder that cannot be listed now is no watched one: it is looked through again."""
        folder = os.path.abspath(self.mktemp())
        write_files(folder, {"Rules/sub/b.xml": "1"})
        told: list[str | None] = []
        reactor = Readers()
        source = Notifications(reactor, IgnoredNames([]), lambda path, _: told.append(path))
        self.addCleanup(source.close)
        with without_descriptors():
            self.assertRaises(UnreadableRepository, source.look, [f"{folder}/Rules"])
        source.look([f"{folder}/Rules"])
        write_files(folder, {"Rules/sub/b.xml": "2"})
        reactor.readers[0].doRead()
        self.assertIn(f"{folder}/Rules/sub/b.xml", told)
