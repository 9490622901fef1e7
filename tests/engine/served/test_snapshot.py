"""Snapshots: a request works on one state of the repository, whatever happens on disk."""

from __future__ import annotations

import os
import threading
from typing import Any, ClassVar

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Threaded
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.served.snapshot import without_conflicts
from bcfg2tw.errors import CoreInitError, PluginInitError, UnreadableRepository
from bcfg2tw.settings import Settings
from tests.builders import (
    a_core,
    a_repository,
    change,
    configuration,
    entry,
    metadata_of,
    write_files,
)

HERE = "tests.engine.served.test_snapshot."

BUNDLE = {"Bundler/b.xml": '<Bundle><BoundService name="one"/></Bundle>'}


class Refusing(Plugin):
    """Cannot be made."""

    create = False

    def __init__(self, *args: object) -> None:
        raise PluginInitError("not today")


class Picky(Plugin, Threaded):
    """Needs a file; has threads."""

    started: ClassVar[list[str]] = []

    def __init__(self, context: PluginContext, files: Files, previous: Picky | None = None) -> None:
        super().__init__(context, files, previous)
        if "needed" not in files:
            raise PluginInitError("the file is missing")

    def start_threads(self) -> None:
        """Say that it was called."""
        self.started.append(self.name)


class Hungry(Plugin):
    """
    Needs memory.

    :cvar lacks: whether there is none
    """

    lacks = False
    create = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        if Hungry.lacks:
            raise MemoryError


class First(Plugin):
    """Conflicts with Second."""

    conflicts = ["Second"]
    create = False


class Second(Plugin):
    """Declares nothing."""

    create = False


class Rival(Plugin):
    """Conflicts with First, which does not declare it."""

    conflicts = ["Rivaled"]
    create = False


class Rivaled(Plugin):
    """Conflicts with Rival, as Rival does with it."""

    conflicts = ["Rival"]
    create = False


