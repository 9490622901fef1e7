"""Parts that queries of lists have in common: order, pages, patterns, counting."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select

from bcfg2tw.reporting.web.errors import BadQuestion
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.question import Question

Row = TypeVar("Row")


def sort_of(question: Question, columns: Sequence[Column], default: str) -> tuple[str, bool]:
    """
    Return the key of the column that a list is sorted by, and whether the largest come first.

    :raises BadQuestion: if a list cannot be sorted so
    """
    text = question.text("sort") or default
    key, is_descending = text.removeprefix("-"), text.startswith("-")
    keys = [column.key for column in columns if column.is_sortable]
    if key not in keys and text != default:
        raise BadQuestion(f"sort={text}: it is one of {', '.join(keys)}, or one of them with -")
    return key, is_descending


def shown_of(question: Question, columns: Sequence[Column]) -> tuple[str, ...]:
    """
    Return the keys of the columns that the reader chose, in the order of the columns.

    :raises BadQuestion: if one is none
    """
    chosen = question.choices("columns", [column.key for column in columns])
    return tuple(column.key for column in columns if column.key in chosen)


def like(column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """Return the condition that a text contains another, whatever its case."""
    return func.lower(column).contains(part.lower(), autoescape=True)


def matches(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Return the condition that a text contains another, or is all of a pattern with `*` in it."""
    if "*" not in pattern:
        return like(column, pattern)
    escaped = re.sub(r"([\\%_])", r"\\\1", pattern.lower())
    return func.lower(column).like(escaped.replace("*", "%"), escape="\\")


def count_of(question: Question, query: Select[Any]) -> int:
    """Return how many rows a query has."""
    counting = select(func.count()).select_from(query.order_by(None).subquery())
    moment = {"moment": question.moment}
    return int(question.connection.execute(counting, moment).scalar_one())


def page_of(
    question: Question,
    columns: tuple[Column, ...],
    rows: Sequence[Row],
    default: str,
    keys: Mapping[str, Callable[[Row], Any]] | None = None,
) -> Listing:
    """
    Return the page that is asked for of rows that are all there.

    Rows that are equal in what they are sorted by stay in their order.

    :param default: what they are sorted by, unless the reader says
    :param keys: what stands for a column in the order, where it is not its attribute
    """
    key, is_descending = sort_of(question, columns, default)
    order = (keys or {}).get(key) or (lambda row: _order(getattr(row, key)))
    rows = sorted(rows, key=order, reverse=is_descending)
    start = (question.page - 1) * question.limit
    return Listing(
        columns,
        rows[start : start + question.limit],
        len(rows),
        question.page,
        question.limit,
        f"-{key}" if is_descending else key,
        shown_of(question, columns),
    )


def _order(value: Any) -> tuple[bool, Any]:
    """Return what a value is sorted by: None before all others, texts whatever their case."""
    if isinstance(value, str):
        return True, (value.casefold(), value)
    return value is not None, value if value is not None else 0
