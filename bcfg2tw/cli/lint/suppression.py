"""
What a site says does not count: beside the place, or in a file.

`<!-- lint: ignore=NAME,NAME -->` on the line or the one before, `# lint: ignore=NAME` in other
files, `lint: ignore-file=NAME` anywhere in a file for all of it; without names all count. The file
`.bcfg2-lint-ignore` of the repository has lines `PATH NAME`, where the path may be a glob, and
`LINE` may follow.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bcfg2tw.cli.lint.check import Remark
from bcfg2tw.cli.lint.repository import Repository

__all__ = ["IGNORE_FILE", "Suppressions", "ignore_lines"]

IGNORE_FILE = ".bcfg2-lint-ignore"

_MARK = re.compile(
    r"\blint:\s*ignore(?P<file>-file)?(?:\s*=\s*(?P<names>[\w*?,\s-]+?))?\s*(?:--|#|$)"
)


@dataclass(frozen=True)
class _Mark:
    """
    A place at which some names do not count.

    :ivar line: None for the whole file
    """

    names: tuple[str, ...]
    line: int | None

    def covers(self, remark: Remark) -> bool:
        """Say whether a remark does not count for it."""
        is_there = self.line is None or remark.line in (self.line, self.line + 1)
        return is_there and any(fnmatchcase(remark.name, name) for name in self.names)


class Suppressions:
    """All that a repository says."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._marks: dict[str, list[_Mark]] = {}
        self._listed = list(_listed(repository))

    def cover(self, remark: Remark) -> bool:
        """Say whether a remark does not count."""
        marks = self._marks.get(remark.file)
        if marks is None:
            marks = self._marks[remark.file] = list(_marks(self._repository.text(remark.file)))
        if any(mark.covers(remark) for mark in marks):
            return True
        name = os.path.relpath(remark.file, self._repository.root)
        return any(fnmatchcase(name, glob) and mark.covers(remark) for glob, mark in self._listed)


def _marks(text: str) -> Iterator[_Mark]:
    if "lint:" not in text:
        return
    for number, line in enumerate(text.splitlines(), 1):
        match = _MARK.search(line)
        if match is not None:
            names = tuple(re.split(r"[,\s]+", (match["names"] or "*").strip()))
            yield _Mark(names, None if match["file"] else number)


def _listed(repository: Repository) -> Iterator[tuple[str, _Mark]]:
    for line in repository.text(repository.path(IGNORE_FILE)).splitlines():
        words = line.partition("#")[0].split()
        if words:
            path, name, line_number = [*words, "*", ""][:3] if len(words) < 3 else words[:3]
            number = int(line_number) - 1 if line_number.isdigit() else None
            yield path, _Mark((name,), number)


def ignore_lines(repository: Repository, remarks: Iterable[Remark]) -> list[str]:
    """Return the lines of a file by which remarks do not count any more."""
    return sorted({f"{os.path.relpath(one.file, repository.root)} {one.name}" for one in remarks})
