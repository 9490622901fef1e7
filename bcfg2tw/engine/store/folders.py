"""Folders that are made where something is written, and never in place of one that is gone."""

from __future__ import annotations

import os
from contextlib import suppress

from bcfg2tw.engine.repository.listing import is_below
from bcfg2tw.engine.store.atomic import sync_folder
from bcfg2tw.errors import StateUnavailable

#: What a new file system holds.
NOTHING = frozenset(["lost+found"])


def holds_nothing(folder: str) -> bool:
    """Say whether a folder is empty, as one is where something else is to be mounted."""
    with suppress(OSError):  # it is not there, or none, or of no concern to this user
        return NOTHING.issuperset(os.listdir(folder))
    return False


def make_folder(folder: str, base: str, mode: int = 0o777) -> None:
    """
    Make a folder, and those between it and another one, if missing; they are on disk on return.

    :param base: itself, or a folder above it, which is never made: in place of a repository that
        was moved away or unmounted an empty one would be there, and what it got would be lost
    :param mode: of the folder alone, as `os.mkdir` has it
    :raises StateUnavailable: if that is not there
    :raises OSError: if it cannot be made
    """
    check_there(base)
    if os.path.isdir(folder):
        return
    above = os.path.dirname(folder)
    make_folder(above, base)
    with suppress(FileExistsError):
        os.mkdir(folder, mode)
    sync_folder(above)


def base_of(folder: str, *places: str | None) -> str:
    """
    Return the base from which on a folder may be made, see `make_folder`.

    :param places: the repository or a part of it, and the folder for state if there is one, which
        is made at the start: the first of them that it is in is the base. Anywhere else it is the
        server's own to make
    """
    return next((place for place in places if place and is_below(folder, place)), os.sep)


def check_there(folder: str) -> None:
    """
    See that a folder is there, before something is written in it or beside it.

    :raises StateUnavailable: if it is not
    """
    if not os.path.isdir(folder):
        raise StateUnavailable(
            f"{folder} is gone: nothing is written until it is moved back, mounted or made again"
        )
