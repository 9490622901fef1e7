"""The clients that the repository declares, in clients.xml and the files that it includes."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from bcfg2tw.engine.repository.listing import Stamp
from bcfg2tw.engine.repository.source import Dependencies, Source
from bcfg2tw.engine.store.client import ClientElement
from bcfg2tw.engine.xmlio import check_root, line_of

logger = logging.getLogger("Metadata")


class DeclaredClients:
    """
    One reading of clients.xml; never changes, and equals itself alone.

    :ivar elements: its `Client` elements at any depth, in document order
    """

    def __init__(self, elements: Sequence[ClientElement], dependencies: Dependencies) -> None:
        """
        Keep what was read.

        :param dependencies: the files that it was read from
        """
        self.elements = elements
        self._dependencies = dependencies

    @property
    def stamps(self) -> dict[str, Stamp]:
        """The stamps of the files that were read, by their paths."""
        stamps = self._dependencies.stamps.items()
        return {path: stamp for path, stamp in stamps if stamp is not None}

    def is_current(self) -> bool:
        """Say whether reading again would read the same; asks for the state of each file."""
        return self._dependencies.are_current()


def no_clients() -> DeclaredClients:
    """Return what counts where there is no clients.xml."""
    return DeclaredClients((), Dependencies())


def read_clients(source: Source) -> DeclaredClients:
    """
    Read clients.xml; an interpretation for `Files.load`.

    :raises RepositoryError: if it, or a file that it includes, is not well-formed, or if its root
        is no `Clients`
    """
    return DeclaredClients(list(_elements(source)), source.dependencies)


def _elements(source: Source) -> Iterator[ClientElement]:
    root = source.xml()
    check_root(root, "Clients", source.path)
    for element in root.iter("Client"):
        if element.get("name"):
            yield ClientElement.of(element)
        else:
            logger.warning(
                "%s:%s: a Client without a name is ignored", source.path, line_of(element)
            )
