"""Waiting for what threads and other processes do: as long as it takes, and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable

#: How long a test waits before it fails; enough for a machine that has other things to do.
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.01


def wait_until(is_so: Callable[[], bool], complaint: Callable[[], str]) -> None:
    """
    Wait for something that can only be looked at, such as a file or an open port.

    For what a test's own threads do there are events, which need no looking again and again.

    :param complaint: gives the error's text if it never comes to that
    :raises AssertionError: if it does not come to that in time
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(complaint())
        time.sleep(POLL_SECONDS)
