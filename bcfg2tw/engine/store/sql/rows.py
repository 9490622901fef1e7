"""
The rows of the database as values; one that no server wrote is named, and never guessed at.

A disk, or somebody with a database's tools, may have changed it. Who is served without what it
held would get less than before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.client_rows import ClientRow, row_from
from bcfg2tw.engine.store.sql import tables
from bcfg2tw.errors import StateUnavailable


class BrokenRow(StateUnavailable):
    """A row is not as a server wrote it: what it is about cannot be served."""

    def __init__(self, table: Table, key: str, column: str) -> None:
        super().__init__(
            f"the database's table {table.name}, row {key!r}: its column {column} is not as a "
            "server wrote it; take the row from a backup, or delete it"
        )


def parse_json(text: str) -> Any:
    """Return what a text of SQLite says; one that says nothing stays a text, which no column is."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def client_from(values: Mapping[str, Any]) -> ClientRow:
    """
    Return the client that a row describes.

    :raises BrokenRow: if it cannot be told
    """
    elements, changes = values["elements"], values["changes"]
    if elements is not None and not _are_elements(elements):
        raise BrokenRow(tables.clients, values["name"], "elements")
    if not _are_settings(changes):
        raise BrokenRow(tables.clients, values["name"], "changes")
    return row_from(values)


def answers_from(values: Mapping[Any, Any]) -> Answers:
    """
    Return the answers that a row holds.

    :raises BrokenRow: if it cannot be told
    """
    client, data, groups = values["client"], values["data"], values["groups"]
    if not _are_texts(data):
        raise BrokenRow(tables.answers, client, "data")
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise BrokenRow(tables.answers, client, "groups")
    return Answers(client, data, frozenset(groups), values["timestamp"])


def _are_elements(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_element, value))


def _is_element(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("aliases"), list):
        return False
    return _are_texts(value.get("attributes")) and all(map(_are_texts, value["aliases"]))


def _are_settings(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_setting, value.values()))


def _is_setting(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return isinstance(value[0], str) and (value[1] is None or isinstance(value[1], str))


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
