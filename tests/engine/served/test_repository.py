"""The repository in service: read anew, changed by plugins, ended."""

from __future__ import annotations

import os
import shutil
import threading
from typing import ClassVar

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import ClientACLs, Threaded
from bcfg2tw.errors import MetadataRuntimeError, UnreadableRepository
from bcfg2tw.settings import Settings
from tests.builders import (
    CLIENT,
    a_core,
    a_repository,
    address,
    change,
    configuration,
    some_settings,
    write_files,
)
from tests.waiting import PATIENCE_SECONDS

HERE = "tests.engine.served.test_repository."

BUNDLE = {"Bundler/b.xml": '<Bundle><BoundService name="one"/></Bundle>'}
NEW = {"Bundler/b.xml": '<Bundle><BoundService name="two"/></Bundle>'}


class Working(Plugin, Threaded):
    """Notes when its threads are started, and when it is ended."""

    create = False
    events: ClassVar[list[str]] = []

    def start_threads(self) -> None:
        """Note it."""
        self.events.append(f"{self.name} started")

    def shutdown(self) -> None:
        """Note it."""
        self.events.append(f"{self.name} ended")


class Failing(Working):
    """Can neither start nor end anything."""

    def start_threads(self) -> None:
        """Fail."""
        super().start_threads()
        raise RuntimeError("can't start new thread")

    def shutdown(self) -> None:
        """Fail."""
        super().shutdown()
        raise OSError("the disk is full")


class OpenDoor(Plugin, ClientACLs):
    """Allows everything."""

    create = False


def services(core: NetworkCore) -> list[str | None]:
    """Return the names of the services that the client gets."""
    return [service.get("name") for service in configuration(core).iter("Service")]


def with_plugins(case: SynchronousTestCase, *plugins: type[Plugin]) -> NetworkCore:
    """Return a core that is made and not started, with plugins of these tests."""
    names = ("Bundler", "Metadata", *(HERE + plugin.__name__ for plugin in plugins))
    core = NetworkCore(some_settings(a_repository(case, BUNDLE), plugins=names))
    case.addCleanup(core.shutdown)
    return core


class LoadTests(SynchronousTestCase):
    def test_not_loaded(self) -> None:
        """Before the first reading there is nothing to ask; ending does no harm."""
        core = NetworkCore(some_settings(a_repository(self, BUNDLE)))
        for ask in (lambda: core.snapshot, core.watched, lambda: core.BuildConfiguration(CLIENT)):
            error = self.assertRaises(MetadataRuntimeError, ask)
            self.assertEqual(str(error), "Metadata not loaded yet")
        core.served.shutdown()

    def test_own_acl(self) -> None:
        """A site's own access control takes the place of what there is by default."""
        core = with_plugins(self, OpenDoor)
        core.start()
        self.assertEqual(list(core.plugins), ["Bundler", "Metadata", "OpenDoor"])
        self.assertTrue(core.check_acls(address("192.0.2.1"), "Metadata.list_clients"))


class ThreadTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.patch(Working, "events", [])

    def test_failing(self) -> None:
        """A plugin whose threads cannot be started is named in the log; the others have theirs."""
        core = with_plugins(self, Failing, Working)
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core.start()
        self.assertEqual(sorted(Working.events), ["Failing started", "Working started"])
        (record,) = logs.records
        self.assertEqual(record.getMessage(), "Threads of Failing Plugin could not be started")
        self.assertIn("can't start new thread", str(record.exc_info))
        self.assertEqual(services(core), ["one"])

    def test_once(self) -> None:
        """They are started once: not when the plugin is made anew, nor after a failure."""
        core = with_plugins(self, Failing, Working)
        with self.assertLogs("bcfg2-server", "ERROR"):
            core.start()
        before = core.plugins["Working"]
        change(core, {"Working/file": "", "Failing/file": ""})
        self.assertIsNot(core.plugins["Working"], before)
        self.assertEqual(sorted(Working.events), ["Failing started", "Working started"])

    def test_only_answering(self) -> None:
        """A core that only answers questions starts none, also when it is read anew."""
        core = with_plugins(self, Working)
        core.load_plugins()
        change(core, {"Working/file": ""})
        self.assertEqual(Working.events, [])


class ShutdownTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.patch(Working, "events", [])

    def test_all(self) -> None:
        """Every plugin is ended, once, also behind one that cannot be; the log names that."""
        core = with_plugins(self, Failing, Working)
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core.start()
            core.shutdown()
        self.assertEqual(Working.events[-2:], ["Failing ended", "Working ended"])
        self.assertEqual(logs.records[-1].getMessage(), "Failing Plugin could not be shut down")
        self.assertIn("the disk is full", str(logs.records[-1].exc_info))

    def test_last_instance(self) -> None:
        """Of a plugin that was made anew the last instance is ended."""
        core = with_plugins(self, Working)
        core.start()
        change(core, {"Working/file": ""})
        core.shutdown()
        self.assertEqual(Working.events, ["Working started", "Working ended"])


class ReloadTests(SynchronousTestCase):
    def test_elsewhere(self) -> None:
        """A change that concerns no plugin leaves all of them as they are."""
        core = a_core(self, BUNDLE)
        before = core.plugins
        core.reload([os.path.join(core.settings.repository, "README")])
        self.assertEqual(core.plugins, before)

    def test_nothing_changed(self) -> None:
        """Where nothing has changed a full reading makes no plugin anew, either."""
        core = a_core(self, BUNDLE)
        before = core.plugins
        core.reload(None)
        self.assertEqual(core.plugins, before)

    def test_kept_time(self) -> None:
        """A file that is copied over with size and time as they were counts as it is now."""
        core = a_core(self, BUNDLE)
        path = os.path.join(core.settings.repository, "Bundler/b.xml")
        time_ns = os.stat(path).st_mtime_ns
        write_files(core.settings.repository, NEW)
        os.utime(path, ns=(time_ns, time_ns))
        core.reload([path])
        self.assertEqual(services(core), ["two"])

    def test_own_files(self) -> None:
        """What clients say, written to its file, is no change: what was cached stays so."""
        contents = {**BUNDLE, "Probes/p": "#!/bin/sh"}
        core = a_core(self, contents, client_metadata_cache="aggressive")
        upload = '<ProbeData><probe-data name="p" source="Probes">said</probe-data></ProbeData>'
        core.RecvProbeData(address(), upload)
        metadata, snapshot = core.build_metadata(CLIENT), core.snapshot
        core.store.probes.fold()
        path = os.path.join(core.settings.repository, "Probes/probed.xml")
        with open(path, encoding="utf-8") as stream:
            self.assertIn("said", stream.read())
        core.reload([path])
        self.assertIs(core.snapshot, snapshot)
        self.assertIs(core.build_metadata(CLIENT), metadata)

    def test_unreadable(self) -> None:
        """A top that is gone leaves settings and plugins as they were, until it is back."""
        core = a_core(self, BUNDLE)
        repository = core.settings.repository
        os.rename(repository, repository + ".away")
        error = self.assertRaises(UnreadableRepository, core.reload, None)
        self.assertEqual(str(error), f"{repository} cannot be read: No such file or directory")
        self.assertEqual(services(core), ["one"])
        os.rename(repository + ".away", repository)
        change(core, NEW)
        self.assertEqual(services(core), ["two"])

    def test_unmounted(self) -> None:
        """So does one of which the folder is left on which it was mounted."""
        core = a_core(self, BUNDLE)
        repository = core.settings.repository
        os.rename(repository, repository + ".away")
        for name in ("", "lost+found"):
            os.mkdir(os.path.join(repository, name))
            error = self.assertRaises(UnreadableRepository, core.reload, None)
            self.assertIn(f"{repository}/Metadata cannot be read", str(error))
            self.assertEqual(services(core), ["one"])
        shutil.rmtree(repository)
        os.rename(repository + ".away", repository)
        change(core, NEW)
        self.assertEqual(services(core), ["two"])


