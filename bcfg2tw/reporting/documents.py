"""
The statistics document of a client, taken apart (:ref:`reporting-1` and :ref:`reporting-13`).

Nothing that a document holds is a reason to refuse it.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator
from dataclasses import replace

from bcfg2tw.engine.xmlio import Element, elements_of
from bcfg2tw.reporting.attributes import values_of
from bcfg2tw.reporting.details import detail_of
from bcfg2tw.reporting.model import (
    BAD,
    EXTRA,
    MODIFIED,
    Entry,
    Failure,
    Item,
    Report,
    Run,
    item_of,
    unique,
)

#: The state of what the sections of a document list; what is good is counted only.
SECTIONS = {"Bad": BAD, "Modified": MODIFIED, "Extra": EXTRA}

#: Entries of one document that are kept; a configuration has some thousands.
MAX_ITEMS = 200_000

#: The largest number that a database keeps.
MAX_NUMBER = 2**63 - 1

logger = logging.getLogger("Reporting")


def report_of(document: Element, run: Run, file_limit: int) -> Report:
    """
    Return the report that a document is.

    :param document: with a Statistics element below its root; not changed
    :param run: what is known of the run beside the document: client, time, server, groups
    :param file_limit: bytes of content above which a digest takes its place
    """
    statistics = next(element for element in document.iter("Statistics") if element is not document)
    items = unique(_items(statistics, file_limit, run.client))
    report = Report(_with_head(run, statistics), items)
    bad, modified, extra = map(report.count, (BAD, MODIFIED, EXTRA))
    return replace(report, run=replace(report.run, bad=bad, modified=modified, extra=extra))


def _with_head(run: Run, statistics: Element) -> Run:
    return replace(
        run,
        state=statistics.get("state") or "unknown",
        revision=statistics.get("revision") or "unknown",
        total=_number(statistics.get("total", "")),
        good=_number(statistics.get("good", "")),
        dry_run=_has_flag(statistics, "dry_run"),
        only_important=_has_flag(statistics, "only_important"),
        timings=_timings(statistics),
    )


def _number(text: str) -> int:
    """Read a count; what is no number is none."""
    digits = text.strip()
    if not re.fullmatch(r"[+-]?[0-9]+", digits):
        return 0
    if len(digits) > 19:
        return -MAX_NUMBER if digits.startswith("-") else MAX_NUMBER
    return min(int(digits), MAX_NUMBER)


def _has_flag(statistics: Element, name: str) -> bool:
    return any(
        flag.get("name") == name and flag.get("value", "").lower() == "true"
        for flag in statistics.iterfind("Flags/Flag")
    )


def _timings(statistics: Element) -> dict[str, float]:
    stamps = (
        (str(name), _seconds(str(text)))
        for element in statistics.iterfind("OpStamps")
        for name, text in element.attrib.items()
    )
    return {name: seconds for name, seconds in stamps if seconds is not None}


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and "_" not in text else None


def _items(statistics: Element, file_limit: int, client: str) -> Iterator[Item]:
    count = 0
    for section in elements_of(statistics):
        state = SECTIONS.get(str(section.tag))
        for element in elements_of(section) if state else ():
            count += 1
            if count > MAX_ITEMS:
                logger.warning("%s reports more than %d entries: the rest is left out", client,
                               MAX_ITEMS)  # fmt: skip
                return
            yield item_of(_entry(element, str(state), file_limit))


def _entry(element: Element, state: str, file_limit: int) -> Entry | Failure:
    kind, name = str(element.tag), element.get("name", "")
    message = element.get("failure")
    if message:
        return Failure(kind, name, message, state)
    expected, found = values_of(element)
    exists = element.get("current_exists", "").lower() != "false"
    detail = detail_of(element, file_limit) if kind == "Path" else None
    return Entry(kind, name, state, exists, expected, found, detail)
