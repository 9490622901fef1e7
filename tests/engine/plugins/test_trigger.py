"""Trigger: real programs, started behind each client's configuration."""

from __future__ import annotations

import os
import threading

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins import trigger
from tests.builders import CLIENT, a_core, configuration, write_files
from tests.waiting import wait_until


class TriggerTests(SynchronousTestCase):
    def serve(self, script: str, mode: int = 0o755) -> NetworkCore:
        """Return a core with one program, the lines of a shell script."""
        contents = {
            "Trigger/run": f"#!/bin/sh\n{script}\n",
            "Metadata/groups.xml": '<Groups><Group name="all" profile="true" public="true">'
            '<Group name="web"/><Group name="db"/></Group></Groups>',
        }
        core = a_core(self, contents)
        os.chmod(os.path.join(core.settings.repository, "Trigger/run"), mode)
        core.reload(None)
        self.output = os.path.join(core.settings.repository, "output")
        return core

    def written(self) -> str:
        """Return what the program wrote."""
        with open(self.output, encoding="utf-8") as stream:
            return stream.read()

    def test_arguments(self) -> None:
        """The program is told the client's name, profile and groups."""
        core = self.serve('echo "$@" > "$0.new"; mv "$0.new" "$(dirname "$0")/../output"')
        configuration(core)
        wait_until(lambda: os.path.exists(self.output), lambda: "it does not run")
        self.assertEqual(self.written(), f"{CLIENT} -p all -g all:db:web\n")

    def test_nobody_waits(self) -> None:
        """A client does not wait for the program."""
        core = self.serve('read -r line < "$0.pipe"')
        pipe = os.path.join(core.settings.repository, "Trigger/run.pipe")
        os.mkfifo(pipe)
        configuration(core)
        self.assertEqual(len(running_triggers()), 1)
        # for both: nobody would wait here for a program that reads nothing
        with open(pipe, "rb+", buffering=0) as stream:
            stream.write(b"go on\n")
            wait_until(lambda: not running_triggers(), lambda: "it does not end")

    def test_failures(self) -> None:
        """A program that fails, or cannot be started, is an error in the log."""
        for script, mode, message in (
            ("exit 3", 0o755, "exit status 3"),
            ("kill -9 $$", 0o755, "killed by signal 9"),
            ("true", 0o644, "Permission denied"),
        ):
            core = self.serve(script, mode)
            with self.assertLogs("Trigger", "ERROR") as logs:
                configuration(core)
                wait_until(lambda: not running_triggers(), lambda: "it does not end")
            path = os.path.join(core.settings.repository, "Trigger/run")
            self.assertIn(f"Trigger: Error running {path}: {message}", logs.output[0])

    def test_folders(self) -> None:
        """What lies in a folder below is no program."""
        core = self.serve("exit 0")
        write_files(core.settings.repository, {"Trigger/library/functions": "not executable"})
        core.reload(None)
        with self.assertNoLogs("Trigger", "ERROR"):
            configuration(core)
            wait_until(lambda: not running_triggers(), lambda: "it does not end")

    def test_too_many(self) -> None:
        """Where too many programs are running no more are started, which the log says."""
        core = self.serve("exit 0")
        self.patch(trigger, "_running", threading.BoundedSemaphore(1))
        trigger._running.acquire()
        with self.assertLogs("Trigger", "ERROR") as logs:
            configuration(core)
        self.assertIn(f"not started for {CLIENT}", logs.output[0])


def running_triggers() -> list[threading.Thread]:
    """Return the threads that wait for programs."""
    return [one for one in threading.enumerate() if one.name.startswith("Trigger ")]