class ConfigurationFileTests(SynchronousTestCase):
    """bcfg2.conf, which may change beside the repository or together with it."""

    def setUp(self) -> None:
        self.conf = os.path.abspath(self.mktemp())
        repository = a_repository(self, BUNDLE)
        self.base = f"[server]\nrepository = {repository}\nplugins = Bundler, Metadata\n"
        write_files("/", {self.conf: self.base})
        self.core = NetworkCore(Settings.from_file(self.conf))
        self.addCleanup(self.core.shutdown)
        self.core.start()

    def rewrite(self, *lines: str) -> None:
        """Write the file, with further lines."""
        write_files("/", {self.conf: "\n".join((self.base, *lines, ""))})

    def test_watched(self) -> None:
        """The file is watched with the folders of the plugins."""
        self.assertIn(self.conf, self.core.watched())
        folder = os.path.join(self.core.settings.repository, "Bundler")
        self.assertIn(folder, self.core.watched())

    def test_not_told(self) -> None:
        """It is read where anything may have changed, and not where other files are told of."""
        self.rewrite("[mdata]", "owner = u")
        self.core.reload([os.path.join(self.core.settings.repository, "Bundler/b.xml")])
        self.assertEqual(self.core.settings.default_owner, "root")
        self.core.reload(None)
        self.assertEqual(self.core.settings.default_owner, "u")

    def test_unusable(self) -> None:
        """A file with a mistake is named; the settings stay, and the repository is read."""
        self.rewrite("[logging]", "debug = perhaps")
        write_files(self.core.settings.repository, NEW)
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.core.reload(None)
        (record,) = logs.records
        self.assertIn("perhaps", record.getMessage())
        self.assertTrue(
            record.getMessage().endswith("; the last good configuration stays in force")
        )
        self.assertEqual(services(self.core), ["two"])

    def test_unreadable_repository(self) -> None:
        """Settings come into force together with what is read under them, or not at all."""
        self.rewrite("[mdata]", "owner = u")
        repository = self.core.settings.repository
        os.rename(repository, repository + ".away")
        self.assertRaises(UnreadableRepository, self.core.reload, [self.conf])
        self.assertEqual(self.core.settings.default_owner, "root")
        os.rename(repository + ".away", repository)
        self.core.reload([self.conf])
        self.assertEqual(self.core.settings.default_owner, "u")

    def test_repository_stays(self) -> None:
        """Another repository in the file takes a restart: the server goes on with its own."""
        other = a_repository(self, NEW)
        self.rewrite("[server]", f"repository = {other}")
        before = self.core.settings.repository
        self.core.reload(None)
        self.assertEqual(self.core.settings.repository, before)
        self.assertEqual(services(self.core), ["one"])


class ChangingFilesTests(SynchronousTestCase):
    def test_together(self) -> None:
        """While a plugin changes files nobody reads them; then they are read, all of them."""
        core = a_core(self, BUNDLE)
        path = os.path.join(core.settings.repository, "Bundler/b.xml")
        with core.served.changing_files():
            write_files(core.settings.repository, {"Bundler/b.xml": "<Bundle"})
            core.reload([path])  # returns at once
            self.assertEqual(configuration(core).xpath("count(//Service)"), 1)
            write_files(core.settings.repository, {"Bundler/b.xml": "<Bundle/>"})
        self.assertEqual(configuration(core).xpath("count(//Service)"), 0)

    def test_failure(self) -> None:
        """What could be changed is read also where the rest fails."""
        core = a_core(self, BUNDLE)
        self.assertRaises(ZeroDivisionError, self.change_and_fail, core)
        self.assertEqual(configuration(core).xpath("count(//Service)"), 0)
        change(core, BUNDLE)
        self.assertEqual(configuration(core).xpath("count(//Service)"), 1)

    def change_and_fail(self, core: NetworkCore) -> None:
        """Change one file, and meet a failure then."""
        with core.served.changing_files():
            write_files(core.settings.repository, {"Bundler/b.xml": "<Bundle/>"})
            raise ZeroDivisionError

    def test_one_after_the_other(self) -> None:
        """Two that change files do it one after the other, in threads of their own."""
        core = a_core(self, BUNDLE)
        inside, go_on, events = threading.Event(), threading.Event(), list[str]()

        def first() -> None:
            with core.served.changing_files():
                inside.set()
                go_on.wait(PATIENCE_SECONDS)
                events.append("first")

        def second() -> None:
            with core.served.changing_files():
                events.append("second")

        threads = [threading.Thread(target=first), threading.Thread(target=second)]
        threads[0].start()
        inside.wait(PATIENCE_SECONDS)
        threads[1].start()
        go_on.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        self.assertEqual(events, ["first", "second"])
