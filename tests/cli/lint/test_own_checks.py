"""Checks of a site's own packages, and hooks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml
from twisted.trial.unittest import SynchronousTestCase

from tests.cli.lint.sites import Site, demonstration

ROOT = Path(__file__).parent.parent.parent.parent

MODULE = """\
from bcfg2tw.cli.lint.check import Check, Kind, Remark

class Motd(Check):
    name = "Motd"
    kinds = {"loud-motd": Kind("warning", "A message of the day says nothing in capitals.")}

    def run(self):
        for path in self.repository.files("Cfg", "*/motd/motd*"):
            if "!" in self.repository.text(path):
                yield Remark("loud-motd", path, 1, "this is loud")
"""


class OwnCheckTests(SynchronousTestCase):
    """A package with the entry point `bcfg2tw.lint`."""

    def lint(self, entry_point: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run lint in a process, beside an installed package."""
        site = Site(self, {**demonstration(), "Cfg/srv/demo/etc/motd/motd.genshi": "Hello!\n"})
        packages = site.folder / "packages"
        metadata = packages / "motd_check-1.0.dist-info"
        metadata.mkdir(parents=True)
        (packages / "motd_check.py").write_text(MODULE, "utf-8")
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: motd-check\nVersion: 1\n")
        (metadata / "entry_points.txt").write_text(f"[bcfg2tw.lint]\nmotd = {entry_point}\n")
        return subprocess.run(
            [sys.executable, "-m", "bcfg2tw.cli", "lint", "-C", str(site.config), *words],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(packages), str(ROOT)])},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def test_takes_part(self) -> None:
        """It takes part as ours do, and is explained."""
        ended = self.lint("motd_check:Motd", "--format", "text")
        self.assertEqual(ended.returncode, 3, ended.stderr)
        self.assertIn("motd.genshi:1: this is loud", ended.stdout)
        ended = self.lint("motd_check:Motd", "--explain", "loud-motd")
        self.assertIn("nothing in capitals", ended.stdout)

    def test_unusable(self) -> None:
        """One that cannot be loaded is named with the reason, as a mistake of usage."""
        ended = self.lint("motd_check:Gone")
        self.assertEqual(ended.returncode, 2)
        self.assertIn("motd_check:Gone (bcfg2tw.lint) cannot be loaded", ended.stderr)


class HooksTests(SynchronousTestCase):
    """`.pre-commit-hooks.yaml`."""

    def test_commands(self) -> None:
        """Each hook's command can be run on a file, and finds what is wrong with it."""
        site = Site(self, {**demonstration(), "Cfg/etc/key/key.crypt": "in the clear\n"})
        hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
        for hook in hooks:
            program, *words = hook["entry"].split()
            self.assertEqual(program, "bcfg2tw")
            ended = subprocess.run(
                [sys.executable, "-m", "bcfg2tw.cli", *words, "-C", str(site.config),
                 "repository/Cfg/etc/key/key.crypt"],
                cwd=site.folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            self.assertIn("is not encrypted", ended.stdout, ended.stderr)
            self.assertNotEqual(ended.returncode, 0)
