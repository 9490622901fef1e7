"""
The way of log messages from all processes of a server to the one that writes them.

One process writes files and rotates them; what the others log comes there as datagrams.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
from collections.abc import Callable, Iterator
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

#: A message and its traceback are cut off here, so that both fit into a datagram: as JSON has them,
#: where one character may take twelve bytes.
LONGEST_TEXT = 60_000
LONGEST_BYTES = 90_000

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

    def __init__(
        self, formatter: logging.Formatter, failure_text: Callable[[Failure], str]
    ) -> None:
        """
        Connect the ends; before the first fork.

        :param formatter: writes tracebacks
        :param failure_text: writes those of Twisted's failures
        """
        self._formatter = formatter
        self._failure_text = failure_text
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
        globalLogPublisher.addObserver(_Events(sender, self._failure_text))
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
        try:
            self._send(record)
        except Exception:  # as in all handlers: no failure of who says something
            self.handleError(record)

    def _send(self, record: logging.LogRecord) -> None:
        members = {**dict(_plain_members(record)), **fields_of_record(record)}
        members["msg"] = _cut(record.getMessage())
        if record.exc_info and self.formatter is not None:
            members["exc_text"] = _cut(self.formatter.formatException(record.exc_info))
        try:
            self._end.send(json.dumps(members).encode("ascii"))
        except OSError:
            # standard error is all that is left, and may be nothing itself
            print(members["msg"], file=sys.__stderr__)


def _cut(text: str) -> str:
    """Return as much of a text as there is room for."""
    text = text[:LONGEST_TEXT]
    while len(json.dumps(text)) > LONGEST_BYTES:
        text = text[: len(text) // 2]
    return text


def _plain_members(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    """Yield what a record has, also what others have put there, as far as it is plain."""
    for name, value in vars(record).items():
        if isinstance(value, _PLAIN) and name not in ("msg", "message"):
            yield name, value


@implementer(ILogObserver)
class _Events:
    """Makes records of what is said by Twisted's log."""

    def __init__(self, sender: _Sender, failure_text: Callable[[Failure], str]) -> None:
        self._sender = sender
        self._failure_text = failure_text

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
            record.exc_text = _cut(self._failure_text(failure))
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
