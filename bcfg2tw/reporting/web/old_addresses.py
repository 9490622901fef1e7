"""
The addresses of upstream's pages, and where the same is shown today (:ref:`reporting-12`).

Filters and times are parts of an old path; they become parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.model import STATES
from bcfg2tw.reporting.web.links import Links
from bcfg2tw.reporting.web.question import Question

#: Filters, which are followed by their value.
_FILTERS = {"state", "group", "server"}
#: Upstream's states of hosts, and the classes that are the same.
_HOST_CLASSES = {"clean": "clean,changed", "dirty": "failed,dirty"}
_LISTS = {"grid": "/clients", "detailed": "/clients", "manage": "/clients", "summary": "/"}

#: Upstream's names of columns, and the columns that show the same.
_COLUMNS = {
    "client": "host", "state": "class", "timestamp": "last_run", "server": "server",
    "good": "good", "bad": "bad", "modified": "modified", "extra": "extra",
}  # fmt: skip


def new_address(question: Question) -> str | None:
    """Return the address that the one of a question stands for; None if it is no old one."""
    parts = [part for part in question.address.removesuffix("|all").split("/") if part]
    if not parts:
        return None
    rest, parameters = _take_filters(parts[1:])
    at = {name: (parameters.pop(name),) for name in ("at",) if name in parameters}
    links = Links(replace(question, parameters=at))
    if parts[0] in _LISTS and not rest:
        parameters = {**_sorting(question), **_classes(parameters)}
        return links.to(_LISTS[parts[0]], **parameters)
    make = _MAKERS.get(parts[0])
    return None if make is None else make(question.connection, links, rest, parameters)


def _take_filters(parts: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Take what filters, and the time, from the parts of a path."""
    rest: list[str] = []
    parameters: dict[str, str] = {}
    remaining = list(parts)
    while remaining:
        part = remaining.pop(0)
        paging = re.fullmatch(r"(\d{1,9})\|(\d{1,9})", part, re.ASCII)
        if part in _FILTERS and remaining:
            parameters[part] = remaining.pop(0)
        elif part in _HOST_CLASSES and parameters.keys() & _FILTERS:
            parameters["state"] = part  # behind a group or server it may stand by itself
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", part, re.ASCII):
            parameters["at"] = part + _time(remaining)
        elif paging:
            parameters.update(page=paging[1], limit=paging[2])
        else:
            rest.append(part)
    return rest, parameters


def _time(remaining: list[str]) -> str:
    """Take the time of a day, if there is one; a day alone means all of it."""
    if remaining and re.fullmatch(r"\d\d-\d\d", remaining[0], re.ASCII):
        return "T" + remaining.pop(0).replace("-", ":")
    return "T23:59"


def _sorting(question: Question) -> dict[str, str]:
    """Return what a list is sorted by, as far as ours has the column."""
    text = question.text("sort") or ""
    name = _COLUMNS.get(text.removeprefix("-"))
    return {} if name is None else {"sort": "-" * text.startswith("-") + name}


def _classes(parameters: Mapping[str, str]) -> dict[str, str]:
    """Put classes of hosts in the place of the states that upstream tells hosts apart by."""
    kept = {name: value for name, value in parameters.items() if name != "state"}
    classes = _HOST_CLASSES.get(parameters.get("state", ""))
    return kept if classes is None else {**kept, "class": classes}


def _client(
    connection: Connection, links: Links, rest: list[str], parameters: Mapping[str, str]
) -> str | None:
    if len(rest) == 1:
        return links.host(rest[0])
    if len(rest) != 2 or not _is_number(rest[1]):
        return None
    run = _old_number(connection, "run", rest[1])
    host = None if run is None else _host_of_run(connection, run.target)
    if run is None or host is None:
        return links.host(rest[0], "runs")
    return links.host(host, "runs", str(run.target))


def _history(
    connection: Connection, links: Links, rest: list[str], parameters: Mapping[str, str]
) -> str | None:
    if rest and _is_number(rest[-1]):
        parameters = {**parameters, "page": rest.pop()}
    if not rest:
        return links.to("/runs", **parameters)
    return links.host(rest[0], "runs", **parameters) if len(rest) == 1 else None


def _elements(
    connection: Connection, links: Links, rest: list[str], parameters: Mapping[str, str]
) -> str | None:
    if len(rest) != 1 or rest[0] not in STATES:
        return None
    return links.to("/entries", **{**parameters, "state": rest[0]})


def _element(
    connection: Connection, links: Links, rest: list[str], parameters: Mapping[str, str]
) -> str | None:
    if len(rest) not in (2, 3) or not _is_number(rest[1]):
        return None
    row = _old_number(connection, rest[0], rest[1])
    if row is None:
        return links.to("/entries", type=rest[0].removesuffix("Entry"))
    return links.entry(row.type, row.name)


def _common(
    connection: Connection, links: Links, rest: list[str], parameters: Mapping[str, str]
) -> str | None:
    if not rest:
        return links.to("/problems", **parameters)
    if len(rest) == 1 and _is_number(rest[0]):
        return links.to("/problems", **parameters, at_least=rest[0])
    return None


_MAKERS: Mapping[str, Callable[[Connection, Links, list[str], Mapping[str, str]], str | None]] = {
    "client": _client, "history": _history, "elements": _elements, "element": _element,
    "entry": _element, "common": _common,
}  # fmt: skip


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _old_number(connection: Connection, kind: str, number: str) -> Any:
    columns = tables.old_numbers.c
    query = select(columns.target, columns.type, columns.name)
    return connection.execute(
        query.where(columns.kind == kind, columns.number == int(number))
    ).first()


def _host_of_run(connection: Connection, run: int) -> str | None:
    query = select(tables.hosts.c.name).join_from(
        tables.runs, tables.hosts, tables.runs.c.host == tables.hosts.c.id
    )
    return connection.execute(query.where(tables.runs.c.id == run)).scalar()
