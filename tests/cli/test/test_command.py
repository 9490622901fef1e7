"""`bcfg2tw test` beside what bcfg2-test did: builds twice, baselines, summaries, formats."""

from __future__ import annotations

import json
from pathlib import Path

from lxml import etree
from twisted.trial.unittest import SynchronousTestCase

from tests.builders import write_files
from tests.command_processes import run_at_terminal, run_process
from tests.commands import Ended, run

REPOSITORY = {
    "Metadata/clients.xml": "<Clients><Client name='a1' profile='all'/>"
    "<Client name='a2' profile='all'/><Client name='b1' profile='other'/></Clients>",
    "Metadata/groups.xml": "<Groups><Group name='all' profile='true' default='true'>"
    "<Bundle name='base'/></Group><Group name='other' profile='true'><Bundle name='fine'/></Group>"
    "</Groups>",
    "Bundler/base.xml": "<Bundle><Path name='/etc/none'/></Bundle>",
    "Bundler/fine.xml": "<Bundle><BoundPath name='/a' type='directory'/></Bundle>",
}


class TestTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        write_files(str(self.folder / "repo"), REPOSITORY)
        config = f"[server]\nrepository = {self.folder}/repo\nplugins = Bundler,Metadata\n"
        write_files(str(self.folder), {"bcfg2.conf": config})

    def run_test(self, *words: str) -> Ended:
        config = str(self.folder / "bcfg2.conf")
        return run("test", "-C", config, *words, folder=str(self.folder))


class ResultTests(TestTestCase):
    def test_summary(self) -> None:
        """Equal failures are shown once, with the number of their clients."""
        ended = self.run_test("--summary")
        self.assertEqual((ended.status, ended.output), (1, ""))
        self.assertIn("Path:/etc/none: no matching generator: 2 clients\n", ended.errors)
        self.assertIn("FAILED (failures=2)", ended.errors)

    def test_children(self) -> None:
        """Several processes give the same as one."""
        # forked in a process of its own: here there may be threads of other tests
        config = str(self.folder / "bcfg2.conf")
        words = ("test", "-C", config, "--summary", "--children", "auto")
        one, several = self.run_test("--summary"), run_process(*words, folder=str(self.folder))
        self.assertEqual(several.status, one.status)
        self.assertEqual(
            several.errors.splitlines()[-1], one.errors.splitlines()[-1], several.errors
        )
        self.assertEqual(several.errors.splitlines()[0], "FF.")

    def test_unknown_client(self) -> None:
        """A client that there is not fails, whatever would become of it."""
        ended = self.run_test("new")
        self.assertEqual(ended.status, 1)
        self.assertIn("there is no client new", ended.errors)
        ended = self.run_test("--summary", "new", "a*")
        self.assertIn("Ran 3 tests", ended.errors)
        self.assertIn("there is no such client: new\n", ended.errors)

    def test_terminal(self) -> None:
        """At a terminal a bar shows how far it is, in place of a character for each client."""
        config = str(self.folder / "bcfg2.conf")
        shown = run_at_terminal("test", "-C", config, "--children", "2")
        self.assertIn("3/3", shown)
        self.assertNotIn("FF.", shown)
        self.assertIn("Path:/etc/none: no matching generator: 2 clients", shown)

    def test_durations(self) -> None:
        """The slowest clients are named with their seconds."""
        ended = self.run_test("--durations", "1", "b1")
        self.assertRegex(ended.errors, r"(?m)^ +\d+\.\d{3}s  b1$")

    def test_bad_options(self) -> None:
        """An ignored entry without its tag, and children that are no number, are refused."""
        for words, reason in (
            (("--ignore", "nonsense"), "'nonsense' is no TAG:NAME"),
            (("--children", "many"), "'many' is no number, and not auto"),
        ):
            ended = self.run_test(*words)
            self.assertEqual(ended.status, 2)
            self.assertIn(reason, ended.errors)


class BaselineTests(TestTestCase):
    def test_new_failures(self) -> None:
        """Failures that are known do not count; another one of the same client does."""
        self.assertEqual(self.run_test("--write-baseline", "known.json").status, 1)
        self.assertEqual(self.run_test("--baseline", "known.json").status, 0)
        (self.folder / "repo/Bundler/base.xml").write_text(
            "<Bundle><Path name='/etc/none'/><Service name='x'/></Bundle>"
        )
        ended = self.run_test("--baseline", "known.json", "a1")
        self.assertEqual(ended.status, 1)
        self.assertIn("Service:x: no matching generator", ended.errors)
        self.assertNotIn("Path:/etc/none: no", ended.errors)

    def test_no_baseline(self) -> None:
        """A file that is none is a sentence."""
        write_files(str(self.folder), {"known.json": "[1"})
        ended = self.run_test("--baseline", "known.json")
        self.assertEqual(ended.status, 1)
        self.assertIn("known.json is no baseline that can be read", ended.errors)


class TwiceTests(TestTestCase):
    def setUp(self) -> None:
        super().setUp()
        template = (
            '<Bundle xmlns:py="http://genshi.edgewall.org/"><?python import random ?>'
            '<BoundPath name="/a" type="file">${random.SystemRandom().random()}</BoundPath>'
            "</Bundle>"
        )
        (self.folder / "repo/Bundler/fine.xml").write_text(template)

    def test_unstable(self) -> None:
        """A configuration that differs between two builds is named, and what differs."""
        ended = self.run_test("b1")
        self.assertEqual(ended.status, 0)
        self.assertIn(
            "warning: b1 differs between two builds: Changed: Element Path:/a has different "
            "content",
            ended.errors,
        )

    def test_once(self) -> None:
        """Built once it is not looked at."""
        self.assertNotIn("differs", self.run_test("--once", "b1").errors)


class FormatTests(TestTestCase):
    def test_junit(self) -> None:
        """For CI each client is a test case."""
        ended = self.run_test("--output", "junit:out.xml")
        self.assertEqual(ended.status, 1)
        suite = etree.parse(str(self.folder / "out.xml")).getroot()[0]
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("3", "2"))

    def test_json(self) -> None:
        """With a format standard error is quiet."""
        ended = self.run_test("--format", "json", "a1")
        self.assertEqual(ended.errors, "")
        (finding,) = json.loads(ended.output)
        self.assertEqual((finding["client"], finding["name"]), ("a1", "failure"))
