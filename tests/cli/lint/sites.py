"""Sites for the tests of lint: the demonstration site, and what is planted into it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

import bcfg2tw
from tests.commands import Ended, run

DEMONSTRATION = Path(bcfg2tw.__file__).parent / "cli/init/demo/repository"

CONFIG = """\
[server]
repository = {repository}
plugins = {plugins}

[communication]
password = secret
"""
PLUGINS = "Bundler,Cfg,Metadata,Probes,Properties,Rules"


class Site:
    """A site in a folder of its own, and lint on it."""

    def __init__(
        self, case: SynchronousTestCase, contents: Mapping[str, str], plugins: str = PLUGINS
    ) -> None:
        """
        Write the repository.

        :param contents: paths to texts
        """
        self.folder = Path(case.mktemp()).absolute()
        self.repository = self.folder / "repository"
        for name, text in contents.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        self.config = self.folder / "bcfg2.conf"
        self.config.write_text(CONFIG.format(repository=self.repository, plugins=plugins), "utf-8")

    def path(self, name: str) -> Path:
        """Return the full path of a file of the repository."""
        return self.repository / name

    def lint(self, *words: str, stdin: str = "") -> Ended:
        """Run lint."""
        return run("lint", "-C", str(self.config), *words, stdin=stdin, folder=str(self.folder))

    def findings(self, *words: str) -> list[dict[str, Any]]:
        """Return the findings of a run, with files relative to the repository."""
        ended = self.lint("--format", "json", *words)
        assert ended.status in (0, 2, 3), ended.errors
        findings: list[dict[str, Any]] = json.loads(ended.output)
        for finding in findings:
            finding["file"] = finding["file"].removeprefix("repository/")
        return findings


def demonstration() -> dict[str, str]:
    """Return the demonstration site's files as they are once it is made."""
    contents = {}
    for path in sorted(DEMONSTRATION.rglob("*")):
        if path.is_file():
            name = path.relative_to(DEMONSTRATION).as_posix().replace("@ROOT@", "srv/demo")
            text = path.read_text("utf-8").replace("@ROOT@", "/srv/demo")
            contents[name] = text.replace("@OWNER@", "root").replace("@GROUP@", "root")
    return contents
