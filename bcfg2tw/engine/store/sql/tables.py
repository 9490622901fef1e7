"""
The tables of the newest schema.

They stand beside those that Bcfg2's own server made in the same database, under names of their own.
Every change of them is a migration as well (`migrations/versions`).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

#: One row: the number of the last change. Whoever changes anything takes the next number first,
#: and the row's lock keeps all others waiting: numbers come into force in their order.
revision = Table(
    "bcfg2tw_revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)

#: The clients that were registered, changed or removed through a server.
clients = Table(
    "bcfg2tw_client",
    metadata,
    Column("name", Text, primary_key=True),
    # a list of {"attributes": {…}, "aliases": [{…}, …]}; null: it is in clients.xml alone
    Column("elements", JSON(none_as_null=True)),
    # {attribute: [value, value in clients.xml at that time or null], …}
    Column("changes", JSON, nullable=False),
    # of the elements of clients.xml that are removed: their digest
    Column("removed", Text),
    # the revision with which it was registered: the order of clients
    Column("registered", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Index("bcfg2tw_client_by_revision", "revision"),
)

#: The output of the probes of each client, from its last upload.
answers = Table(
    "bcfg2tw_answers",
    metadata,
    Column("client", Text, primary_key=True),
    Column("data", JSON, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Index("bcfg2tw_answers_by_revision", "revision"),
)
