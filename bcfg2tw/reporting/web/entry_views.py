"""Entries as pages show them: reasons, attributes beside each other, differences of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bcfg2tw.reporting.lines import parse_line
from bcfg2tw.reporting.web.differences import DiffLine, diff_lines
from bcfg2tw.reporting.web.reasons import differs, reasons_of

#: Lines of a difference, and names of unexpected files, that a page shows of an entry.
LINES, NAMES = 80, 40


@dataclass(frozen=True)
class Attribute:
    """An attribute as it should be and as it is, each None where it was not reported."""

    name: str
    expected: str | None
    actual: str | None

    @property
    def differs(self) -> bool:
        """Say whether the two are known to differ."""
        return differs(self.name, self.expected, self.actual)


@dataclass(frozen=True)
class Detail:
    """
    What was reported of a path's content.

    :ivar kind: `diff`, `binary`, `sensitive`, `too-large`, `pruned`, or `vcs`
    :ivar size: bytes of the content, or of the difference; None where that is not known
    :ivar lines: of a difference
    :ivar names: of files that should not be in a folder
    :ivar is_cut: whether there is more than is shown
    """

    kind: str
    size: int | None = None
    md5: str | None = None
    lines: tuple[DiffLine, ...] = ()
    names: tuple[str, ...] = ()
    text: str = ""
    is_cut: bool = False


@dataclass(frozen=True)
class EntryView:
    """
    An entry, or a failure, of a run.

    :ivar state: bad, modified or extra
    :ivar message: of a failure; else None
    :ivar digest: of its content, in hexadecimal digits: its address that lasts
    :ivar version: of an extra package
    """

    type: str
    name: str
    state: str
    exists: bool
    reasons: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    detail: Detail | None
    message: str | None
    digest: str

    @property
    def is_failure(self) -> bool:
        """Say whether the server could not bind it."""
        return self.message is not None

    @property
    def version(self) -> str:
        """The version that the client has, where it has one."""
        return next(
            (item.actual for item in self.attributes if item.name == "version" and item.actual), ""
        )


def view_of(text: str, detail: Detail | None, state: str, digest: bytes) -> EntryView:
    """
    Return an entry as it is shown.

    :param text: of the item, without its detail
    """
    item = parse_line(text)
    if detail is not None:
        item["detail"] = {"kind": detail.kind, "names": detail.names}
    return EntryView(
        item["type"], item["name"], state, item.get("exists", True), tuple(reasons_of(item)),
        tuple(_attributes(item)), detail, item.get("message"), digest.hex(),
    )  # fmt: skip


def _attributes(item: Mapping[str, Any]) -> Iterator[Attribute]:
    expected, actual = item.get("expected", {}), item.get("found", {})
    for name in sorted({**expected, **actual}, key=_order):
        yield Attribute(name, expected.get(name), actual.get(name))


_FIRST = ("type", "owner", "group", "mode", "to", "version", "status", "bootstatus", "rc")


def _order(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST)), name


def detail_of(head: str, length: int, tail: str) -> Detail:
    """
    Return a detail from its beginning, which may be all of it.

    :param head: its first characters
    :param length: of all of it
    :param tail: its last characters, enough for the end of what is binary
    """
    if head.startswith('{"base64":'):
        return _binary(length, tail)
    values = parse_line(head) if len(head) == length else _cut_values(head)
    kind = values["kind"]
    if kind == "diff":
        return _diff(values["text"], length, len(head) < length)
    names = values.get("names", ())
    return Detail(
        kind, values.get("bytes"), values.get("md5"), (), tuple(names[:NAMES]),
        values.get("text", ""), len(names) > NAMES or len(head) < length,
    )  # fmt: skip


_BINARY_FRAME = len('{"base64":"","kind":"binary"}')
_PADDING = re.compile(r'(=*)","kind":"binary"\}$')


def _binary(length: int, tail: str) -> Detail:
    padding = _PADDING.search(tail)
    size = (length - _BINARY_FRAME) * 3 // 4 - (len(padding[1]) if padding else 0)
    return Detail("binary", size)


def _diff(text: str, length: int, is_cut: bool) -> Detail:
    lines, has_more = diff_lines(text, LINES)
    return Detail("diff", length, None, tuple(lines), (), "", is_cut or has_more)


_ESCAPE = re.compile(r"(\\+)(?:u[0-9a-fA-F]{0,3})?$")


def _cut_values(head: str) -> dict[str, Any]:
    """Read a detail whose end is missing: it is cut within a text, or a list of texts."""
    escape = _ESCAPE.search(head)
    if escape is not None and len(escape[1]) % 2:
        head = head[: escape.end(1) - 1]
    if head.startswith('{"kind":"pruned","names":['):
        return parse_line(head.rpartition('",')[0] + '"]}')
    return parse_line(head + '"}')
