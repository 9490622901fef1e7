"""Commands where libraries that they need are missing."""

from __future__ import annotations

import subprocess
import sys

from twisted.trial.unittest import SynchronousTestCase

#: Runs the command in an interpreter that finds neither of some libraries.
WITHOUT = """
import sys

class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("sqlalchemy", "alembic", "bcrypt", "jinja2"):
            raise ImportError(f"no {name}", name=name)

sys.meta_path.insert(0, Without())
from bcfg2tw.cli import main
main()
"""


class ExtrasTests(SynchronousTestCase):
    def bcfg2tw(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command."""
        command = [sys.executable, "-c", WITHOUT, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_help(self) -> None:
        """The other commands are there, and those that lack something say what."""
        ended = self.bcfg2tw("--help")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("Make a demonstration site", ended.stdout)
        self.assertIn("pip install 'bcfg2tw[reporting]'", " ".join(ended.stdout.split()))

    def test_refused(self) -> None:
        """A command that lacks something says so in a line, whatever is asked of it."""
        for words, extra in (
            (("reports", "clients", "-c"), "reporting"),
            (("web", "passwd", "--help"), "reporting"),
            (("db", "status"), "sql"),
        ):
            ended = self.bcfg2tw(*words)
            self.assertEqual((ended.returncode, ended.stdout), (1, ""))
            self.assertIn(
                f"Error: bcfg2tw {words[0]} needs more: pip install 'bcfg2tw[{extra}]' (no ",
                ended.stderr,
            )
            self.assertEqual(ended.stderr.count("\n"), 1)

    def test_sub_commands(self) -> None:
        """A tool of many commands is there, and those of them that lack something say what."""
        ended = self.bcfg2tw("admin", "--help")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("init", ended.stdout)
        ended = self.bcfg2tw("admin", "purgereports")
        self.assertEqual((ended.returncode, ended.stdout), (1, ""))
        self.assertIn("bcfg2tw admin purgereports needs more: pip install", ended.stderr)
