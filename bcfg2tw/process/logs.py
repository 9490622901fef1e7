"""
The ways of log messages: the engine's into Twisted's log, all of them into file and syslog.

Python's `logging` is one for the whole process, so this is a service of the process: an
application that composes the server says itself what becomes of its logs.
"""

from __future__ import annotations

import errno
import logging
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
from zope.interface import implementer, provider

from bcfg2tw.calls.current_call import FIELDS, fields_of_record
from bcfg2tw.errors import SettingsError
from bcfg2tw.process.log_file import LogFile, Syslog
from bcfg2tw.process.log_text import LogFormatter, failure_text
from bcfg2tw.process.privileges import by_user
from bcfg2tw.process.structured import JsonFormatter
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

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(LogFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on."""
        level = next(level for least, level in _LEVELS if record.levelno >= least)
        fields = fields_of_record(record)
        Logger(record.name).emit(
            level, "{text}", text=self.format(record), is_record=True, **fields
        )


@implementer(ILogObserver)
class OwnEvents:
    """
    Takes what this package says by Twisted's log to handlers of Python's.

    What others say there counts where it is critical, as failures that nobody handled are.
    """

    def __init__(self, handlers: list[logging.Handler]) -> None:
        self._handlers = handlers

    def __call__(self, event: LogEvent) -> None:
        """Take an event, unless it came from a record or is nobody's news."""
        name, level = event.get("log_namespace", ""), event.get("log_level", LogLevel.info)
        is_ours = name.startswith("bcfg2tw.")
        if event.get("is_record") or not (is_ours or level is LogLevel.critical):
            return
        number = next(least for least, known in _LEVELS if known is level)
        record = logging.LogRecord(name, number, "", 0, formatEvent(event), None, None)
        if "log_failure" in event:
            record.exc_text = failure_text(event["log_failure"])
        fields = {name: event[name] for name in FIELDS if event.get(name) is not None}
        record.__dict__.update(fields)
        for handler in self._handlers:
            if number >= handler.level or event.get("is_for_all_logs"):
                handler.handle(record)


def nowhere() -> ILogObserver:
    """Return an observer that drops all, for twistd's `--logger`, where `LogService` has a log."""
    observer: ILogObserver = _drop
    return observer


@provider(ILogObserver)
def _drop(event: LogEvent) -> None:
    """Have nobody told."""


class LogService(Service):
    """
    Takes log messages where the settings say, while it runs.

    Messages of warning and above always count; those of information count for Twisted's log and
    syslog, and for the file with `verbose`; those for debugging count with `debug`
    (:ref:`core-22`). That the server has started is in every log.
    """

    name = "logs"

    def __init__(self, settings: Settings) -> None:
        """
        Look whether the log file can be written.

        :raises SettingsError: if it cannot
        """
        check_log_file(settings)
        self._settings = settings
        self._to_twisted = TwistedLogHandler()
        self._file: LogFile | None = None
        self._syslog: Syslog | None = None
        self._others: list[logging.Handler] = []
        self._own_events = OwnEvents(self._others)

    def startService(self) -> None:
        """
        Open the log file, as the user that writes it: a process changes its user before this.

        :raises SettingsError: if it cannot be written
        """
        if self._settings.logfile is not None:
            self._file = _log_file(self._settings)
        self._syslog = _syslog() if self._settings.syslog else None
        self._others[:] = [handler for handler in (self._file, self._syslog) if handler]
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

    def reopen(self) -> None:
        """Open the log file anew, as after its rotation."""
        if self._file is not None and self.running:
            self._file.reopen()

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


def check_log_file(settings: Settings) -> None:
    """
    Look whether the user that the process acts as could write a log file; it is not made.

    :raises SettingsError: if it could not
    """
    reason = None if settings.logfile is None else _obstacle(settings.logfile)
    if reason is not None:
        raise _unwritable(settings, reason)


def _obstacle(path: str) -> int | None:
    """Return the number of the error that opening a file for writing would lead to."""
    if os.path.isdir(path):
        return errno.EISDIR
    folder = os.path.dirname(path)
    try:
        os.stat(folder)
    except OSError as error:
        return error.errno
    target, mode = (path, os.W_OK) if os.path.exists(path) else (folder, os.W_OK | os.X_OK)
    return None if os.access(target, mode, effective_ids=True) else errno.EACCES


def _log_file(settings: Settings) -> LogFile:
    assert settings.logfile is not None
    try:
        handler = LogFile(settings.logfile)
    except OSError as error:
        raise _unwritable(settings, error.errno) from error
    is_json = settings.log_format == "json"
    handler.setFormatter(JsonFormatter() if is_json else LogFormatter(FILE_FORMAT))
    return handler


def _unwritable(settings: Settings, number: int | None) -> SettingsError:
    return SettingsError(
        f"{settings.logfile} cannot be written{by_user()}: {os.strerror(number or 0)}; name a file "
        f"in a folder that the server's user may write to{settings.origin('logfile')}",
        "logging",
        "path",
    )


def _syslog() -> Syslog | None:
    if not os.path.exists(SYSLOG_SOCKET):  # containers have none; Twisted's log is enough there
        return None
    handler = Syslog(SYSLOG_SOCKET, facility=Syslog.LOG_DAEMON)
    handler.setFormatter(LogFormatter(SYSLOG_FORMAT))
    return handler
