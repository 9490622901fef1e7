"""The description of the API, as OpenAPI has it; a test holds it against the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import bcfg2tw
from bcfg2tw.reporting.model import STATES
from bcfg2tw.reporting.web.listing import Column
from bcfg2tw.reporting.web.page import Page, Parameter
from bcfg2tw.reporting.web.queries import changes, clients, problems
from bcfg2tw.reporting.web.question import MOST_ROWS, ROWS

Schema = Mapping[str, Any]

TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
TIME = {"type": "string", "format": "date-time", "description": "UTC, with Z."}
TEXTS = {"type": "array", "items": TEXT}
ATTRIBUTES = {"type": "object", "additionalProperties": TEXT}
#: What values of a kind of column are, where they are no texts.
_KINDS: Mapping[str, Schema] = {
    "number": NUMBER, "entry_hosts": NUMBER, "run_of_host": NUMBER, "time": TIME, "run": TIME,
    "texts": TEXTS, "flag": FLAG, "duration": {"type": "number"},
}  # fmt: skip
STATE = {"type": "string", "enum": list(STATES)}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    """Return the schema of an object that has these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _row(columns: Iterable[Column], more: Schema | None = None) -> Schema:
    """Return the schema of a row of a list."""
    values = {
        column.key: {**_or_null(_KINDS.get(column.kind, TEXT)), "description": column.title}
        for column in columns
    }
    return _object({**values, **(more or {})})


_CLIENT = {
    "kind": {"const": "client"}, "name": TEXT, "first_seen": TIME, "last_run": _or_null(TIME),
    "expired": _or_null(TIME),
}  # fmt: skip

_DETAIL = _object(
    {"kind": {"enum": ["pruned", "sensitive", "binary", "diff", "too-large", "vcs"]}},
    {"names": TEXTS, "base64": TEXT, "text": TEXT, "md5": TEXT, "bytes": NUMBER},
)

SCHEMAS: Mapping[str, Schema] = {
    "Error": _object({"error": TEXT}),
    "Client": _object(_CLIENT),
    "ListedClient": _row(clients.COLUMNS, _CLIENT),
    "Problem": _row(problems.COLUMNS),
    "ListedEntry": _row(problems.ENTRY_COLUMNS),
    "Change": _row(changes.COLUMNS),
    "Run": _object(
        {
            "id": NUMBER, "kind": {"const": "run"}, "client": TEXT, "time": TIME, "state": TEXT,
            "revision": TEXT, "server": TEXT, "total": NUMBER, "good": NUMBER, "bad": NUMBER,
            "modified": NUMBER, "extra": NUMBER, "dry_run": FLAG, "only_important": FLAG,
            "profile": _or_null(TEXT), "groups": TEXTS, "bundles": TEXTS,
            "timings": {"type": "object", "additionalProperties": {"type": "number"}},
            "entries": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}},
            "failures": {"type": "array", "items": {"$ref": "#/components/schemas/Failure"}},
        }
    ),
    "Entry": _object(
        {
            "type": TEXT, "name": TEXT, "state": STATE, "exists": FLAG, "expected": ATTRIBUTES,
            "found": ATTRIBUTES,
        },
        {"detail": _DETAIL},
    ),
    "Failure": _object({"type": TEXT, "name": TEXT, "message": TEXT}),
}  # fmt: skip

_PAGING = (
    Parameter("at", "The time that the answer is of, such as 2026-10-22T12:00; by default now."),
    Parameter("sort", "The column to sort by; with - in front the largest first."),
    Parameter("page", "The number of the page, from 1."),
    Parameter("limit", f"Rows of a page: {ROWS}, or as many as this says, up to {MOST_ROWS}."),
)
_SELECTION = (
    Parameter("client", "Names of hosts; all of them by default.", is_repeated=True),
    Parameter("since", "The time of the oldest run that is wanted."),
    Parameter("until", "The time of the first run that is too new."),
    Parameter("state", "A state of runs, or of an entry that has to be listed."),
    Parameter("current", "yes: the newest run of each host alone."),
)

#: The schema of the objects of each list.
_LISTED = {
    "clients": "ListedClient", "runs": "Run", "problems": "Problem", "entries": "ListedEntry",
    "changes": "Change",
}  # fmt: skip


def description(pages: Mapping[str, Page], names: Iterable[str], server: str) -> Schema:
    """
    Return the description of the API.

    :param names: of the pages whose lists it has
    :param server: its address
    """
    lists = {f"/{name}": {"get": _list(pages[name])} for name in names if name in pages}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bcfg2 reports",
            "version": bcfg2tw.__version__,
            "description": "What clients have reported. Times are in UTC.",
        },
        "servers": [{"url": server}],
        "paths": {
            **lists,
            "/clients/{name}": {"get": _member("client", "Client", "A host.", "name")},
            "/runs/{id}": {"get": _member("run", "Run", "A run with all that it lists.", "id")},
            "/export": {"get": _export()},
        },
        "components": {"schemas": SCHEMAS},
    }


def _list(page: Page) -> Schema:
    item = {"$ref": f"#/components/schemas/{_LISTED[page.name]}"}
    headers = {
        "Link": {"description": "Where other pages are (RFC 8288).", "schema": TEXT},
        "X-Total-Count": {"description": "Rows of all pages, if known.", "schema": NUMBER},
    }
    content = {
        "application/json": {"schema": {"type": "array", "items": item}},
        "application/x-ndjson": {"schema": item},
    }
    return _operation(
        page.name, f"{page.title}: one page, or all of them as lines of JSON.",
        [_parameter(parameter) for parameter in (*page.parameters, *_PAGING)],
        {"description": "A page of the list.", "headers": headers, "content": content},
    )  # fmt: skip


def _member(name: str, schema: str, summary: str, key: str) -> Schema:
    parameter = {
        "name": key, "in": "path", "required": True, "schema": TEXT, "description": "Which one.",
    }  # fmt: skip
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return _operation(name, summary, [parameter], {"description": summary, "content": content})


def _export() -> Schema:
    item = {"type": "object", "properties": {"kind": TEXT}, "required": ["kind"]}
    return _operation(
        "export", "The whole database, an object a line; one without an end line is cut off.",
        [_parameter(parameter) for parameter in _SELECTION],
        {"description": "The export.", "content": {"application/x-ndjson": {"schema": item}}},
    )  # fmt: skip


def _parameter(parameter: Parameter) -> Schema:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": TEXTS if parameter.is_repeated else TEXT,
    }


def _operation(name: str, summary: str, parameters: list[Schema], answer: Schema) -> Schema:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": answer,
            "default": {"description": "A sentence that says why not.", "content": error},
        },
    }
