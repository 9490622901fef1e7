"""Workers where systemd, users, logs and slow repositories make a difference."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from tests.network import free_port
from tests.processes import GOOD_ENDS, RUN_TWISTD, environment, twistd
from tests.test_service import Site
from tests.waiting import PATIENCE_SECONDS, wait_until
from tests.workers.servers import (
    nursery_of,
    parent_of,
    processes_of,
    wait_for_ends,
    workers_of,
)

#: Hands the socket on as systemd does: as descriptor 3, to a process whose number is told.
AS_SYSTEMD = f"""
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_FDNAMES="bcfg2", LISTEN_PID=str(os.getpid()))
os.execv(sys.executable, [sys.executable, "-c", {RUN_TWISTD!r}, *sys.argv[2:]])
"""

WORKERS = ("--workers", "2")

SLOW_HELPER = (
    "import time\nend = time.process_time() + {seconds}\n"
    "while time.process_time() < end:\n    pass\n"
    "__export__ = ['number']\nnumber = {number}\n"
)


class SurroundingsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.site = Site(self)

    @contextmanager
    def running(
        self, command: list[str], descriptor: int | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """
        Run a server until the block ends, and see all its processes end.

        :param descriptor: of a socket that it is given
        """
        log = Path(self.mktemp())
        with open(log, "wb") as stream:
            process = subprocess.Popen(
                command,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                pass_fds=() if descriptor is None else (descriptor,),
            )
        try:
            wait_until(
                lambda: "Try it" in log.read_text() or process.poll() is not None, log.read_text
            )
            self.assertIsNone(process.poll(), log.read_text())
            processes = processes_of(process.pid)
            yield process
            process.terminate()
            self.assertIn(process.wait(PATIENCE_SECONDS), GOOD_ENDS, log.read_text())
            wait_for_ends(processes, log.read_text)
        finally:
            process.kill()
            process.wait(PATIENCE_SECONDS)

    def test_detached(self) -> None:
        """A server that leaves its terminal has its workers all the same, and ends with them."""
        pid_file, log = Path(self.mktemp()).absolute(), Path(self.mktemp()).absolute()
        options = (f"--pidfile={pid_file}", f"--logfile={log}", "bcfg2-core")
        subprocess.run(
            twistd(*options, "--config", str(self.site.conf), *WORKERS),
            env=environment(),
            check=True,
            timeout=PATIENCE_SECONDS,
        )
        wait_until(lambda: log.exists() and "Try it" in log.read_text(), lambda: "no log")
        processes = processes_of(int(pid_file.read_text()))
        self.addCleanup(self.kill_all, processes)
        self.assertEqual(len(processes), 4)
        self.assertIn("GetConfig", self.site.call("listMethods"))
        os.kill(processes[0], signal.SIGTERM)
        wait_for_ends(processes, log.read_text)
        self.assertFalse(pid_file.exists())

    def kill_all(self, processes: list[int]) -> None:
        """End processes that a failure has left behind."""
        for process in filter(parent_of, processes):
            os.kill(process, signal.SIGKILL)

    def test_socket_of_systemd(self) -> None:
        """A socket that systemd has made is every worker's, and is left to the next server."""
        listening = socket.create_server(("127.0.0.1", free_port(self)))
        self.addCleanup(listening.close)
        self.site.port = listening.getsockname()[1]
        descriptor = listening.fileno()
        command = [
            sys.executable, "-c", AS_SYSTEMD, str(descriptor), "--nodaemon", "--pidfile=",
            "bcfg2-core", "--config", str(self.site.conf), *WORKERS,
            "--endpoint", "systemd:domain=INET:index=0",
        ]  # fmt: skip
        for _ in range(2):
            with self.running(command, descriptor) as server:
                self.assertEqual(len(workers_of(server.pid)), 2)
                self.assertIn("GetConfig", self.site.call("listMethods"))

    def test_other_user(self) -> None:
        """With --uid all processes are that user's; the key, which is root's, was read before."""
        if os.geteuid() != 0:
            raise SkipTest("only root can become another user")
        user = pwd.getpwnam("nobody")
        top = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, top)
        top.chmod(0o755)
        site = Site(self, top / "site")
        for path in (site.folder, *site.folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
        os.chown(site.settings.key, 0, 0)
        os.chmod(site.settings.key, 0o600)
        command = [
            sys.executable, "-c", RUN_TWISTD, "--nodaemon", "--pidfile=", f"--uid={user.pw_uid}",
            "bcfg2-core", "--config", str(site.conf), *WORKERS,
        ]  # fmt: skip
        with self.running(command) as server:
            users = {os.stat(f"/proc/{number}").st_uid for number in processes_of(server.pid)}
            self.assertEqual(users, {user.pw_uid})
            self.assertIn("GetConfig", site.call("listMethods"))
            for number in (*workers_of(server.pid), nursery_of(server.pid)):
                os.kill(number, signal.SIGKILL)
            # the connection waits for a worker that there is not yet
            self.assertIn("GetConfig", site.call("listMethods"))

    def test_fields(self) -> None:
        """A message says which call it is about, whichever process it comes from."""
        self.site.set(
            "logging", f"path = {self.site.folder}/log.json\nformat = json\nverbose = yes"
        )
        with self.site.server(*WORKERS):
            self.site.call("GetConfig")
        lines = (self.site.folder / "log.json").read_text().splitlines()
        (built,) = [json.loads(line) for line in lines if "Generated config" in line]
        self.assertEqual(built["ip"], "127.0.0.1")
        self.assertRegex(built["call"], "^[0-9a-f]{6}-1$")

    def test_notifications(self) -> None:
        """systemd is told when workers serve, that the server lives, and of its end."""
        folder = tempfile.mkdtemp()  # paths of sockets are short
        self.addCleanup(shutil.rmtree, folder)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(f"{folder}/notify")
            manager.settimeout(PATIENCE_SECONDS)
            for name, value in (
                ("NOTIFY_SOCKET", f"{folder}/notify"),
                ("WATCHDOG_USEC", "3000000"),
            ):
                os.environ[name] = value
                self.addCleanup(os.environ.pop, name)
            with self.site.server(*WORKERS):
                self.wait_for(manager, b"READY=1")
                self.wait_for(manager, b"WATCHDOG=1")
            self.wait_for(manager, b"STOPPING=1")

    def wait_for(self, manager: socket.socket, word: bytes) -> None:
        """Wait until systemd is told something; an error says that it is not."""
        while word not in manager.recv(4096):
            pass

    def test_slow_reading(self) -> None:
        """What takes long to read is read once: new workers are forked, and take over together."""
        conf, repository = self.site.conf, self.site.folder / "repository"
        conf.write_text(conf.read_text().replace("Bundler,", "Bundler,TemplateHelper,"))
        helper = repository / "TemplateHelper/slow.py"
        helper.parent.mkdir()
        helper.write_text(SLOW_HELPER.format(seconds=0, number=0))
        (repository / "Bundler/motd.xml").write_text(
            '<Bundle xmlns:py="http://genshi.edgewall.org/"><BoundPath name="/n" type="directory" '
            "mtime=\"${metadata.TemplateHelper['slow'].number}\"/></Bundle>"
        )
        with self.site.server(*WORKERS) as server:
            former = workers_of(server.process.pid)
            helper.write_text(SLOW_HELPER.format(seconds=0.7, number=1))
            pattern = re.compile('mtime="1"')
            wait_until(lambda: bool(pattern.search(self.site.call("GetConfig"))), server.said)
            wait_for_ends(former, server.said)
            self.assertEqual(len(workers_of(server.process.pid)), 2)

    def test_log_file(self) -> None:
        """One process writes the log for all, with the number of the one that says something."""
        self.site.set("logging", f"path = {self.site.folder}/bcfg2.log\nverbose = yes")
        with self.site.server(*WORKERS) as server:
            self.site.call("GetConfig")
            workers = workers_of(server.process.pid)
        text = (self.site.folder / "bcfg2.log").read_text()
        (number,) = re.findall(r"bcfg2-server\[(\d+)\]: Generated config", text)
        self.assertIn(int(number), workers)
        self.assertIn("bcfg2-server[", text)
