"""CONTRIBUTING.md: the map that it has of the project."""

from __future__ import annotations

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PATH = re.compile(r"`((?:bcfg2tw|tests|docs|changelog\.d|twisted)/[\w./-]*)`")


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
