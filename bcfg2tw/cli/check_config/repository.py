"""Mistakes in the files of the repository, as a server finds them when it starts."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from bcfg2tw.engine.core import Core
from bcfg2tw.engine.model.effects import Look
from bcfg2tw.engine.served.snapshot import Snapshot
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.finding import Finding
from bcfg2tw.settings import Settings

PLACED = re.compile(r"(?P<file>/[^:\n]+)(?::(?P<line>\d+))?: (?P<message>.*)", re.DOTALL)


def repository_findings(settings: Settings) -> list[Finding]:
    """
    Read the repository as a server does, and return what is wrong with it; changes nothing.

    One that cannot be read at all has none: the trials tell that.
    """
    with _heard() as log:
        try:
            core = Core(settings, Look())
        except Bcfg2Error as error:  # of the database that keeps the state of clients
            return [Finding("unusable-state", "error", _config(settings), None, str(error))]
        try:
            core.load_plugins()
            findings = list(dict.fromkeys(_of_files(core.snapshot)))
        except Bcfg2Error:
            return []
        finally:
            core.shutdown()
    known = (*map(str, findings), *_created(settings))
    findings += [_spoken(record, settings) for record in log if not _says(record, known)]
    return sorted(findings, key=lambda finding: (finding.file, finding.line or 0))


def refused_files(settings: Settings) -> list[Finding]:
    """
    Return the files that a server keeps out of service from its start, with the reasons.

    Other mistakes are served as they are. Changes nothing; a repository that cannot be read at all
    has none.
    """
    with _heard():
        try:
            core = Core(settings, Look())
        except Bcfg2Error:
            return []
        try:
            core.load_plugins()
            problems = list(core.snapshot.problems)
        except Bcfg2Error:
            return []
        finally:
            core.shutdown()
    return [
        Finding("unusable-file", "error", problem.path, problem.line, problem.reason)
        for problem in problems
    ]


def _config(settings: Settings) -> str:
    return settings.config or settings.repository


def _of_files(snapshot: Snapshot) -> Iterator[Finding]:
    yield from snapshot.library.findings
    told = set(map(str, snapshot.library.findings))
    for problem in snapshot.problems:
        if str(problem) not in told:
            yield Finding("unusable-file", "error", problem.path, problem.line, problem.reason)


def _created(settings: Settings) -> Iterator[str]:
    """Yield how lines begin about files that are missing here, and that a server creates."""
    folder = os.path.join(settings.repository, "Metadata")
    if not os.path.lexists(os.path.join(folder, "clients.xml")):
        yield f"{folder}/clients.xml is missing"
        yield f"{folder}/groups.xml is missing"


def _says(record: logging.LogRecord, texts: tuple[str, ...]) -> bool:
    """Say whether a line of the log tells what is known already."""
    return record.getMessage().startswith(texts)


def _spoken(record: logging.LogRecord, settings: Settings) -> Finding:
    severity = "error" if record.levelno >= logging.ERROR else "warning"
    match = PLACED.fullmatch(record.getMessage())
    if match is None:
        return Finding("log", severity, settings.repository, None, record.getMessage(), record.name)
    line = int(match["line"]) if match["line"] else None
    return Finding("log", severity, match["file"], line, match["message"], record.name)


class _Collector(logging.Handler):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)


@contextmanager
def _heard() -> Iterator[list[logging.LogRecord]]:
    """Collect what the engine says, in place of whoever hears it otherwise."""
    collector, root = _Collector(), logging.getLogger()
    before, root.handlers = root.handlers, [collector]
    try:
        yield collector.records
    finally:
        root.handlers = before
