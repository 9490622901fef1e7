"""A repository is read until what was read belongs together."""

from __future__ import annotations

import os
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.repository.source import Unsettled
from bcfg2tw.engine.served import reading
from bcfg2tw.errors import CoreInitError
from tests.builders import (
    a_core,
    a_repository,
    change,
    configuration,
    some_settings,
    write_files,
)

RESTLESS = "tests.engine.served.test_reading.Restless"


class Restless(Plugin):
    """
    Has files that change while they are read.

    :cvar times: how often, from now on
    :cvar meanwhile: files that somebody writes when they do, below the repository
    """

    create = False
    times = 0
    meanwhile: dict[str, str | bytes] = {}  # tests put another in its place

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        if Restless.times:
            Restless.times -= 1
            write_files(os.path.dirname(self.data), self.meanwhile)
            raise Unsettled(self.files.path("file"))


class ReadingTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.patch(reading, "PAUSE_SECONDS", 0.0)
        self.patch(Restless, "times", 0)

    def repository(self) -> dict[str, str | bytes]:
        """Return the contents of a repository that never rests, if it is to."""
        return {
            "Restless/file": "1",
            "Bundler/b.xml": '<Bundle><BoundService name="one"/></Bundle>',
        }

    def core(self) -> NetworkCore:
        """Return a core of it."""
        return a_core(self, self.repository(), plugins=("Bundler", "Metadata", RESTLESS))

    def served(self, core: NetworkCore) -> list[str | None]:
        """Return the services that the client gets."""
        return [service.get("name") for service in configuration(core).iter("Service")]

    def test_again(self) -> None:
        """What changes while it is read is read again, with all that changed meanwhile."""
        Restless.times = 2
        self.patch(
            Restless, "meanwhile", {"Bundler/b.xml": '<Bundle><BoundService name="two"/></Bundle>'}
        )
        core = self.core()
        self.assertEqual(Restless.times, 0)
        self.assertEqual(self.served(core), ["two"])

    def test_never_rests(self) -> None:
        """A repository that never rests leaves what was read last in service, and says so."""
        core = self.core()
        before = core.snapshot
        Restless.times = 10_000
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            change(core, {"Restless/file": "2"})
        self.assertEqual(
            [record.getMessage() for record in logs.records],
            ["The repository never rests: its last state stays in service"],
        )
        self.assertEqual(Restless.times, 10_000 - reading.ATTEMPTS)
        self.assertIs(core.snapshot, before)
        Restless.times = 0
        core.reload(None)
        self.assertIsNot(core.snapshot, before)

    def test_never_rested(self) -> None:
        """One that cannot be read for the first time is not served."""
        Restless.times = 10_000
        repository = a_repository(self, self.repository())
        core = NetworkCore(some_settings(repository, plugins=("Bundler", "Metadata", RESTLESS)))
        self.addCleanup(core.shutdown)
        error = self.assertRaises(CoreInitError, core.start)
        self.assertEqual(str(error), "the repository changes faster than it can be read")

    def test_git(self) -> None:
        """What git did while it was not told of is read, whatever else was told."""
        core = self.core()
        repository = core.settings.repository
        write_files(
            repository,
            {
                ".git/index": "new",
                "Bundler/b.xml": '<Bundle><BoundService name="two"/></Bundle>',
            },
        )
        core.reload([os.path.join(repository, "Restless/file")])
        self.assertEqual(self.served(core), ["two"])

    def test_git_while_reading(self) -> None:
        """What git changes while the repository is read has it read again."""
        core = self.core()
        new = '<Bundle><BoundService name="{}"/></Bundle>'
        seen: list[str] = []

        def move_on(plugin: Plugin) -> None:
            """Commit something, once, behind the back of the Bundler."""
            if not seen:
                seen.append(plugin.name)
                write_files(
                    core.settings.repository,
                    {"Bundler/b.xml": new.format("three"), ".git/index": "newer"},
                )

        original = Restless.__init__

        def observed(plugin: Restless, *args: Any) -> None:
            original(plugin, *args)
            move_on(plugin)

        self.patch(Restless, "__init__", observed)
        change(core, {"Bundler/b.xml": new.format("two"), "Restless/file": "2"})
        self.assertEqual(seen, ["Restless"])
        self.assertEqual(self.served(core), ["three"])
