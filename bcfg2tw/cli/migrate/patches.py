"""Code of the site written anew: as one patch, or in the files themselves."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bcfg2tw.cli.migrate.code import code_files
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.cli.python2.patching import patched
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.errors import Bcfg2Error

__all__ = ["Change", "changes", "diff_of", "write"]


@dataclass(frozen=True)
class Change:
    """A file that is written anew: its full path, its text, and the new one."""

    path: str
    before: str
    after: str


def changes(site: OldSite) -> list[Change]:
    """
    Return the files of which something can be written anew.

    Files that are not in the site's encoding are left alone.

    :raises MissingFixers: if the library that does it is missing
    """
    return [change for change in _changes(site) if change.after != change.before]


def _changes(site: OldSite) -> Iterator[Change]:
    for file in code_files(site):
        try:
            before = site.repository.data(file.path).decode(site.settings.encoding)
        except UnicodeDecodeError:
            continue
        yield Change(file.path, before, patched(before, file.syntax, file.surroundings))


def diff_of(all_changes: Sequence[Change]) -> str:
    """Return a unified diff, whose paths begin at `/`: for `patch -p1 -d /`."""
    return "".join(line for change in all_changes for line in _diff(change))


def _diff(change: Change) -> Iterator[str]:
    name = change.path.lstrip(os.sep)
    lines = difflib.unified_diff(
        change.before.splitlines(keepends=True), change.after.splitlines(keepends=True),
        f"a/{name}", f"b/{name}",
    )  # fmt: skip
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def write(change: Change, encoding: str) -> str:
    """
    Write a file anew in one step, and return the path of the copy of what it was.

    The copy is called as the file with `~` behind it, which a server takes for no file of the
    repository.

    :raises Bcfg2Error: if one of both cannot be written; the file is as it was then
    """
    copy = _free_name(change.path)
    try:
        mode = os.stat(change.path).st_mode & 0o7777
        write_atomically(copy, change.before.encode(encoding), mode)
        write_atomically(change.path, change.after.encode(encoding))
    except OSError as error:
        raise Bcfg2Error(f"{change.path} cannot be written: {error.strerror or error}") from error
    return copy


def _free_name(path: str) -> str:
    candidates = (f"{path}{number}~" for number in ("", *(f".{n}" for n in range(1, 1000))))
    return next(name for name in candidates if not os.path.lexists(name))
