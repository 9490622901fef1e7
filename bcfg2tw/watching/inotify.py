"""
inotify(7) for a reactor, by the package inotify-simple.

:doc:`/decisions/inotify` says why it is not Twisted's own.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from inotify_simple import INotify, flags, parse_events
from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

_BUFFER_BYTES = 1 << 16
_NO_MORE_WATCHES = frozenset({errno.ENOMEM, errno.ENOSPC})


class NoInotify(Exception):
    """This system cannot report changes of files, or not that many; the text says why."""


@implementer(IReadDescriptor)
class Inotify:
    """
    A queue of events.

    `add` and `remove` may be called from any thread, everything else from the reactor's.
    """

    def __init__(self, reactor: Any, report: Callable[[int, int, str], None]) -> None:
        """
        Begin to read events.

        :param report: called for each event with watch, mask and name, which is empty where the
            event concerns the watched folder itself; watch is -1 where the kernel dropped events
        :raises NoInotify: if there is no inotify, or all of the user's queues are in use
        """
        try:
            self._queue = INotify(nonblocking=True)
        except AttributeError as error:  # the C library lacks the function
            raise NoInotify("this system has no inotify") from error
        except OSError as error:
            reason = f"{error.strerror}: raise the sysctl fs.inotify.max_user_instances"
            raise NoInotify(reason) from error
        self._reactor = reactor
        self._report = report
        reactor.addReader(self)

    def add(self, folder: str, mask: int) -> int | None:
        """
        Watch a folder, links followed, for some events more than it is watched for already.

        :returns: the watch, None where there is no such folder or it cannot be read
        :raises NoInotify: if no further watch is to be had
        """
        try:
            watch: int = self._queue.add_watch(folder, mask | flags.ONLYDIR | flags.MASK_ADD)
        except OSError as error:
            if error.errno in _NO_MORE_WATCHES:
                reason = f"{error.strerror}: raise the sysctl fs.inotify.max_user_watches"
                raise NoInotify(reason) from error
            return None
        return watch

    def remove(self, watch: int) -> None:
        """Watch no more; a watch that ended with its folder is none any more, which is fine."""
        with suppress(OSError):
            self._queue.rm_watch(watch)

    def close(self) -> None:
        """End; no event is reported any more."""
        self._reactor.removeReader(self)
        self._queue.close()

    def fileno(self) -> int:
        """Return the descriptor that the reactor waits for, -1 after `close`."""
        return -1 if self._queue.closed else int(self._queue.fileno())

    def logPrefix(self) -> str:
        """Return how log lines begin."""
        return "inotify"

    def connectionLost(self, reason: Failure) -> None:
        """Do nothing: the reactor says so at its end only, and `close` comes before it."""

    def doRead(self) -> None:
        """Report the events that are there, as many as keep the reactor for a short time only."""
        try:
            data = os.read(self.fileno(), _BUFFER_BYTES)
        except BlockingIOError:
            return
        for event in parse_events(data):
            self._report(event.wd, event.mask, event.name)
