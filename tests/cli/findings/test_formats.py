"""The formats of findings, as the programs read them that they are for."""

from __future__ import annotations

import json
from pathlib import Path

import click
from click.testing import CliRunner
from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.findings.formats import FORMATS, Report
from bcfg2tw.cli.findings.options import findings_options, relative_to, write_reports
from bcfg2tw.finding import Finding

IN_FILE = Finding("bad-name", "error", "/repo/a.xml", 3, "50% wrong: a, b\nsee below", "Rules", 7)
OF_CLIENT = Finding("failure", "warning", "", None, "no <generator>", "", client="web1")
REPORT = Report("bcfg2-test", [IN_FILE, OF_CLIENT], ["web1", "web2"], 1.5)


class FormatTests(SynchronousTestCase):
    def test_text(self) -> None:
        """Text is a line for each finding, with its place."""
        lines = FORMATS["text"](Report("t", [IN_FILE])).splitlines()
        self.assertEqual(lines[0], "ERROR: /repo/a.xml:3: 50% wrong: a, b")

    def test_json(self) -> None:
        """JSON has all fields."""
        first, second = json.loads(FORMATS["json"](REPORT))
        self.assertEqual((first["line"], first["column"], first["client"]), (3, 7, None))
        self.assertEqual((second["client"], second["severity"]), ("web1", "warning"))

    def test_sarif(self) -> None:
        """SARIF has the rules, levels and places; what is in no file has none."""
        (run,) = json.loads(FORMATS["sarif"](REPORT))["runs"]
        self.assertEqual(run["tool"]["driver"]["rules"], [{"id": "bad-name"}, {"id": "failure"}])
        first, second = run["results"]
        (location,) = first["locations"]
        self.assertEqual(location["physicalLocation"]["region"], {"startLine": 3, "startColumn": 7})
        self.assertEqual((second["level"], "locations" in second), ("warning", False))

    def test_junit(self) -> None:
        """JUnit has a case for all that was looked at, failed by what was found of it."""
        root = etree.fromstring(FORMATS["junit"](REPORT).encode())
        (suite,) = root
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("3", "2"))
        cases = {case.get("name"): case.find("failure") for case in suite}
        self.assertEqual(set(cases), {"web1", "web2", "/repo/a.xml"})
        self.assertIsNone(cases["web2"])

    def test_github(self) -> None:
        """What a workflow's command cannot hold is escaped."""
        self.assertEqual(
            FORMATS["github"](REPORT).splitlines(),
            [
                "::error file=/repo/a.xml,line=3,col=7,title=bad-name::50%25 wrong: a, b"
                "%0Asee below",
                "::warning title=failure::web1: no <generator>",
            ],
        )

    def test_gitlab(self) -> None:
        """A finding that moved has the fingerprint that it had."""
        moved = Finding("bad-name", "error", "/repo/a.xml", 9, IN_FILE.message, "Rules")
        before, after = (
            json.loads(FORMATS["gitlab"](Report("t", [one])))[0] for one in (IN_FILE, moved)
        )
        self.assertEqual(before["fingerprint"], after["fingerprint"])
        self.assertEqual(after["location"], {"path": "/repo/a.xml", "lines": {"begin": 9}})

    def test_relative(self) -> None:
        """Paths below a folder are made relative to it, others stay."""
        (first, second) = relative_to("/repo", REPORT).findings
        self.assertEqual((first.file, second.file), ("a.xml", ""))
        (first, _) = relative_to("/rep", REPORT).findings
        self.assertEqual(first.file, "/repo/a.xml")


@click.command()
@findings_options
def find(format_name: str | None, outputs: list[tuple[str, str]]) -> None:
    """Find something."""
    write_reports(REPORT, outputs)
    click.echo(format_name)


class OptionsTests(SynchronousTestCase):
    def test_outputs(self) -> None:
        """Findings go to as many files as are named."""
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        words = ["--output", f"json:{folder}/a", "--output", f"junit:{folder}/b"]
        self.assertEqual(CliRunner().invoke(find, words).exit_code, 0)
        self.assertEqual((folder / "a").read_text(), FORMATS["json"](REPORT))
        self.assertEqual((folder / "b").read_text(), FORMATS["junit"](REPORT))

    def test_refused(self) -> None:
        """What is no FORMAT:FILE is an error of usage; a file that cannot be written fails."""
        ended = CliRunner().invoke(find, ["--output", "pdf:x"])
        self.assertEqual(ended.exit_code, 2)
        self.assertIn("'pdf:x' is no FORMAT:FILE; formats are text, json", ended.output)
        ended = CliRunner().invoke(find, ["--output", "json:/nonexistent/x"])
        self.assertEqual(ended.exit_code, 1)
        self.assertIn("/nonexistent/x cannot be written: No such file", ended.output)

    def test_github(self) -> None:
        """In a GitHub workflow its format is chosen, unless another one is asked for."""
        runner = CliRunner(env={"GITHUB_ACTIONS": "true"})
        self.assertEqual(runner.invoke(find, []).output, "github\n")
        self.assertEqual(runner.invoke(find, ["--format", "text"]).output, "text\n")
