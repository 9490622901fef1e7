"""Files that the server adds to the repository: made once, whoever asks at the same time."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from weakref import WeakValueDictionary

from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.folders import make_folder
from bcfg2tw.engine.time_limit import within_limit

logger = logging.getLogger("bcfg2-server")

PRIVATE_MODE = 0o600
PUBLIC_MODE = 0o644

#: How long one who wants to create files waits for another.
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.02


class _Lock:
    """A lock that a weak reference may stand for; `depth` counts how often its thread is in."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.depth = 0


_locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()
_locks_guard = threading.Lock()


@contextmanager
def creating(folder: str, base: str | None = None) -> Iterator[None]:
    """
    Let one thread of one process at a time create files in a folder.

    Whoever gets in has to look what is there now: it may be what it wanted to make. The thread
    that is in may enter again. Between two processes the folder itself is locked; a file system
    that cannot, such as NFS, leaves threads of one process excluding each other.

    :param base: from which on the folder is made if missing, see `make_folder`; None where it has
        to be there itself
    :raises StateUnavailable: if what has to be there is not
    :raises OSError: if the folder cannot be made or opened, or somebody else is in for too long
    """
    make_folder(folder, folder if base is None else base)
    with _locks_guard:
        folder_lock = _locks.setdefault(os.path.realpath(folder), _Lock())
    if not folder_lock.lock.acquire(timeout=within_limit(PATIENCE_SECONDS)):
        raise _is_locked(folder)
    folder_lock.depth += 1
    try:
        # the system takes a second descriptor for a stranger, who would wait for ever
        with _lock_folder(folder) if folder_lock.depth == 1 else nullcontext():
            yield
    finally:
        folder_lock.depth -= 1
        folder_lock.lock.release()


@contextmanager
def _lock_folder(folder: str) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _wait_for_lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _wait_for_lock(descriptor: int, folder: str) -> None:
    due = time.monotonic() + within_limit(PATIENCE_SECONDS)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= due:
                raise _is_locked(folder) from None
            time.sleep(LOOK_SECONDS)
        except OSError:
            return  # of a file system that has no locks
        else:
            return


def _is_locked(folder: str) -> OSError:
    return BlockingIOError(
        errno.EAGAIN, "another call or process has been creating files there for too long", folder
    )


def write_created(path: str, data: bytes, mode: int = PRIVATE_MODE) -> None:
    """
    Write a file in one step; it is on disk on return. Call it inside `creating` only.

    Its folder is made if missing, and none above.

    :param mode: of a file that is new; another keeps its own
    :raises StateUnavailable: if the folder above its own is gone
    :raises OSError: if it cannot be written
    """
    folder = os.path.dirname(path)
    make_folder(folder, os.path.dirname(folder))
    write_atomically(path, data, mode)
    logger.info("Created %s", path)
