"""`bcfg2tw admin pull` beside what is recorded: keys, templates, encodings, choices."""

from __future__ import annotations

import base64
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.xmlio import parse_upload
from bcfg2tw.reporting.database import open_reports
from bcfg2tw.reporting.documents import report_of
from bcfg2tw.reporting.model import Run
from bcfg2tw.reporting.storing import ReportStore
from bcfg2tw.settings import Settings
from tests.builders import write_files
from tests.commands import Ended
from tests.commands import run as run_command

KEY = "/etc/ssh/ssh_host_rsa_key"
NAMES = ("/etc/motd", "/etc/made", "/etc/latin", KEY, f"{KEY}.pub")


def bad(name: str, content: bytes) -> str:
    """Return a file that is reported as bad, with root's permissions."""
    encoded = base64.b64encode(content).decode()
    return (
        f'<Path type="file" name="{name}" owner="root" group="root" mode="0644" '
        f'current_owner="0" current_group="0" current_mode="0644" current_bfile="{encoded}"/>'
    )


class PullTests(SynchronousTestCase):
    """A client has reported some of its files as bad."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.repository = self.folder / "repo"
        write_files(
            str(self.folder),
            {
                "bcfg2.conf": f"[server]\nrepository = {self.repository}\n"
                "plugins = Metadata, Cfg, SSHbase, Rules, Reporting\n",
                "repo/Metadata/clients.xml": "<Clients><Client name='a' profile='p'/></Clients>",
                "repo/Metadata/groups.xml": "<Groups><Group name='p' profile='true'/></Groups>",
                "repo/Cfg/etc/motd/motd.G10_p": "hello\n",
                "repo/Cfg/etc/motd/info.xml": "<FileInfo><Info owner='root' mode='0644'/>"
                "</FileInfo>",
                "repo/Cfg/etc/made/made.genshi": "made\n",
                "repo/Cfg/etc/latin/latin": "old\n",
                "repo/SSHbase/ssh_host_rsa_key.H_a": "old\n",
                "repo/SSHbase/ssh_host_rsa_key.pub.H_a.crypt": "old\n",
                "repo/Rules/a.xml": '<Rules priority="1"><Path name="/etc/rule" type="file" '
                'owner="root" group="root" mode="0644">x</Path></Rules>',
            },
        )
        self.reports = 0
        self.report("".join(bad(name, b"mine\n") for name in NAMES))

    def report(self, entries: str) -> None:
        """Store what the client reports, a second after the last report."""
        self.reports += 1
        text = (
            '<upload-statistics><Statistics version="2.0" state="dirty" total="9" good="0">'
            f"<Bad>{entries}</Bad></Statistics></upload-statistics>"
        )
        database = open_reports(Settings.from_file(str(self.folder / "bcfg2.conf")))
        run = Run("a", self.reports * 1_000_000)
        ReportStore(database).add([report_of(parse_upload(text, 1000), run, 100_000)])
        database.close()

    def pull(self, name: str, *options: str, stdin: str = "") -> Ended:
        """Pull a path."""
        words = ("admin", "-C", str(self.folder / "bcfg2.conf"), "pull", *options)
        return run_command(*words, "a", "Path", name, stdin=stdin)

    def read(self, name: str) -> str:
        """Return a file of the repository."""
        return (self.repository / name).read_text()

    def test_group(self) -> None:
        """The file that serves the client is replaced; info.xml stays where it is right."""
        before = self.read("Cfg/etc/motd/info.xml")
        ended = self.pull("/etc/motd")
        self.assertEqual((ended.status, ended.output), (0, ""))
        self.assertIn("motd.G10_p is written", ended.errors)
        self.assertEqual(self.read("Cfg/etc/motd/motd.G10_p"), "mine\n")
        self.assertEqual(self.read("Cfg/etc/motd/info.xml"), before)

    def test_choice(self) -> None:
        """Asked, the administrator may have it for the host alone, or not at all."""
        ended = self.pull("/etc/motd", "-I", stdin="n\ny\n")
        self.assertIn(" => group entry: p (prio 10)", ended.output)
        self.assertIn(" => host entry: a", ended.output)
        self.assertEqual(self.read("Cfg/etc/motd/motd.G10_p"), "hello\n")
        self.assertEqual(self.read("Cfg/etc/motd/motd.H_a"), "mine\n")
        self.assertEqual(self.pull("/etc/motd", "-I").status, 0)

    def test_template(self) -> None:
        """What is made from a template is not replaced."""
        ended = self.pull("/etc/made")
        self.assertEqual(ended.status, 1)
        self.assertIn("Cfg: Unable to pull data for genshi types", ended.output)
        self.assertFalse((self.repository / "Cfg/etc/made/made").exists())

    def test_binary(self) -> None:
        """Bytes that are no text are taken over as they are."""
        self.report(bad("/etc/latin", b"\xff\xfe"))
        self.assertEqual(self.pull("/etc/latin").status, 0)
        self.assertEqual((self.repository / "Cfg/etc/latin/latin").read_bytes(), b"\xff\xfe")

    def test_keys(self) -> None:
        """A private key stays private; one that is encrypted is not put beside in the clear."""
        self.assertEqual(self.pull(KEY).status, 0)
        path = self.repository / "SSHbase/ssh_host_rsa_key.H_a"
        self.assertEqual(path.read_text(), "mine\n")
        ended = self.pull(f"{KEY}.pub")
        self.assertEqual(ended.status, 1)
        self.assertFalse((self.repository / "SSHbase/ssh_host_rsa_key.pub.H_a").exists())

    def test_other_plugin(self) -> None:
        """A plugin that takes nothing over is named."""
        self.report(bad("/etc/rule", b"mine\n"))
        ended = self.pull("/etc/rule")
        self.assertEqual(ended.status, 1)
        self.assertIn("Configuration upload not supported by plugin Rules", ended.output)
