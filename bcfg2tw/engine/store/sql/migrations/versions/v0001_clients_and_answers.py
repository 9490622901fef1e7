"""The first schema: clients, the output of their probes, and the number of the last change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    numbers = op.create_table(
        "bcfg2tw_revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(numbers, [{"id": 1, "number": 0}])
    op.create_table(
        "bcfg2tw_client",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("elements", sa.JSON),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("removed", sa.Text),
        sa.Column("registered", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("bcfg2tw_client_by_revision", "bcfg2tw_client", ["revision"])
    op.create_table(
        "bcfg2tw_answers",
        sa.Column("client", sa.Text, primary_key=True),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("groups", sa.JSON, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("bcfg2tw_answers_by_revision", "bcfg2tw_answers", ["revision"])
