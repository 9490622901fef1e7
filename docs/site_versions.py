"""
Build this documentation as one version among others, in a folder that any web server can show.

`python3 run.py site FOLDER [VERSION]` runs this. Each version is a folder of its own; `versions.js`
beside them is what the pages offer to choose from, and `index.html` leads to the newest release.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import bcfg2tw

DOCS = Path(__file__).parent
_START = '<!doctype html><meta charset="utf-8"><title>bcfg2tw</title>'
_RELEASE = re.compile(r"\d+(\.\d+)+")


def main(folder: Path, version: str) -> None:
    """Build a version, and tell all versions that are there of each other."""
    sphinx = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q"]
    ended = subprocess.run([*sphinx, str(DOCS), str(folder / version)])
    if ended.returncode != 0:
        sys.exit(ended.returncode)
    versions = versions_in(folder)
    (folder / "versions.js").write_text(f"window.bcfg2twVersions = {json.dumps(versions)};\n")
    first = f'<meta http-equiv="refresh" content="0; url={versions[0]}/index.html">'
    (folder / "index.html").write_text(f"{_START}{first}\n", "utf-8")
    print(f"{folder / version} is built; there are {', '.join(versions)}")


def versions_in(folder: Path) -> list[str]:
    """Return the versions in a folder: releases, the newest first, and then all others."""
    names = [path.parent.name for path in folder.glob("*/objects.inv")]
    releases = [name for name in names if _RELEASE.fullmatch(name)]
    releases.sort(key=lambda name: [int(part) for part in name.split(".")], reverse=True)
    return releases + sorted(set(names) - set(releases))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else bcfg2tw.__version__)
