"""Lists as CSV and JSON, all pages of them, and the whole database as lines of JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from bcfg2tw.reporting.export import defused
from bcfg2tw.reporting.web.listing import Listing
from bcfg2tw.reporting.web.page import Page
from bcfg2tw.reporting.web.question import MOST_ROWS, Question

#: Pieces of text are put together until they have this many characters.
PIECE = 1 << 16
#: Answers up to this size are sent at once, and may be packed.
GATHERED = 1 << 20


def pages_of(page: Page, question: Question) -> Iterator[Listing]:
    """Yield all pages of the list of a page."""
    number = 0
    while True:
        number += 1
        listing = page.query(question.of_page(number, MOST_ROWS)).listing
        assert listing is not None, f"{page.name} has a list"
        yield listing
        if number >= listing.pages or not listing.rows:
            return


def csv_of(listings: Iterable[Listing]) -> Iterator[str]:
    """Yield the lines of a list as CSV, below one of titles; no cell is a formula."""
    is_first = True
    for listing in listings:
        keys = [column.key for column in listing.columns]
        if is_first:
            yield _line(keys)
            is_first = False
        for row in listing.plain_rows():
            yield _line([_cell(row[key]) for key in keys])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, Mapping):
        return defused(" ".join(f"{name}={value[name]}" for name in value))
    return defused(", ".join(map(str, value))) if isinstance(value, Iterable) else str(value)


def _line(cells: Sequence[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(cells)
    return stream.getvalue()


def json_of(objects: Iterable[Any]) -> Iterator[str]:
    """Yield the parts of an array of JSON."""
    separator = "[\n"
    for value in objects:
        yield separator + json.dumps(value, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def lines_of(objects: Iterable[Any]) -> Iterator[str]:
    """Yield objects as lines of JSON."""
    for value in objects:
        yield json.dumps(value, ensure_ascii=False) + "\n"


def rows_of(listings: Iterable[Listing]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a list as plain values."""
    for listing in listings:
        yield from listing.plain_rows()


def pieces(texts: Iterable[str]) -> Iterator[bytes]:
    """Yield texts as bytes, small ones together; the first comes at once."""
    waiting: list[str] = []
    size = 0
    is_first = True
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size >= PIECE or is_first:
            yield _bytes("".join(waiting))
            waiting, size, is_first = [], 0, False
    if waiting:
        yield _bytes("".join(waiting))


def gathered(parts: Iterator[bytes]) -> bytes | Iterator[bytes]:
    """Return all parts as one, or as parts where they are large."""
    first: list[bytes] = []
    size = 0
    for part in parts:
        first.append(part)
        size += len(part)
        if size > GATHERED:
            return chain(first, parts)
    return b"".join(first)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


FORMATS: Mapping[str, tuple[str, Callable[[Iterable[Listing]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", csv_of),
    "json": ("application/json", lambda listings: json_of(rows_of(listings))),
}
