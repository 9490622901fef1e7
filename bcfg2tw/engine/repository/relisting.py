"""Listing a folder again of which some paths are known to have changed, at their cost alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Set
from pathlib import Path
from sys import intern

from bcfg2tw.engine.repository.listing import (
    Above,
    IgnoredNames,
    Listed,
    Listing,
    Walk,
    check_gone,
    identity,
    is_below,
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
    walk = Walk(os.path.basename(folder), ignored, before)
    paths = {os.path.relpath(path, folder) for path in changed if is_below(path, folder)}
    paths = {_concerned(path, before, walk) for path in paths | before.shared}
    if "." in paths or len(paths) > MAX_CHANGED:
        return scan(folder, ignored, before)
    now = {
        intern(name): same(before.get(name), stamp)
        for path in paths
        for name, stamp in _files_at(folder, path, walk, ignored)
    }
    gone = (paths & before.keys()) | _names_below(paths, before)
    different = {name for name in gone | now.keys() if before.get(name) is not now.get(name)}
    if gone == now.keys():
        return Listing(before | now, walk.shared, different)
    kept = {name: stamp for name, stamp in before.items() if name not in gone}
    return Listing(dict(sorted({**kept, **now}.items())), walk.shared, different)


def _concerned(path: str, before: Listing, walk: Walk) -> str:
    """Return the path to look at: that of a folder above, if it is listed or may be as a file."""
    parts = path.split(os.sep)
    above = (os.sep.join(parts[:number]) for number in range(1, len(parts)))
    return next((place for place in above if place in before or walk.is_place(place)), path)


def _names_below(paths: Set[str], listing: Listing) -> set[str]:
    folders = {path for path in paths if path not in listing or stat.S_ISDIR(listing[path].mode)}
    prefixes = tuple(f"{folder}/" for folder in folders)
    return {name for name in listing if name.startswith(prefixes)} if prefixes else set()


def _files_at(folder: str, path: str, walk: Walk, ignored: IgnoredNames) -> Iterator[Listed]:
    """Yield the file at a path, or those of the folder there, if a walk would come to it."""
    parts = path.split(os.sep)
    place = os.path.join(folder, path)
    if any(part in ignored for part in parts):
        return
    try:
        above = _above(folder, parts[:-1])
        os.lstat(place)
    except OSError as error:
        check_gone(place, error)
        return
    if above is not None:
        yield from walk.at(Path(place), path, above)


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
