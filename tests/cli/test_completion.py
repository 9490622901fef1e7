"""Completion of command lines, and pages of the manual."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.cli.lint.sites import Site, demonstration
from tests.commands import run

ROOT = Path(__file__).parent.parent.parent


class CompletionTests(SynchronousTestCase):
    """What a shell is told."""

    def complete(self, *words: str) -> list[str]:
        """Return how the last word may go on, as bash asks for it."""
        site = Site(self, demonstration())
        line = ["bcfg2tw", *(word.replace("@CONF@", str(site.config)) for word in words)]
        ended = subprocess.run(
            [sys.executable, "-c", "from bcfg2tw.cli import main; main(prog_name='bcfg2tw')"],
            env={
                **os.environ, "PYTHONPATH": str(ROOT), "_BCFG2TW_COMPLETE": "bash_complete",
                "COMP_WORDS": " ".join(line), "COMP_CWORD": str(len(line) - 1),
            },
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.assertEqual(ended.stderr, "")
        return [text.partition(",")[2] for text in ended.stdout.splitlines() if text]

    def test_clients(self) -> None:
        """Clients of the site that the command line names are completed."""
        hosts = self.complete("info", "-C", "@CONF@", "showclient", "web")
        self.assertEqual(hosts, ["web1.example.com", "web2.example.com"])
        self.assertEqual(self.complete("test", "-C", "@CONF@", "db"), ["db1.example.com"])

    def test_groups_and_bundles(self) -> None:
        """Groups and bundles are completed."""
        groups = self.complete("info", "-C", "@CONF@", "groups", "kernel")
        self.assertEqual(groups, ["kernel-freebsd", "kernel-linux"])
        bundles = self.complete("info", "-C", "@CONF@", "buildbundle", "m")
        self.assertEqual(bundles, ["motd"])

    def test_checks(self) -> None:
        """Checks are completed also behind a comma, mistakes by their names."""
        checks = self.complete("lint", "-C", "@CONF@", "--lint-plugins", "Metadata,Bun")
        self.assertEqual(checks, ["Metadata,Bundler"])
        names = self.complete("lint", "--explain", "no-")
        self.assertIn("no-generator", names)

    def test_no_site(self) -> None:
        """Where there is no site, nothing is completed, and nothing is said."""
        self.assertEqual(self.complete("test", "-C", "/nowhere/bcfg2.conf", ""), [])

    def test_scripts(self) -> None:
        """There is a script for each shell, for commands under their old names as well."""
        for shell in ("bash", "zsh", "fish"):
            script = run("completion", shell).output
            self.assertIn(f"_BCFG2TW_COMPLETE={shell}_complete", script)
            self.assertIn(f"_BCFG2_LINT_COMPLETE={shell}_complete", script)
            alone = run("completion", shell, "bcfg2-lint").output
            self.assertIn(alone, script)
            self.assertNotIn("_BCFG2TW_COMPLETE", alone)


class ManualTests(SynchronousTestCase):
    """`bcfg2tw man`."""

    def test_pages(self) -> None:
        """There is a page for each command, with its options and sub-commands."""
        folder = Path(self.mktemp())
        self.assertEqual(run("man", str(folder.absolute())).status, 0)
        page = (folder / "bcfg2tw-lint.1").read_text("utf-8")
        self.assertIn(".B \\-\\-explain NAME\nSay what a mistake is", page)
        self.assertIn("bcfg2tw\\-lint(1)", (folder / "bcfg2tw.1").read_text("utf-8"))
        page = (folder / "bcfg2tw-info.1").read_text("utf-8")
        self.assertIn(".SS showclient [OPTIONS] [hostname...]\n.PP\nPrint what is known", page)
        self.assertIn(".B \\-\\-explain\nSay of every entry", page)
        self.assertEqual((folder / "bcfg2-lint.1").read_text("utf-8"), ".so man1/bcfg2tw-lint.1\n")
        self.assertIn("serve.1", (folder / "bcfg2-server.1").read_text("utf-8"))
