"""A server with workers under load: what kills a worker is no client's business."""

from __future__ import annotations

import itertools
import os
import random
import signal
import socket
import subprocess
import time
import xmlrpc.client
from pathlib import Path

from bcfg2tw.cli.init.command import make_site
from bcfg2tw.settings import Settings
from tests.long import IS_LONG
from tests.test_durability import ENDED, GONE, PARTS, UPLOAD, DurabilityTests, Load
from tests.test_restarts import Load as CallLoad
from tests.test_restarts import RestartTests
from tests.waiting import PATIENCE_SECONDS
from tests.workers.servers import nursery_of, processes_of, stop, wait_for_ends, workers_of

#: Workers that are killed, one a second.
KILLS = 60 if IS_LONG else 10

#: The retries of Bcfg2's client, and the seconds between two.
RETRIES, RETRY_SECONDS = 3, 1.0


class PatientLoad(Load):
    """
    Clients that try a call again as Bcfg2's client does.

    :ivar failures: what no retry helped against
    """

    failures: list[BaseException]
    is_over = False

    def _run(self, part: int) -> None:
        self.failures = []
        for number in itertools.count():
            if self.is_over:
                return
            name = f"new{part}-{number}.example.test"
            try:
                for client in (name, f"old{part}.example.test"):
                    self._say_patiently(client, number)
            except GONE as error:
                self.failures.append(error)
                return

    def _say_patiently(self, name: str, number: int) -> None:
        calls = (("DeclareVersion", f"1.3.{number}"), ("RecvProbeData", UPLOAD.format(number)))
        for method, text in calls:
            self._try(name, method, text)
        self.acknowledged[name] = number
        self.calls += 2

    def _try(self, name: str, method: str, text: str) -> None:
        for attempt in itertools.count(1):
            try:
                with self._caller(name) as client:
                    assert getattr(client, method)(text) is True
                return
            except xmlrpc.client.Fault:
                raise
            except GONE:
                if attempt > RETRIES:
                    raise
                time.sleep(RETRY_SECONDS)


class WorkersRestartTests(RestartTests):
    """What holds for restarts of one process holds for those of several, and of single ones."""

    options = ("--workers", "2")

    def test_replacements(self) -> None:
        """No call fails while workers are replaced, as worn out ones are, and by SIGHUP."""
        folder = Path(self.mktemp())
        site = make_site(folder / "site", ["localhost"])
        config = site / "bcfg2.conf"
        with open(config, "a") as conf:
            conf.write("[bcfg2tw]\nmax_calls_per_worker = 30\n")
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
            load = CallLoad(listening.getsockname()[1], Settings.from_file(str(config)))
            self.addCleanup(load.stop)
            with self.server(folder / "log", config, listening) as server:
                load.start()
                server.wait_for("is replaced: it has answered")
                server.hang_up()
                server.hang_up()
                load.stop()
        self.assertEqual(load.failures, [])
        self.assertGreater(load.answered, 100)


class WorkersDurabilityTests(DurabilityTests):
    """What holds for one process holds for two workers, and more."""

    options = ("--workers", "2")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End all processes of a server at once: none has time to see that another is gone."""
        # from the top: what is stopped starts no others, which would not be in the list
        stop(process.pid)
        stop(nursery_of(process.pid))
        processes = processes_of(process.pid)
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for one in processes:
                os.kill(one, number)
        super().kill(process)
        wait_for_ends(processes, self.log.read_text)

    def test_killed_workers(self) -> None:
        """
        A random worker is killed every second: every call succeeds, with the retries that clients
        make; all that was acknowledged is kept; no process is left behind.
        """
        with self.server() as process:
            load = PatientLoad(self.caller)
            load.start()
            for _ in range(KILLS):
                time.sleep(1)
                self._kill_one(process)
            load.is_over = True
            load.wait()
            self.assertEqual(load.failures, [])
            self.assertGreater(load.calls, PARTS * KILLS)
            processes = processes_of(process.pid)
            process.terminate()
            self.assertIn(process.wait(PATIENCE_SECONDS), ENDED, self.log.read_text())
            wait_for_ends(processes, self.log.read_text)
        self.assertKept(load)

    def _kill_one(self, process: subprocess.Popen[bytes]) -> None:
        workers = workers_of(process.pid)
        if workers:
            os.kill(random.choice(workers), signal.SIGKILL)
