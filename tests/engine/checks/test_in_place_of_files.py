"""What stands in a file's place and is none: links to nothing, folders, pipes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.xmlio import serialise
from bcfg2tw.errors import NotServing
from tests.builders import CLIENT, a_core, a_repository, configuration, entry, some_settings
from tests.engine.checks.test_refused import SITE, outcome
from tests.logs import CapturedLog


def link_to_nothing(path: str) -> None:
    """Put a link in."""
    os.symlink("/nonexistent/file", path)


#: What is put in, and what is said of it.
IN_PLACE: dict[str, tuple[Callable[[str], None], str]] = {
    "link": (link_to_nothing, "it is a link to /nonexistent/file, where there is nothing"),
    "folder": (os.mkdir, "Is a directory"),
    "pipe": (os.mkfifo, "it is no file: put one in its place, or remove it"),
}


def put(repository: str, file: str, kind: str) -> str:
    """Put something in a file's place; returns what is said of it."""
    path = os.path.join(repository, file)
    os.unlink(path)
    make, reason = IN_PLACE[kind]
    make(path)
    return f"{file}: {reason}"


class ChangedTests(SynchronousTestCase):
    """A running site's file that becomes something else."""

    def test_last_good_state(self) -> None:
        """Its last good state stays in service, and the log says why, once."""
        for file in SITE:
            for kind in IN_PLACE:
                log = CapturedLog(self)
                core = a_core(self, SITE)
                before = outcome(core)
                reason = put(core.settings.repository, file, kind)
                core.reload(None)
                self.assertEqual(outcome(core), before, (file, kind))
                said = [line for line in log.lines if reason in line]
                self.assertEqual(len(said), 1, (file, kind, log.lines))
                self.assertTrue(said[0].endswith("its last good state stays in service"), said)

    def test_back(self) -> None:
        """The file counts again once it is there."""
        core = a_core(self, SITE)
        path = os.path.join(core.settings.repository, "Rules", "a.xml")
        put(core.settings.repository, "Rules/a.xml", "folder")
        core.reload(None)
        shutil.rmtree(path)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(SITE["Rules/a.xml"].replace('"on"', '"off"'))
        core.reload(None)
        self.assertIn('status="off"', serialise(configuration(core)))


class FirstStateTests(SynchronousTestCase):
    """The same when the server starts."""

    def core(self, file: str, kind: str) -> NetworkCore:
        """Return the core of the site with something in a file's place."""
        repository = a_repository(self, SITE)
        put(repository, file, kind)
        core = NetworkCore(some_settings(repository))
        self.addCleanup(core.shutdown)
        core.start()
        return core

    def test_metadata(self) -> None:
        """Without clients.xml or groups.xml nobody can be served; none is created there."""
        for file in ("Metadata/clients.xml", "Metadata/groups.xml"):
            for kind in IN_PLACE:
                log = CapturedLog(self)
                core = self.core(file, kind)
                self.assertRaises(NotServing, core.build_metadata, CLIENT)
                self.assertIn("no client can be served until it is repaired", "".join(log.lines))
                self.assertNotIn("creat", "".join(log.lines))

    def test_entries(self) -> None:
        """Below Cfg the entry fails, also where it would be what info.xml does not say."""
        for kind in IN_PLACE:
            core = self.core("Cfg/etc/motd/info.xml", kind)
            self.assertIsNotNone(entry(configuration(core), "Path", "/etc/motd").get("failure"))

    def test_less_specific(self) -> None:
        """A link to nothing hides what is for less specific hosts, as the file would."""
        repository = a_repository(self, SITE)
        link_to_nothing(os.path.join(repository, f"Cfg/etc/motd/motd.H_{CLIENT}"))
        core = NetworkCore(some_settings(repository))
        self.addCleanup(core.shutdown)
        core.start()
        motd = entry(configuration(core), "Path", "/etc/motd")
        self.assertIn(f"motd.H_{CLIENT}", motd.get("failure", ""))
