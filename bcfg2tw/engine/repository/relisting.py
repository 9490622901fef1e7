"""Listing a folder again of which some paths are known to have changed, at their cost alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Set
from sys import intern

from bcfg2tw.engine.repository.listing import (
    Above,
    IgnoredNames,
    Listing,
    Stamp,
    Walk,
    check_gone,
    identity,
    same,
    scan,
)

#: Of more changed paths than this the whole folder is listed, which costs less then.
MAX_CHANGED = 200


def rescan(
    folder: str, ignored: IgnoredNames, before: Listing, changed: Collection[str]
) -> Listing:
    """
    List a folder as `scan` does, looking at nothing but what has changed.

    Files that links lead to, and those with several names, are looked at in any case: they may have
    been changed under another name.

    :param before: the listing before
    :param changed: full paths of files and folders; those outside of the folder do not matter
    :raises UnreadableRepository: if something that changed cannot be read
    """
    paths = {os.path.relpath(path, folder) for path in changed if _is_below(path, folder)}
    paths |= before.shared
    if "." in paths or len(paths) > MAX_CHANGED:
        return scan(folder, ignored, before)
    walk = Walk(ignored)
    now = {
        intern(name): same(before.get(name), stamp)
        for path in paths
        for name, stamp in _files_at(folder, path, walk, ignored)
    }
    gone = (paths & before.keys()) | _names_below(paths - before.keys(), before)
    shared = (before.shared - paths) | walk.shared
    changed = {name for name in gone | now.keys() if before.get(name) is not now.get(name)}
    if gone == now.keys():
        return Listing(before | now, shared, changed)
    kept = {name: stamp for name, stamp in before.items() if name not in gone}
    return Listing(dict(sorted({**kept, **now}.items())), shared, changed)


def _names_below(folders: Set[str], listing: Listing) -> set[str]:
    prefixes = tuple(f"{folder}/" for folder in folders)
    return {name for name in listing if name.startswith(prefixes)} if prefixes else set()


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


def _files_at(
    folder: str, path: str, walk: Walk, ignored: IgnoredNames
) -> Iterator[tuple[str, Stamp]]:
    """Yield the file at a path, or those of the folder there, if a walk would come to it."""
    parts = path.split(os.sep)
    if any(part in ignored for part in parts):
        return
    place = os.path.join(folder, path)
    try:
        above = _above(folder, parts[:-1])
        link = os.lstat(place)
        status = os.stat(place)
    except OSError as error:
        check_gone(place, error)
        if os.path.islink(place):
            walk.shared.add(path)  # what it leads to may come
        return
    if above is None:
        return
    if stat.S_ISLNK(link.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_nlink > 1):
        walk.shared.add(path)
    if stat.S_ISREG(status.st_mode):
        yield path, Stamp.of(status)
    elif stat.S_ISDIR(status.st_mode):
        yield from walk.below(place, path + "/", above)


def _above(folder: str, parts: list[str]) -> Above | None:
    """
    Return a folder and those on the way to a path below it, None where a link leads back.

    :raises OSError: if one cannot be looked at
    """
    above: Above = frozenset()
    for place in (folder, *(os.path.join(folder, *parts[: n + 1]) for n in range(len(parts)))):
        here = identity(os.stat(place))
        if here in above:
            return None
        above |= {here}
    return above
