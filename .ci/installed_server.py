"""
The service of an installed package, started in a system without systemd as its units say.

What counts of the units is taken from them: command, user, folder at run time.
"""

from __future__ import annotations

import configparser
import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO

from debian_system import DebianSystem

UNIT = "/usr/lib/systemd/system/bcfg2-core.service"
PATIENCE_SECONDS = 60
#: As systemd does it: the socket is descriptor 3, and the process knows its own number.
ACTIVATE = "import os, sys; os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1'); \
os.execv(sys.argv[1], sys.argv[1:])"


class InstalledServer:
    """A server that runs while the block does, and has to end in good order."""

    def __init__(self, system: DebianSystem, listening: socket.socket, log: Path) -> None:
        """
        Start nothing yet.

        :param listening: the socket that systemd would hold
        """
        self._system = system
        self._socket = listening
        self._log = log
        self._service = read_unit(system.path(UNIT))

    def __enter__(self) -> InstalledServer:
        self._start()
        return self

    def _start(self) -> None:
        user = self._service["User"]
        runtime = f"/run/{self._service['RuntimeDirectory']}"
        mode = self._service["RuntimeDirectoryMode"]
        self._system.run("install", "-d", "-o", user, "-g", user, "-m", mode, runtime)
        words = shlex.split(self._service["ExecStart"].replace("\\\n", " "))
        command = self._system.command("python3", "-c", ACTIVATE, *words, user=user)
        with open(self._log, "w") as log:
            self._process = self._popen(command, log)

    def _popen(self, command: list[str], log: IO[str]) -> subprocess.Popen[bytes]:
        def place_socket() -> None:
            os.dup2(fcntl.fcntl(self._socket.fileno(), fcntl.F_DUPFD, 10), 3)
            os.set_inheritable(3, True)

        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            close_fds=False, preexec_fn=place_socket,
        )  # fmt: skip

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        for child in children(self._process.pid):
            os.kill(child, signal.SIGTERM)
        try:
            self._process.wait(PATIENCE_SECONDS)
        finally:
            self._process.kill()
        if "All plugins shut down" not in self.said():
            sys.exit(f"the server did not end in good order:\n{self.said()}")

    def said(self) -> str:
        """Return what it has logged."""
        return self._log.read_text("utf-8", "replace")

    def try_to_serve(self) -> int:
        """Start a server that cannot serve, and return its status."""
        self._start()
        return self._process.wait(PATIENCE_SECONDS)


def read_unit(path: Path) -> configparser.SectionProxy:
    """Return the section [Service] of a unit."""
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # names keep their case
    unit.read(path)
    return unit["Service"]


def children(process: int) -> list[int]:
    """Return the processes that a process has started: below `unshare` that is the server."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listed.split()]
