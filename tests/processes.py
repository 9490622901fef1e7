"""`twistd bcfg2-core` as an administrator runs it: processes of their own."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tests.waiting import PATIENCE_SECONDS, wait_until

ROOT = Path(__file__).parents[1]
GOOD_ENDS = frozenset({0, -signal.SIGTERM, -signal.SIGINT})
ACTIVATE = """
import fcntl, os, sys
numbers = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 100) for number in sys.argv[1].split(",")]
for place, number in enumerate(numbers, 3):
    os.dup2(number, place)
names = ":".join(f"bcfg2-core-{number}" for number in numbers)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(numbers)), LISTEN_FDNAMES=names)
os.execv(sys.argv[2], sys.argv[2:])
"""
RUN_TWISTD = "import sys; from twisted.scripts.twistd import run; sys.exit(run())"


def environment(checkout: Path = ROOT) -> dict[str, str]:
    """Return the environment of a process that imports a checkout, this one if none is given."""
    return {**os.environ, "PYTHONPATH": str(checkout)}


def twistd(*options: str) -> list[str]:
    """Return the command that runs twistd with this Python."""
    return [sys.executable, "-c", RUN_TWISTD, *options]


def bcfg2_core(*options: str, pid_file: str = "") -> list[str]:
    """Return the command that serves in the foreground and leaves no file behind."""
    return twistd("--nodaemon", f"--pidfile={pid_file}", "bcfg2-core", *options)


def activated(command: list[str], sockets: Sequence[socket.socket]) -> list[str]:
    """Return a command that gets sockets as systemd gives them: from descriptor 3 on."""
    if not sockets:
        return command
    numbers = ",".join(str(each.fileno()) for each in sockets)
    return [sys.executable, "-c", ACTIVATE, numbers, *command]


def ended(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )


class ServerProcess:
    """
    A server that runs while the block does, and has to end in good order.

    :ivar log: the file that it writes its log to
    """

    def __init__(
        self,
        log: Path,
        *options: str,
        descriptors: tuple[int, int] | None = None,
        sockets: Sequence[socket.socket] = (),
        variables: Mapping[str, str] | None = None,
        pid_file: Path | None = None,
        checkout: Path = ROOT,
    ) -> None:
        """
        Start nothing yet.

        :param descriptors: the soft and the hard limit of open files; None for those of the tests
        :param sockets: that listen, for it to take over as from systemd
        :param variables: further ones of its environment
        :param pid_file: is written by twistd; None for none
        :param checkout: whose code it runs
        """
        self._checkout = checkout
        self._sockets = sockets
        self._variables = variables or {}
        self.log = log
        self._options = options
        self._descriptors = descriptors
        self._pid_file = "" if pid_file is None else str(pid_file)
        self._begin = 0

    def __enter__(self) -> ServerProcess:
        self._begin = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                activated(bcfg2_core(*self._options, pid_file=self._pid_file), self._sockets),
                env={**environment(self._checkout), **self._variables},
                cwd=None if self._checkout == ROOT else self._checkout,
                pass_fds=[each.fileno() for each in self._sockets],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=self._limit_descriptors,
            )
        try:
            self.wait_for("Serving the repository")
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.process.terminate()
        try:
            status = self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        if error is None:
            # twistd passes on the signal that ended it, when all is done
            assert status in GOOD_ENDS, f"it ended with {status}:\n{self.said()}"
            assert "All plugins shut down" in self.said(), self.said()

    def _limit_descriptors(self) -> None:
        if self._descriptors is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, self._descriptors)

    def said(self) -> str:
        """Return what this process has logged so far."""
        return self.log.read_bytes()[self._begin :].decode("utf-8", "replace")

    def wait_for(self, text: str, times: int = 1) -> None:
        """Wait until the log says something that many times."""
        wait_until(
            lambda: self.said().count(text) >= times or self.process.poll() is not None,
            lambda: f"{text!r} is not in the log:\n{self.said()}",
        )
        assert self.said().count(text) >= times, f"it ended:\n{self.said()}"

    def hang_up(self) -> None:
        """Have it read everything again, and wait until it has."""
        done = "The repository is read again"
        times = self.said().count(done)
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(done, times + 1)
