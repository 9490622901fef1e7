"""The last good state of the repository, across a restart."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any, NoReturn

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.served import repository
from bcfg2tw.errors import NotServing
from tests.builders import (
    CLIENT,
    CLIENTS,
    Contents,
    a_repository,
    address,
    bundle_of,
    configuration,
    groups_with,
    some_settings,
    write_files,
)
from tests.doubles import ManualClock
from tests.logs import CapturedLog

GROUPS = "Metadata/groups.xml"
BROKEN = "<Groups>\n<Group name='all'>\n</Groups>\n"
TWO_GROUPS = """<Groups>
  <Group name="all" profile="true" default="true"/>
  <Group name="other" profile="true" public="true"/>
</Groups>"""
SITE: Contents = {
    "Bundler/web.xml": bundle_of("/etc/motd", "/etc/issue"),
    "Rules/paths.xml": (
        '<Rules priority="1"><Path name="/etc/motd" type="ignore"/>'
        '<Path name="/etc/issue" type="ignore"/></Rules>'
    ),
}


class RestartTestCase(SynchronousTestCase):
    """A repository that one server after the other serves."""

    def setUp(self) -> None:
        self.log = CapturedLog(self)
        self.folder = Path(a_repository(self, SITE))
        self.core: NetworkCore | None = None
        self.addCleanup(self.stop)

    def stop(self) -> None:
        """End the server."""
        if self.core is not None:
            self.core.shutdown()
            self.core = None

    def restart(self, contents: Contents | None = None, **settings: Any) -> NetworkCore:
        """End the server, write files, and start the next one."""
        self.stop()
        write_files(str(self.folder), contents or {})
        self.log.lines.clear()
        self.core = NetworkCore(some_settings(str(self.folder), **settings))
        self.core.start()
        return self.core

    def paths(self, core: NetworkCore) -> list[str | None]:
        """Return the names of the entries that the client gets."""
        return [path.get("name") for path in configuration(core).iter("Path")]

    def said(self, *texts: str) -> int:
        """Return how many lines of the log hold all the texts."""
        return sum(all(text in line for text in texts) for line in self.log.lines)


class BrokenFileTests(RestartTestCase):
    def test_groups(self) -> None:
        """A groups.xml that is broken at the start counts as it was last, which one line says."""
        self.restart()
        core = self.restart({GROUPS: BROKEN})
        self.assertEqual(self.paths(core), ["/etc/issue", "/etc/motd"])
        age = "; its last good state stays in service, kept 0 minutes ago"
        self.assertEqual(self.said(f"{self.folder / GROUPS}:3: ", age), 1)

    def test_every_file(self) -> None:
        """So does any other file that is parsed; a broken bundle takes no entry away."""
        self.restart()
        broken = {"Bundler/web.xml": "<Bundle", "Rules/paths.xml": "", GROUPS: BROKEN}
        core = self.restart({**broken, "Metadata/clients.xml": "<Clients>"})
        self.assertEqual(self.paths(core), ["/etc/issue", "/etc/motd"])
        self.assertEqual(self.said("its last good state stays in service"), 4)

    def test_again(self) -> None:
        """It lasts for many starts, until the file is mended; that counts then."""
        self.restart()
        for _ in range(3):
            core = self.restart({GROUPS: BROKEN})
            self.assertEqual(len(self.paths(core)), 2)
        write_files(str(self.folder), {GROUPS: groups_with([])})
        core.reload(None)
        self.assertEqual(self.paths(core), [])
        core = self.restart({GROUPS: BROKEN})
        self.assertEqual(self.paths(core), [])

    def test_latest(self) -> None:
        """What was good while the server ran is kept, not only what it began with."""
        core = self.restart()
        write_files(str(self.folder), {"Bundler/web.xml": bundle_of("/etc/motd")})
        core.reload(None)
        write_files(str(self.folder), {"Bundler/web.xml": "<Bundle>"})
        core.reload(None)
        self.assertEqual(self.paths(self.restart()), ["/etc/motd"])

    def test_included(self) -> None:
        """What a file includes is kept with it, the files that a glob stands for as well."""
        include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="../common/*.xml"/>'
        group = '<Group name="all" profile="true" public="true"><Bundle name="web"/></Group>'
        common = self.folder / "common"
        self.restart(
            {
                GROUPS: f"<Groups>{include}</Groups>",
                "common/a.xml": f"<Groups>{group}</Groups>",
                "common/b.xml": "<Groups/>",
            }
        )
        (common / "a.xml").write_text("<Groups>")
        self.assertEqual(len(self.paths(self.restart())), 2)
        self.assertEqual(self.said("common/a.xml:1: ", "its last good state"), 1)
        (common / "b.xml").unlink()
        self.assertEqual(len(self.paths(self.restart())), 2)

    def test_missing(self) -> None:
        """A groups.xml that is missing beside a clients.xml is as one that is broken."""
        self.restart()
        (self.folder / GROUPS).unlink()
        core = self.restart()
        self.assertEqual(len(self.paths(core)), 2)
        self.assertEqual(self.said(GROUPS, "missing: restore it; its last good state"), 1)

    def test_new_mistake_in_template(self) -> None:
        """A template that was changed while no server ran is held against its last good state."""
        name = "Cfg/etc/motd/motd.genshi"
        self.restart({"Bundler/web.xml": bundle_of("/etc/motd"), name: "hello\n"})
        shutil.rmtree(self.folder / "Rules")
        core = self.restart({name: "hello\n{% if metadata.hostname %}\nyou\n"})
        (path,) = configuration(core).iter("Path")
        self.assertEqual(path.text, "hello\n")
        self.assertEqual(self.said("motd.genshi", "its last good state stays in service"), 1)

    def test_new_mistake(self) -> None:
        """Nor does a mistake take anything away that was made while no server ran."""
        self.restart()
        mistaken = bundle_of("/etc/motd").replace("<Path name=", "<Path nmae=")
        core = self.restart({"Bundler/web.xml": mistaken})
        self.assertEqual(self.paths(core), ["/etc/issue", "/etc/motd"])
        self.assertEqual(self.said("web.xml:1", "ast good state stays in service"), 1)
        self.assertEqual(self.paths(self.restart()), ["/etc/issue", "/etc/motd"])

    def test_old_mistake_elsewhere(self) -> None:
        """A mistake that was served before is served wherever it stands once the server wrote."""
        again = CLIENTS.replace(
            "</Clients>", f"<Client name='{CLIENT}' profile='other'/></Clients>"
        )
        core = self.restart({"Metadata/clients.xml": f"\n\n{again}", GROUPS: TWO_GROUPS})
        core.AssertProfile(address("192.0.2.9", "new.example.test"), "other")
        core = self.restart()
        self.assertEqual(core.build_metadata("new.example.test").profile, "other")
        self.assertEqual(self.said("last good state"), 0)

    def test_registration_before_mistake(self) -> None:
        """Nor is anything lost that was written to clients.xml before somebody broke that."""
        newcomer = address("192.0.2.9", "new.example.test")
        breaking = {
            "a mistake": lambda text: text.replace("</Clients>", "<Client nmae='x'/></Clients>"),
            "broken": lambda text: text.replace("</Clients>", ""),
        }
        for how, edit in breaking.items():
            core = self.restart({"Metadata/clients.xml": CLIENTS, GROUPS: TWO_GROUPS})
            core.AssertProfile(newcomer, "other")
            self.stop()
            written = (self.folder / "Metadata/clients.xml").read_text()
            self.assertIn("new.example.test", written)
            core = self.restart({"Metadata/clients.xml": edit(written)})
            self.assertEqual(core.build_metadata("new.example.test").profile, "other", how)

    def test_registration_beside_mistake(self) -> None:
        """What clients change while clients.xml has a new mistake outlives a restart as well."""
        core = self.restart({GROUPS: TWO_GROUPS})
        mistaken = CLIENTS.replace("</Clients>", "<Client nmae='x'/></Clients>")
        write_files(str(self.folder), {"Metadata/clients.xml": mistaken})
        core.reload(None)
        core.AssertProfile(address("192.0.2.9", "new.example.test"), "other")
        core = self.restart()
        self.assertEqual(core.build_metadata("new.example.test").profile, "other")
        self.assertEqual((self.folder / "Metadata/clients.xml").read_text(), mistaken)
        core = self.restart({"Metadata/clients.xml": CLIENTS})
        self.assertEqual(core.build_metadata("new.example.test").profile, "other")
        self.stop()
        self.assertIn("new.example.test", (self.folder / "Metadata/clients.xml").read_text())

    def test_registration_just_before_mistake(self) -> None:
        """Nor is what waits for clients.xml when that gets a mistake, which nobody has seen yet."""
        newcomer = "new.example.test"
        mistaken = CLIENTS.replace("</Clients>", "<Client nmae='x'/></Clients>")
        core = self.restart({GROUPS: TWO_GROUPS})
        core.AssertProfile(address("192.0.2.9", newcomer), "other")
        write_files(str(self.folder), {"Metadata/clients.xml": mistaken})
        self.assertFalse(core.store.clients.fold())
        core.reload(None)
        for contents in ({}, {}, {"Metadata/clients.xml": CLIENTS}):
            core = self.restart(contents)
            self.assertEqual(core.build_metadata(newcomer).profile, "other")
        self.stop()
        self.assertIn(newcomer, (self.folder / "Metadata/clients.xml").read_text())

    def test_change_beside_mistake(self) -> None:
        """What a client changed counts at a start although the file does not name it any more."""
        breaking = {
            "a mistake": CLIENTS.replace(f'name="{CLIENT}"', f'nmae="{CLIENT}"'),
            "broken": CLIENTS.replace("</Clients>", ""),
        }
        for how, text in breaking.items():
            core = self.restart({"Metadata/clients.xml": CLIENTS, GROUPS: TWO_GROUPS})
            core.AssertProfile(address(), "other")
            write_files(str(self.folder), {"Metadata/clients.xml": text})
            core.reload(None)
            for contents in ({}, {}, {"Metadata/clients.xml": CLIENTS}):
                core = self.restart(contents)
                self.assertEqual(core.build_metadata(CLIENT).profile, "other", (how, contents))
            self.stop()
            self.assertIn('"other"', (self.folder / "Metadata/clients.xml").read_text())
            self.assertEqual(list((self.folder / "Metadata").glob("*.set-aside-*")), [])

    def test_registration(self) -> None:
        """What clients change meanwhile is not lost, and does not touch the broken file."""
        self.restart()
        text = "<Clients>\n<Client>"
        core = self.restart({"Metadata/clients.xml": text})
        core.metadata.set_version(CLIENT, "1.4.0")
        self.stop()
        self.assertEqual((self.folder / "Metadata/clients.xml").read_text(), text)
        core = self.restart({"Metadata/clients.xml": CLIENTS})
        self.assertEqual(str(core.build_metadata(CLIENT).version), "1.4.0")


class ManyFilesTests(RestartTestCase):
    """A site with so many files that the first clients do not wait until all are kept."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(repository, "MOST_FILES_KEPT_FIRST", len(SITE) - 1)
        self.clock = ManualClock()

    def start(self) -> NetworkCore:
        """Start the first server."""
        self.core = NetworkCore(some_settings(str(self.folder)), clock=self.clock)
        self.core.start()
        self.assertFalse((self.folder / ".bcfg2tw").exists())
        return self.core

    def test_repository_gone(self) -> None:
        """A repository that is gone by then is not made: it would be there, and empty."""
        self.start()
        os.rename(self.folder, f"{self.folder}.away")
        self.clock.advance(repository.KEEPING_DELAY_SECONDS)
        self.assertFalse(self.folder.exists())
        self.assertEqual(self.said("cannot be kept for the next start"), 1)
        os.rename(f"{self.folder}.away", self.folder)

    def test_state_gone(self) -> None:
        """Nor is a folder for state."""
        state = os.path.abspath(self.mktemp())
        settings = some_settings(str(self.folder), state=state)
        self.core = NetworkCore(settings, clock=self.clock)
        self.core.start()
        os.rename(state, f"{state}.away")
        self.clock.advance(repository.KEEPING_DELAY_SECONDS)
        self.assertFalse(os.path.exists(state))
        self.assertEqual(self.said("cannot be kept for the next start"), 1)
        os.rename(f"{state}.away", state)

    def test_soon(self) -> None:
        """They are kept soon."""
        self.start()
        self.clock.advance(repository.KEEPING_DELAY_SECONDS)
        write_files(str(self.folder), {GROUPS: BROKEN})
        self.assertEqual(len(self.paths(self.restart())), 2)

    def test_no_thread(self) -> None:
        """Where no thread can be started for that they are kept at once, and the server serves."""

        def refuse(*_: object) -> NoReturn:
            raise RuntimeError("can't start new thread")

        patch = self.patch(self.clock, "call_later", refuse)
        self.core = NetworkCore(some_settings(str(self.folder)), clock=self.clock)
        self.core.start()
        patch.restore()
        self.assertTrue((self.folder / ".bcfg2tw").exists())
        self.assertEqual(len(self.paths(self.core)), 2)

    def test_stopped(self) -> None:
        """They are kept by a server, too, that is stopped as soon as it has started."""
        self.start()
        self.assertEqual(len(self.paths(self.restart({GROUPS: BROKEN}))), 2)

    def test_changed(self) -> None:
        """What has changed before that is kept at once: the next change may break it."""
        core = self.start()
        write_files(str(self.folder), {"Bundler/web.xml": bundle_of("/etc/motd")})
        core.reload(None)
        write_files(str(self.folder), {"Bundler/web.xml": "<Bundle>"})
        self.assertEqual(self.paths(self.restart()), ["/etc/motd"])


