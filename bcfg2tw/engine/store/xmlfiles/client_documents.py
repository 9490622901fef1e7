"""Writes edits of clients into clients.xml and the files that it includes."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Mapping, Sequence
from functools import partial

from lxml import etree

from bcfg2tw.engine.repository.listing import Stamp, open_at_once, stamp_of
from bcfg2tw.engine.repository.xinclude import included_path
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.store.client import ClientElement
from bcfg2tw.engine.store.client_edit import ADD, REMOVE, ClientEdit
from bcfg2tw.engine.store.xmlfiles.file_state import Stamps, digest_of, state_of
from bcfg2tw.engine.store.xmlfiles.records import State
from bcfg2tw.engine.xmlio import (
    XINCLUDE,
    Element,
    attributes,
    check_root,
    parse_file,
    pretty_document,
)
from bcfg2tw.errors import ChangedMeanwhile, RepositoryError

logger = logging.getLogger("Metadata")

#: The file that an element stands in, and the element.
Place = tuple[str, Element]


class ClientDocuments:
    """
    clients.xml and the files that it includes, as they are on disk now, includes unresolved.

    :ivar roots: path to root element, clients.xml first
    :ivar stamps: of the files, as they were read
    """

    def __init__(self, path: str) -> None:
        """
        Read the files.

        :raises RepositoryError: if one of them cannot be read or is not well-formed, or if the
            root of clients.xml is no `Clients`
        """
        self._path = path
        self.roots: dict[str, Element] = {}
        self._contents: dict[str, bytes] = {}
        self._before: dict[str, bytes] = {}
        self.stamps: dict[str, Stamp] = {}
        self._changed: dict[str, None] = {}
        self._read(path)
        check_root(self.roots[path], "Clients", path)
        self._places = self._find_clients()

    def _read(self, path: str) -> None:
        if path in self.roots:
            return
        content, self.stamps[path] = content_of(path)
        self._contents[path] = self._before[path] = content
        root = self.roots[path] = parse_file(content, path)
        for include in root.iter(XINCLUDE + "include"):
            href = include.get("href")
            for included in sorted(glob.glob(included_path(path, href))) if href else ():
                self._read(included)

    def _find_clients(self) -> dict[str, list[Place]]:
        """Return the files and elements of each client, by its name in lower case."""
        places: dict[str, list[Place]] = {}
        for path, root in self.roots.items():
            for element in root.iter("Client"):
                places.setdefault(element.get("name", "").lower(), []).append((path, element))
        return places

    def apply(self, edit: ClientEdit) -> None:
        """Apply an edit to the file that holds the client, or else to clients.xml."""
        places = self._places.get(edit.name)
        if edit.operation == REMOVE:
            self._remove(edit.name)
        elif places:
            self._update(*places[0], edit)
        elif edit.operation == ADD:
            self._add(edit)
        else:
            tell_absent(self._path, edit)

    def _remove(self, name: str) -> None:
        for path, element in self._places.pop(name, ()):
            self._remove_element(path, element)

    def _remove_element(self, path: str, element: Element) -> None:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
            self._changed[path] = None

    def _update(self, path: str, element: Element, edit: ClientEdit) -> None:
        before = attributes(element)
        for attribute, value in edit.apply_to(before).items():
            if before.get(attribute) != value:
                element.set(attribute, value)
                self._changed[path] = None

    def _add(self, edit: ClientEdit) -> None:
        element = etree.SubElement(
            self.roots[self._path], "Client", {"name": edit.name, **edit.attributes}
        )
        self._places[edit.name] = [(self._path, element)]
        self._changed[self._path] = None

    def put(self, name: str, elements: Sequence[ClientElement]) -> None:
        """
        Have the files say of a client what its elements do; attributes beyond that stay.

        :param name: in lower case
        :param elements: none remove the client
        """
        places = self._places.get(name, [])
        for path, element in places[len(elements) :]:
            self._remove_element(path, element)
        for index, wanted in enumerate(elements):
            if index < len(places):
                path, element = places[index]
            else:
                path, element = self._path, etree.SubElement(self.roots[self._path], "Client")
                self._places.setdefault(name, []).append((path, element))
            self._fill(path, element, {"name": name, **wanted.attributes}, wanted.aliases)

    def _fill(
        self,
        path: str,
        element: Element,
        values: Mapping[str, str],
        aliases: Sequence[Mapping[str, str]],
    ) -> None:
        before = attributes(element)
        for attribute, value in values.items():
            is_same = before.get(attribute) == value
            if attribute == "name":  # however it is written
                is_same = before.get(attribute, "").lower() == value.lower()
            if not is_same:
                element.set(attribute, value)
                self._changed[path] = None
        if aliases and element.find("Alias") is None:
            for alias in aliases:
                etree.SubElement(element, "Alias", dict(alias))
            self._changed[path] = None

    def clients(self) -> dict[str, dict[str, str]]:
        """Return the attributes of each client's first element, by its name in lower case."""
        return {name: attributes(places[0][1]) for name, places in self._places.items()}

    def state(self) -> State:
        """Return the state of the files, as they are or as they are about to be written."""
        self._render()
        folder = os.path.dirname(self._path)
        return {
            os.path.relpath(path, folder): digest_of(content)
            for path, content in self._contents.items()
        }

    def _render(self) -> None:
        self._contents.update({path: pretty_document(self.roots[path]) for path in self._changed})

    def write(self) -> dict[str, Stamps]:
        """
        Write the files that changed, each in one step.

        :returns: the stamps of those that nobody has changed since, before and after that
        :raises ChangedMeanwhile: if one is another than it was when it was read
        :raises OSError: if one cannot be written; it is as it was then
        """
        self._render()
        return self.write_rendered()

    def put_back(self, stamps: Mapping[str, Stamps]) -> None:
        """
        Have files say again what they said before they were written.

        :param stamps: what `write` returned; a file that somebody has changed since is left alone
        :raises ChangedMeanwhile: if somebody does so now
        :raises OSError: if one cannot be written
        """
        for path, (_, after) in stamps.items():
            write_content(path, self._before[path], after)

    def write_rendered(self) -> dict[str, Stamps]:
        """Write, as `write` does, what `state` has spoken of."""
        stamps = {
            path: write_content(path, self._contents[path], self.stamps[path])
            for path in self._changed
        }
        return {path: (self.stamps[path], after) for path, after in stamps.items() if after}


