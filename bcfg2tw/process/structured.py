"""Log messages with fields: as lines of JSON, and for systemd's journal."""

from __future__ import annotations

import json
import logging
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any

from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent
from zope.interface import implementer

from bcfg2tw.calls.current_call import FIELDS, fields_of_record
from bcfg2tw.errors import SettingsError
from bcfg2tw.process.log_text import LogFormatter, failure_text

JOURNAL = "/run/systemd/journal/socket"
IDENTIFIER = "bcfg2-core"

#: A longer message is cut: a datagram has its bounds.
JOURNAL_CHARACTERS = 32_000

#: Of syslog, which the journal has taken over.
_PRIORITIES = {
    LogLevel.debug: 7,
    LogLevel.info: 6,
    LogLevel.warn: 4,
    LogLevel.error: 3,
    LogLevel.critical: 2,
}

_LEVEL_NAMES = {"WARNING": "warn"}


def fields_of(event: LogEvent) -> dict[str, Any]:
    """Return what an event of Twisted's log says, as plain data."""
    text = formatEvent(event)
    if "log_failure" in event:
        text = f"{text}\n{failure_text(event['log_failure'])}"
    return {
        "time": _time(event.get("log_time", time.time())),
        "level": event.get("log_level", LogLevel.info).name,
        "logger": event.get("log_namespace", ""),
        "message": text,
        **{name: event[name] for name in FIELDS if event.get(name) is not None},
    }


def _time(seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}Z"


def json_line(fields: Mapping[str, Any]) -> str:
    """Return fields as one line of JSON, in ASCII: nothing in it moves a terminal's cursor."""
    return json.dumps(fields, default=str)


class JsonFormatter(LogFormatter):
    """Formats a record of Python's log as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        level = _LEVEL_NAMES.get(record.levelname, record.levelname.lower())
        return json_line(
            {
                "time": _time(record.created),
                "level": level,
                "logger": record.name,
                "message": super().format(record),
                **fields_of_record(record),
            }
        )


@implementer(ILogObserver)
class JsonObserver:
    """Writes events as lines of JSON."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __call__(self, event: LogEvent) -> None:
        """Write an event; where that cannot be, it is lost."""
        line = json_line(fields_of(event))
        with suppress(OSError, ValueError):  # nobody reads, or it is closed
            self._stream.write(line + "\n")
            self._stream.flush()


@implementer(ILogObserver)
class JournalObserver:
    """Sends events to systemd's journal, each field under a name of its own."""

    def __init__(self, path: str = JOURNAL) -> None:
        """
        Connect.

        :raises OSError: if there is no journal
        """
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.connect(path)

    def __call__(self, event: LogEvent) -> None:
        """Send an event; where that cannot be, it is lost."""
        fields = fields_of(event)
        entry = {
            "MESSAGE": fields["message"][:JOURNAL_CHARACTERS],
            "PRIORITY": str(_PRIORITIES.get(event.get("log_level", LogLevel.info), 6)),
            "SYSLOG_IDENTIFIER": IDENTIFIER,
            "LOGGER": fields["logger"],
            **{f"BCFG2_{name.upper()}": str(fields[name]) for name in FIELDS if name in fields},
        }
        with suppress(OSError):
            self._socket.send(b"".join(_journal_field(*pair) for pair in entry.items()))


def _journal_field(name: str, value: str) -> bytes:
    """Return a field in the journal's protocol: with its length, as it may have many lines."""
    data = value.encode("utf-8", "backslashreplace")
    return b"%s\n%s%s\n" % (name.encode(), len(data).to_bytes(8, "little"), data)


def json_observer() -> JsonObserver:
    """Return what twistd logs by with `--log-format json`."""
    return JsonObserver(sys.stdout)


def journal_observer() -> JournalObserver:
    """Return what twistd logs by with `--log-format journal`."""
    return JournalObserver()


def check_journal() -> None:
    """
    Look whether there is a journal.

    :raises SettingsError: if there is none
    """
    try:
        JournalObserver()
    except OSError as error:
        raise SettingsError(
            f"there is no journal at {JOURNAL} ({error.strerror}): write text or json",
            "logging",
            "format",
        ) from error
