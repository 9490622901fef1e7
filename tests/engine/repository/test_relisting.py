"""Listing a folder again at the cost of what has changed."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.repository import relisting
from bcfg2tw.engine.repository.listing import IgnoredNames, Listing, scan
from bcfg2tw.engine.repository.relisting import rescan
from bcfg2tw.errors import UnreadableRepository
from tests.builders import write_files

IGNORED = IgnoredNames(("*~",))
NAMES = ("a", "b", "c", "d~", "info.xml")


class RescanTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = os.path.join(os.path.abspath(self.mktemp()), "Cfg")
        write_files(self.folder, {"a/x": "1", "a/y": "1", "b/c/x": "1", "top": "1"})
        self.before = scan(self.folder, IGNORED)

    def path(self, name: str) -> str:
        """Return the full path of a file."""
        return os.path.join(self.folder, name)

    def rescan(self, *names: str) -> Listing:
        """List again, told of some paths; from then on that is the listing before."""
        now = rescan(self.folder, IGNORED, self.before, [self.path(name) for name in names])
        changed = {
            name
            for name in now.keys() | self.before.keys()
            if now.get(name) != self.before.get(name)
        }
        self.assertEqual(now.changed, changed)
        self.before = now
        return now

    def check(self, *names: str) -> None:
        """See that listing again leads to what listing everything does, in that order."""
        everything = scan(self.folder, IGNORED, self.before)
        now = self.rescan(*names)
        self.assertEqual(list(now.items()), list(everything.items()))
        self.assertEqual(now.shared, everything.shared)

    def test_file(self) -> None:
        """A file that was written, added or removed is noticed, and no other is looked at."""
        write_files(self.folder, {"a/x": "22", "b/c/x": "22"})
        stamps = self.before
        now = self.rescan("a/x")
        self.assertNotEqual(now["a/x"], stamps["a/x"])
        self.assertIs(now["b/c/x"], stamps["b/c/x"])
        self.check("b/c/x")
        write_files(self.folder, {"a/new": ""})
        os.unlink(self.path("top"))
        self.check("a/new", "top", "never/there")

    def test_folders(self) -> None:
        """A folder that came, went or was renamed brings all that is below it."""
        shutil.rmtree(self.path("a"))
        write_files(self.folder, {"z/1": "", "z/2/3": "", "z/d~/4": ""})
        self.check("a", "z", "z/d~/4")
        os.rename(self.path("b"), self.path("z/b"))
        self.check("b", "z/b")
        os.unlink(self.path("top"))
        write_files(self.folder, {"top/x": ""})
        self.check("top")
        self.check("")

    def test_links(self) -> None:
        """Where links lead is looked at without being told, and what has several names."""
        os.symlink("b", self.path("linked"))
        os.symlink("a/x", self.path("file"))
        os.symlink("nowhere", self.path("dangling"))
        os.link(self.path("a/y"), self.path("hard"))
        self.check("linked", "file", "dangling", "hard", "a/y")
        write_files(self.folder, {"b/c/x": "22", "a/x": "22", "a/y": "22", "nowhere": "22"})
        self.check("b/c/x", "a/x", "nowhere")
        for name in ("linked", "file", "dangling", "hard"):
            os.unlink(self.path(name))
        self.check("linked", "file", "dangling", "hard", "a/y")

    def test_loops(self) -> None:
        """What is told below a link that leads back is not there."""
        os.symlink(self.folder, self.path("a/up"))
        self.check("a/up")
        write_files(self.folder, {"a/x": "22"})
        self.check("a/x", "a/up/a/x", "a/up/a/up")

    def test_place_of_a_file(self) -> None:
        """A folder where a file was, or belongs, is listed as that is: it cannot be read."""
        write_files(self.folder, {"a/info.xml/x": ""})
        self.check("a/info.xml")
        os.unlink(self.path("a/info.xml/x"))
        self.check("a/info.xml/x")
        self.assertIn("a/info.xml", self.before)
        write_files(self.folder, {"a/info.xml/y": ""})
        self.check("a/info.xml/y")
        os.unlink(self.path("top"))
        os.mkdir(self.path("top"))
        self.check("top")
        write_files(self.folder, {"top/below": ""})
        self.check("top/below")

    def test_elsewhere(self) -> None:
        """What changed outside of the folder does not matter, whatever its name begins with."""
        outside = self.folder + "-b"
        leading_out = os.path.join(self.folder, "..", os.path.basename(outside))
        now = rescan(self.folder, IGNORED, self.before, [outside, leading_out, "/etc"])
        self.assertEqual(now.changed, set())

    def test_unreadable(self) -> None:
        """What is there and cannot be looked at is an error."""
        self.assertRaises(UnreadableRepository, self.rescan, "x" * 300)

    def test_many(self) -> None:
        """Where very much is told, all of it is listed."""
        self.patch(relisting, "MAX_CHANGED", 2)
        write_files(self.folder, {"a/x": "22", "a/y": "22", "top": "22"})
        self.check("a", "b", "top")

    def test_random(self) -> None:
        """Whatever is done to the files, being told of it is as good as looking at everything."""
        for seed in range(40):
            random = Random(seed)
            for _ in range(12):
                self.check(*{name for _ in range(3) for name in self.act(random)})

    def act(self, random: Random) -> Collection[str]:
        """Do something to the files, and return what changed, with links followed and without."""
        path = "/".join(random.choice(NAMES) for _ in range(random.randint(1, 3)))
        other = "/".join(random.choice(NAMES) for _ in range(random.randint(1, 3)))
        action = random.choice((self.write, self.write, self.remove, self.move, self.link))
        real = {os.path.realpath(self.path(name)) for name in (path, other)}
        with contextlib.suppress(OSError):
            action(self.path(path), self.path(other))
        real |= {os.path.realpath(self.path(name)) for name in (path, other)}
        return {path, other, *(os.path.relpath(name, self.folder) for name in real)}

    def write(self, path: str, other: str) -> None:
        """Write a file."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(other)

    def remove(self, path: str, other: str) -> None:
        """Remove a file, a link or a folder."""
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)

    def move(self, path: str, other: str) -> None:
        """Rename a file or a folder."""
        os.rename(path, other)

    def link(self, path: str, other: str) -> None:
        """Make a link to a file or a folder."""
        os.symlink(other, path)
