"""Which changes of files a core is told of, and when."""

from __future__ import annotations

import os
import shutil
import time
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import Clock, deferLater
from twisted.internet.threads import blockingCallFromThread
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase, TestCase

from bcfg2tw.errors import CoreInitError, UnreadableRepository
from bcfg2tw.pool import CorePool
from bcfg2tw.settings import Settings
from bcfg2tw.watching import file_changes, watcher
from bcfg2tw.watching.file_changes import Notifications, Polling
from bcfg2tw.watching.inotify import NoInotify
from bcfg2tw.watching.watcher import Watcher
from tests.builders import write_files
from tests.doubles import ManualPool, RecordingCore

PATIENCE_SECONDS = 30.0

clock: Any = reactor


class TimingTests(SynchronousTestCase):
    """When a core is told: with polling every 2 s, and quiet after 1 s."""

    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        write_files(self.folder, {"Rules/a.xml": "1"})
        self.clock = Clock()
        self.core = RecordingCore(None, self.folder)
        self.pool = ManualPool()
        settings = Settings(repository=self.folder, filemonitor="polling", quiet_seconds=1.0)
        self.watcher = Watcher(self.clock, self.core, self.pool, settings)

    def start(self) -> None:
        self.watcher.startService()
        self.addCleanup(self.watcher.stopService)
        self.clock.advance(1.0)
        self.assertEqual(len(self.core.reloads), 1)
        self.core.reloads.clear()

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def test_first_reading(self) -> None:
        """The core reads once more when watching begins: something may have changed before."""
        self.start()

    def test_changed_file(self) -> None:
        """A changed file is told, once it is quiet."""
        self.start()
        write_files(self.folder, {"Rules/b.xml": "2"})
        self.clock.pump([1.0] * 4)
        self.assertEqual(self.core.reloads, [{self.path("Rules/b.xml")}])

    def test_whole_change(self) -> None:
        """Files that go on changing are told together, when the last one is quiet."""
        self.start()
        for number in range(5):
            self.watcher.changed(self.path(f"{number}"))
            self.clock.advance(0.9)
        self.assertEqual(self.core.reloads, [])
        self.clock.advance(0.2)
        self.assertEqual(self.core.reloads, [{self.path(f"{number}") for number in range(5)}])

    def test_restless(self) -> None:
        """Files that never rest are told after ten seconds all the same."""
        self.start()
        for _ in range(22):
            self.watcher.changed(self.path("restless"))
            self.clock.advance(0.5)
        self.assertEqual(self.core.reloads, [{self.path("restless")}])

    def test_git(self) -> None:
        """While git holds its lock nothing is told."""
        self.start()
        write_files(self.folder, {".git/index.lock": ""})
        self.watcher.changed(self.path("Rules/a.xml"))
        self.clock.pump([1.0] * 30)
        self.assertEqual(self.core.reloads, [])
        os.unlink(self.path(".git/index.lock"))
        self.clock.pump([1.0] * 3)
        self.assertEqual(len(self.core.reloads), 1)

    def test_git_crashed(self) -> None:
        """A lock that git has left behind is waited for no longer than a minute."""
        self.start()
        write_files(self.folder, {".git/index.lock": ""})
        self.watcher.changed(self.path("Rules/a.xml"))
        self.clock.pump([1.0] * 62)
        self.assertEqual(self.core.reloads, [])
        minute_ago = time.time() - 60.0
        os.utime(self.path(".git/index.lock"), (minute_ago, minute_ago))
        self.clock.advance(1.0)
        self.assertEqual(len(self.core.reloads), 1)

    def test_work_tree(self) -> None:
        """The same goes for a work tree, where git has its lock elsewhere."""
        self.start()
        write_files(self.folder, {".git": "gitdir: ../own\n"})
        write_files(os.path.dirname(self.folder), {"own/index.lock": ""})
        self.watcher.changed(self.path("Rules/a.xml"))
        self.clock.pump([1.0] * 30)
        self.assertEqual(self.core.reloads, [])

    def test_one_file(self) -> None:
        """A single file that was closed by its writer is told after half of the time."""
        self.start()
        self.watcher.changed("/one", False)
        self.watcher.changed("/one", True)
        self.clock.advance(0.5)
        self.assertEqual(self.core.reloads, [{"/one"}])

    def test_first_of_many(self) -> None:
        """Where another file follows both are waited for as long as any."""
        self.start()
        self.watcher.changed("/one", True)
        self.clock.advance(0.4)
        self.watcher.changed("/two", True)
        self.clock.advance(0.9)
        self.assertEqual(self.core.reloads, [])
        self.clock.advance(0.1)
        self.assertEqual(self.core.reloads, [{"/one", "/two"}])

    def test_being_written(self) -> None:
        """A file that somebody is writing is told when it is whole, or nothing comes any more."""
        for is_closed in (True, False):
            self.start()
            self.watcher.changed("/slow", False)
            self.clock.advance(1.9)
            self.watcher.changed("/slow", False)
            self.watcher.changed("/slow", None)  # its owner, for instance
            self.clock.advance(1.9)
            self.assertEqual(self.core.reloads, [])
            if is_closed:
                self.watcher.changed("/slow", True)
                self.clock.advance(0.5)
            else:
                self.clock.advance(0.1)
            self.assertEqual(self.core.reloads, [{"/slow"}])
            self.successResultOf(self.watcher.stopService())
            self.core.reloads.clear()

    def test_always_open(self) -> None:
        """A file that is written without an end keeps nothing back for longer than others do."""
        self.start()
        for _ in range(11):
            self.watcher.changed("/log", False)
            self.clock.advance(1.0)
        self.assertEqual(self.core.reloads, [{"/log"}])

    def test_anything(self) -> None:
        """Where anything may have changed the core looks at everything."""
        self.start()
        self.watcher.changed(self.path("Rules/a.xml"))
        self.watcher.changed(None)
        self.clock.advance(1.0)
        self.assertEqual(self.core.reloads, [None])

    def test_one_at_a_time(self) -> None:
        """What changes while the core reads is told when it has finished."""
        self.start()
        self.watcher.changed("/one")
        self.pool.is_holding = True
        self.clock.advance(1.0)
        self.watcher.changed("/two")
        self.clock.advance(5.0)
        self.assertEqual(self.pool.waiting, 1)
        self.pool.is_holding = False
        self.pool.release()
        self.clock.pump([1.0] * 2)
        self.assertEqual(self.core.reloads, [{"/one", "/two"}])

    def test_busy(self) -> None:
        """A change is not forgotten while too many calls wait."""
        self.start()
        self.pool.is_full = True
        self.watcher.changed("/one")
        self.clock.pump([1.0] * 20)
        self.assertEqual(self.core.reloads, [])
        self.pool.is_full = False
        self.clock.pump([1.0] * 3)
        self.assertEqual(self.core.reloads, [None])

    def test_failure(self) -> None:
        """What a core could not take in is told again with the next change."""
        self.start()
        self.core.failures["reload"] = ZeroDivisionError("a defect")
        self.watcher.changed("/one")
        self.clock.advance(1.0)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.core.failures.clear()
        self.watcher.changed("/two")
        self.clock.advance(1.0)
        self.assertEqual(self.core.reloads, [{"/one"}, {"/one", "/two"}])

    def test_refusal(self) -> None:
        """A core that refuses what it reads gives a sentence, no traceback."""
        self.start()
        self.core.failures["reload"] = CoreInitError("No Metadata Plugin")
        self.watcher.changed("/one")
        self.clock.advance(1.0)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_unreadable(self) -> None:
        """A repository that cannot be read is read as soon as it can be, and told once."""
        self.start()
        self.core.failures["reload"] = UnreadableRepository("/repository cannot be read: EIO")
        self.watcher.changed("/one")
        with capturedLogs() as events:
            self.clock.pump([0.1] * 50)
        attempts = len(self.core.reloads)
        self.assertGreater(attempts, 1)
        self.assertEqual(len([e for e in events if "cannot be read" in str(e.get("reason"))]), 1)
        self.core.failures.clear()
        self.clock.pump([0.1] * 30)
        self.assertEqual(len(self.core.reloads), attempts + 1)

    def test_stop(self) -> None:
        """Stopping waits for a reading that is under way, and leaves no call behind."""
        self.start()
        self.watcher.changed("/one")
        self.pool.is_holding = True
        self.clock.advance(1.0)
        stopped = self.watcher.stopService()
        self.assertNoResult(stopped)
        self.pool.is_holding = False
        self.pool.release()
        self.successResultOf(stopped)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.watcher.startService()


