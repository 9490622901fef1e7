"""One change of the list of clients, made by a client or an administrator through the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.errors import MetadataConsistencyError

ADD, UPDATE, REMOVE = "add", "update", "remove"

#: The attributes of a new client that count from the next reading of clients.xml on only, as in
#: the reference (conformance case metadata-registration): it is written down where it came from.
COUNTS_LATER = ("uuid", "address")


@dataclass(frozen=True)
class ClientEdit:
    """
    A client is added, gets attributes, or is removed.

    :ivar operation: `ADD`, `UPDATE` or `REMOVE`
    :ivar name: of the client, in lower case
    :ivar attributes: those of its element that are set
    """

    operation: str
    name: str
    attributes: Mapping[str, str]

    def check(self) -> None:
        """
        Make sure that clients.xml can hold this, wherever it is kept.

        :raises MetadataConsistencyError: if it cannot
        """
        values = {"name": self.name, **self.attributes}
        try:
            element = etree.Element("Client", values)
            etree.fromstring(etree.tostring(element, encoding="utf-8"))
        except (ValueError, etree.XMLSyntaxError) as error:
            raise MetadataConsistencyError(
                f"clients.xml cannot hold these values: {values!r}"
            ) from error

    def announcements(self) -> Iterable[ClientChange]:
        """Return what has to be announced of it."""
        if self.operation == UPDATE:
            return [ClientChange(self.name, attribute) for attribute in self.attributes]
        return [ClientChange(self.name, "existence")]

    def attributes_at_once(self) -> Mapping[str, str]:
        """Return the attributes of a new client that count before clients.xml is read again."""
        return {name: value for name, value in self.attributes.items() if name not in COUNTS_LATER}

    def apply_to(self, attributes: Mapping[str, str]) -> dict[str, str]:
        """
        Return the attributes of an element that is there, as they are afterwards.

        Where a client is to be added that somebody added by hand meanwhile, what was written by
        hand stays as it is.
        """
        if self.operation == ADD:
            return {**self.attributes, **attributes}
        return {**attributes, **self.attributes}
