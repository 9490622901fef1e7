"""The shell of `bcfg2tw info`: it goes on whatever happens, and completes what may stand next."""

from __future__ import annotations

import os

from bcfg2tw.cli.info.command import command as info
from bcfg2tw.cli.info.shell import Shell
from bcfg2tw.cli.looking import Site
from tests.cli.info.test_command import InfoTestCase


class ShellTests(InfoTestCase):
    def test_reads_changes(self) -> None:
        """After `update` the shell sees what has changed."""
        ended = self.info("shell", stdin="clients\nupdate\nclients\nquit\n")
        self.assertEqual((ended.status, ended.errors), (0, ""))
        self.assertEqual(ended.output.count("web1"), 2)

    def test_goes_on(self) -> None:
        """Neither a wrong command nor one that fails ends the shell."""
        ended = self.info("shell", stdin="build\nbuild 'x\nhelp nothing\nclients\n")
        self.assertEqual(ended.status, 0)
        self.assertIn("Missing argument", ended.errors)
        self.assertIn("*** No closing quotation: build 'x", ended.output)
        self.assertIn("No such command: nothing", ended.output)
        self.assertIn("web1", ended.output)

    def test_no_history(self) -> None:
        """Where nobody types nothing is remembered."""
        self.info("shell", stdin="clients\n")
        self.assertEqual(sorted(os.listdir(self.folder)), ["bcfg2.conf", "repo"])


class CompletionTests(InfoTestCase):
    def setUp(self) -> None:
        super().setUp()
        site = Site({"config": str(self.folder / "bcfg2.conf"), "verbose": False})
        self.addCleanup(site.close)
        self.shell = Shell(site, info.all_commands())

    def completions(self, line: str) -> list[str]:
        *before, text = line.split(" ")
        return [word.rstrip() for word in self.shell.completions(before, text)]

    def test_commands(self) -> None:
        """The first word is a command."""
        self.assertEqual(self.completions("buildb"), ["buildbundle"])
        self.assertEqual(self.completions("help show"), ["showclient", "showentries"])

    def test_names(self) -> None:
        """Then come the names that the command takes: hosts, groups, bundles, paths."""
        self.assertEqual(self.completions("showclient "), ["db1", "web1"])
        self.assertEqual(self.completions("groups a"), ["attic"])
        self.assertEqual(self.completions("buildbundle "), ["base", "db1", "old", "web1"])
        self.assertEqual(self.completions("buildfile /"), ["/etc/motd"])

    def test_options(self) -> None:
        """A dash begins an option."""
        self.assertIn("--explain", self.completions("build --e"))
        self.assertEqual(self.completions("nonsense x"), [])
