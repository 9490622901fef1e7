"""
The tables of reports.

A run is one narrow row. What runs have in common is stored once, however many of them, hosts and
nodes say it: texts, memberships (profile, groups, bundles), entries, and the sets of entries that
a run lists in a state. Rows that are shared have the digest of their content; they never change.

Every change of the tables is a migration as well (`engine/store/sql/migrations/versions`).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from bcfg2tw.engine.store.sql.tables import metadata

#: SQLite counts rows only with its own kind of integer.
_Number = BigInteger().with_variant(Integer, "sqlite")

#: Texts that many runs share: states, revisions, nodes, names of phases.
texts = Table(
    "bcfg2tw_report_text",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("text", Text, nullable=False),
)

#: What a client is a member of.
memberships = Table(
    "bcfg2tw_report_membership",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("profile", Text),
)

#: The groups and bundles of a membership.
members = Table(
    "bcfg2tw_report_member",
    metadata,
    Column("membership", _Number, ForeignKey(memberships.c.id), primary_key=True),
    Column("is_bundle", Boolean, primary_key=True),
    Column("name", Text, primary_key=True),
    Index("bcfg2tw_report_member_by_name", "name"),
    sqlite_with_rowid=False,
)

#: Entries and failures, each content once in each state.
entries = Table(
    "bcfg2tw_report_entry",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    # of type and name, which may be too long for an index
    Column("key", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    # 0 bad, 1 modified, 2 extra; null: a failure
    Column("state", SmallInteger),
    # the text of the item without its detail
    Column("text", Text, nullable=False),
    # JSON, as it may be large
    Column("detail", Text),
    Index("bcfg2tw_report_entry_by_key", "key"),
)

#: All that a run lists in one state; `size` is null until all of it is there.
sets = Table(
    "bcfg2tw_report_set",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("size", Integer),
)

set_entries = Table(
    "bcfg2tw_report_set_entry",
    metadata,
    Column("set", _Number, ForeignKey(sets.c.id), primary_key=True),
    Column("entry", _Number, ForeignKey(entries.c.id), primary_key=True),
    Index("bcfg2tw_report_set_entry_by_entry", "entry"),
    sqlite_with_rowid=False,
)

#: The hosts; what is told of their newest run is brought up to date with each one.
hosts = Table(
    "bcfg2tw_report_host",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    # times are in microseconds since 1970
    Column("first_seen", BigInteger, nullable=False),
    Column("expired", BigInteger),
    Column("last_run", BigInteger),
    # the newest run, and the newest one that looked at everything and could change it
    Column("newest", BigInteger),
    Column("deciding", BigInteger),
    # of the second, or else of the first
    Column("class", SmallInteger),
    # the time of the first run of this class
    Column("since", BigInteger),
    # how far its runs usually are apart
    Column("interval", BigInteger),
    sqlite_autoincrement=True,
)

#: The runs.
runs = Table(
    "bcfg2tw_report_run",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("host", _Number, ForeignKey(hosts.c.id), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("state", _Number, ForeignKey(texts.c.id), nullable=False),
    Column("revision", _Number, ForeignKey(texts.c.id), nullable=False),
    Column("server", _Number, ForeignKey(texts.c.id), nullable=False),
    Column("membership", _Number, ForeignKey(memberships.c.id), nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("good", BigInteger, nullable=False),
    Column("bad", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("extra", BigInteger, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("only_important", Boolean, nullable=False),
    # see `bcfg2tw.reporting.classes`
    Column("class", SmallInteger, nullable=False),
    Column("bad_set", _Number, ForeignKey(sets.c.id)),
    Column("modified_set", _Number, ForeignKey(sets.c.id)),
    Column("extra_set", _Number, ForeignKey(sets.c.id)),
    # names of phases separated by newlines, and a number of 8 bytes for each
    Column("phases", _Number, ForeignKey(texts.c.id)),
    Column("stamps", LargeBinary),
    # since when the runs of the host were of this class, and had these lists, without a gap; null
    # where that is not known (`bcfg2tw.reporting.streaks`)
    Column("class_since", BigInteger),
    Column("bad_since", BigInteger),
    Column("modified_since", BigInteger),
    UniqueConstraint("host", "time"),
    Index("bcfg2tw_report_run_by_time", "time"),
    Index("bcfg2tw_report_run_by_bad_set", "bad_set"),
    Index("bcfg2tw_report_run_by_modified_set", "modified_set"),
    Index("bcfg2tw_report_run_by_extra_set", "extra_set"),
    sqlite_autoincrement=True,
)


def is_full(run: FromClause) -> ColumnElement[bool]:
    """Return the condition that a run looked at everything and could change it."""
    return ~run.c.dry_run & ~run.c.only_important


def is_partial(run: FromClause) -> ColumnElement[bool]:
    """Return the condition that a run changed nothing, or looked at a part."""
    return run.c.dry_run | run.c.only_important


def _index(name: str, condition: ColumnElement[bool]) -> Index:
    return Index(
        f"bcfg2tw_report_run_{name}", runs.c.host, runs.c.time,
        sqlite_where=condition, postgresql_where=condition,
    )  # fmt: skip


#: Both kinds of runs of a host, for who looks for the last one before a time.
kinds = _index("full", is_full(runs)), _index("partial", is_partial(runs))

#: The numbers that rows of an imported database had, for the addresses of upstream's pages.
old_numbers = Table(
    "bcfg2tw_report_old_number",
    metadata,
    # host, run, or the class of an entry
    Column("kind", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # of a host or a run
    Column("target", BigInteger),
    # of an entry
    Column("type", Text),
    Column("name", Text),
    sqlite_with_rowid=False,
)
