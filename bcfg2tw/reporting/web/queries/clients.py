"""The list of hosts, with what filters admit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.classes import CLASSES, EXPIRED
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.page import Model, Parameter
from bcfg2tw.reporting.web.queries.current import NUMBERS, hosts_at
from bcfg2tw.reporting.web.queries.lists import count_of, like, shown_of, sort_of
from bcfg2tw.reporting.web.question import Question

COLUMNS = (
    Column("host", "Host", "host", is_sortable=True),
    Column("class", "Class", "class", is_sortable=True, attribute="class_name"),
    Column("since", "Since", "time", is_sortable=True),
    Column("last_run", "Last run", "time", is_sortable=True),
    Column("bad", "Bad", "number", is_sortable=True),
    Column("modified", "Modified", "number", is_sortable=True),
    Column("extra", "Extra", "number", is_sortable=True),
    Column("profile", "Profile", is_sortable=True),
    Column("server", "Server", is_sortable=True),
    Column("revision", "Revision", "revision", is_sortable=True),
    Column("total", "Entries", "number", is_sortable=True, is_shown=False),
    Column("good", "Good", "number", is_sortable=True, is_shown=False),
    Column("first_seen", "First seen", "time", is_sortable=True, is_shown=False),
    Column("expired", "Expired", "time", is_sortable=True, is_shown=False),
)

FILTERS = (
    Parameter("class", f"Classes of hosts: {', '.join(CLASSES)}.", is_repeated=True),
    Parameter("group", "A group that hosts are in."),
    Parameter("bundle", "A bundle that hosts have."),
    Parameter("profile", "A profile."),
    Parameter("server", "The node that took the last run."),
    Parameter("revision", "The revision of the last run."),
    Parameter("q", "A part of the hosts' names."),
)
PARAMETERS = (*FILTERS, Parameter("columns", "Columns of the table.", is_repeated=True))


@dataclass(frozen=True)
class HostRow:
    """A host in a list; counts are those of what its deciding run lists."""

    host: str
    class_name: str
    since: int | None
    last_run: int | None
    bad: int
    modified: int
    extra: int
    profile: str | None
    server: str | None
    revision: str | None
    total: int | None
    good: int | None
    first_seen: int
    expired: int | None
    id: int
    current: int | None


@dataclass(frozen=True)
class Clients(Model):
    """The page of hosts."""

    hosts: Listing
    groups: tuple[str, ...]

    @property
    def listing(self) -> Listing:
        """The hosts."""
        return self.hosts


#: The newest run of a host: `conditions` look at it.
newest_run = tables.runs.alias("newest_run")
_current = tables.runs.alias("current_run")
_revisions, _servers = tables.texts.alias("revisions"), tables.texts.alias("servers")
_lists = {name: tables.sets.alias(f"{name}_list") for name in ("bad", "modified", "extra")}


def clients(question: Question) -> Clients:
    """Return the hosts that the parameters of a question admit."""
    return Clients(list_hosts(question), group_names(question))


def list_hosts(question: Question) -> Listing:
    """Return one page of the list of hosts."""
    hosts = hosts_at(question)
    key, is_descending = sort_of(question, COLUMNS, "class")
    query = rows_query(hosts).where(*conditions(question, hosts))
    total = count_of(question, counted(question, hosts))
    order = _order(query, key)
    query = query.order_by(order.desc() if is_descending else order, func.lower(hosts.c.name))
    query = query.limit(question.limit).offset((question.page - 1) * question.limit)
    return Listing(
        COLUMNS, read_rows(question, query), total, question.page, question.limit,
        f"-{key}" if is_descending else key, shown_of(question, COLUMNS),
    )  # fmt: skip


def counted(question: Question, hosts: Subquery) -> Select[Any]:
    """Return the query for the hosts that filters admit, with nothing but what they look at."""
    query = select(hosts.c.id).outerjoin_from(hosts, newest_run, newest_run.c.id == hosts.c.newest)
    return query.where(*conditions(question, hosts))


def rows_query(hosts: Subquery) -> Select[Any]:
    """Return the query for hosts with all that a list shows of them."""
    query = (
        select(
            hosts, tables.memberships.c.profile, _servers.c.text.label("server"),
            _revisions.c.text.label("revision"), _current.c.total, _current.c.good,
            *(func.coalesce(entry_set.c.size, 0).label(name) for name, entry_set in _lists.items()),
        )
        .outerjoin_from(hosts, newest_run, newest_run.c.id == hosts.c.newest)
        .outerjoin(_current, _current.c.id == hosts.c.current)
        .outerjoin(tables.memberships, tables.memberships.c.id == newest_run.c.membership)
        .outerjoin(_servers, _servers.c.id == newest_run.c.server)
        .outerjoin(_revisions, _revisions.c.id == newest_run.c.revision)
    )  # fmt: skip
    for name, entry_set in _lists.items():
        query = query.outerjoin(entry_set, entry_set.c.id == _current.c[f"{name}_set"])
    return query


def _order(query: Select[Any], key: str) -> ColumnElement[Any]:
    column = query.selected_columns[{"host": "name"}.get(key, key)]
    return func.lower(column) if key == "host" else column


def conditions(question: Question, hosts: Subquery) -> list[ColumnElement[bool]]:
    """Return what filters ask of hosts that are joined with their newest run."""
    wanted = question.choices("class", CLASSES)
    classes = hosts.c["class"]
    result: list[ColumnElement[bool]] = [
        classes.in_([NUMBERS[name] for name in wanted]) if wanted else classes != NUMBERS[EXPIRED]
    ]
    part = question.text("q")
    if part is not None:
        result.append(like(hosts.c.name, part))
    return [*result, *_of_members(question), *_of_texts(question)]


def _of_members(question: Question) -> list[ColumnElement[bool]]:
    members, memberships = tables.members.c, tables.memberships.c
    result: list[ColumnElement[bool]] = []
    for parameter, is_bundle in (("group", False), ("bundle", True)):
        name = question.text(parameter)
        if name is not None:
            named = select(members.membership).where(
                members.name == name, members.is_bundle.is_(is_bundle)
            )
            result.append(newest_run.c.membership.in_(named))
    profile = question.text("profile")
    if profile is not None:
        named = select(memberships.id).where(memberships.profile == profile)
        result.append(newest_run.c.membership.in_(named))
    return result


def _of_texts(question: Question) -> list[ColumnElement[bool]]:
    result: list[ColumnElement[bool]] = []
    for parameter in ("server", "revision"):
        text = question.text(parameter)
        if text is not None:
            same = select(tables.texts.c.id).where(tables.texts.c.text == text)
            result.append(newest_run.c[parameter].in_(same))
    return result


def read_rows(question: Question, query: Select[Any]) -> list[HostRow]:
    """Return the hosts of a query of `rows_query`."""
    rows = question.connection.execute(query, {"moment": question.moment}).mappings().all()
    names = HostRow.__dataclass_fields__
    return [
        HostRow(
            **{name: row[name] for name in names if name in row},
            host=row["name"],
            class_name=CLASSES[row["class"]],
        )
        for row in rows
    ]


def group_names(question: Question) -> tuple[str, ...]:
    """Return the names of the groups that hosts are in."""
    hosts, members = hosts_at(question), tables.members.c
    memberships = select(newest_run.c.membership).join_from(
        hosts, newest_run, newest_run.c.id == hosts.c.newest
    )
    query = select(members.name).distinct().where(
        ~members.is_bundle, members.membership.in_(memberships)
    )  # fmt: skip
    rows = question.connection.execute(query.order_by(members.name), {"moment": question.moment})
    return tuple(rows.scalars())


def is_host(question: Question, name: str) -> bool:
    """Say whether a host is known."""
    query = select(exists().where(tables.hosts.c.name == name))
    return bool(question.connection.execute(query).scalar())
