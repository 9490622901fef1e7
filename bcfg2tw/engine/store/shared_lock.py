"""Locks of single bytes of a file, which hold among processes and among threads."""

from __future__ import annotations

import errno
import fcntl
import os
import struct


def lock_byte(descriptor: int, number: int, wait: bool = True) -> bool:
    """
    Lock one byte; the lock belongs to the open file, and ends when that is closed.

    :param wait: whether to wait for another that has it
    :returns: whether it is locked now
    """
    kind, whence, length, process = fcntl.F_WRLCK, os.SEEK_SET, 1, 0
    request = struct.pack("hhqqi4x", kind, whence, number, length, process)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK, request)
    except OSError as error:
        if wait or error.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        return False
    return True
