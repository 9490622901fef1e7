"""Running the checks, and what comes of it."""

from __future__ import annotations

import gc
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from bcfg2tw.cli.lint.check import Check, Remark
from bcfg2tw.cli.lint.elements import one_line, without_path
from bcfg2tw.cli.lint.registry import kinds_of
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.cli.lint.severities import severities
from bcfg2tw.cli.lint.suppression import Suppressions
from bcfg2tw.cli.processes import beside
from bcfg2tw.finding import Finding

__all__ = ["Judged", "Outcome", "quiet", "run_checks"]

#: From so many files on it pays to run checks in two processes.
LARGE_FILES = 1000

_Remarks: TypeAlias = "Callable[[type[Check]], Iterable[Remark]]"

#: What says no more than that something is wrong with a line.
GENERAL = "xml-failed-to-verify"
#: Names of mistakes to those that say the same better.
BETTER = {
    "bad-value": frozenset({"pattern-fails-to-initialize"}),
    "bad-line": frozenset({"probe-without-interpreter"}),
    "repeated-default": frozenset({"multiple-default-groups"}),
    "duplicate-group": frozenset({"repeated-group"}),
    "duplicate-client": frozenset({"repeated-client"}),
    "nonexistent-profile-group": frozenset({"missing-attribute"}),
    "no-generator": frozenset({"misspelt-element", "unknown-element"}),
    "unreachable-cfg-file": frozenset({"undeclared-group"}),
    "required-attrs-missing": frozenset({"missing-attribute"}),
    "required-attr-format": frozenset({"bad-value"}),
}


@dataclass(frozen=True)
class Judged:
    """
    A remark with its severity.

    :ivar check: the one that made it
    :ivar is_suppressed: whether the site has said that it does not count
    """

    remark: Remark
    severity: str
    check: type[Check]
    is_suppressed: bool = False

    @property
    def finding(self) -> Finding:
        """The remark as all tools have it."""
        remark, plugin = self.remark, self.check.plugin or ""
        message = one_line(without_path(remark.message, remark.file))
        return Finding(
            remark.name, self.severity, remark.file, remark.line, message, plugin
        )  # fmt: skip


@dataclass
class Outcome:
    """
    All that was remarked.

    :ivar judged: in the order of the checks
    :ivar stopped_after: so many are by checks without a server, where these met errors: Bcfg2's
        own lint does not run the others then
    """

    judged: list[Judged] = field(default_factory=list)
    stopped_after: int | None = None
    seconds: float = 0.0

    def counting(self) -> list[Judged]:
        """Return what counts in all formats but the one of old, each once, sorted by place."""
        unique = {
            judged.finding: judged
            for judged in _without_repetitions(self.judged)
            if not judged.is_suppressed and not judged.remark.is_harmless
        }
        return sorted(unique.values(), key=_place)

    def upstream(self) -> list[Judged]:
        """Return what Bcfg2's own lint would have found, in its order."""
        last = self.stopped_after
        return [
            judged
            for judged in (self.judged if last is None else self.judged[:last])
            if judged.check.is_upstream and not judged.is_suppressed and judged.remark.text
        ]

    def suppressed(self) -> list[Judged]:
        """Return what does not count."""
        return sorted((judged for judged in self.judged if judged.is_suppressed), key=_place)


def _without_repetitions(rows: Sequence[Judged]) -> Iterator[Judged]:
    """Leave out what another check says better of the same line."""
    names: dict[tuple[str, int | None], set[str]] = {}
    for judged in rows:
        names.setdefault((judged.remark.file, judged.remark.line), set()).add(judged.remark.name)
    for judged in rows:
        remark = judged.remark
        others = names[remark.file, remark.line] - {remark.name}
        is_general = remark.name == GENERAL and remark.line is not None and others
        if not is_general and not others & BETTER.get(remark.name, frozenset()):
            yield judged


def _place(judged: Judged) -> tuple[str, int, str]:
    return judged.remark.file, judged.remark.line or 0, judged.remark.name


def run_checks(repository: Repository, checks: Sequence[type[Check]]) -> Outcome:
    """Run the checks: first those without a server, then the others."""
    started = time.perf_counter()
    severity_of = severities(repository, kinds_of(checks))
    suppressions = Suppressions(repository)
    outcome = Outcome()
    needs_server = any(check.is_upstream and not check.is_serverless for check in checks)
    with quiet(), _without_collector(), _remarks(repository, checks) as remarks:
        for is_serverless in (True, False):
            some = [check for check in checks if check.is_serverless is is_serverless]
            outcome.judged += _run(remarks, some, severity_of, suppressions)
            if is_serverless and needs_server and _has_errors(outcome.judged):
                outcome.stopped_after = len(outcome.judged)
    outcome.seconds = time.perf_counter() - started
    return outcome


def _has_errors(judged: Iterable[Judged]) -> bool:
    return any(
        one.severity == "error" and not one.is_suppressed and one.check.is_upstream
        for one in judged
    )


@contextmanager
def _remarks(repository: Repository, checks: Sequence[type[Check]]) -> Iterator[_Remarks]:
    """Give a function that runs a check; in a large repository half of the work is done beside."""

    def run(check: type[Check]) -> Iterable[Remark]:
        return check(repository).run()

    elsewhere = [check for check in checks if check.needs_core]
    is_large = len(repository.listing) >= LARGE_FILES
    if not is_large or not elsewhere or len(os.sched_getaffinity(0)) == 1:
        yield run
        return
    with beside(lambda: [list(run(check)) for check in elsewhere]) as results:
        # all that is done here comes before the first that has to be waited for
        remarks = {check: list(run(check)) for check in checks if check not in elsewhere}
        yield {**remarks, **dict(zip(elsewhere, results(), strict=True))}.__getitem__


def _run(
    remarks: _Remarks,
    checks: Iterable[type[Check]],
    severity_of: dict[str, str],
    suppressions: Suppressions,
) -> Iterator[Judged]:
    for check in checks:
        for remark in remarks(check):
            severity = severity_of.get(remark.name) or remark.severity or "error"
            if severity != "silent":
                yield Judged(remark, severity, check, suppressions.cover(remark))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let no garbage be collected: all that is read is needed to the end, which is near."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the engine's own log away: what is wrong is a remark of some check."""
    root = logging.getLogger()
    level, root_disabled = root.level, logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(root_disabled)
        root.setLevel(level)
