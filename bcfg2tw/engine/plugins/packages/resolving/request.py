"""Requests of clients' structures for packages, and the groups of packages in them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bcfg2tw.engine.xmlio import Element, elements_of

logger = logging.getLogger("Packages")

TAGS = ("Package", "BoundPackage")

#: The part of a group that is meant where the entry does not say.
DEFAULT_KIND = "default"


@dataclass(frozen=True)
class Request:
    """
    The packages and groups of packages that a client's structures name.

    :ivar names: package to the structure that named it first
    :ivar groups: group and the part of it that is wanted, to the structure that named it first
    :ivar recommended: for packages whose entries say so, whether their recommendations count
    """

    names: Mapping[str, str]
    groups: Mapping[tuple[str, str], str]
    recommended: Mapping[str, bool]

    @classmethod
    def of(cls, structures: Iterable[Element]) -> Request:
        """Read structures; an entry that names nothing is an error in the log."""
        names: dict[str, str] = {}
        groups: dict[tuple[str, str], str] = {}
        recommended: dict[str, bool] = {}
        for structure, entry in _entries(structures):
            name, group, says = (entry.get(key) for key in ("name", "group", "recommended"))
            if name:
                names.setdefault(name, structure)
                if says is not None:
                    recommended[name] = says.lower() == "true"
            elif group:
                groups.setdefault((group, entry.get("type", DEFAULT_KIND)), structure)
            else:
                logger.error("Packages: Malformed Package: in %s, it has no name", structure)
        return cls(names, groups, recommended)


def _entries(structures: Iterable[Element]) -> Iterator[tuple[str, Element]]:
    for structure in structures:
        for entry in elements_of(structure):
            if entry.tag in TAGS:
                yield structure.get("name", ""), entry


def remove_groups(structures: Iterable[Element]) -> None:
    """Remove the entries that stand for groups of packages."""
    for _, entry in list(_entries(structures)):
        parent = entry.getparent()
        if entry.get("group") and not entry.get("name") and parent is not None:
            parent.remove(entry)


def choose_groups(structures: Iterable[Element]) -> None:
    """Leave groups of packages to the client: `choose` says which part of each is wanted."""
    for _, entry in _entries(structures):
        kind = entry.get("type")
        if entry.get("group") and kind:
            entry.set("choose", kind)