class KeptFolderTests(RestartTestCase):
    """The folder in which good states are kept."""

    def kept(self) -> Path:
        """Return the folder."""
        return self.folder / ".bcfg2tw"

    def assert_not_serving(self, core: NetworkCore) -> None:
        """Check that nobody can be served."""
        self.assertRaises(NotServing, core.metadata.client_names)

    def test_switched_off(self) -> None:
        """`keep_last_good = no` keeps nothing, and uses nothing."""
        self.restart()
        self.assert_not_serving(self.restart({GROUPS: BROKEN}, keep_last_good=False))
        shutil.rmtree(self.kept())
        self.restart({GROUPS: groups_with(["web"])}, keep_last_good=False)
        self.assertFalse(self.kept().exists())

    def test_elsewhere(self) -> None:
        """`last_good` names another folder."""
        folder = os.path.abspath(self.mktemp())
        self.restart(last_good=folder)
        self.assertFalse(self.kept().exists())
        self.assertEqual(len(self.paths(self.restart({GROUPS: BROKEN}, last_good=folder))), 2)

    def test_secret(self) -> None:
        """Nobody but the server's user can read it: it holds what the repository holds."""
        self.restart()
        for path in [self.kept(), *self.kept().rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            if path.name != ".gitignore":
                self.assertEqual(mode, 0o700 if path.is_dir() else 0o600, path)

    def test_git(self) -> None:
        """Git takes no notice of it."""
        git = ["git", "-C", str(self.folder)]
        subprocess.run([*git, "init", "-q"], check=True)
        self.restart()
        status = subprocess.run(
            [*git, "status", "--porcelain"], check=True, capture_output=True, text=True
        )
        self.assertEqual(
            sorted(status.stdout.split()), ["??", "??", "??", "Bundler/", "Metadata/", "Rules/"]
        )

    def test_damaged(self) -> None:
        """What is damaged is not served, and one line says so."""
        self.restart()
        for path in (self.kept() / "files").iterdir():
            path.write_bytes(path.read_bytes().replace(b"web", b"sql"))
        self.assert_not_serving(self.restart({GROUPS: BROKEN}))
        self.assertEqual(self.said(GROUPS, "its last good state cannot be used", "is damaged"), 1)
        index = self.kept() / "Metadata.json"
        index.write_bytes(index.read_bytes().replace(b"groups", b"troops"))
        self.assert_not_serving(self.restart())
        self.assertEqual(self.said(f"{index} is damaged"), 1)

    def test_not_asked_for(self) -> None:
        """Where every file is good nobody looks at its last good state, so the start is short."""
        template = {"Cfg/etc/motd/motd.genshi": "hello $metadata.hostname\n"}
        self.restart(template)
        for path in (self.kept() / "files").iterdir():
            path.write_bytes(b"")
        self.restart({"Bundler/web.xml": bundle_of("/etc/motd")})
        self.assertEqual(self.said("last good state"), 0, self.log.lines)

    def test_damage_is_mended(self) -> None:
        """A copy that a disk has damaged is made anew at the next start."""
        self.restart()
        for path in (self.kept() / "files").iterdir():
            path.write_bytes(b"")
        self.restart()
        self.assertEqual(len(self.paths(self.restart({GROUPS: BROKEN}))), 2)

    def test_other_format(self) -> None:
        """What another release wrote, whose format is another one, is not used."""
        self.patch_format()
        self.restart()
        self.restore_format()
        self.assert_not_serving(self.restart({GROUPS: BROKEN}))

    def patch_format(self) -> None:
        """Write as a later release does."""
        from bcfg2tw.engine.repository import kept

        self.restore_format = self.patch(kept, "FORMAT", kept.FORMAT + 1).restore

    def test_moved(self) -> None:
        """A repository that was moved takes its last good state with it."""
        self.restart()
        self.stop()
        moved = Path(os.path.abspath(self.mktemp()))
        shutil.move(self.folder, moved)
        self.folder = moved
        self.assertEqual(len(self.paths(self.restart({GROUPS: BROKEN}))), 2)

    def test_unwritable(self) -> None:
        """Where it cannot be written the server serves, and one line says what to do."""
        self.kept().write_text("in the way")
        core = self.restart()
        core.reload(None)
        self.assertEqual(len(self.paths(core)), 2)
        self.assertEqual(self.said("cannot be kept for the next start", "last_good"), 1)

    def test_full(self) -> None:
        """On a full disk the line names the copy, of which nothing is left; it is kept later."""
        fsync, copies = os.fsync, self.kept() / "files"

        def fill(descriptor: int) -> None:
            if os.readlink(f"/proc/self/fd/{descriptor}").startswith(str(copies)):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            fsync(descriptor)

        patch = self.patch(os, "fsync", fill)
        core = self.restart()
        self.assertEqual(self.said(f"next start: {copies}/", "No space left on device"), 1)
        self.assertEqual(list(copies.iterdir()), [])
        patch.restore()
        core.reload(None)
        self.assertEqual(len(self.paths(self.restart({GROUPS: BROKEN}))), 2)

    def test_several_processes(self) -> None:
        """What another process writes at the same time is kept, and nobody is warned."""
        replace = os.replace

        def replace_twice(path: str, target: str) -> None:
            replace(path, target)
            if os.path.dirname(target) == str(self.kept() / "files"):
                replace(path, target)  # as two do that have opened the same file

        self.patch(os, "replace", replace_twice)
        self.restart()
        self.assertEqual(self.said("cannot be kept for the next start"), 0)
        self.assertEqual(len(self.paths(self.restart({GROUPS: BROKEN}))), 2)

    def test_rubbish(self) -> None:
        """Copies that nothing uses any more are removed."""
        core = self.restart()
        for number in range(5):
            write_files(str(self.folder), {"Bundler/web.xml": bundle_of(f"/etc/{number}")})
            core.reload(None)
        used = len([path for path in self.folder.rglob("*.xml") if ".bcfg2tw" not in str(path)])
        self.assertEqual(len(list((self.kept() / "files").iterdir())), used)

    def test_nothing_written(self) -> None:
        """A start, or a change of other files, that has nothing new to keep writes nothing."""
        self.restart({"Cfg/etc/motd/motd": "hello\n"})
        index = self.kept() / "Bundler.json"
        before = index.stat().st_mtime_ns
        core = self.restart({"Cfg/etc/motd/motd": "good day\n"})
        core.reload(None)
        self.assertEqual(index.stat().st_mtime_ns, before)
        self.assertFalse((self.kept() / "Cfg.json").exists())
