"""
inotify(7) for a reactor.

Twisted has one, too, but it closes down when a watched folder is deleted, and it says nothing
when the kernel had to drop events (seen in Twisted 26.10).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

MODIFY = 0x2
ATTRIB = 0x4
CLOSE_WRITE = 0x8
MOVED_FROM = 0x40
MOVED_TO = 0x80
CREATE = 0x100
DELETE = 0x200
Q_OVERFLOW = 0x4000
IGNORED = 0x8000
ONLYDIR = 0x01000000
MASK_ADD = 0x20000000

_HEADER = struct.Struct("iIII")
_BUFFER_BYTES = 1 << 16
_NO_MORE_WATCHES = frozenset({errno.ENOMEM, errno.ENOSPC})


class NoInotify(Exception):
    """This system cannot report changes of files, or not that many; the text says why."""


@implementer(IReadDescriptor)
class Inotify:
    """
    One queue of events.

    `add` and `remove` may be called from any thread, everything else from the reactor's.
    """

    def __init__(self, reactor: Any, report: Callable[[int, int, str], None]) -> None:
        """
        Begin to read events.

        :param report: called for each event with watch, mask and name, which is empty where the
            event concerns the watched folder itself
        :raises NoInotify: if there is no inotify, or all of the user's queues are in use
        """
        self._libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._libc, "inotify_init1"):
            raise NoInotify("this system has no inotify")
        self._descriptor: int = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            reason = os.strerror(ctypes.get_errno())
            raise NoInotify(f"{reason}: raise the sysctl fs.inotify.max_user_instances")
        self._reactor = reactor
        self._report = report
        reactor.addReader(self)

    def add(self, folder: str, mask: int) -> int | None:
        """
        Watch a folder, links followed, for some events more than it is watched for already.

        :returns: the watch, None where there is no such folder or it cannot be read
        :raises NoInotify: if no further watch is to be had
        """
        name = ctypes.c_char_p(os.fsencode(folder))
        flags = ctypes.c_uint32(mask | ONLYDIR | MASK_ADD)
        watch: int = self._libc.inotify_add_watch(self._descriptor, name, flags)
        if watch >= 0:
            return watch
        error = ctypes.get_errno()
        if error in _NO_MORE_WATCHES:
            reason = os.strerror(error)
            raise NoInotify(f"{reason}: raise the sysctl fs.inotify.max_user_watches")
        return None

    def remove(self, watch: int) -> None:
        """Watch no more; a watch that ended with its folder is none any more, which is fine."""
        self._libc.inotify_rm_watch(self._descriptor, watch)

    def close(self) -> None:
        """End; no event is reported any more."""
        self._reactor.removeReader(self)
        os.close(self._descriptor)

    def fileno(self) -> int:
        """Return the descriptor that the reactor waits for."""
        return self._descriptor

    def logPrefix(self) -> str:
        """Return how log lines begin."""
        return "inotify"

    def connectionLost(self, reason: Failure) -> None:
        """Do nothing: the reactor says so at its end only, and `close` comes before it."""

    def doRead(self) -> None:
        """Report the events that are there."""
        try:
            data = os.read(self._descriptor, _BUFFER_BYTES)
        except BlockingIOError:
            return
        position = 0
        while position < len(data):
            watch, mask, _, length = _HEADER.unpack_from(data, position)
            position += _HEADER.size
            name = data[position : position + length].rstrip(b"\0")
            position += length
            self._report(watch, mask, os.fsdecode(name))
