"""Questions of administrators' programs about the newest run of a host (:ref:`reporting-7`)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting import tables
from bcfg2tw.reporting.contents import item_text, key_of
from bcfg2tw.reporting.lines import parse_line
from bcfg2tw.reporting.restoring import restore


def extras_of(connection: Connection, host: str) -> list[tuple[str, str]] | None:
    """Return type and name of a host's extra entries; None for a host that never ran."""
    newest = _newest(connection, host)
    if newest is None:
        return []
    if newest.newest is None:
        return None
    columns = tables.entries.c
    query = _listed(newest.extra_set).where(columns.state.is_not(None))
    rows = connection.execute(query.order_by(columns.type, columns.name))
    return [(row.type, row.name) for row in rows]


def _newest(connection: Connection, host: str) -> Any:
    hosts, runs = tables.hosts.c, tables.runs.c
    query = select(hosts.newest, runs.bad_set, runs.extra_set).join_from(
        tables.hosts, tables.runs, hosts.newest == runs.id, isouter=True
    )
    return connection.execute(query.where(hosts.name == host)).first()


def _listed(number: int | None) -> Any:
    entries, links = tables.entries.c, tables.set_entries.c
    return (
        select(entries.type, entries.name, entries.text, entries.detail)
        .join_from(tables.set_entries, tables.entries, links.entry == entries.id)
        .where(links.set == number)
    )


def current_path(
    connection: Connection, host: str, name: str, intended: Callable[[], str]
) -> list[str | bytes | None]:
    """
    Return owner, group, mode and content of a file as a host has it.

    :param intended: returns the content that the host would be given now
    :raises Bcfg2Error: if that cannot be told
    """
    entry = _bad_path(connection, host, name)
    expected, found = entry["expected"], entry["found"]
    attributes = [found.get(key) or expected.get(key, "") for key in ("owner", "group", "mode")]
    return [*attributes, _content(entry, intended)]


def _bad_path(connection: Connection, host: str, name: str) -> Mapping[str, Any]:
    newest = _newest(connection, host)
    if newest is None or newest.newest is None:
        raise Bcfg2Error(f"{host} has not reported")
    columns = tables.entries.c
    query = _listed(newest.bad_set).where(
        columns.key == key_of("Path", name), columns.type == "Path", columns.name == name,
        columns.state.is_not(None),
    )  # fmt: skip
    row = connection.execute(query).first()
    if row is None:
        raise Bcfg2Error(f"{host} has not reported Path {name} as bad in its last run")
    return parse_line(item_text(row.text, row.detail))


def _content(entry: Mapping[str, Any], intended: Callable[[], str]) -> str | bytes | None:
    name = entry["name"]
    if not entry["exists"]:
        raise Bcfg2Error(f"{name} is missing on the client")
    detail = entry.get("detail") or {}
    kind = detail.get("kind")
    if kind == "sensitive":
        raise Bcfg2Error(f"{name} is sensitive: its content is never kept")
    if kind == "too-large":
        raise Bcfg2Error(f"{name} is larger than [reporting] file_limit: its content is not kept")
    if kind == "binary":
        return base64.b64decode(detail["base64"])
    return restore(detail["text"], intended) if kind == "diff" else None
