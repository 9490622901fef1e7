"""Writes what clients changed into clients.xml and the files that it includes."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Iterable, Iterator

from lxml import etree

from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.client_table import ADD, REMOVE, Change, merged_attributes
from bcfg2tw.engine.xmlio import XINCLUDE, Element, attributes, parse_file, pretty_document
from bcfg2tw.errors import RepositoryError

logger = logging.getLogger("Metadata")


class ClientFiles:
    """
    clients.xml and what it includes, as they are on disk now, includes unresolved.

    :ivar documents: path to root, clients.xml first
    """

    def __init__(self, path: str) -> None:
        """
        Read the files.

        :raises RepositoryError: if one of them cannot be read or is not well-formed
        """
        self._path = path
        self.documents: dict[str, Element] = {}
        self._changed: dict[str, None] = {}
        self._read(path)
        self._found = dict(self._elements())

    def _read(self, path: str) -> None:
        if path in self.documents:
            return
        try:
            with open(path, "rb") as stream:
                data = stream.read()
        except OSError as error:
            raise RepositoryError(path, error.strerror or str(error)) from error
        root = self.documents[path] = parse_file(data, path)
        for include in root.iter(XINCLUDE + "include"):
            pattern = os.path.join(os.path.dirname(path), include.get("href", ""))
            for included in sorted(glob.glob(pattern)):
                self._read(included)

    def _elements(self) -> Iterator[tuple[str, list[tuple[str, Element]]]]:
        found: dict[str, list[tuple[str, Element]]] = {}
        for path, root in self.documents.items():
            for element in root.iter("Client"):
                found.setdefault(element.get("name", "").lower(), []).append((path, element))
        return iter(found.items())

    def apply(self, change: Change) -> None:
        """Apply a change to the document that holds the client, or else to clients.xml."""
        places = self._found.get(change.name)
        if change.operation == REMOVE:
            self._remove(change.name)
        elif places:
            self._update(*places[0], change)
        elif change.operation == ADD:
            self._add(change)
        else:
            logger.info("%s: %s is not there any more, what it changed is dropped",
                        self._path, change.name)  # fmt: skip

    def _remove(self, name: str) -> None:
        for path, element in self._found.pop(name, ()):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
                self._changed[path] = None

    def _update(self, path: str, element: Element, change: Change) -> None:
        before = attributes(element)
        after = merged_attributes(before, change)
        for attribute, value in after.items():
            if before.get(attribute) != value:
                element.set(attribute, value)
                self._changed[path] = None

    def _add(self, change: Change) -> None:
        element = etree.SubElement(
            self.documents[self._path], "Client", {"name": change.name, **change.attributes}
        )
        self._found[change.name] = [(self._path, element)]
        self._changed[self._path] = None

    def write(self) -> None:
        """
        Write the files that changed, each in one step.

        :raises OSError: if one cannot be written; it is as it was then
        """
        for path in self._changed:
            write_atomically(path, pretty_document(self.documents[path]))


def fold(path: str, changes: Iterable[Change]) -> None:
    """
    Write changes into the file at a path and the files that it includes.

    :raises RepositoryError: if a file cannot be read or is not well-formed; nothing is written
    :raises OSError: if one cannot be written
    """
    files = ClientFiles(path)
    for change in changes:
        files.apply(change)
    files.write()
