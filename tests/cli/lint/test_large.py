"""lint of a large repository, which two processes share."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.cli.lint.running import LARGE_FILES
from tests.cli.lint.sites import Site, demonstration
from tests.command_processes import run_process


class LargeTests(SynchronousTestCase):
    def test_same(self) -> None:
        """It finds what it finds in a small one, whichever process looks for it."""
        mistakes = {
            "Bundler/motd.xml": "<Bundle><Path name='/none'/></Bundle>",
            "Cfg/etc/motd/motd.genshi": "{% if %}",
            "Metadata/more.xml": "<Groups",
        }
        contents = {**demonstration(), **mistakes}
        small = self.findings(contents)
        self.assertIn("no-generator", {name for name, _file in small})
        notes = {f"notes/{number}": "" for number in range(LARGE_FILES)}
        self.assertEqual(self.findings({**contents, **notes}), small)

    def findings(self, contents: dict[str, str]) -> list[tuple[str, str]]:
        """Return the mistakes by name and file, as a process of its own finds them."""
        site = Site(self, contents)
        ended = run_process("lint", "-C", str(site.config), "--format", "json")
        found = json.loads(ended.output)
        return [(one["name"], str(one["file"]).rpartition("repository")[2]) for one in found]
