"""The row of one client in the database, and what follows from it and clients.xml."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bcfg2tw.engine.store.client import ClientElement
from bcfg2tw.engine.store.client_edit import ADD, COUNTS_LATER, REMOVE, ClientEdit

#: The elements of one client, the first one first.
Elements = tuple[ClientElement, ...]


@dataclass(frozen=True)
class Setting:
    """
    An attribute that was set through a server.

    :ivar value: the one that was set
    :ivar declared: the one that clients.xml had then, None if it had none
    """

    value: str
    declared: str | None

    def counts(self, declared: str | None) -> bool:
        """Say whether nobody has written another value into clients.xml since."""
        return declared is None or declared in (self.declared, self.value)


@dataclass(frozen=True)
class ClientRow:
    """
    A client as the database has it.

    :ivar elements: as it was registered or taken over, None if it is in clients.xml alone
    :ivar settings: the attributes that were set since
    :ivar removed: a digest of what clients.xml said of it when it was removed, None if it was not
    :ivar registered: the number of the change that registered it: the order of clients
    :ivar revision: the number of its last change
    """

    name: str
    elements: Elements | None = None
    settings: Mapping[str, Setting] = field(default_factory=dict)
    removed: str | None = None
    registered: int = 0
    revision: int = 0

    def merge(self, declared: Elements) -> Elements:
        """
        Return the client's elements; empty if there is no such client.

        What clients.xml says counts more than the registration, and what was set later counts
        more than clients.xml, unless somebody has written something else there since.

        :param declared: those of clients.xml
        """
        declared = self._not_removed(declared)
        elements = declared or self.elements
        if not elements:
            return ()
        first, *others = elements
        if declared and self.elements:
            first = _under(self.elements[0], first)
        attributes = {**first.attributes, **self._values_that_count(declared)}
        return (replace(first, attributes=attributes), *others)

    def _not_removed(self, declared: Elements) -> Elements:
        return () if self.removed and self.removed == digest_of(declared) else declared

    def _values_that_count(self, declared: Elements) -> dict[str, str]:
        attributes = declared[0].attributes if declared else {}
        return {
            name: setting.value
            for name, setting in self.settings.items()
            if setting.counts(attributes.get(name))
        }

    def without_origin(self) -> ClientRow:
        """Return it as it counts for some seconds after it was registered (`COUNTS_LATER`)."""
        if not self.elements:
            return self
        attributes = {
            name: value
            for name, value in self.elements[0].attributes.items()
            if name not in COUNTS_LATER
        }
        return replace(self, elements=(replace(self.elements[0], attributes=attributes),))

    def edited(self, edit: ClientEdit, declared: Elements, revision: int) -> ClientRow:
        """
        Return it after an edit; itself where the edit changes nothing.

        :param declared: what clients.xml says of it now
        """
        present = self.merge(declared)
        if edit.operation == REMOVE:
            removed = digest_of(declared) if declared else None
            return ClientRow(self.name, removed=removed, revision=revision)
        if edit.operation == ADD:
            return self if present else self._added(edit, revision)
        if not present:
            return self
        declared = self._not_removed(declared)
        attributes = declared[0].attributes if declared else {}
        settings = {
            name: Setting(value, attributes.get(name)) for name, value in edit.attributes.items()
        }
        return replace(self, settings={**self.settings, **settings}, revision=revision)

    def _added(self, edit: ClientEdit, revision: int) -> ClientRow:
        element = ClientElement(dict(edit.attributes))
        return ClientRow(self.name, (element,), {}, self.removed, revision, revision)

    def aspects_changed(self, before: ClientRow) -> list[str]:
        """Return what of the client is other than before, as `ClientChange.aspect` has it."""
        # one that was removed and registered again may be the same in all but what was set
        if (self.elements, self.removed, self.registered) != (
            before.elements, before.removed, before.registered
        ):  # fmt: skip
            return ["existence"]
        return [
            name for name, setting in self.settings.items() if before.settings.get(name) != setting
        ]


def _under(registered: ClientElement, declared: ClientElement) -> ClientElement:
    """Return a declared element with what a registration has and it lacks."""
    return replace(
        declared,
        attributes={**registered.attributes, **declared.attributes},
        aliases=declared.aliases or registered.aliases,
    )


def digest_of(elements: Elements) -> str:
    """Return a digest of elements, however they are written and wherever they stand."""
    texts = json.dumps(columns_of(elements), sort_keys=True).encode("ascii")
    return hashlib.blake2b(texts, digest_size=16).hexdigest()


def columns_of(elements: Elements) -> list[dict[str, Any]]:
    """Return elements as a value of the database."""
    return [
        {
            "attributes": dict(element.attributes),
            "aliases": [dict(alias) for alias in element.aliases],
        }
        for element in elements
    ]


def elements_from(value: Sequence[Mapping[str, Any]]) -> Elements:
    """Return the elements that a value of the database holds."""
    return tuple(
        ClientElement(element["attributes"], tuple(element["aliases"])) for element in value
    )


def values_of(row: ClientRow) -> dict[str, Any]:
    """Return the columns of a row."""
    return {
        "name": row.name,
        "elements": None if row.elements is None else columns_of(row.elements),
        "changes": {
            name: [setting.value, setting.declared] for name, setting in row.settings.items()
        },
        "removed": row.removed,
        "registered": row.registered,
        "revision": row.revision,
    }


def row_from(values: Mapping[str, Any]) -> ClientRow:
    """Return the row that columns make."""
    elements = values["elements"]
    return ClientRow(
        values["name"],
        None if elements is None else elements_from(elements),
        {name: Setting(*pair) for name, pair in values["changes"].items()},
        values["removed"],
        values["registered"],
        values["revision"],
    )
