"""What contributors read: the map of the project, and the decisions."""

from __future__ import annotations

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PATH = re.compile(r"`((?:bcfg2tw|tests|docs|changelog\.d|twisted)/[\w./-]*)`")
DECISION_PATH = re.compile(r"``([\w./-]+(?:\.py|/))``")


class MapTests(SynchronousTestCase):
    """What a newcomer finds by it."""

    def test_paths(self) -> None:
        """Every path that is named exists."""
        # NAME stands for one's own
        paths = [path for path in PATH.findall(TEXT) if "NAME" not in path]
        self.assertGreater(len(paths), 20)
        self.assertEqual([path for path in paths if not (ROOT / path).exists()], [])

    def test_rooms(self) -> None:
        """Every room of the package is on the map."""
        rooms = {
            f"{folder.relative_to(ROOT)}/"
            for top in (ROOT / "bcfg2tw", ROOT / "bcfg2tw/engine")
            for folder in top.iterdir()
            if any(folder.glob("*.py"))
        }
        self.assertEqual(sorted(rooms - set(PATH.findall(TEXT))), [])


class DecisionTests(SynchronousTestCase):
    """The pages of docs/decisions."""

    def test_paths(self) -> None:
        """Every path that is named exists, in the project or in the package."""
        tops = (ROOT, ROOT / "bcfg2tw", ROOT / "bcfg2tw/engine")
        missing = [
            f"{page.name}: {path}"
            for page in sorted((ROOT / "docs/decisions").glob("*.rst"))
            for path in DECISION_PATH.findall(page.read_text("utf-8"))
            if not any((top / path).exists() for top in tops)
        ]
        self.assertEqual(missing, [])
