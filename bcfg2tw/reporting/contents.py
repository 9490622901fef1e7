"""Rows that are shared: each content is stored once, found again by its digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, Select, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.lines import is_failure, parse_line
from bcfg2tw.reporting.model import STATES, Item, Run, digest_of, set_digest, text_of

T = TypeVar("T")
Row = Mapping[str, Any]

#: Parameters of one statement, and rows of one transaction.
PARAMETERS = 500
ROWS = 2000


def ensure(
    connection: Connection, table: Table, rows: Mapping[Any, Row], key: str
) -> dict[Any, int]:
    """
    Return the number of each row, having inserted those that are not there.

    Another node may insert the same at the same time: the rows go in in the order of their keys,
    so that each waits for the other's commit and none for both.

    :param rows: by the value of the column that tells them apart
    :param key: the name of this column
    """
    numbers = numbers_of(connection, table, rows, key)
    missing = sorted(value for value in rows if value not in numbers)
    if missing:
        insert_new(connection, table, [rows[value] for value in missing])
        numbers.update(numbers_of(connection, table, missing, key))
    return numbers


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert those rows that are not there."""
    if not rows:
        return
    connection.execute(_insert_query(table, connection.dialect.name), list(rows))


@cache
def _insert_query(table: Table, dialect: str) -> Executable:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing()


def numbers_of(
    connection: Connection, table: Table, values: Iterable[Any], key: str
) -> dict[Any, int]:
    """Return the numbers of those rows that are there."""
    query = _numbers_query(table, key)
    numbers: dict[Any, int] = {}
    for chunk in chunks(list(values), PARAMETERS):
        rows = connection.execute(query, {"values": chunk})
        numbers.update((_plain(value), number) for value, number in rows)
    return numbers


@cache
def _numbers_query(table: Table, key: str) -> Select[Any]:
    """Return a query that is made once: making it costs more than asking it."""
    column = table.c[key]
    return select(column, table.c.id).where(column.in_(bindparam("values", expanding=True)))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def ensure_texts(connection: Connection, values: Iterable[str]) -> dict[str, int]:
    """Return the numbers of texts."""
    digests = {value: digest_of(value.encode("utf-8")) for value in values}
    rows = {digest: {"digest": digest, "text": value} for value, digest in digests.items()}
    numbers = ensure(connection, tables.texts, rows, "digest")
    return {value: numbers[digest] for value, digest in digests.items()}


def membership_digest(run: Run) -> bytes:
    """Return the digest of profile, groups and bundles of a run."""
    return digest_of(text_of({"p": run.profile, "g": run.groups, "b": run.bundles}).encode("utf-8"))


def ensure_memberships(connection: Connection, runs: Iterable[Run]) -> dict[bytes, int]:
    """Return the numbers of the memberships of runs, by their digests."""
    by_digest = {membership_digest(run): run for run in runs}
    there = numbers_of(connection, tables.memberships, by_digest, "digest")
    new = {digest: run for digest, run in by_digest.items() if digest not in there}
    if not new:
        return there
    rows = {digest: {"digest": digest, "profile": run.profile} for digest, run in new.items()}
    numbers = ensure(connection, tables.memberships, rows, "digest")
    members = [
        {"membership": numbers[digest], "is_bundle": is_bundle, "name": name}
        for digest, run in sorted(new.items())
        for is_bundle, names in ((False, run.groups), (True, run.bundles))
        for name in sorted(set(names))
    ]
    insert_new(connection, tables.members, members)
    return {**there, **numbers}


def key_of(kind: str, name: str) -> int:
    """Return a number that stands for type and name of an entry in an index."""
    digest = digest_of(f"{kind}\0{name}".encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest[:8], "big", signed=True)


def entry_row(item: Item) -> Row:
    """Return an item as a row of the table of entries."""
    line = parse_line(item.text)
    detail = line.pop("detail", None)
    return {
        "digest": item.digest,
        "key": key_of(line["type"], line["name"]),
        "type": line["type"],
        "name": line["name"],
        "state": None if is_failure(item.text) else STATES.index(line["state"]),
        "text": item.text if detail is None else text_of(line),
        "detail": None if detail is None else text_of(detail),
    }


def item_text(text: str, detail: str | None) -> str:
    """Return the text of an item, from what its row has."""
    return text if detail is None else f'{{"detail":{detail},{text[1:]}'


class Sets:
    """The sets of items that some reports list, by their digests."""

    def __init__(self) -> None:
        self.items: dict[bytes, Sequence[Item]] = {}

    def add(self, items: Sequence[Item]) -> bytes | None:
        """Take a set in, and return its digest; None for an empty one."""
        if not items:
            return None
        digest = set_digest(item.digest for item in items)
        self.items[digest] = items
        return digest

    def complete(self, connection: Connection) -> dict[bytes, int]:
        """Return the numbers of those sets that are there, all of each."""
        numbers: dict[bytes, int] = {}
        for chunk in chunks(list(self.items), PARAMETERS):
            rows = connection.execute(_complete_query, {"values": chunk})
            numbers.update((bytes(digest), number) for digest, number in rows)
        return numbers


_complete_query = _numbers_query(tables.sets, "digest").where(tables.sets.c.size.is_not(None))


def ensure_sets(connection: Connection, sets: Sets) -> dict[bytes, int]:
    """Return the numbers of sets, having inserted what is not there, entries included."""
    numbers = sets.complete(connection)
    new = {digest: items for digest, items in sets.items.items() if digest not in numbers}
    if new:
        numbers.update(_insert_sets(connection, new))
    return numbers


def _insert_sets(connection: Connection, new: Mapping[bytes, Sequence[Item]]) -> dict[bytes, int]:
    entry_numbers = ensure_entries(connection, [item for items in new.values() for item in items])
    rows = {digest: {"digest": digest, "size": None} for digest in new}
    numbers = ensure(connection, tables.sets, rows, "digest")
    links = sorted(
        (numbers[digest], entry_numbers[item.digest])
        for digest, items in new.items()
        for item in items
    )
    link(connection, links)
    finish_sets(connection, {numbers[digest]: len(items) for digest, items in new.items()})
    return numbers


def ensure_entries(connection: Connection, items: Sequence[Item]) -> dict[bytes, int]:
    """Return the numbers of items; only those that are new are looked into."""
    by_digest = {item.digest: item for item in items}
    there = numbers_of(connection, tables.entries, by_digest, "digest")
    rows = {digest: entry_row(item) for digest, item in by_digest.items() if digest not in there}
    return {**there, **(ensure(connection, tables.entries, rows, "digest") if rows else {})}


def link(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Note which sets have which entries."""
    insert_new(connection, tables.set_entries, [{"set": s, "entry": e} for s, e in pairs])


def finish_sets(connection: Connection, sizes: Mapping[int, int]) -> None:
    """Note that sets are complete."""
    rows = [{"set": number, "size": size} for number, size in sorted(sizes.items())]
    connection.execute(_finish_query, rows)


_finish_query = (
    tables.sets.update().where(tables.sets.c.id == bindparam("set")).values(size=bindparam("size"))
)
