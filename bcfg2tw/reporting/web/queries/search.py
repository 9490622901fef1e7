"""One search over hosts, groups, bundles, entries and revisions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select

from bcfg2tw.reporting import tables
from bcfg2tw.reporting.web.listing import Column, Listing
from bcfg2tw.reporting.web.page import Model, Parameter
from bcfg2tw.reporting.web.queries.lists import like, page_of
from bcfg2tw.reporting.web.question import Question

#: Hits of each kind that are shown, and runs whose revisions are looked at.
HITS, RUNS = 40, 20_000

COLUMNS = (
    Column("kind", "Kind", is_sortable=True),
    Column("name", "Name", "hit", is_sortable=True),
    Column("type", "Type", is_sortable=True),
)
PARAMETERS = (Parameter("q", "A part of a name."),)
KINDS = ("host", "group", "bundle", "revision", "entry")


@dataclass(frozen=True)
class Hit:
    """
    A thing whose name matches.

    :ivar kind: one of `KINDS`
    :ivar type: of an entry; else empty
    """

    kind: str
    name: str
    type: str = ""


@dataclass(frozen=True)
class Hits(Model):
    """The page of a search."""

    text: str
    hits: Listing

    @property
    def listing(self) -> Listing:
        """The hits."""
        return self.hits


def search(question: Question) -> Hits:
    """Return what matches the parameter `q`."""
    text = question.text("q")
    hits = [] if text is None else _hits(question, text)
    return Hits(text or "", page_of(question, COLUMNS, hits, "kind", {"kind": _order}))


def _order(hit: Hit) -> int:
    return KINDS.index(hit.kind)


def _last_revisions() -> Select[tuple[int]]:
    runs = tables.runs.c
    last = select(runs.revision).order_by(runs.time.desc()).limit(RUNS).subquery("last_runs")
    return select(last.c.revision)


def _hits(question: Question, text: str) -> list[Hit]:
    hosts, members, entries = tables.hosts.c, tables.members.c, tables.entries.c
    names = {
        "host": select(hosts.name).where(like(hosts.name, text)),
        "group": select(members.name).where(~members.is_bundle, like(members.name, text)),
        "bundle": select(members.name).where(members.is_bundle, like(members.name, text)),
        "revision": select(tables.texts.c.text).where(
            tables.texts.c.id.in_(_last_revisions()), like(tables.texts.c.text, text)
        ),
    }
    hits = [
        Hit(kind, name)
        for kind, query in names.items()
        for name in question.connection.execute(
            query.distinct().order_by(query.selected_columns[0]).limit(HITS)
        ).scalars()
    ]
    query = select(entries.type, entries.name).where(like(entries.name, text)).distinct()
    rows = question.connection.execute(query.order_by(entries.name, entries.type).limit(HITS))
    return [*hits, *(Hit("entry", name, kind) for kind, name in rows)]
