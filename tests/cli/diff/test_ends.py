"""`bcfg2tw diff` that is interrupted, or loses a process; and beside a server that runs."""

from __future__ import annotations

import contextlib
import os
import signal

from tests.certificates import Authority
from tests.cli.diff.test_command import DiffTestCase
from tests.command_processes import start_process
from tests.network import free_port
from tests.processes import ServerProcess
from tests.waiting import PATIENCE_SECONDS, wait_until

BUNDLE = """\
<Bundle xmlns:py="http://genshi.edgewall.org/"><?python
import os, time
{code}
?><Path name="/etc/motd"/></Bundle>
"""


class EndsTestCase(DiffTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.copies = self.folder / "tmp"
        self.copies.mkdir()

    def run_code(self, code: str) -> None:
        """Have code run where a client of the working tree is built."""
        self.write({"Bundler/base.xml": BUNDLE.format(code=code)})

    def is_group_there(self, group: int) -> bool:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, 0)
            return True
        return False


class EndTests(EndsTestCase):
    def test_killed(self) -> None:
        """A process that is killed as it builds ends the command, with a sentence and status 2."""
        self.run_code("os.kill(os.getpid(), 9)")
        ended = self.diff(TMPDIR=str(self.copies))
        self.assertEqual(
            (ended.status, ended.output, ended.errors),
            (2, "", "Error: working tree cannot be built: a process that builds it has ended\n"),
        )
        self.assertEqual(list(self.copies.iterdir()), [])

    def test_interrupted(self) -> None:
        """Ctrl-C ends all processes, also those that hang, and leaves no copies."""
        self.assert_ends(signal.SIGINT)

    def test_terminated(self) -> None:
        """So does the end of a CI job, which the command alone is told of."""
        self.assert_ends(signal.SIGTERM)

    def assert_ends(self, number: signal.Signals) -> None:
        """See all end that has begun to build, and hangs."""
        begun = self.folder / "begun"
        self.run_code(f"open({str(begun)!r}, 'w').close()\ntime.sleep({10 * PATIENCE_SECONDS})")
        process = start_process(
            "diff", "-C", str(self.folder / "bcfg2.conf"),
            folder=str(self.folder), environment={"TMPDIR": str(self.copies)},
        )  # fmt: skip
        with process:
            try:
                wait_until(begun.exists, lambda: "nothing is built")
                if number == signal.SIGINT:  # a terminal sends it to all
                    os.killpg(process.pid, number)
                else:
                    process.send_signal(number)
                # whoever still builds has the other end of the output
                output, _ = process.communicate(timeout=PATIENCE_SECONDS)
                self.assertNotEqual(process.returncode, 0, output)
                self.assertNotIn("Traceback", output)
                wait_until(
                    lambda: not self.is_group_there(process.pid), lambda: "processes are left"
                )
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        self.assertEqual(list(self.copies.iterdir()), [])


class OtherStateTests(EndsTestCase):
    def test_server(self) -> None:
        """What a server serves is compared with the working tree, client by client."""
        port = free_port(self)
        certificate, key = Authority(self.folder / "ca").issue("localhost", ["localhost"])
        conf = self.folder / "bcfg2.conf"
        conf.write_text(
            f"{conf.read_text()}filemonitor = pseudo\n"
            f"[communication]\npassword = x\ncertificate = {certificate}\nkey = {key}\n"
            f"ca = {self.folder}/ca/ca.pem\n"
            f"[components]\nbcfg2 = https://localhost:{port}\n"
        )
        with ServerProcess(self.folder / "log", "--config", str(conf)):
            self.assertIn("Nothing changes for 3 clients.", self.good_diff("server"))
            self.replace("Cfg/etc/web/web", "80", "81")
            text = self.good_diff("server")
            self.assertIn("Path /etc/web changes", text)
            self.assertIn(f"server https://localhost:{port} → working tree: 2 of 3", text)

    def test_other_letters(self) -> None:
        """Files and entries may have names in any letters, in revisions as well."""
        self.write({"Bundler/base.xml": "<Bundle><Path name='/etc/größe'/></Bundle>"})
        self.write({"Cfg/etc/größe/größe": "klein\n"})
        self.commit()
        self.replace("Cfg/etc/größe/größe", "klein", "groß")
        text = self.good_diff("--client", "db.example.test")
        self.assertIn("Path /etc/größe changes", text)
        self.assertIn("+groß", text)
        self.commit()
        self.assertIn("+groß", self.good_diff("HEAD~1..HEAD", "--client", "db.example.test"))