class InotifyTests(TestCase):
    """What inotify tells, in the real reactor, with real files."""

    timeout = 120

    def setUp(self) -> None:
        self.top = os.path.abspath(self.mktemp())
        self.folder = os.path.join(self.top, "repository", "Rules")
        self.config = os.path.join(self.top, "etc", "bcfg2.conf")
        write_files(self.top, {"repository/Rules/sub/a.xml": "1", "etc/bcfg2.conf": ""})
        self.core = RecordingCore(None, self.folder, self.config)

    async def start(self, **settings: Any) -> None:
        values: dict[str, Any] = {
            "repository": os.path.join(self.top, "repository"),
            "quiet_seconds": 0.02,
            "threads": 1,
        }
        made = Settings(**{**values, **settings})
        pool = CorePool(reactor, made)
        pool.start()
        self.addCleanup(pool.stop)
        self.watcher = Watcher(reactor, self.core, pool, made)
        self.watcher.startService()
        self.addCleanup(self.watcher.stopService)
        await self.told(1)
        await self.rest()
        self.core.reloads.clear()

    async def told(self, count: int = 1) -> set[str] | None:
        """Wait until the core has been told, and return all that it was told of."""
        deadline = clock.seconds() + PATIENCE_SECONDS
        while len(self.core.reloads) < count:
            self.assertLess(clock.seconds(), deadline, "nothing is told")
            await deferLater(reactor, 0.02, int)
        told, self.core.reloads = self.core.reloads, []
        if any(one is None for one in told):
            return None
        return {path for one in told if one is not None for path in one}

    async def assert_told(self, path: str) -> None:
        told = await self.told()
        self.assertTrue(told is None or path in told, f"{path} is not among {told}")

    async def rest(self) -> None:
        """
        Wait until the core has been told of all that has happened so far.

        The kernel has an event ready when what it is about has been done, so that the reactor
        meets it in its next turn.
        """
        turns = 0
        while turns < 3:
            await deferLater(reactor, 0.0, int)
            turns = 0 if self.is_at_work() else turns + 1

    def is_at_work(self) -> bool:
        """Say whether the watcher has something to do, now or when it is quiet."""
        quiet_call = self.watcher._quiet_call
        is_waiting = quiet_call is not None and quiet_call.active()
        return is_waiting or self.watcher._busy is not None

    async def assert_nothing_told(self) -> None:
        await self.rest()
        self.assertEqual(self.core.reloads, [])

    async def test_written(self) -> None:
        """A file that is written in place is told."""
        await self.start()
        write_files(self.folder, {"sub/a.xml": "2"})
        await self.assert_told(os.path.join(self.folder, "sub/a.xml"))

    async def test_replaced(self) -> None:
        """A file that an editor replaces by renaming another is told."""
        await self.start()
        write_files(self.folder, {"sub/a.xml~": "2"})
        os.replace(os.path.join(self.folder, "sub/a.xml~"), os.path.join(self.folder, "sub/a.xml"))
        await self.assert_told(os.path.join(self.folder, "sub/a.xml"))

    async def test_removed(self) -> None:
        """A file that is removed is told."""
        await self.start()
        os.unlink(os.path.join(self.folder, "sub/a.xml"))
        await self.assert_told(os.path.join(self.folder, "sub/a.xml"))

    async def test_mode(self) -> None:
        """A file that becomes executable is told."""
        await self.start()
        os.chmod(os.path.join(self.folder, "sub/a.xml"), 0o755)
        await self.assert_told(os.path.join(self.folder, "sub/a.xml"))

    async def test_ignored(self) -> None:
        """Files that are ignored, and those that the store keeps, are not told."""
        await self.start()
        write_files(self.folder, {"sub/.a.xml.swp": "", "probed.xml.journal": "1", "b~": "1"})
        await self.assert_nothing_told()

    async def test_new_folder(self) -> None:
        """A file in a folder that is new, and so in one below it, is told."""
        await self.start()
        os.makedirs(os.path.join(self.folder, "new/deep"))
        await self.told()
        await self.rest()
        self.core.reloads.clear()
        write_files(self.folder, {"new/deep/b.xml": "1"})
        await self.assert_told(os.path.join(self.folder, "new/deep/b.xml"))

    async def test_recreated(self) -> None:
        """A folder that is deleted and made again is watched again."""
        await self.start()
        shutil.rmtree(self.folder)
        await self.told()
        write_files(self.folder, {"b.xml": "1"})
        await self.told()
        await self.rest()
        self.core.reloads.clear()
        write_files(self.folder, {"b.xml": "2"})
        await self.assert_told(os.path.join(self.folder, "b.xml"))

    async def test_exchanged(self) -> None:
        """A folder that another one takes the place of is told, and the other one is watched."""
        await self.start()
        write_files(self.top, {"repository/other/b.xml": "1"})
        os.rename(self.folder, self.folder + ".old")
        os.rename(os.path.join(self.top, "repository/other"), self.folder)
        await self.assert_told(self.folder)
        await self.rest()
        self.core.reloads.clear()
        write_files(self.folder + ".old", {"b.xml": "2"})
        await self.assert_nothing_told()
        write_files(self.folder, {"b.xml": "2"})
        await self.assert_told(os.path.join(self.folder, "b.xml"))

    async def test_link_of_repository(self) -> None:
        """A link above the repository that is made to point elsewhere has everything read."""
        write_files(self.top, {"1/repository/Rules/a.xml": "1", "2/repository/Rules/a.xml": "2"})
        current = os.path.join(self.top, "current")
        os.symlink("1", current)
        self.core.paths = (os.path.join(current, "repository/Rules"),)
        await self.start()
        os.symlink("2", current + ".new")
        os.rename(current + ".new", current)
        self.assertEqual(await self.told(), None)
        await self.rest()
        self.core.reloads.clear()
        write_files(self.top, {"2/repository/Rules/a.xml": "3"})
        await self.assert_told(os.path.join(current, "repository/Rules/a.xml"))

    async def test_linked_file(self) -> None:
        """The file that a link in the repository points to is told by the name of the link."""
        write_files(self.top, {"elsewhere/b.xml": "1"})
        link = os.path.join(self.folder, "b.xml")
        os.symlink(os.path.join(self.top, "elsewhere/b.xml"), link)
        await self.start()
        write_files(self.top, {"elsewhere/other.xml": "1"})
        await self.assert_nothing_told()
        write_files(self.top, {"elsewhere/b.xml": "2"})
        await self.assert_told(link)

    async def test_new_link(self) -> None:
        """A link that takes a file's place is followed from then on, until it is replaced."""
        write_files(self.top, {"elsewhere/b.xml": "1"})
        path, target = os.path.join(self.folder, "sub/a.xml"), os.path.join(self.top, "elsewhere")
        await self.start()
        os.symlink(os.path.join(target, "b.xml"), path + ".new")
        os.rename(path + ".new", path)
        await self.assert_told(path)
        await self.rest()
        self.core.reloads.clear()
        write_files(target, {"b.xml": "2"})
        await self.assert_told(path)
        write_files(self.folder, {"sub/new.xml": "1"})
        os.rename(os.path.join(self.folder, "sub/new.xml"), path)
        await self.assert_told(path)
        await self.rest()
        self.core.reloads.clear()
        write_files(target, {"b.xml": "3"})
        await self.assert_nothing_told()

    async def test_exchanged_while_looking(self) -> None:
        """A folder that takes another's place while that is being met is watched as well."""
        out = os.path.join(self.top, "out")
        write_files(out, {"one/b.xml": "1", "two/b.xml": "1"})
        os.symlink(os.path.join(out, "one"), os.path.join(self.folder, "one"))
        await self.start()
        loop: Any = reactor  # whose type depends on the platform
        meet, link = file_changes._Watches._watch_tree, os.path.join(self.folder, "two")

        def turn() -> Any:
            return deferLater(loop, 0.01, int)

        def meet_late(watches: Any, folder: str, above: Any) -> None:
            meet(watches, folder, above)
            if folder == link and not os.path.exists(os.path.join(out, "old")):
                os.rename(os.path.join(out, "two"), os.path.join(out, "old"))
                write_files(out, {"two/b.xml": "2"})
                for _ in range(3):  # until the reactor has met that
                    blockingCallFromThread(loop, turn)

        self.patch(file_changes._Watches, "_watch_tree", meet_late)
        os.symlink(os.path.join(out, "two"), link)
        await self.told()
        await self.rest()
        self.core.reloads.clear()
        write_files(out, {"two/b.xml": "3"})
        await self.assert_told(os.path.join(link, "b.xml"))

    async def test_folder_after_files(self) -> None:
        """A folder that comes after changes of files only is watched."""
        await self.start()
        for number in range(3):
            write_files(self.folder, {"sub/a.xml": str(number)})
            await self.assert_told(os.path.join(self.folder, "sub/a.xml"))
            await self.rest()
        write_files(self.folder, {"new/a.xml": "1"})
        await self.rest()
        self.core.reloads.clear()
        write_files(self.folder, {"new/a.xml": "2"})
        await self.assert_told(os.path.join(self.folder, "new/a.xml"))

    async def test_loop_of_links(self) -> None:
        """Links that lead in a circle do no harm."""
        os.symlink(self.folder, os.path.join(self.folder, "sub/loop"))
        os.symlink("nowhere", os.path.join(self.folder, "nowhere"))
        await self.start()
        write_files(self.folder, {"sub/a.xml": "2"})
        await self.assert_told(os.path.join(self.folder, "sub/a.xml"))

    async def test_configuration_file(self) -> None:
        """The configuration file is told by its path, what lies beside it is not."""
        await self.start()
        write_files(self.top, {"etc/other.conf": "1"})
        await self.assert_nothing_told()
        write_files(self.top, {"etc/new": "1"})
        os.rename(os.path.join(self.top, "etc/new"), self.config)
        self.assertEqual(await self.told(), {self.config})

    async def test_glob(self) -> None:
        """A new file that a glob stands for is told."""
        pattern = os.path.join(self.top, "included/*/x*.xml")
        os.makedirs(os.path.join(self.top, "included/one"))
        self.core.paths = (pattern,)
        await self.start()
        write_files(self.top, {"included/one/x1.xml": "1"})
        await self.assert_told(os.path.join(self.top, "included/one/x1.xml"))

    async def test_further_path(self) -> None:
        """What the core reads from after a change is watched from then on."""
        await self.start()
        further = os.path.join(self.top, "repository/Bundler")
        self.core.paths = (self.folder, further)
        write_files(self.folder, {"sub/a.xml": "2"})
        await self.told()
        await self.rest()
        self.core.reloads.clear()
        write_files(further, {"b.xml": "1"})
        await self.assert_told(further)

    async def test_read_for_a_client(self) -> None:
        """What the core has read while nothing changed is told soon, and watched."""
        self.patch(watcher, "ASK_SECONDS", 0.05)
        await self.start()
        further = os.path.join(self.top, "common.txt")
        write_files(self.top, {"common.txt": "1"})
        self.core.paths = (self.folder, further)
        self.assertEqual(await self.told(), {further})
        await self.rest()
        self.core.reloads.clear()
        write_files(self.top, {"common.txt": "2"})
        await self.assert_told(further)

    async def test_overflow(self) -> None:
        """When the kernel drops events everything is read."""
        await self.start()
        self.watcher._source._take_event(-1, 0x4000, "")  # type: ignore[union-attr]
        self.assertEqual(await self.told(), None)

    async def test_no_inotify(self) -> None:
        """Where no more can be watched, files are looked at from time to time."""
        self.patch(Polling, "poll_seconds", 0.05)
        calls: list[int] = []

        def refuse(*_args: object) -> set[str]:
            calls.append(1)
            raise NoInotify("No space left on device")

        self.patch(Notifications, "look", refuse)
        await self.start()
        self.assertEqual(calls, [1])
        write_files(self.folder, {"sub/a.xml": "23"})
        await self.assert_told(os.path.join(self.folder, "sub/a.xml"))
