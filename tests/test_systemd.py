"""The unit in `contrib/systemd`, as systemd itself judges it."""

from __future__ import annotations

import configparser
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.init.command import make_site
from bcfg2tw.settings.admin_address import AdminAddress
from tests.admin.asking import ask
from tests.processes import ServerProcess, environment
from tests.waiting import PATIENCE_SECONDS

UNIT = Path(__file__).parents[1] / "contrib/systemd/bcfg2-core.service"
OPTIONS = ("security", "--offline=true", "--no-pager")


class UnitTests(SynchronousTestCase):
    def test_exposure(self) -> None:
        """Its exposure is at most 2.0, as its documentation has it."""
        program = shutil.which("systemd-analyze")
        if program is None:
            raise SkipTest("systemd-analyze is not installed")
        ended = subprocess.run([program, *OPTIONS, str(UNIT)], capture_output=True, text=True)
        match = re.search(r"exposure level for \S+: (\d+\.\d)", ended.stdout)
        if match is None:
            raise SkipTest(f"systemd-analyze is too old to judge a file: {ended.stderr}")
        self.assertLessEqual(float(match[1]), 2.0)

    def test_usable(self) -> None:
        """It can write the repository, reach clients and mirrors, and run a site's programs."""
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str  # type: ignore[assignment, method-assign]  # names keep their case
        unit.read(UNIT)
        service = unit["Service"]
        self.assertEqual(service["ReadWritePaths"], "/var/lib/bcfg2")
        self.assertEqual(service["SystemCallErrorNumber"], "EPERM")
        families = service["RestrictAddressFamilies"].split()
        self.assertEqual(families, ["AF_INET", "AF_INET6", "AF_UNIX"])
        self.assertEqual(service["Type"], "notify")
        command, reload = service["ExecStart"], service["ExecReload"]
        socket_path = f"/run/{service['RuntimeDirectory']}/admin.sock"
        self.assertIn(f"--admin-listen {socket_path}", " ".join(command.split()))
        self.assertIn(
            f"bcfg2tw ctl reload -C /etc/bcfg2.conf \\\n--admin-listen {socket_path}", reload
        )
        for name in ("MemoryDenyWriteExecute", "PrivateNetwork", "NoExecPaths"):
            self.assertNotIn(name, service)


class Manager:
    """The service manager's end of the socket for notifications."""

    def __init__(self, folder: str) -> None:
        self.path = f"{folder}/notify.sock"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.settimeout(PATIENCE_SECONDS)

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def messages(self) -> Iterator[dict[str, str]]:
        """Yield what is said, as it comes."""
        while True:
            text = self._socket.recv(4096).decode()
            yield dict(line.split("=", 1) for line in text.splitlines())

    def until(self, name: str) -> dict[str, str]:
        """Return the next message that has a field."""
        return next(message for message in self.messages() if name in message)


class NotifyTests(SynchronousTestCase):
    """A server below a service manager, as systemd is one."""

    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp()  # paths of sockets have few bytes
        self.addCleanup(shutil.rmtree, self.folder)
        self.site = Path(self.folder, "site")
        make_site(self.site, "localhost")
        self.manager = Manager(self.folder)
        self.addCleanup(self.manager.close)
        self.address = AdminAddress(path=f"{self.folder}/admin.sock")

    @contextmanager
    def server(self) -> Iterator[ServerProcess]:
        """Run a server on a socket for each family, with a watchdog of a second."""
        with (
            socket.create_server(("127.0.0.1", 0)) as four,
            socket.create_server(("::1", 0), family=socket.AF_INET6) as six,
        ):
            self.ports = [four.getsockname(), six.getsockname()]
            options = (
                "--config", str(self.site / "bcfg2.conf"), "--admin-listen", str(self.address),
                "--endpoint", "systemd:domain=INET:index=0",
                "--endpoint", "systemd:domain=INET6:index=1",
            )  # fmt: skip
            variables = {"NOTIFY_SOCKET": self.manager.path, "WATCHDOG_USEC": "1000000"}
            with ServerProcess(
                Path(self.folder, "log"), *options, sockets=(four, six), variables=variables
            ) as server:
                yield server

    def control(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `bcfg2tw ctl` as the unit does."""
        config = ("-C", str(self.site / "bcfg2.conf"), "--admin-listen", str(self.address))
        return subprocess.run(
            [sys.executable, "-m", "bcfg2tw.cli", "ctl", *words, *config],
            env=environment(), capture_output=True, text=True, timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    def test_life(self) -> None:
        """It says when it reads, can answer, reads again and stops, and that it is alive."""
        with self.server():
            self.assertEqual(self.manager.until("STATUS")["STATUS"], "Reading the repository")
            self.assertEqual(self.manager.until("READY")["STATUS"], "Serving")
            self.assertEqual(ask(self.address, "/readyz"), (200, "ready\n"))
            self.assertEqual(self.manager.until("WATCHDOG"), {"WATCHDOG": "1"})
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            self.assertEqual(self.control("reload").returncode, 0)
            reloading = self.manager.until("RELOADING")
            self.assertGreaterEqual(int(reloading["MONOTONIC_USEC"]), before)
            self.assertEqual(self.manager.until("READY")["READY"], "1")
        self.assertEqual(self.manager.until("STOPPING")["STOPPING"], "1")

    def test_reload_fails(self) -> None:
        """What ExecReload runs fails where the reload does, and the server goes on."""
        certificate = self.site / "ssl/server.crt"
        with self.server():
            self.manager.until("READY")
            good = certificate.read_bytes()
            certificate.write_text("no certificate")
            ended = self.control("reload")
            self.assertEqual(ended.returncode, 1)
            self.assertIn(str(certificate), ended.stderr)
            certificate.write_bytes(good)
            self.assertEqual(self.control("reload").returncode, 0)

    def test_families(self) -> None:
        """It answers on both of the sockets that it was given."""
        context = ssl.create_default_context(cafile=str(self.site / "ssl/ca.crt"))
        with self.server():
            for family, address in zip((socket.AF_INET, socket.AF_INET6), self.ports, strict=True):
                with socket.socket(family) as client:
                    client.settimeout(PATIENCE_SECONDS)
                    client.connect(address)
                    with context.wrap_socket(client, server_hostname="localhost") as secured:
                        self.assertEqual(secured.version(), "TLSv1.3")