class ReloadTests(SynchronousTestCase):
    def test_only_what_changed(self) -> None:
        """Only the plugins whose files changed are made anew."""
        core = a_core(self, {**BUNDLE, "Rules/r.xml": '<Rules priority="1"/>'})
        before = core.snapshot
        change(core, {"Bundler/b.xml": '<Bundle><BoundService name="two"/></Bundle>'})
        self.assertIsNot(core.plugins["Bundler"], before.plugins["Bundler"])
        self.assertIs(core.plugins["Rules"], before.plugins["Rules"])
        self.assertIs(core.metadata, before.metadata)

    def test_changed_paths(self) -> None:
        """Where the changed paths are known only their folders are looked at."""
        core = a_core(self, {**BUNDLE, "Rules/r.xml": '<Rules priority="1"/>'})
        rules, bundler = core.plugins["Rules"], core.plugins["Bundler"]
        repository = core.settings.repository
        write_files(
            repository,
            {
                "Rules/r.xml": '<Rules priority="22"/>',
                "Bundler/b.xml": '<Bundle><BoundService name="two"/></Bundle>',
            },
        )
        core.reload([os.path.join(repository, "Rules/r.xml")])
        self.assertIsNot(core.plugins["Rules"], rules)
        self.assertIs(core.plugins["Bundler"], bundler)

    def test_news(self) -> None:
        """Who has read the state before need not look where nothing has changed since."""
        core = a_core(self, {**BUNDLE, "Rules/r.xml": '<Rules priority="1"/>'})
        before = core.snapshot
        change(core, {"Bundler/b.xml": '<Bundle><BoundService name="two"/></Bundle>'})
        names = ["Bundler", "Bundler/b.xml", "Rules", "Rules/r.xml", ".git/HEAD", "Rules.old"]
        changed = [os.path.join(core.settings.repository, name) for name in names]
        self.assertEqual(core.snapshot.news_among(changed, before), [*changed[:2], *changed[4:]])
        other = NetworkCore(core.snapshot.settings)
        other.start()
        self.addCleanup(other.shutdown)
        self.assertEqual(other.snapshot.news_among(changed, before), changed, "other settings")

    def test_news_of_others(self) -> None:
        """What a plugin reads in the folder of another one is news, though that takes no notice."""
        include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="../Rules/b.xml~"/>'
        common = '<Bundle><BoundService name="{}"/></Bundle>'
        core = a_core(
            self,
            {
                "Bundler/b.xml": f"<Bundle>{include}</Bundle>",
                "Rules/b.xml~": common.format("one"),
                "Rules/r.xml": '<Rules priority="1"/>',
            },
        )
        before = core.snapshot
        change(core, {"Rules/b.xml~": common.format("two")})
        self.assertIs(core.plugins["Rules"], before.plugins["Rules"])
        entry(configuration(core), "Service", "two")
        changed = [os.path.join(core.settings.repository, "Rules/b.xml~")]
        self.assertEqual(core.snapshot.news_among(changed, before), changed)

    def test_configuration_file(self) -> None:
        """A change of bcfg2.conf counts at once, also for what plugins read when they are made."""
        conf = os.path.abspath(self.mktemp())
        repository = a_repository(
            self,
            {
                "Bundler/b.xml": '<Bundle><Path name="/a"/></Bundle>',
                "Rules/r.xml": '<Rules priority="1"><Path name="/a" to="%{name}"/></Rules>',
            },
        )
        base = f"[server]\nrepository = {repository}\nplugins = Bundler, Metadata, Rules\n"
        write_files("/", {conf: base})
        core = NetworkCore(Settings.from_file(conf))
        self.addCleanup(core.shutdown)
        core.start()
        self.assertEqual(entry(configuration(core), "Path", "/a").get("to"), "%{name}")
        write_files("/", {conf: f"{base}[rules]\nreplace_name = yes\n"})
        core.reload([conf])
        self.assertEqual(entry(configuration(core), "Path", "/a").get("to"), "/a")

    def test_running_request(self) -> None:
        """A request goes on with the state that it began with."""
        core = a_core(self, BUNDLE)
        metadata = metadata_of(core)
        change(core, {"Bundler/b.xml": '<Bundle><BoundService name="two"/></Bundle>'})
        old = [one.get("name") for one in core.configuration(metadata).iter("Service")]
        new = [one.get("name") for one in configuration(core).iter("Service")]
        self.assertEqual((old, new), (["one"], ["two"]))

    def test_half_written_is_never_seen(self) -> None:
        """While files are rewritten again and again no request sees two states at once."""
        pair = {
            "Bundler/b.xml": '<Bundle><Service name="s" bundle="%d"/></Bundle>',
            "Rules/r.xml": '<Rules priority="1"><Service name="s" rule="%d"/></Rules>',
        }
        core = a_core(self, {name: text % 0 for name, text in pair.items()})
        seen: set[tuple[str | None, str | None]] = set()
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                for service in configuration(core).iter("Service"):
                    seen.add((service.get("bundle"), service.get("rule")))

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            for number in range(1, 30):
                change(core, {name: text % number for name, text in pair.items()})
        finally:
            stop.set()
            thread.join()
        self.assertEqual([one for one in seen if one[0] != one[1]], [])

    def test_debug_survives(self) -> None:
        """A plugin that is made anew keeps its debug setting."""
        core = a_core(self, BUNDLE)
        core.plugins["Bundler"].set_debug(True)
        change(core, {"Bundler/b.xml": "<Bundle/>"})
        self.assertTrue(core.plugins["Bundler"].debug_flag)


