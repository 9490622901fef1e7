"""The memory that this process shares with no other, as the system counts it."""

from __future__ import annotations

import re

ROLLUP = "/proc/self/smaps_rollup"
_PRIVATE = re.compile(rb"^Private_(?:Clean|Dirty): +(\d+) kB", re.MULTILINE)


def private_bytes() -> int | None:
    """Return the size of all pages of this process alone; None where the system does not say."""
    try:
        with open(ROLLUP, "rb") as stream:
            text = stream.read()
    except OSError:
        return None
    return 1024 * sum(map(int, _PRIVATE.findall(text)))