def tell_absent(path: str, edit: ClientEdit) -> None:
    """Say that the client of an edit is not in the file any more."""
    logger.info("%s: %s is not there any more, what it changed is dropped", path, edit.name)


def write_content(path: str, content: bytes, before: Stamp) -> Stamp | None:
    """
    Write a file in one step.

    :param before: the stamp of the file that the content was made from
    :returns: its stamp, None if somebody has changed it since
    :raises ChangedMeanwhile: if it has another stamp now: what is in it is not to be lost
    :raises OSError: if it cannot be written; it is as it was then
    """
    write_atomically(path, content, check=partial(check_unchanged, path, before))
    written, stamp = content_of(path)
    return stamp if written == content else None


def check_unchanged(path: str, *stamps: Stamp | None) -> None:
    """
    See that a file is as it is known.

    :param stamps: it may have any of them; None stands for no file
    :raises ChangedMeanwhile: if it has another one
    """
    if stamp_of(path) not in stamps:
        raise ChangedMeanwhile(path)


def content_of(path: str) -> tuple[bytes, Stamp]:
    """
    Return what a file holds, and its stamp.

    :raises RepositoryError: if it cannot be read
    """
    try:
        with open(path, "rb", opener=open_at_once) as stream:
            return stream.read(), Stamp.of(os.fstat(stream.fileno()))
    except OSError as error:
        raise RepositoryError(path, error.strerror or str(error)) from error


def state_of_clients(path: str) -> State:
    """Return the state of the clients.xml at a path and of the files that it includes."""
    try:
        if b"XInclude" in content_of(path)[0]:
            return ClientDocuments(path).state()
    except RepositoryError as error:
        logger.debug("%s: files that it includes are not looked at", error)
    return state_of(path)
