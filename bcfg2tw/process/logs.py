"""
The ways of log messages: the engine's into Twisted's log, all of them into file and syslog.

Python's `logging` is one for the whole process, so this is a service of the process: an
application that composes the server says itself what becomes of its logs.
"""

from __future__ import annotations

import logging
import logging.handlers
import os

from twisted.application.service import Service
from twisted.logger import (
    ILogObserver,
    LogEvent,
    Logger,
    LogLevel,
    formatEvent,
    globalLogPublisher,
)
from zope.interface import implementer

from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings

SYSLOG_SOCKET = "/dev/log"
FILE_FORMAT = "%(asctime)s %(name)s[%(process)d]: %(message)s"
SYSLOG_FORMAT = "bcfg2-server[%(process)d]: %(message)s"

_LEVELS = (
    (logging.CRITICAL, LogLevel.critical),
    (logging.ERROR, LogLevel.error),
    (logging.WARNING, LogLevel.warn),
    (logging.INFO, LogLevel.info),
    (logging.NOTSET, LogLevel.debug),
)


class TwistedLogHandler(logging.Handler):
    """Passes records on to Twisted's log, under their loggers' names."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on."""
        level = next(level for least, level in _LEVELS if record.levelno >= least)
        Logger(record.name).emit(level, "{text}", text=self.format(record), is_record=True)


@implementer(ILogObserver)
class OwnEvents:
    """Takes what this package says by Twisted's log to handlers of Python's."""

    def __init__(self, handlers: list[logging.Handler]) -> None:
        self._handlers = handlers

    def __call__(self, event: LogEvent) -> None:
        """Take an event, unless it came from a record or is none of ours."""
        name = event.get("log_namespace", "")
        if event.get("is_record") or not name.startswith("bcfg2tw."):
            return
        number = next(least for least, level in _LEVELS if level is event["log_level"])
        text = formatEvent(event)
        failure = event.get("log_failure")
        if failure is not None:
            text = f"{text}\n{failure.getTraceback()}"
        record = logging.LogRecord(name, number, "", 0, text, None, None)
        for handler in self._handlers:
            if number >= handler.level:
                handler.handle(record)


class LogService(Service):
    """
    Takes log messages where the settings say, while it runs.

    Messages of warning and above always count; those of information count for Twisted's log and
    syslog, and for the file with `verbose`; those for debugging count with `debug`
    (:ref:`core-22`).
    """

    name = "logs"

    def __init__(self, settings: Settings) -> None:
        """
        Open the log file.

        :raises SettingsError: if it cannot be written
        """
        self._settings = settings
        self._to_twisted = TwistedLogHandler()
        self._file = None if settings.logfile is None else _file_handler(settings.logfile)
        self._syslog = _syslog_handler() if settings.syslog else None
        self._others = [handler for handler in (self._file, self._syslog) if handler]
        self._own_events = OwnEvents(self._others)

    def startService(self) -> None:
        """Begin."""
        super().startService()
        for handler in (self._to_twisted, *self._others):
            logging.getLogger().addHandler(handler)
        globalLogPublisher.addObserver(self._own_events)
        self.set_debug(self._settings.debug)

    def stopService(self) -> None:
        """End; what was said is on its way."""
        super().stopService()
        globalLogPublisher.removeObserver(self._own_events)
        for handler in (self._to_twisted, *self._others):
            logging.getLogger().removeHandler(handler)
            handler.close()

    def set_debug(self, flag: bool) -> None:
        """Let messages for debugging through, or no more."""
        level = logging.INFO if self._settings.verbose else logging.WARNING
        if flag:
            level = logging.DEBUG
        talkative = min(level, logging.INFO)
        self._to_twisted.setLevel(talkative)
        if self._file is not None:
            self._file.setLevel(level)
        if self._syslog is not None:
            self._syslog.setLevel(talkative)
        logging.getLogger().setLevel(talkative)


def _file_handler(path: str) -> logging.Handler:
    try:
        # watched, so that it may be rotated
        handler = logging.handlers.WatchedFileHandler(path, encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}; name a file in a folder that the "
            "server's user may write to",
            "logging",
            "path",
        ) from error
    handler.setFormatter(logging.Formatter(FILE_FORMAT))
    return handler


def _syslog_handler() -> logging.Handler | None:
    if not os.path.exists(SYSLOG_SOCKET):  # containers have none; Twisted's log is enough there
        return None
    handler = logging.handlers.SysLogHandler(
        SYSLOG_SOCKET, facility=logging.handlers.SysLogHandler.LOG_DAEMON
    )
    handler.setFormatter(logging.Formatter(SYSLOG_FORMAT))
    return handler
