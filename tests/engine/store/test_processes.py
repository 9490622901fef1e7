"""Several processes that share the state of clients, some of which are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from tests.builders import a_repository, some_settings
from tests.postgresql import a_database
from tests.processes import environment
from tests.waiting import PATIENCE_SECONDS, wait_until

PROCESSES = 3
#: Acknowledged registrations of each process before two of them are killed.
ENOUGH = 15

GROUPS = '<Groups><Group name="all" profile="true" default="true"/></Groups>'

REGISTERING = """
import json, sys, threading
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.settings import Settings

part, settings = sys.argv[1], json.loads(sys.argv[2])
core = NetworkCore(Settings(plugins=("Bundler", "Metadata"), **settings))
core.start()

def register(thread):
    for number in range(100_000):
        name = f"c{part}-{thread}-{number}.example.test"
        with core.call():
            core.metadata.set_version(name, f"1.3.{number}")
        sys.stdout.write(f"{name} 1.3.{number}\\n")
        sys.stdout.flush()

for thread in range(2):
    threading.Thread(target=register, args=(thread,), daemon=True).start()
threading.Event().wait()
"""


class FilesProcessesTests(SynchronousTestCase):
    def location(self) -> dict[str, Any]:
        """Return the settings that say where state is kept."""
        return {}

    def setUp(self) -> None:
        repository = a_repository(
            self, {"Metadata/groups.xml": GROUPS, "Bundler/b.xml": "<Bundle/>"}
        )
        self.database = {"repository": repository, **self.location()}
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()
        settings = json.dumps(self.database)
        self.processes = [self.start(number, settings) for number in range(PROCESSES)]

    def start(self, number: int, settings: str) -> subprocess.Popen[bytes]:
        """Start a process that registers clients, and writes down those that are acknowledged."""
        with open(self.folder / str(number), "wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", REGISTERING, str(number), settings],
                stdin=subprocess.DEVNULL,
                stdout=output,
                env=environment(),
            )
        self.addCleanup(self.end, process)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process that runs."""
        process.kill()
        process.wait(PATIENCE_SECONDS)

    def acknowledged(self, number: int) -> dict[str, str]:
        """Return the versions of the clients that a process has acknowledged."""
        lines = (self.folder / str(number)).read_text().split("\n")[:-1]
        return dict(line.split(" ") for line in lines)

    def has_progressed(self, number: int, count: int) -> bool:
        """Say whether a process has acknowledged so many clients."""
        return len(self.acknowledged(number)) >= count

    def have_all_begun(self) -> bool:
        """Say whether all processes have acknowledged enough."""
        return all(self.has_progressed(number, ENOUGH) for number in range(PROCESSES))

    def test_killed(self) -> None:
        """What any of them acknowledged is there, and the last one goes on by itself."""
        wait_until(self.have_all_begun, lambda: "they are too slow")
        for process in self.processes[:2]:
            process.send_signal(signal.SIGKILL)
        count = len(self.acknowledged(2))
        wait_until(lambda: self.has_progressed(2, count + ENOUGH), lambda: "it does not go on")
        self.end(self.processes[2])
        core = NetworkCore(some_settings(**self.database))
        self.addCleanup(core.shutdown)
        core.start()
        for number in range(PROCESSES):
            for name, version in self.acknowledged(number).items():
                self.assertEqual(core.build_metadata(name).version, version)


class StateProcessesTests(FilesProcessesTests):
    def location(self) -> dict[str, Any]:
        """Return the settings that say where state is kept."""
        return {"state": os.path.abspath(self.mktemp())}


class SQLiteProcessesTests(FilesProcessesTests):
    def location(self) -> dict[str, Any]:
        """Return the settings that say where state is kept."""
        return {"state": os.path.abspath(self.mktemp()), "metadata_db": True}


class PostgreSQLProcessesTests(FilesProcessesTests):
    def location(self) -> dict[str, Any]:
        """Return the settings that say where state is kept."""
        return {"db_url": a_database(self), "metadata_db": True}
