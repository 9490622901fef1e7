"""`bcfg2tw serve`: the server as bcfg2-server was started, by processes of their own."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.process.logs import SYSLOG_SOCKET
from tests.commands import run
from tests.processes import GOOD_ENDS, environment
from tests.test_service import Site
from tests.waiting import PATIENCE_SECONDS, wait_until

SERVER = (
    "import sys; from bcfg2tw.cli.scripts import server; sys.argv[0] = 'bcfg2-server'; server()"
)


class ServeTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.site = Site(self)
        self.log = self.site.folder / "server.log"
        self.pid = self.site.folder / "run" / "bcfg2" / "server.pid"

    def command(self, *words: str) -> list[str]:
        """Return the command that an old script runs."""
        return [sys.executable, "-c", SERVER, "-C", str(self.site.conf), *words]

    def ended(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end, where there is no other command on the PATH, as below pipx."""
        return subprocess.run(
            self.command(*words),
            env={**environment(), "PATH": "/nowhere"},
            capture_output=True, text=True, timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    def said(self) -> str:
        """Return the log."""
        return self.log.read_text() if self.log.exists() else ""

    def end_daemon(self) -> None:
        """End the daemon, and wait until it has removed its PID file."""
        if self.pid.exists():
            os.kill(int(self.pid.read_text()), signal.SIGTERM)
            wait_until(lambda: not self.pid.exists(), self.said)

    def test_foreground(self) -> None:
        """It serves in the foreground, without a PID file, until it is ended."""
        with open(self.log, "w") as log:
            server = subprocess.Popen(
                self.command("--password", "another"), env=environment(), stdout=log,
                stderr=subprocess.STDOUT, cwd=self.site.folder,
            )  # fmt: skip
        self.addCleanup(server.kill)
        wait_until(lambda: "Serving the repository" in self.said(), self.said)
        refusal = self.assertRaises(AssertionError, self.site.call, "ping")
        self.assertEqual(str(refusal), "401")
        server.terminate()
        self.assertIn(server.wait(PATIENCE_SECONDS), GOOD_ENDS)
        self.assertIn("All plugins shut down", self.said())
        self.assertFalse((self.site.folder / "twistd.pid").exists())

    def test_daemon(self) -> None:
        """With -D it detaches once it serves, makes the PID file's folder, and logs to -o."""
        self.addCleanup(self.end_daemon)
        started = self.ended("-D", str(self.pid), "-o", str(self.log))
        self.assertEqual((started.returncode, started.stderr), (0, ""))
        wait_until(lambda: "Serving the repository" in self.said(), self.said)
        self.assertEqual(self.site.call("ping", 1), [1])
        again = self.ended("-D", str(self.pid), "-o", str(self.log))
        self.assertEqual(again.returncode, 1)
        self.assertIn(f"{self.pid} names process {self.pid.read_text()}", again.stderr)
        self.end_daemon()
        self.assertEqual(os.listdir(self.pid.parent), [])

    def test_user_of_bcfg2_conf(self) -> None:
        """A daemon becomes the user of bcfg2.conf, as bcfg2-server does, and says nothing of it."""
        if os.geteuid() != 0:
            raise SkipTest("only root can become another user")
        nobody = pwd.getpwnam("nobody")
        folder = Path("/tmp") / f"bcfg2tw-{os.getpid()}"
        self.site.folder.rename(folder)
        self.addCleanup(lambda: subprocess.run(["rm", "-r", str(folder)], check=True))
        conf = folder / "bcfg2.conf"
        conf.write_text(
            conf.read_text().replace(str(self.site.folder), str(folder))
            + "\n[server]\nuser = nobody\numask = 0027\n"
        )
        self.site.conf, self.pid, self.log = conf, folder / "run/server.pid", folder / "log/server"
        self.log.parent.mkdir()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, -1)
        self.addCleanup(self.end_daemon)
        started = self.ended("-D", str(self.pid), "-o", str(self.log))
        self.assertEqual((started.returncode, started.stderr), (0, ""))
        wait_until(lambda: "Serving the repository" in self.said(), self.said)
        status = Path(f"/proc/{self.pid.read_text()}/status").read_text()
        self.assertIn(f"Uid:\t{nobody.pw_uid}\t{nobody.pw_uid}", status)
        self.assertIn("Umask:\t0027", status)
        self.assertNotIn("has no effect", self.said())
        self.end_daemon()

    def test_cannot_start(self) -> None:
        """What is wrong is one line and a status, also for a daemon that would have no log."""
        result = self.ended("--repository", "/nowhere")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertTrue(result.stderr.startswith("bcfg2-core: [server] repository: there is no "))
        self.assertEqual(result.stderr.count("\n"), 1)
        if not os.path.exists(SYSLOG_SOCKET):
            result = self.ended("-D", str(self.pid))
            self.assertEqual(result.returncode, 1)
            self.assertIn("a daemon's log would go nowhere: give --logfile FILE", result.stderr)
            self.assertFalse(self.pid.parent.exists())

    def test_usage(self) -> None:
        """Options of bcfg2-server are those of the specification; others are named."""
        shown = run("serve", "--help").output
        for option in (
            "-h", "--help", "--version", "-C", "--config", "-E", "--encoding", "-d", "--debug",
            "-v", "--verbose", "-o", "--logfile", "-Q", "--repository", "-W", "--web-config",
            "-D", "--daemon", "-S", "--server", "--ssl-key", "--listen-all", "--no-fam-blocking",
            "-x", "--password", "--cfg-validation", "--children",
        ):  # fmt: skip
            self.assertIn(option, shown)
        for words, reason in (
            (("--prot",), "'--port'"),
            (("more",), "Got unexpected extra argument (more)"),
            (("--uid", "nosuchuser"), "there is no user 'nosuchuser'"),
        ):
            ended = run("serve", *words)
            self.assertEqual(ended.status, 2)
            self.assertIn(reason, ended.errors)
