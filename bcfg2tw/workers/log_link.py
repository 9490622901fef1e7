"""
The way of log messages from all processes of a server to the one that writes them.

One process writes files and rotates them; what the others log comes there as datagrams.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
from collections.abc import Iterator
from typing import Any

from twisted.internet.interfaces import IReadDescriptor
from twisted.logger import (
    ILogObserver,
    LogEvent,
    LogLevel,
    formatEvent,
    globalLogPublisher,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from bcfg2tw.calls.current_call import FIELDS, fields_of_record

#: A message is cut off here; datagrams of this size fit into the buffer of a socket.
LONGEST_TEXT = 60_000

#: How long a process waits for the one that writes; then the message is lost.
PATIENCE_SECONDS = 1.0

_NUMBERS = {
    LogLevel.debug: logging.DEBUG,
    LogLevel.info: logging.INFO,
    LogLevel.warn: logging.WARNING,
    LogLevel.error: logging.ERROR,
    LogLevel.critical: logging.CRITICAL,
}

_PLAIN = (str, int, float, bool)


class LogLink:
    """A socket with one end where logs are written, and one for all other processes."""

    def __init__(self, formatter: logging.Formatter) -> None:
        """
        Connect the ends; before the first fork.

        :param formatter: writes tracebacks
        """
        self._formatter = formatter
        self._here, self._there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)

    def enter_child(self, is_debugging: bool) -> None:
        """Have all that is logged in this process go to the other one; after a fork."""
        self._here.close()
        self._there.settimeout(PATIENCE_SECONDS)
        for observer in tuple(globalLogPublisher._observers):
            globalLogPublisher.removeObserver(observer)
        root = logging.getLogger()
        for handler in tuple(root.handlers):
            root.removeHandler(handler)
        sender = _Sender(self._there)
        sender.setFormatter(self._formatter)
        root.addHandler(sender)
        globalLogPublisher.addObserver(_Events(sender))
        self.set_debug(is_debugging)

    def set_debug(self, flag: bool) -> None:
        """Let messages for debugging through, or no more; the writer's own levels count, too."""
        logging.getLogger().setLevel(logging.DEBUG if flag else logging.INFO)

    def enter_parent(self) -> LogReader:
        """Return the end from which messages are read, in the process that writes them."""
        return LogReader(self._here)


class _Sender(logging.Handler):
    """Sends records as datagrams."""

    def __init__(self, end: socket.socket) -> None:
        super().__init__()
        self._end = end

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record; if nobody reads, it is lost."""
        members = {**dict(_plain_members(record)), **fields_of_record(record)}
        members["msg"] = record.getMessage()[:LONGEST_TEXT]
        if record.exc_info and self.formatter is not None:
            members["exc_text"] = self.formatter.formatException(record.exc_info)[:LONGEST_TEXT]
        try:
            self._end.send(json.dumps(members).encode("ascii"))
        except OSError:
            # standard error is all that is left, and may be nothing itself
            print(members["msg"], file=sys.__stderr__)


def _plain_members(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    """Yield what a record has, also what others have put there, as far as it is plain."""
    for name, value in vars(record).items():
        if isinstance(value, _PLAIN) and name not in ("msg", "message"):
            yield name, value


@implementer(ILogObserver)
class _Events:
    """Makes records of what is said by Twisted's log."""

    def __init__(self, sender: _Sender) -> None:
        self._sender = sender

    def __call__(self, event: LogEvent) -> None:
        """Take an event."""
        number = _NUMBERS[event["log_level"]]
        if number < logging.getLogger().level:
            return
        name = event.get("log_namespace", "")
        if number < logging.WARNING and not name.startswith("bcfg2tw."):
            return
        record = logging.LogRecord(name, number, "", 0, formatEvent(event), None, None)
        fields = {name: event[name] for name in FIELDS if event.get(name) is not None}
        record.__dict__.update(fields)
        failure = event.get("log_failure")
        if isinstance(failure, Failure):
            record.exc_text = failure.getTraceback()[:LONGEST_TEXT]
        self._sender.handle(record)


@implementer(IReadDescriptor)
class LogReader:
    """Gives the messages of other processes to this one's handlers."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        end.setblocking(False)

    def fileno(self) -> int:
        """Return the descriptor that the reactor waits for."""
        return self._end.fileno()

    def logPrefix(self) -> str:
        """Return the name of this for Twisted's log."""
        return "logs"

    def doRead(self) -> None:
        """Take what has come."""
        for data in self._datagrams():
            record = logging.makeLogRecord(json.loads(data))
            logging.getLogger(record.name).handle(record)

    def _datagrams(self) -> Iterator[bytes]:
        while True:
            try:
                data = self._end.recv(1 << 18)
            except OSError:
                return
            if not data:
                return
            yield data

    def connectionLost(self, reason: Failure) -> None:
        """Read no more."""
        self._end.close()
