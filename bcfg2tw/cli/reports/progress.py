"""The progress of an import of reports, drawn at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["import_progress"]


@contextmanager
def import_progress(total: int | None) -> Iterator[Callable[[int], object]]:
    """
    Give a function that draws how many runs are imported; where there is no terminal it does not.

    :param total: of the runs; None if it is not known
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda count: None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("runs", total=total)
        yield lambda count: progress.update(task, completed=count)
