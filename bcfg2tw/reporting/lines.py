"""Runs as lines of an export, and back (:ref:`reporting-13`)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from bcfg2tw.reporting.line_values import ENTRY, FAILURE, RUN, check_values
from bcfg2tw.reporting.model import (
    BAD,
    STATES,
    Entry,
    Failure,
    Item,
    Report,
    Run,
    item_of,
    text_of,
    unique,
)

Line = Mapping[str, Any]

MICROSECONDS = 1_000_000
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def time_text(microseconds: int | None) -> str | None:
    """Return a time in UTC: ISO 8601, with `Z`, and with fractions where there are any."""
    if microseconds is None:
        return None
    time = _EPOCH + datetime.timedelta(microseconds=microseconds)
    return time.replace(tzinfo=None).isoformat() + "Z"


def microseconds_of(text: str) -> int:
    """
    Read a time in ISO 8601; one without a zone is in UTC.

    :raises ValueError: if it is no time
    """
    return microseconds_at(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")))


def microseconds_at(time: datetime.datetime) -> int:
    """Return the microseconds since 1970 at a time; one without a zone is in UTC."""
    if time.tzinfo is None:
        time = time.replace(tzinfo=datetime.timezone.utc)
    return (time - _EPOCH) // datetime.timedelta(microseconds=1)


def head_of(run: Run) -> dict[str, Any]:
    """Return the line of a run without its entries."""
    head = {field.name: getattr(run, field.name) for field in fields(run)}
    head.update(time=time_text(run.time), groups=list(run.groups), bundles=list(run.bundles))
    return {"kind": "run", **head, "timings": dict(run.timings)}


def line_of(run: Run, items: Iterable[str]) -> str:
    """
    Return a run as a line of an export.

    :param items: the texts of its entries and failures
    """
    entries: list[str] = []
    failures: list[str] = []
    for text in items:
        (failures if is_failure(text) else entries).append(text)
    head = text_of(head_of(run))[:-1]
    return f'{head},"entries":[{",".join(entries)}],"failures":[{",".join(failures)}]}}'


def is_failure(text: str) -> bool:
    """Say whether the text of an item is that of a failure: its first key is `message`."""
    return text.startswith('{"message":')


def report_of_line(line: Line) -> Report:
    """
    Return the report that a line of an export is.

    :raises ValueError: if it is none
    """
    try:
        check_values(line, RUN)
        for kinds, key in ((ENTRY, "entries"), (FAILURE, "failures")):
            for item in line.get(key, []):
                check_values(item, kinds)
        run = run_of(line)
        entries = [Entry(**entry) for entry in line.get("entries", [])]
        failures = [Failure(**failure) for failure in line.get("failures", [])]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no run of an export: {error!r}") from error
    listed = [item_of(entry) for entry in entries]
    return Report(run, unique([*listed, *_with_states(failures, run, listed)]))


def _with_states(failures: Sequence[Failure], run: Run, listed: Sequence[Item]) -> list[Item]:
    """Give failures the states that are counted and not listed: an export does not tell them."""
    spare = [
        state
        for state in STATES
        for _ in range(getattr(run, state) - sum(item.state == state for item in listed))
    ]
    states = [*spare[: len(failures)], *[BAD] * (len(failures) - len(spare))]
    return [
        item_of(Failure(failure.type, failure.name, failure.message, state))
        for failure, state in zip(failures, states, strict=True)
    ]


def run_of(line: Line) -> Run:
    """
    Return the run of a line, without its entries.

    :raises ValueError: if its time is none
    :raises KeyError: if it lacks client or time
    """
    names = {field.name for field in fields(Run)} & line.keys()
    values = {name: line[name] for name in names}
    values.update(
        client=line["client"],
        time=microseconds_of(line["time"]),
        groups=tuple(line.get("groups", ())),
        bundles=tuple(line.get("bundles", ())),
    )
    return Run(**values)


def parse_line(text: str) -> dict[str, Any]:
    """
    Read a line of JSON that is an object.

    :raises ValueError: if it is none
    """
    line = json.loads(text)
    if not isinstance(line, dict):
        raise ValueError("this is no object")
    return line
