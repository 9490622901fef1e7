"""A child of the process that runs the tests, which does one thing and ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from tests.waiting import PATIENCE_SECONDS


def fork(act: Callable[[], object]) -> int:
    """
    Run a function in a child, and return the child's process number.

    Its exit status is 0 if the function returns. A thread of the parent's may have held a lock that
    nobody releases in the child: the child is ended before that keeps the test from ending.
    """
    process = os.fork()
    if process:
        return process
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(PATIENCE_SECONDS))
        act()
        os._exit(0)
    finally:
        os._exit(1)  # whatever was raised: this process must not go on with the tests


def exit_status(process: int) -> int:
    """Wait for a child, and return its exit status; negative, the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
