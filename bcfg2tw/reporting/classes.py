"""
The class of a host: one of six, so that their numbers add up to that of all hosts.

The first four are a run's; a run that changes nothing (dry run), or looks at important entries
alone, decides only where a host has no other.
"""

from __future__ import annotations

from bcfg2tw.reporting.model import BAD, MODIFIED, Report

FAILED, DIRTY, CHANGED, CLEAN = range(4)
SILENT, EXPIRED = "silent", "expired"

#: The names of the classes of runs, by number; the worst first.
RUN_CLASSES = ("failed", "dirty", "changed", "clean")
#: The names of all classes of hosts, the worst first.
CLASSES = (*RUN_CLASSES[:2], SILENT, *RUN_CLASSES[2:], EXPIRED)

HOUR = 3_600_000_000

#: A host that has not reported for as long is silent: this, or three of its usual intervals.
SILENT_AFTER = 25 * HOUR
INTERVALS = 3


def class_of(report: Report) -> int:
    """
    Return the class of a run.

    What an extra entry has no say in: every host has some.
    """
    if any(item.is_failure for item in report.items):
        return FAILED
    if report.run.bad or report.count(BAD):
        return DIRTY
    return CHANGED if report.run.modified or report.count(MODIFIED) else CLEAN


def silent_after(interval: int | None) -> int:
    """
    Return after how many microseconds without a run a host is silent.

    :param interval: how far its runs usually are apart, None where that is not known
    """
    return max(SILENT_AFTER, INTERVALS * (interval or 0))
