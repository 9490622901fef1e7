"""Since when the runs of a host were alike, and indexes of both kinds of runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TABLE = "bcfg2tw_report_run"
SINCE = {"class": "class_since", "bad_set": "bad_since", "modified_set": "modified_since"}

runs = sa.table(
    TABLE,
    sa.column("id", sa.BigInteger),
    sa.column("host", sa.BigInteger),
    sa.column("time", sa.BigInteger),
    sa.column("dry_run", sa.Boolean),
    sa.column("only_important", sa.Boolean),
    *(sa.column(name, sa.BigInteger) for name in (*SINCE, *SINCE.values())),
)
INDEXES = {
    "bcfg2tw_report_run_full": ~runs.c.dry_run & ~runs.c.only_important,
    "bcfg2tw_report_run_partial": runs.c.dry_run | runs.c.only_important,
}


def upgrade() -> None:
    """Add columns and indexes, and fill the columns."""
    for name in SINCE.values():
        op.add_column(TABLE, sa.Column(name, sa.BigInteger))
    connection = op.get_bind()
    for host in connection.execute(sa.select(runs.c.host).distinct()).scalars().all():
        rows = list(_rows(connection, host))
        if rows:
            connection.execute(_update, rows)
    for name, condition in INDEXES.items():
        op.create_index(
            name, TABLE, ["host", "time"], sqlite_where=condition, postgresql_where=condition
        )


_update = (
    runs.update()
    .where(runs.c.id == sa.bindparam("number"))
    .values({name: sa.bindparam(name) for name in SINCE.values()})
)


def _rows(connection: sa.Connection, host: int) -> Iterator[dict[str, Any]]:
    """Yield the values of the columns of a host's runs, each kind of runs by itself."""
    last: dict[bool, tuple[dict[Any, Any], dict[str, Any]]] = {}
    query = sa.select(runs).where(runs.c.host == host).order_by(runs.c.time)
    for run in [dict(row) for row in connection.execute(query).mappings()]:
        kind = bool(run["dry_run"] or run["only_important"])
        before, since_before = last.get(kind, ({}, {}))
        since = {
            column: since_before[column] if before and before[name] == run[name] else run["time"]
            for name, column in SINCE.items()
        }
        last[kind] = run, since
        yield {"number": run["id"], **since}


def downgrade() -> None:
    """Remove them."""
    for name in INDEXES:
        op.drop_index(name, TABLE)
    for name in SINCE.values():
        op.drop_column(TABLE, name)
