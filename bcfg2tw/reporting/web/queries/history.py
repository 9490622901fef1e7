"""What runs of the past say of a host at a time."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.web.question import Question

#: Runs of a host that are looked at to tell since when something is so.
RUNS_BACK = 400


def since_then(question: Question, hosts: Sequence[int]) -> dict[int, int]:
    """Return since when hosts had the class that they had at the time of a question."""
    return {host: since for host in hosts if (since := _since(question, host)) is not None}


def _since(question: Question, host: int) -> int | None:
    runs = tables.runs.c
    query = (
        select(runs.time, runs["class"], ~(runs.dry_run | runs.only_important))
        .where(runs.host == host, runs.time <= question.moment)
        .order_by(runs.time.desc())
        .limit(RUNS_BACK)
    )
    rows = question.connection.execute(query).all()
    # as `host_states` has it: others decide only where there is no full run
    rows = [row for row in rows if row[2]] or rows
    since = None
    for time, run_class, _ in rows:
        if run_class != rows[0][1]:
            break
        since = time
    return since
