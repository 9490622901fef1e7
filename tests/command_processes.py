"""Commands run as processes of their own, for what needs the network, or a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.commands import Ended

ROOT = Path(__file__).parents[1]


def run_process(
    *words: str,
    stdin: str = "",
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run `bcfg2tw` as `tests.commands.run` does."""
    home = os.path.abspath(folder or ".")
    paths = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    variables = {"HOME": home, "COLUMNS": "80", "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "bcfg2tw.cli", *words],
        input=stdin.encode(), capture_output=True, check=False, cwd=home,
        env={**os.environ, **variables, **(environment or {})},
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
