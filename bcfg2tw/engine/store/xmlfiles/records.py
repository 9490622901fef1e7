"""
Records of a journal: JSON, one a line, and what is known of the file that they continue.

A last line that was cut off is no record.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger("bcfg2-server")

Record = dict[str, Any]

JOURNAL_MODE = 0o600

#: Digests of a file and of those that it includes, by their names.
State = Mapping[str, str]

#: In a journal's first record: the state of the file when it began. In a line of its own: a state
#: that the server itself brought about.
BEGAN, WRITTEN = "began", "written"


@dataclass(frozen=True)
class Leftover:
    """
    The content of a journal that is there at a start.

    :ivar records: in order
    :ivar states: those of the file that the journal continues, none in journals of old
    """

    records: list[Record]
    states: list[State]

    def continues(self, state: State) -> bool:
        """Say whether a file is as the journal knows it: each part, as a crash may come between."""
        return not self.states or all(
            any(known.get(name) == digest for known in self.states)
            for name, digest in state.items()
        )


def records(path: str) -> Iterator[Record]:
    """Yield the records of a file, none if there is no such file."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except FileNotFoundError:
        return iter(())
    return records_in(data, path, 1)


def records_in(data: bytes, path: str, first_number: int) -> Iterator[Record]:
    """
    Yield the records in some lines.

    :param first_number: of the first line, for messages
    """
    # behind the last end of line: a torn record
    for number, line in enumerate(data.split(b"\n")[:-1], first_number):
        try:
            yield _record(line)
        except ValueError as error:
            logger.error("%s:%s: this is no record and is lost: %r (%s)",
                         path, number, line, error)  # fmt: skip


def line_of_record(record: Mapping[str, Any]) -> bytes:
    """Return the line that holds a record."""
    return json.dumps(dict(record), separators=(",", ":")).encode("ascii") + b"\n"


def with_state(record: Mapping[str, Any], state: State) -> Mapping[str, Any]:
    """Return the first record of a journal: with the state of the file that it continues."""
    return {**record, BEGAN: dict(state)} if state else record


def whole_lines(path: str) -> bytes:
    """Return the whole lines of a file, none if there is no such file."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except FileNotFoundError:
        return b""
    return data[: data.rfind(b"\n") + 1]


def _record(line: bytes) -> Record:
    record = json.loads(line)
    if not isinstance(record, dict):
        raise ValueError("it is no object")
    return record


def _drop_torn_line(descriptor: int) -> None:
    with open(os.dup(descriptor), "rb") as stream:
        stream.seek(0)
        data = stream.read()
    os.ftruncate(descriptor, data.rfind(b"\n") + 1)


def end_line(path: str) -> None:
    """Cut off what a killed process left of a last line."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        _drop_torn_line(descriptor)
    finally:
        os.close(descriptor)
