"""A PostgreSQL server of the tests' own: in a temporary folder, reached through a UNIX socket."""

from __future__ import annotations

import atexit
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.waiting import PATIENCE_SECONDS, wait_until

#: Where Debian has the programs of all versions.
DEBIAN = Path("/usr/lib/postgresql")

#: Users that the server may run as where the tests run as root, which it refuses.
SERVANTS = ("postgres", "nobody")


class PostgreSQLServer:
    """
    A server, stopped when the process ends at the latest.

    :ivar folder: holds data, socket and log
    """

    def __init__(self) -> None:
        """
        Make an empty cluster.

        :raises SkipTest: if the programs are missing
        """
        self._programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="bcfg2tw-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._user = _servant()
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        atexit.register(self.remove)
        options = "--auth=trust --no-sync --username=postgres --encoding=UTF8 --locale=C"
        initdb = [self._program("initdb"), *options.split(), "-D", f"{self.folder}/data"]
        subprocess.run(initdb, check=True, capture_output=True, **self._identity())

    def _program(self, name: str) -> str:
        return str(self._programs / name)

    def _identity(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {
            "user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": [],
            "cwd": str(self.folder),
        }  # fmt: skip

    def start(self) -> None:
        """Serve, without a TCP port."""
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(self.folder), "fsync": "off"
        }  # fmt: skip
        options = [f"-c{name}={value}" for name, value in settings.items()]
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [self._program("postgres"), "-D", f"{self.folder}/data", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._identity(),
            )  # fmt: skip
        wait_until(self._is_ready, lambda: (self.folder / "log").read_text())

    def _is_ready(self) -> bool:
        ask = [self._program("pg_isready"), "-q", "-h", str(self.folder)]
        return subprocess.run(ask).returncode == 0

    def stop(self) -> None:
        """End at once, as a server that fails, and all its connections with it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def remove(self) -> None:
        """End, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, statement: str, database: str = "postgres") -> str:
        """Execute a statement, and return its rows: one a line, values separated by |."""
        return self._psql(database, "-c", statement)

    def load(self, path: Path, database: str) -> None:
        """Execute what stands in a file."""
        self._psql(database, "-f", str(path))

    def _psql(self, database: str, *what: str) -> str:
        psql = [self._program("psql"), "-h", str(self.folder), "-U", "postgres", "-d", database]
        command = [*psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *what]
        ended = subprocess.run(command, check=True, capture_output=True, text=True)
        return ended.stdout.strip()

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"


def programs() -> Path:
    """
    Return the folder of PostgreSQL's programs.

    :raises SkipTest: if there is none
    """
    path = shutil.which("initdb")
    folders = [Path(path).resolve().parent] if path else sorted(DEBIAN.glob("*/bin"))[::-1]
    if not folders or not (folders[0] / "postgres").exists():
        raise SkipTest("PostgreSQL's server is not installed (Debian's package postgresql)")
    return folders[0]


def _servant() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in SERVANTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SkipTest("PostgreSQL does not run as root, and there is no other user")


@cache
def the_server() -> PostgreSQLServer:
    """
    Return a server that all tests of this process share; it runs.

    :raises SkipTest: if the programs, or the driver, are missing
    """
    try:
        import psycopg  # noqa: F401  # only whether it is there
    except ImportError as error:
        raise SkipTest(f"the Python package psycopg cannot be used: {error}") from error
    server = PostgreSQLServer()
    server.start()
    return server


_numbers = itertools.count(1)


def a_database(case: SynchronousTestCase) -> str:
    """
    Return the URL of a new, empty database of the shared server.

    :raises SkipTest: if there can be no server
    """
    server = the_server()
    name = f"test{next(_numbers)}"
    server.run(f"CREATE DATABASE {name}")
    case.addCleanup(server.run, f"DROP DATABASE {name} WITH (FORCE)")
    return server.url(name)
