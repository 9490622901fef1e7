"""Reports as records of the spool: the run on the first line, an item on each further one."""

from __future__ import annotations

from bcfg2tw.reporting.lines import head_of, is_failure, parse_line, run_of
from bcfg2tw.reporting.model import STATES, Item, Report, digest_of, text_of

_MARKS = {state: state[0] for state in STATES}
_STATES = {mark: state for state, mark in _MARKS.items()}


def record_of(report: Report) -> bytes:
    """Return a report as a record; the states of items stand in front of them."""
    head = text_of(head_of(report.run))
    items = (f"{_MARKS[item.state]}{item.text}" for item in report.items)
    return "\n".join([head, *items]).encode("utf-8", "surrogatepass")


def report_of_record(record: bytes) -> Report:
    """
    Return the report of a record.

    :raises ValueError: if it is none
    """
    head, *lines = record.split(b"\n")
    try:
        run = run_of(parse_line(head.decode("utf-8")))
        return Report(run, tuple(map(_item, lines)))
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no record of a run: {error!r}") from error


def _item(line: bytes) -> Item:
    text = line[1:].decode("utf-8", "surrogatepass")
    return Item(text, digest_of(line[1:]), _STATES[chr(line[0])], is_failure(text))
