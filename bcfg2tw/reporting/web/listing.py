"""
Lists of pages: columns and rows that a table, CSV and JSON are all made of.

A row is a dataclass; a column says which of its attributes it shows, and as which kind of thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bcfg2tw.reporting.lines import time_text

#: Kinds of values; templates show each in its way. A `time`, or that of a `run`, is in microseconds
#: since 1970, a `duration` in seconds, `texts` is a list.
KINDS = (
    "text", "number", "time", "duration", "class", "host", "run", "run_of_host", "revision",
    "entry", "entry_hosts", "hit", "texts",
)  # fmt: skip
_TIMES = ("time", "run")


@dataclass(frozen=True)
class Column:
    """
    A column of a list.

    :ivar key: the name of the column in CSV, JSON and `sort=`
    :ivar kind: one of `KINDS`
    :ivar is_sortable: whether `sort=KEY` and `sort=-KEY` are understood
    :ivar is_shown: whether the table has it, if the reader did not choose columns
    :ivar attribute: the attribute of a row, if it is not named like the key
    :ivar value: returns the value for CSV and JSON; by default the attribute as it is
    """

    key: str
    title: str
    kind: str = "text"
    is_sortable: bool = False
    is_shown: bool = True
    attribute: str = ""
    value: Callable[[Any], object] | None = None

    def shown(self, row: object) -> Any:
        """Return what the table shows of a row."""
        return getattr(row, self.attribute or self.key)

    def of(self, row: object) -> Any:
        """Return the plain value of a row: None, a flag, number, text, or a list of texts."""
        value: Any = self.shown(row) if self.value is None else self.value(row)
        if self.kind in _TIMES:
            return time_text(value)
        return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Listing:
    """
    One page of a list.

    :ivar total: rows of all pages together; None where there are more, and counting takes long
    :ivar page: the number of this page, from 1
    :ivar sort: a column's key, with `-` in front for the largest first; empty where it is fixed
    :ivar shown: keys of the columns of the table, in its order
    """

    columns: tuple[Column, ...]
    rows: Sequence[Any]
    total: int | None
    page: int = 1
    limit: int = 100
    sort: str = ""
    shown: tuple[str, ...] = ()

    @property
    def pages(self) -> int:
        """The number of pages, as far as that is known; one for an empty list."""
        if self.total is None:
            return self.page + 1
        return max(1, -(-self.total // self.limit))

    @property
    def table_columns(self) -> list[Column]:
        """The columns of the table."""
        by_key = {column.key: column for column in self.columns}
        if self.shown:
            return [by_key[key] for key in self.shown]
        return [column for column in self.columns if column.is_shown]

    def plain_rows(self) -> Iterator[Mapping[str, Any]]:
        """Yield each row as a mapping of plain values, as CSV and JSON have them."""
        for row in self.rows:
            yield {column.key: column.of(row) for column in self.columns}
