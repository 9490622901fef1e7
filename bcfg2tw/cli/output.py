"""
What tools print: tables and lists.

Where the output is no terminal, tables are upstream's to the letter; at a terminal they are drawn
by rich, which honours NO_COLOR and COLUMNS; with `--json` they are JSON, a list of objects.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, TypeVar

import click

__all__ = [
    "fail",
    "json_option",
    "json_text",
    "show_json",
    "show_lines",
    "show_table",
    "write_text",
]

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Give a command `--json`, its parameter `as_json`."""
    decorate: Callable[[F], F] = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    return decorate(command)


def show_table(titles: Sequence[str], rows: Iterable[Sequence[Any]], as_json: bool = False) -> None:
    """
    Print a table.

    :param titles: of the columns; in JSON, small and with `_` for blanks, the keys
    :param rows: cells are texts and numbers; a list of texts is joined by commas
    """
    if as_json:
        keys = [title.lower().replace(" ", "_") for title in titles]
        show_json([dict(zip(keys, row, strict=True)) for row in rows])
    elif sys.stdout.isatty():
        _show_rich(titles, rows)
    else:
        _show_plain([titles, *([_text(cell) for cell in row] for row in rows)])


def show_lines(lines: Iterable[str], as_json: bool = False) -> None:
    """Print a list of words, one a line."""
    if as_json:
        show_json(list(lines))
    else:
        click.echo("\n".join(lines))


def show_json(value: Any, default: Callable[[Any], str] | None = None) -> None:
    """
    Print a value as JSON.

    :param default: returns the text of what JSON has no form for
    """
    click.echo(json_text(value, default))


def json_text(value: Any, default: Callable[[Any], str] | None = None) -> str:
    """
    Return a value as JSON that standard output takes as it is.

    Where that is not UTF-8, which is JSON's own encoding, it is ASCII alone: what other output has
    in the place of a character that an encoding lacks, such as `\\U0001f600`, is no JSON.

    :param default: as of `show_json`
    """
    is_utf8 = codecs.lookup(sys.stdout.encoding or "ascii").name == "utf-8"
    return json.dumps(value, indent=2, ensure_ascii=not is_utf8, default=default)


def fail(message: str) -> NoReturn:
    """Print, as the tools of old, a sentence on standard output, and end with status 1."""
    click.echo(message)
    raise click.exceptions.Exit(1)


def write_text(path: str, text: str) -> None:
    """Write a file that a command names; where it cannot be, say so and end with status 1."""
    try:
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")


def _text(cell: Any, separator: str = ",") -> str:
    return separator.join(map(str, cell)) if isinstance(cell, (list, tuple)) else str(cell)


def _show_plain(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) + 1 for column in zip(*rows, strict=True)]
    lines = [
        " " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " "
        for row in rows
    ]
    click.echo("\n".join([lines[0], "=" * len(lines[0]), *lines[1:]]))


def _show_rich(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from rich.console import Console  # not for those who are no terminal: it takes a while
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(_text(cell, ", ") for cell in row))
    Console(markup=False, highlight=False).print(table)
