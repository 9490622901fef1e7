"""
Parts of pages that stand on one a thousand times, as HTML; templates would take too long for them.

All of it is escaped here; what templates use is `Markup`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from bcfg2tw.reporting.web.links import Links
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.texts import Times, cut, duration, visible

#: Signs of classes of hosts and states of entries: colour alone says nothing.
SIGNS = {
    "failed": "✕", "dirty": "!", "silent": "…", "changed": "↻", "clean": "✓", "expired": "–",
    "bad": "!", "modified": "↻", "extra": "+",
}  # fmt: skip

_NONE = (
    '<span class="none"><span aria-hidden="true">–</span><span class="unseen">none</span></span>'
)
_ZERO = '<span class="zero">0</span>'


class Show:
    """Makes parts of one page; each different time and link is made once."""

    def __init__(self, link: Links, times: Times) -> None:
        self._link = link
        self._times = times
        self._made: dict[tuple[str, Any], Markup] = {}
        self._kinds: Mapping[str, Callable[[Any, Any], str]] = {
            "text": lambda value, row: self._once("text", value, _short),
            "number": lambda value, row: _number(value),
            "time": lambda value, row: self.time(value),
            "duration": lambda value, row: duration(value),
            "class": lambda value, row: self.badge(value),
            "host": lambda value, row: self.host(value),
            "run": lambda value, row: self.run(row.host, row.run, value),
            "run_of_host": lambda value, row: self._run_number(row.host, value),
            "revision": lambda value, row: self.revision(value),
            "entry": lambda value, row: self._entry_name(row),
            "entry_hosts": lambda value, row: self._entry_hosts(row),
            "hit": lambda value, row: self._hit(row),
            "texts": lambda value, row: _texts(value),
        }

    def _once(self, kind: str, value: Any, make: Callable[[Any], str]) -> Markup:
        made = self._made.get((kind, value))
        if made is None:
            made = self._made[kind, value] = Markup(make(value))
        return made

    def time(self, value: int | None, nothing: str = "never") -> Markup:
        """Return a time; a text where there is none."""
        if value is None:
            return Markup(f'<span class="none">{escape(nothing)}</span>')
        return self._once("time", value, self._time)

    def _time(self, value: int) -> str:
        times = self._times
        ago = escape(times.ago(value))
        return f'<time datetime="{times.utc(value)}" title="{ago}">{times.text(value)}</time>'

    def ago(self, value: int) -> Markup:
        """Return how long ago a time was."""
        times = self._times
        ago = escape(times.ago(value))
        return Markup(
            f'<time datetime="{times.utc(value)}" title="{times.text(value)}">{ago}</time>'
        )

    def badge(self, name: str) -> Markup:
        """Return a class or a state, with its sign."""
        return self._once("badge", name, _badge)

    def host(self, name: str) -> Markup:
        """Return a link to a host."""
        return self._once("host", name, self._host)

    def _host(self, name: str) -> str:
        return f'<a class="host" href="{escape(self._link.host(name))}">{_bdi(name)}</a>'

    def revision(self, name: str) -> Markup:
        """Return a link to the hosts of a revision, which is shortened."""
        return self._once("revision", name, self._revision)

    def _revision(self, name: str) -> str:
        address = escape(self._link.to("/clients", revision=name))
        title = escape(visible(cut(name)))
        return f'<a class="revision" href="{address}" title="{title}">{_bdi(name, 12)}</a>'

    def run(self, host: str, number: int, time: int) -> Markup:
        """Return a link to a run, by its time."""
        address = escape(self._link.host(host, "runs", str(number)))
        return Markup(f'<a href="{address}">{self.time(time)}</a>')

    def _run_number(self, host: str, number: int) -> str:
        return f'<a href="{escape(self._link.host(host, "runs", str(number)))}">{number}</a>'

    def entry(self, kind: str, name: str) -> Markup:
        """Return a link to an entry, with its type."""
        address = escape(self._link.entry(kind, name))
        shown_kind = escape(visible(cut(kind)) or "no type")
        return Markup(
            f'<a class="entry" href="{address}"><span class="kind">{shown_kind}</span> '
            f"{_name(name)}</a>"
        )

    def _entry_name(self, row: Any) -> str:
        address = escape(self._link.entry(row.type, row.name))
        return f'<a class="entry" href="{address}">{_name(row.name)}</a>'

    def _entry_hosts(self, row: Any) -> str:
        return f'<a href="{escape(self._link.entry(row.type, row.name))}">{row.hosts}</a>'

    def _hit(self, hit: Any) -> str:
        if hit.kind == "host":
            return self.host(hit.name)
        if hit.kind == "entry":
            return self._entry_name(hit)
        address = escape(self._link.to("/clients", **{hit.kind: hit.name}))
        return f'<a href="{address}">{_bdi(hit.name)}</a>'

    def cells(self, listing: Listing, row: Any) -> Markup:
        """Return the cells of a row; the first one is its head."""
        first, *others = listing.table_columns
        cells = [f'<th scope="row" class="k-{first.kind}">{self._cell(first, row)}</th>']
        for column in others:
            head = f'<td class="k-{column.kind}" data-title="{column.title}">'
            cells.append(f"{head}{self._cell(column, row)}</td>")
        return Markup("".join(cells))

    def _cell(self, column: Column, row: Any) -> str:
        value = column.shown(row)
        is_empty = value is None or value in ("", ())
        if is_empty and column.kind not in ("time", "entry", "hit"):
            return _NONE
        return self._kinds[column.kind](value, row)


def _texts(values: Iterable[Any]) -> str:
    """Return texts, each in an element of its own."""
    shown = (escape(visible(cut(str(value), 160))) for value in values)
    return "".join(f'<span class="text">{text}</span>' for text in shown)


def _badge(name: str) -> str:
    sign = f'<span class="sign" aria-hidden="true">{SIGNS[name]}</span>'
    return f'<span class="badge b-{name}">{sign}{name}</span>'


def _bdi(text: str, length: int = 200) -> str:
    """Return a text that does not change the direction of what stands beside it."""
    return f"<bdi>{escape(visible(cut(text, length)))}</bdi>"


def _short(text: str) -> str:
    return _bdi(text, 120)


def _name(text: str) -> str:
    return _bdi(text or "no name")


def _number(value: int) -> str:
    return str(value) if value else _ZERO
