"""
How many examples the fuzzers try, and how one example becomes another.

The tests take about a minute, and try the same each time, so that a run says something of the
change that it is of. `HYPOTHESIS_PROFILE=hour` has them try sixty times as much, by chance.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

#: By the name of a profile, how many times as much is tried as in a run of all tests.
PROFILES = {"minute": 1, "hour": 60}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "minute")

#: What bytes are put between others: marks of the formats that are read.
TOKENS = (
    *(bytes([byte]) for byte in b"\x00\xff\n\t <>&\"'=:;,|()[]{}%#\\"),
    b"\r\n", b"\n\n", b"/>", b"&#0;", b"]]>", b"<!--", b"<!DOCTYPE x>", b"%(a)s", b"-1", b"9" * 40,
    b"1e999", b"nan", b"null", b"\xc3\x28", b"\xed\xa0\x80", b"../../etc/passwd", b"http://[",
)  # fmt: skip


def tries(number: int) -> settings:
    """
    Return the settings of a fuzzer.

    :param number: of examples in a run of all tests
    """
    return settings(
        max_examples=number * PROFILES[PROFILE],
        deadline=None,
        derandomize=PROFILE == "minute",
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


@st.composite
def mutated(
    draw: Callable[[st.SearchStrategy[Any]], Any], seeds: st.SearchStrategy[bytes]
) -> bytes:
    """Make bytes that are nearly right: a few parts of good ones are left out, doubled, changed."""
    data: bytes = draw(seeds)
    for _ in range(draw(st.integers(0, 6))):
        begin = draw(st.integers(0, len(data)))
        end = draw(st.integers(begin, min(len(data), begin + 200)))
        part = draw(
            st.one_of(
                st.just(b""),
                st.just(data[begin:end] * 2),
                st.sampled_from(TOKENS),
                st.binary(max_size=20),
            )
        )
        data = data[:begin] + part + data[end:]
    return data


class Defects(logging.Handler):
    """Collects what is logged with a traceback: failures that nobody had thought of."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        if record.exc_info and record.exc_info[0] is not None:
            self.records.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


@contextmanager
def no_defects() -> Iterator[None]:
    """
    See that nothing is logged with a traceback while the block runs.

    :raises AssertionError: if anything is
    """
    defects = Defects()
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, [defects]
    try:
        yield
    finally:
        root.handlers = handlers
    assert not defects.records, defects.records
