"""`bcfg2tw reports`, which is bcfg2-reports: commands of 1.4, options of 1.3, and ours."""

from __future__ import annotations

import json
import os

from click.testing import CliRunner, Result
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.reports.command import command
from tests.reporting.cases import DATABASES


class ReportsTestCase(SynchronousTestCase):
    """A site without any report yet."""

    def setUp(self) -> None:
        self.folder = os.path.abspath(self.mktemp())
        os.makedirs(os.path.join(self.folder, "repo"))
        self.conf = os.path.join(self.folder, "bcfg2.conf")
        with open(self.conf, "w", encoding="utf-8") as stream:
            stream.write(
                f"[server]\nrepository = {self.folder}/repo\n[reporting]\ntime_zone = UTC\n"
            )

    def run_command(self, *arguments: str) -> Result:
        """Run the command."""
        return CliRunner().invoke(command, ["-C", self.conf, *arguments], prog_name="bcfg2-reports")


class RecordedTests(ReportsTestCase):
    """What upstream's bcfg2-reports said of its databases."""

    def check(self, name: str) -> None:
        """Import a database, and call the command as recorded."""
        imported = self.run_command("import", str(DATABASES / f"{name}.sqlite"))
        self.assertEqual(imported.exit_code, 0, imported.output)
        for step in json.loads((DATABASES / f"{name}-commands.json").read_text("utf-8")):
            result = self.run_command(*step["arguments"])
            lines = sorted(line.rstrip() for line in result.stdout.splitlines())
            wanted = sorted(line.rstrip() for line in step["output"])
            self.assertEqual((result.exit_code, lines), (step["status"], wanted), step["arguments"])

    def test_1_3_4(self) -> None:
        """The options of 1.3."""
        self.check("bcfg2-1.3.4")

    def test_1_4(self) -> None:
        """The commands of 1.4."""
        self.check("bcfg2-1.4")


class ReportsTests(ReportsTestCase):
    """What is ours."""

    def test_nothing(self) -> None:
        """Where nothing was reported nothing is shown, and nothing is made by looking."""
        self.assertEqual(self.run_command("clients").stdout, "No match found\n")
        self.assertIn('"runs":0', self.run_command("export").stdout)
        self.assertEqual(os.listdir(os.path.join(self.folder, "repo")), [])

    def test_far_times(self) -> None:
        """A time that no machine has, and more days than there are, are mistakes of the command."""
        with open(self.conf, "w", encoding="utf-8") as stream:
            stream.write(f"[server]\nrepository = {self.folder}/repo\n")
        result = self.run_command("export", "--since", "0001-01-01")
        self.assertEqual((result.exit_code, "is too far away" in result.output), (2, True))
        result = self.run_command("purge", "--days", "99999999999")
        self.assertEqual((result.exit_code, "is not in the range" in result.output), (2, True))

    def test_modes(self) -> None:
        """Options of 1.3 that exclude each other, or are none, are refused."""
        self.assertIn("You must specify a mode", self.run_command().output)
        result = self.run_command("-a", "-t", "host")
        self.assertEqual(result.exit_code, 2)
        self.assertIn(
            "Only one mode can be specified; found -a/--all and -t/--total", result.output
        )

    def test_purge(self) -> None:
        """Old runs go, hosts and their newest runs stay."""
        self.run_command("import", str(DATABASES / "bcfg2-1.4.sqlite"))
        self.assertEqual(self.run_command("purge").exit_code, 2)
        self.assertEqual(self.run_command("purge", "--days", "1").stdout, "19 runs are removed\n")
        end = json.loads(self.run_command("export").stdout.splitlines()[-1])
        self.assertEqual((end["clients"], end["runs"]), (5, 4))

    def test_json(self) -> None:
        """Tables are objects with --json."""
        self.run_command("import", str(DATABASES / "bcfg2-1.4.sqlite"))
        first = json.loads(self.run_command("clients", "--json").stdout)[0]
        self.assertEqual(first["time"], "2026-10-25T03:27:48Z")

    def test_no_file(self) -> None:
        """A source that is not there is told in a line."""
        result = self.run_command("import", "/no/such/file")
        self.assertEqual((result.exit_code, "no such file" in result.output), (1, True))