class LoadingTests(SynchronousTestCase):
    def test_refusing(self) -> None:
        """A plugin that cannot be made is named in the log with its reason, and left out."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            core = a_core(
                self,
                BUNDLE,
                plugins=("Bundler", "Metadata", HERE + "Refusing"),
                lenient_plugins=True,
            )
        self.assertIn("Failed to instantiate plugin Refusing: not today", logs.output[0])
        self.assertNotIn("Refusing", core.plugins)

    def test_refused_is_watched(self) -> None:
        """The folder of a plugin that could not be made is watched: it may be mended."""
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = a_core(
                self,
                BUNDLE,
                plugins=("Bundler", "Metadata", HERE + "Refusing"),
                lenient_plugins=True,
            )
        self.assertIn(os.path.join(core.settings.repository, "Refusing"), core.watched())

    def test_threads_of_late_plugin(self) -> None:
        """A plugin that could not be made at the start gets its threads once it can, once."""
        Picky.started.clear()
        with self.assertLogs("bcfg2-server", "ERROR"):
            core = a_core(
                self, BUNDLE, plugins=("Bundler", "Metadata", HERE + "Picky"), lenient_plugins=True
            )
        self.assertEqual(Picky.started, [])
        for text in ("a", "bc"):
            change(core, {"Picky/needed": text})
            self.assertEqual(Picky.started, ["Picky"])

    def test_no_memory(self) -> None:
        """Nothing is made of a state for whose plugins there is no memory; it is read again."""
        core = a_core(
            self, BUNDLE, plugins=("Bundler", "Metadata", HERE + "Hungry"), lenient_plugins=True
        )
        before = core.snapshot
        write_files(core.settings.repository, {"Hungry/file": "new"})
        self.patch(Hungry, "lacks", True)
        error = self.assertRaises(UnreadableRepository, core.reload, None)
        self.assertEqual(str(error), "plugin Hungry cannot be read: Cannot allocate memory")
        self.assertIs(core.snapshot, before)
        self.patch(Hungry, "lacks", False)
        core.reload(None)
        self.assertEqual(list(core.plugins["Hungry"].files), ["file"])

    def test_unknown(self) -> None:
        """A plugin that does not exist is named in the log, with what can be had."""
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            a_core(
                self,
                BUNDLE,
                plugins=("Bundler", "Metadata", "Bunder", "no.such.Module"),
                lenient_plugins=True,
            )
        self.assertIn("Plugin Bunder cannot be used: there is no plugin of this name",
                      logs.output[0])  # fmt: skip
        self.assertIn("Plugin no.such.Module cannot be used: No module named 'no'", logs.output[1])

    def test_no_metadata(self) -> None:
        """Without a Metadata plugin there is no core."""
        with self.assertLogs("bcfg2-server", "ERROR"):
            self.assertRaises(CoreInitError, a_core, self, BUNDLE, plugins=("Bundler",))

    def test_twice(self) -> None:
        """A plugin that is listed twice is made once."""
        core = a_core(self, BUNDLE, plugins=("Bundler", "Metadata", "Bundler"))
        self.assertEqual(list(core.plugins), ["Bundler", "Metadata", "DefaultACL"])

    def test_folder(self) -> None:
        """A plugin's folder is created, with a warning, if it is missing."""
        with self.assertLogs("Rules", "WARNING") as logs:
            core = a_core(self, BUNDLE, plugins=("Bundler", "Metadata", "Rules"))
        folder = os.path.join(core.settings.repository, "Rules")
        self.assertEqual(logs.records[0].getMessage(), f"Rules: {folder} does not exist, creating")
        self.assertTrue(os.path.isdir(folder))

    def test_two_cores(self) -> None:
        """Two cores with different repositories live in one process."""
        one, two = (
            a_core(self, {"Bundler/b.xml": f'<Bundle><BoundService name="{name}"/></Bundle>'})
            for name in ("one", "two")
        )
        names = [next(configuration(core).iter("Service")).get("name") for core in (one, two)]
        self.assertEqual(names, ["one", "two"])


class ConflictTests(SynchronousTestCase):
    def kept(self, *classes: type[Plugin]) -> list[str]:
        """Return the names of those plugins, in this order, that stay."""
        core = a_core(self, BUNDLE)
        files = core.plugins["Bundler"].files
        return list(without_conflicts({one.name: one(core.context, files) for one in classes}))

    def test_declared_by_one(self) -> None:
        """A plugin that declares a conflict stays, and the other goes, in either order."""
        self.assertEqual(self.kept(First, Second), ["First"])
        self.assertEqual(self.kept(Second, First), ["First"])

    def test_declared_by_both(self) -> None:
        """Where both declare the conflict the one that is configured first stays."""
        self.assertEqual(self.kept(Rival, Rivaled), ["Rival"])
        self.assertEqual(self.kept(Rivaled, Rival), ["Rivaled"])
