"""The entries of a database of upstream, as values (:ref:`reporting-13.3`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bcfg2tw.reporting.attributes import LINKS
from bcfg2tw.reporting.model import BAD, EXTRA, MODIFIED, Entry, Failure, Item, item_of
from bcfg2tw.reporting.upstream.source import OldDatabase, OldRow

#: The type of an entry by the table that holds it.
TYPES = {
    f"Reporting_{name.lower()}entry": name
    for name in (
        "Action", "Package", "Path", "Service", "SEBoolean", "SEPort", "SEFcontext", "SENode",
        "SELogin", "SEUser", "SEInterface", "SEPermissive", "SEModule", "POSIXUser", "POSIXGroup",
    )
}  # fmt: skip
FAILURES = "Reporting_failureentry"

STATES = {1: BAD, 2: MODIFIED, 3: EXTRA}

#: Columns that are no attributes of the entry.
_OTHERS = frozenset({"id", "name", "hash_key", "state", "exists", "verification_details"})

#: Kind of a detail, and the key of its text, by the old number.
_DETAILS = {
    1: ("diff", "text"),
    2: ("binary", "base64"),
    4: ("too-large", "md5"),
    5: ("vcs", "text"),
}

_FLAGS = {"SEBoolean": ("off", "on"), "SEModule": ("false", "true")}

#: Items that are kept between two pages of runs.
_KEPT = 20_000


def old_class(table: str) -> str:
    """Return the name of the class that upstream has for a table: `PathEntry`."""
    return f"{TYPES.get(table, 'Failure')}Entry"


class OldEntries:
    """Reads entries when they are asked for, and keeps them for a while."""

    def __init__(self, source: OldDatabase) -> None:
        self._source = source
        self._items: dict[tuple[str, int], Item | None] = {}
        self._permissions = {int(row["id"]): row for row in source.rows("Reporting_fileperms")}
        #: type and name of those that were read since it was emptied, by class and number
        self.names: dict[tuple[str, int], tuple[str, str]] = {}

    def read(self, table: str, numbers: Iterable[int]) -> None:
        """Make sure that entries are there; some of those of before may be dropped."""
        missing = {number for number in numbers if (table, number) not in self._items}
        if len(self._items) > _KEPT:
            self._items.clear()
            missing = set(numbers)
        if not missing:
            return
        more = self._more_of_paths(missing) if table == "Reporting_pathentry" else {}
        for row in self._source.rows(table, "id", missing):
            number = int(row["id"])
            entry = self._value(table, row, more.get(number, {}))
            self._items[table, number] = None if entry is None else item_of(entry)
            if entry is not None:
                self.names[old_class(table), number] = entry.type, entry.name

    def item(self, table: str, number: int) -> Item | None:
        """
        Return an entry; None for one that is good, which is not kept.

        :raises KeyError: if there is none of this number
        """
        return self._items[table, number]

    def _more_of_paths(self, numbers: set[int]) -> dict[int, dict[str, Any]]:
        """Return what the tables of links and devices have on paths."""
        more: dict[int, dict[str, Any]] = {}
        for table in ("Reporting_linkentry", "Reporting_deviceentry"):
            for row in self._source.rows(table, "pathentry_ptr_id", numbers):
                more.setdefault(int(row["pathentry_ptr_id"]), {}).update(row)
        return more

    def _value(self, table: str, row: OldRow, more: Mapping[str, Any]) -> Entry | Failure | None:
        return _failure(row) if table == FAILURES else self._entry(table, row, more)

    def _entry(self, table: str, row: OldRow, more: Mapping[str, Any]) -> Entry | None:
        state = STATES.get(int(row["state"]))
        if state is None:
            return None
        kind = TYPES[table]
        expected, found = self._path(row, more) if kind == "Path" else _values(kind, row)
        detail = _detail(row) if kind == "Path" else None
        return Entry(kind, row["name"] or "", state, bool(row["exists"]), expected, found, detail)

    def _path(self, row: OldRow, more: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
        kind = (row["path_type"] or "").lower()
        expected = {**_text("type", kind), **self._mode(row.get("target_perms_id"))}
        found = self._mode(row.get("current_perms_id"))
        if kind in LINKS:
            expected.update(_text("to", more.get("target_path")))
        found.update(_text("to", more.get("current_path")))
        expected.update(_text("dev_type", more.get("device_type")))
        for name in ("major", "minor"):
            expected.update(_text(name, more.get(f"target_{name}")))
            found.update(_text(name, more.get(f"current_{name}")))
        return expected, found

    def _mode(self, number: int | None) -> dict[str, str]:
        row = self._permissions.get(number) if number is not None else None
        if row is None:
            return {}
        mode = row.get("mode", row.get("perms"))
        return {
            **_text("owner", row["owner"]), **_text("group", row["group"]), **_text("mode", mode)
        }  # fmt: skip


def _text(name: str, value: object) -> dict[str, str]:
    return {} if value is None or value == "" else {name: str(value)}


def _failure(row: OldRow) -> Failure:
    return Failure(row["entry_type"] or "", row["name"] or "", row["message"] or "")


def _values(kind: str, row: OldRow) -> tuple[dict[str, str], dict[str, str]]:
    if kind == "Action":
        output = None if row.get("output") == -1 else row.get("output")
        return _text("status", row.get("status")), _text("rc", output)
    expected: dict[str, str] = {}
    found: dict[str, str] = {}
    for name, value in row.items():
        if name in _OTHERS:
            continue
        if kind in _FLAGS and value is not None:
            value = _FLAGS[kind][bool(value)]
        side = found if name.startswith("current_") else expected
        side.update(_text(name.removeprefix("current_").removeprefix("target_"), value))
    return expected, found


def _detail(row: OldRow) -> dict[str, Any] | None:
    """Return the detail of a path by its `detail_type`."""
    number, text = int(row.get("detail_type") or 0), row.get("details") or ""
    if number == 3:
        return {"kind": "sensitive"}
    if not text:
        return None
    if number == 6:
        return {"kind": "pruned", "names": sorted(filter(None, text.splitlines()))}
    if number not in _DETAILS:
        return None
    kind, key = _DETAILS[number]
    return {"kind": kind, key: text.replace("\0", "\N{REPLACEMENT CHARACTER}")}
