"""Owners and modes: what the user that the server runs as can read, and has to write."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from bcfg2tw.cli.migrate.kinds import finding
from bcfg2tw.cli.migrate.old_site import OldSite
from bcfg2tw.finding import Finding

__all__ = ["examine"]

READ, WRITE, ENTER = 4, 2, 1
#: Files that are named one by one.
MOST_FILES = 20


def examine(site: OldSite) -> Iterator[Finding]:
    """Yield files that the server's user cannot read, and folders that it cannot write to."""
    name = site.user.pw_name
    if site.user.pw_uid == 0:
        message = "the server would run as root: make a user of its own, and name it by --user"
        yield finding("runs-as-root", *site.place("server", "user"), message)
        return
    yield from _unreadable(site, name)
    for path in _written(site):
        if os.path.lexists(path) and not may(site, path, WRITE):
            message = f"{name} cannot write to it: chown -R {name} {path}, or set [server] state"
            yield finding("unwritable", path, None, message)


def _unreadable(site: OldSite, name: str) -> Iterator[Finding]:
    below = _by_top([path for path in _read(site) if not may(site, path, READ)])
    for path, number in list(below.items())[:MOST_FILES]:
        what = f"it, nor {number} below it" if number else "it"
        message = f"{name} cannot read {what}: chown {name}, or chgrp and chmod g+rX"
        yield finding("unreadable", path, None, message)
    if len(below) > MOST_FILES:
        message = f"{name} cannot read {len(below) - MOST_FILES} further files below it"
        yield finding("unreadable", site.repository.root, None, message)


def _by_top(paths: Sequence[str]) -> dict[str, int]:
    """Return the paths that are in no other one, and how many others are in each."""
    tops: dict[str, int] = {}
    for path in sorted(paths):
        top = next((str(one) for one in Path(path).parents if str(one) in tops), None)
        if top is None:
            tops[path] = 0
        else:
            tops[top] += 1
    return tops


def _read(site: OldSite) -> Iterator[str]:
    settings = site.settings
    for path in (settings.config, settings.cert, settings.key, settings.ca):
        if path is not None and os.path.exists(path):
            yield path
    for folder, _, _ in os.walk(site.repository.root):
        if not any(part in (".git", ".svn") for part in folder.split(os.sep)):
            yield folder
    yield from map(site.repository.path, site.repository.listing)


def _written(site: OldSite) -> Iterator[str]:
    """Yield what the server writes to, as its settings say."""
    settings = site.settings
    if settings.state is not None:
        yield settings.state
        return
    if not settings.metadata_db:
        yield site.repository.path("Metadata")
    if not settings.probes_db:
        yield site.repository.path("Probes")
    if "SSHbase" in settings.plugins:
        yield site.repository.path("SSHbase")


def may(site: OldSite, path: str, wish: int) -> bool:
    """Say whether the server's user may do something with a path, by owner, group and mode."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISDIR(status.st_mode):
        wish |= ENTER
    if status.st_uid == site.user.pw_uid:
        return (mode >> 6) & wish == wish
    groups = os.getgrouplist(site.user.pw_name, site.user.pw_gid)
    return (mode >> (3 if status.st_gid in groups else 0)) & wish == wish
