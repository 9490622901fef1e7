"""Where the machine that runs the tests has its own packages from, for tests with a real index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource

FOLDER = Path("/etc/apt")


@dataclass(frozen=True)
class Archive:
    """One suite of a Debian archive, as apt is told of it; `key` is a file, or empty."""

    url: str
    suite: str
    key: str

    def source(self, *architectures: str) -> PackageSource:
        """Return it as a source of packages."""
        return PackageSource(
            "apt",
            self.url.rstrip("/") + "/",
            version=self.suite,
            components=("main",),
            arches=architectures,
            gpgkeys=(f"file://{self.key}",) if self.key else (),
        )


def archive() -> Archive | None:
    """Return the first archive with a component `main`, None where apt is told of none."""
    return next(_archives(), None)


def _archives() -> Iterator[Archive]:
    for path in sorted(FOLDER.glob("sources.list.d/*.sources")):
        for stanza in path.read_text("utf-8").split("\n\n"):
            fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
            if "main" in fields.get("Components", "").split():
                suite = fields["Suites"].split()[0]
                yield Archive(fields["URIs"].split()[0], suite, fields.get("Signed-By", ""))
    for path in [FOLDER / "sources.list", *sorted(FOLDER.glob("sources.list.d/*.list"))]:
        text = path.read_text("utf-8") if path.exists() else ""
        for line in re.findall(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+main\b", text, re.M):
            yield Archive(line[0], line[1], "")
