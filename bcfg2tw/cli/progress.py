"""The progress of what takes long, drawn at a terminal, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress_bar"]

#: It is drawn no more often than this.
INTERVAL_SECONDS = 0.1


@contextmanager
def progress_bar(what: str, total: int | None) -> Iterator[Callable[[int], object]]:
    """
    Give a function that draws how many are done; where there is no terminal it does not.

    No thread draws: processes may be forked meanwhile.

    :param what: the things that are counted
    :param total: None if it is not known
    """
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    # here only: it takes a while, and is not needed elsewhere
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as progress:
        task = progress.add_task(what, total=total)
        is_due = _Interval()
        yield lambda count: progress.update(task, completed=count, refresh=is_due())


class _Interval:
    """Says whether it is time again."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self) -> bool:
        """Return it, and wait anew where it is."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + INTERVAL_SECONDS
        return True
