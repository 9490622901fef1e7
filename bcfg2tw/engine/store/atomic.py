"""Replaces files in one step, so that nobody ever reads half of one."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

NEW_FILE_MODE = 0o640


def _check_nothing() -> None:
    """Have any file replaced, whatever it is by now."""


def write_atomically(
    path: str,
    data: bytes,
    new_file_mode: int = NEW_FILE_MODE,
    check: Callable[[], None] = _check_nothing,
) -> None:
    """
    Replace a file's content in one step; it is on disk on return.

    The file keeps its mode and owner; of a symbolic link the target is replaced. What a killed
    process left behind is no obstacle. Two threads must not write one file at the same time.

    :param new_file_mode: the mode of a file that was not there before
    :param check: called immediately before the file is replaced; it is as it was if this raises
    :raises OSError: if it cannot be written, with its path; it is as it was then
    """
    target = os.path.realpath(path)
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.writing")
    with suppress(FileNotFoundError):
        os.unlink(temporary)
    try:
        _write(temporary, target, data, new_file_mode)
        check()
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = path  # of a full disk the system says no more than that it is full
        raise
    sync_folder(folder)


def _write(temporary: str, target: str, data: bytes, new_file_mode: int) -> None:
    # nobody else may read it before it has the mode of the file that it replaces
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        _copy_owner_and_mode(descriptor, target, new_file_mode)
        os.fsync(descriptor)


def _copy_owner_and_mode(descriptor: int, target: str, new_file_mode: int) -> None:
    try:
        old = os.stat(target)
    except FileNotFoundError:
        os.fchmod(descriptor, new_file_mode)
        return
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        # a server without the right to give files away still has to write them
        with suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)


def sync_folder(folder: str) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
