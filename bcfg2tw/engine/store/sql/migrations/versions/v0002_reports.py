"""The tables of reports: hosts, runs, and what runs have in common."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_shared()
    _make_sets()
    _make_hosts_and_runs()


def _make_shared() -> None:
    """Make what many runs share."""
    op.create_table(
        "bcfg2tw_report_text",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "bcfg2tw_report_membership",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("profile", sa.Text),
    )
    op.create_table(
        "bcfg2tw_report_member",
        sa.Column(
            "membership", NUMBER, sa.ForeignKey("bcfg2tw_report_membership.id"), primary_key=True
        ),
        sa.Column("is_bundle", sa.Boolean, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("bcfg2tw_report_member_by_name", "bcfg2tw_report_member", ["name"])
    op.create_table(
        "bcfg2tw_report_entry",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.SmallInteger),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("detail", sa.Text),
    )
    op.create_index("bcfg2tw_report_entry_by_key", "bcfg2tw_report_entry", ["key"])


def _make_sets() -> None:
    """Make the lists of runs."""
    op.create_table(
        "bcfg2tw_report_set",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("size", sa.Integer),
    )
    op.create_table(
        "bcfg2tw_report_set_entry",
        sa.Column("set", NUMBER, sa.ForeignKey("bcfg2tw_report_set.id"), primary_key=True),
        sa.Column("entry", NUMBER, sa.ForeignKey("bcfg2tw_report_entry.id"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("bcfg2tw_report_set_entry_by_entry", "bcfg2tw_report_set_entry", ["entry"])


def _make_hosts_and_runs() -> None:
    """Make the rest."""
    op.create_table(
        "bcfg2tw_report_host",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("expired", sa.BigInteger),
        sa.Column("last_run", sa.BigInteger),
        sa.Column("newest", sa.BigInteger),
        sa.Column("deciding", sa.BigInteger),
        sa.Column("class", sa.SmallInteger),
        sa.Column("since", sa.BigInteger),
        sa.Column("interval", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bcfg2tw_report_run",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("host", NUMBER, sa.ForeignKey("bcfg2tw_report_host.id"), nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("state", NUMBER, sa.ForeignKey("bcfg2tw_report_text.id"), nullable=False),
        sa.Column("revision", NUMBER, sa.ForeignKey("bcfg2tw_report_text.id"), nullable=False),
        sa.Column("server", NUMBER, sa.ForeignKey("bcfg2tw_report_text.id"), nullable=False),
        sa.Column(
            "membership", NUMBER, sa.ForeignKey("bcfg2tw_report_membership.id"), nullable=False
        ),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("good", sa.BigInteger, nullable=False),
        sa.Column("bad", sa.BigInteger, nullable=False),
        sa.Column("modified", sa.BigInteger, nullable=False),
        sa.Column("extra", sa.BigInteger, nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("only_important", sa.Boolean, nullable=False),
        sa.Column("class", sa.SmallInteger, nullable=False),
        sa.Column("bad_set", NUMBER, sa.ForeignKey("bcfg2tw_report_set.id")),
        sa.Column("modified_set", NUMBER, sa.ForeignKey("bcfg2tw_report_set.id")),
        sa.Column("extra_set", NUMBER, sa.ForeignKey("bcfg2tw_report_set.id")),
        sa.Column("phases", NUMBER, sa.ForeignKey("bcfg2tw_report_text.id")),
        sa.Column("stamps", sa.LargeBinary),
        sa.UniqueConstraint("host", "time"),
        sqlite_autoincrement=True,
    )
    op.create_index("bcfg2tw_report_run_by_time", "bcfg2tw_report_run", ["time"])
    op.create_index("bcfg2tw_report_run_by_bad_set", "bcfg2tw_report_run", ["bad_set"])
    op.create_index("bcfg2tw_report_run_by_modified_set", "bcfg2tw_report_run", ["modified_set"])
    op.create_index("bcfg2tw_report_run_by_extra_set", "bcfg2tw_report_run", ["extra_set"])
    op.create_table(
        "bcfg2tw_report_old_number",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("target", sa.BigInteger),
        sa.Column("type", sa.Text),
        sa.Column("name", sa.Text),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove the tables, and all reports with them."""
    for name in (
        "old_number", "run", "host", "set_entry", "set", "entry", "member", "membership", "text",
    ):  # fmt: skip
        op.drop_table(f"bcfg2tw_report_{name}")
