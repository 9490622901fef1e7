"""A server with workers, and its processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.waiting import wait_until


def parent_of(process: int) -> int | None:
    """Return the parent of a process, None if it has ended."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    state, parent = status.rpartition(")")[2].split()[:2]
    return None if state in "ZX" else int(parent)


def children_of(process: int) -> list[int]:
    """Return the processes that have a parent."""
    processes = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return sorted(number for number in processes if parent_of(number) == process)


def ended_children_of(process: int) -> list[int]:
    """Return the processes that have ended and that their parent has not taken note of."""
    ended = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            status = Path(f"/proc/{name}/stat").read_text()
            state, parent = status.rpartition(")")[2].split()[:2]
            if state == "Z" and int(parent) == process:
                ended.append(int(name))
    return ended


def nursery_of(supervisor: int) -> int:
    """Return the nursery of a server; what the supervisor runs beside it has soon ended."""
    children: list[int] = []

    def is_alone() -> bool:
        children[:] = children_of(supervisor)
        return len(children) == 1

    wait_until(is_alone, lambda: str(children))
    return children[0]


def workers_of(supervisor: int) -> list[int]:
    """Return the workers of a server."""
    return children_of(nursery_of(supervisor))


def processes_of(supervisor: int) -> list[int]:
    """Return all processes of a server."""
    return [supervisor, nursery_of(supervisor), *workers_of(supervisor)]


def stop(process: int) -> None:
    """Stop a process, as SIGSTOP does, and wait until it does nothing more."""
    os.kill(process, signal.SIGSTOP)
    status = Path(f"/proc/{process}/stat")
    wait_until(
        lambda: status.read_text().rpartition(")")[2].split()[0] == "T",
        lambda: f"{process} does not stop: {status.read_text()}",
    )


def wait_for_ends(processes: list[int], said: Callable[[], str]) -> None:
    """Wait until processes have ended."""
    wait_until(lambda: not any(map(parent_of, processes)), lambda: f"{processes}: {said()}")
