"""
The API: the lists of pages, hosts and runs as JSON, and the whole database.

Its objects are those of an export (:ref:`reporting-13`) and the rows of lists. `openapi.py` has its
description.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from sqlalchemy import Connection

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.export import RunReader, Selection, client_lines, json_lines, run_rows
from bcfg2tw.reporting.lines import line_of
from bcfg2tw.reporting.web.errors import NoSuchPage
from bcfg2tw.reporting.web.exchange import HttpResponse
from bcfg2tw.reporting.web.export import gathered, json_of, lines_of, pages_of, pieces, rows_of
from bcfg2tw.reporting.web.links import Links
from bcfg2tw.reporting.web.listing import Listing
from bcfg2tw.reporting.web.openapi import description
from bcfg2tw.reporting.web.page import Page
from bcfg2tw.reporting.web.question import Question

JSON, LINES = "application/json", "application/x-ndjson"

#: Lists of pages that are had as they are.
PLAIN = ("problems", "entries", "changes")


class Api:
    """Answers below one address."""

    def __init__(self, pages: Iterable[Page], root: str) -> None:
        """
        Take the pages whose lists there are.

        :param root: the address, below the prefix
        """
        self._pages = {page.name: page for page in pages}
        self._root = root

    def answer(self, question: Question, is_lines: bool = False) -> HttpResponse:
        """
        Return the answer to a question.

        :param is_lines: whether all pages of a list are asked for, an object a line
        :raises NoSuchPage: if there is none
        :raises BadQuestion: if a parameter cannot be understood
        """
        name, _, rest = question.address.removeprefix(self._root).strip("/").partition("/")
        if name == "openapi.json" and not rest:
            return _json(
                description(self._pages, (*_OBJECTS, *PLAIN), question.prefix + self._root)
            )
        if name == "export" and not rest:
            return _streamed(_as_lines(json_lines(question.connection, selection_of(question))))
        if rest and name in _MEMBERS:
            return _json(_MEMBERS[name](question, rest))
        if rest or name not in (*_OBJECTS, *PLAIN) or name not in self._pages:
            raise NoSuchPage(f"The API has nothing here; {self._root}/openapi.json describes it.")
        return self._list(self._pages[name], question, is_lines)

    def _list(self, page: Page, question: Question, is_lines: bool) -> HttpResponse:
        make = _OBJECTS.get(page.name, _rows)
        if is_lines:
            objects = (
                item
                for listing in pages_of(page, question)
                for item in make(question.connection, listing)
            )
            return _streamed(pieces(lines_of(objects)))
        listing = page.query(question).listing
        assert listing is not None, f"{page.name} has a list"
        headers = {"Link": _links(question, listing)}
        if listing.total is not None:
            headers["X-Total-Count"] = str(listing.total)
        parts = pieces(json_of(make(question.connection, listing)))
        return HttpResponse(HTTPStatus.OK, JSON, gathered(parts), headers)


def selection_of(question: Question) -> Selection:
    """Return what an export is asked for, with the parameters that the command has."""
    return Selection(
        clients=question.texts("client"),
        since=question.time("since"),
        until=question.time("until"),
        state=question.text("state"),
        current=question.choice("current", ("yes", "no"), "no") == "yes",
    )


# Objects


def _rows(connection: Connection, listing: Listing) -> Iterator[Mapping[str, Any]]:
    return rows_of([listing])


def _clients(connection: Connection, listing: Listing) -> Iterator[Mapping[str, Any]]:
    for row in listing.plain_rows():
        yield {"kind": "client", "name": row["host"], **row}


def _runs(connection: Connection, listing: Listing) -> Iterator[Mapping[str, Any]]:
    for row in listing.plain_rows():
        yield run_object(connection, row["run"])


_OBJECTS: Mapping[str, Callable[[Connection, Listing], Iterator[Mapping[str, Any]]]] = {
    "clients": _clients, "runs": _runs,
}  # fmt: skip


def run_object(connection: Connection, number: int) -> Mapping[str, Any]:
    """
    Return a run with all that it lists.

    :raises NoSuchPage: if there is none of this number
    """
    query = run_rows(Selection()).where(tables.runs.c.id == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NoSuchPage(f"There is no run {number}.")
    reader = RunReader(connection)
    line = line_of(reader.run(row), (text for _, text in reader.items(row)))
    return {"id": number, **json.loads(line)}


def _run(question: Question, name: str) -> Mapping[str, Any]:
    if not (name.isascii() and name.isdecimal() and len(name) < 19):
        raise NoSuchPage(f"There is no run {name}.")
    return run_object(question.connection, int(name))


def _client(question: Question, name: str) -> Mapping[str, Any]:
    for line in client_lines(question.connection, Selection(clients=(name,))):
        client: Mapping[str, Any] = json.loads(line)
        return client
    raise NoSuchPage(f"There is no host {name}.")


_MEMBERS: Mapping[str, Callable[[Question, str], Mapping[str, Any]]] = {
    "clients": _client, "runs": _run,
}  # fmt: skip


# Answers


def _json(value: Any) -> HttpResponse:
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    return HttpResponse(HTTPStatus.OK, JSON, text.encode("utf-8", "backslashreplace"))


def _streamed(parts: Iterator[bytes]) -> HttpResponse:
    return HttpResponse(HTTPStatus.OK, LINES, parts)


def _as_lines(texts: Iterable[str]) -> Iterator[bytes]:
    return pieces(f"{text}\n" for text in texts)


def _links(question: Question, listing: Listing) -> str:
    """Return the header Link: where the other pages of a list are (RFC 8288)."""
    numbers = {"first": 1} if listing.total is None else {"first": 1, "last": listing.pages}
    if listing.page > 1:
        numbers["prev"] = min(listing.page - 1, listing.pages)
    if listing.page < listing.pages:
        numbers["next"] = listing.page + 1
    links = Links(question)
    return ", ".join(f'<{links.here(page=page)}>; rel="{name}"' for name, page in numbers.items())
