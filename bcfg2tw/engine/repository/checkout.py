"""
Whether git is changing the repository's files, for the repository is read as git leaves it.

Git holds its index's lock while it changes files, and writes the index when it has finished: a
reading without the lock before and after, and with one index, has met no half of a commit.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from bcfg2tw.engine.repository.listing import Stamp, stamp_of

#: While git is at work the files belong together only when it has finished; or it has crashed.
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.05

#: What is there from the beginning of a rebase to its end, also between two commits of it.
REBASING = ("rebase-merge", "rebase-apply")
#: What is there while git changes files.
AT_WORK = ("index.lock", *REBASING)

State = tuple[Stamp | None, ...]


class Checkout:
    """
    The working copy of git that a repository may be.

    :ivar folder: where git keeps its own files; there may be no such folder
    """

    def __init__(self, top: str) -> None:
        self.folder = _git_folder(os.path.join(top, ".git"))

    def is_changing(self) -> bool:
        """Say whether git is at work, unless it is for so long that it must have crashed."""
        return any(_is_fresh(os.path.join(self.folder, name)) for name in AT_WORK)

    def settled(self) -> State:
        """Wait until git has finished, and return what is another when it has worked again."""
        while self.is_changing():
            time.sleep(PAUSE_SECONDS)
        return tuple(map(stamp_of, self._marks()))

    def _marks(self) -> Iterator[str]:
        for name in ("index", "HEAD", os.path.join("logs", "HEAD")):
            yield os.path.join(self.folder, name)


def _git_folder(path: str) -> str:
    """Return where a `.git` leads, which is a file in work trees and submodules."""
    try:
        with open(path, encoding="utf-8") as stream:
            label, _, folder = stream.readline().strip().partition(": ")
    except (OSError, UnicodeDecodeError):
        return path
    return os.path.join(os.path.dirname(path), folder) if label == "gitdir" else path


def _is_fresh(path: str) -> bool:
    try:
        age = time.time() - os.stat(path).st_mtime
    except OSError:
        return False
    return age < PATIENCE_SECONDS
