"""Roles of the files of an entry set, and the entry set as these files see it (:ref:`cfg-2`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Protocol

from bcfg2tw.engine.documents.content import Content
from bcfg2tw.engine.documents.specificity import Specificity, SpecificSet
from bcfg2tw.engine.model.asked import Asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.shared_texts import SharedText
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError


class PathFiles(Protocol):
    """
    The files that one path is made from, as each of them sees the others.

    `EntrySet` implements it.
    """

    @property
    def name(self) -> str:
        """The path."""

    @property
    def folder(self) -> str:
        """Full path of the folder of the files."""

    @property
    def base(self) -> str:
        """Base name of the files."""

    @property
    def generators(self) -> SpecificSet[ContentGenerator]:
        """The files that content is made from."""

    @property
    def creators(self) -> Sequence[Creator]:
        """The files that make content where no generator is for a client."""

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """
        Return the content for a client, created if nothing else makes it.

        :raises PluginExecutionError: if nothing is for the client, or what is fails
        """

    def present(self, entry: Element, metadata: ClientMetadata) -> Content | None:
        """
        Return the content for a client from what is on disk now, None if nothing is for it.

        Creators ask inside `creating`: another request may have made a file since the repository
        was read.

        :raises Bcfg2Error: if the file cannot be used
        """

    def check_name(self, name: str, specificity: Specificity) -> None:
        """
        See that a file that is to be written will be read as a file for whom it is meant.

        :raises PluginExecutionError: if it would not be
        """

    def outdate(self, *paths: str) -> None:
        """
        Take files from disk from now on: a creator has written them since they were read.

        A creator of this set, or of that of the private key (`PathFolders.asked_for` relies on it).
        """


class NoSuchPath(PluginExecutionError):
    """Cfg has nothing for a path that content is made from."""


class ContentGenerator(ABC):
    """
    A file that content is made from, for all clients that it is for.

    :ivar path: full path of the file
    """

    __slots__ = ()

    path: str

    @property
    def is_tracked(self) -> bool:
        """Say whether content depends on metadata and the state of the repository alone."""
        return False

    @property
    def is_fixed(self) -> bool:
        """Say whether all clients get the same content while the repository's state is the same."""
        return False

    @property
    def written(self) -> SharedText | None:
        """The content as it stands in a configuration, if it is fixed and is kept so."""
        return None

    @abstractmethod
    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """
        Return the content for a client.

        Whatever it raises becomes the entry's failure, `Cfg: Error rendering NAME: REASON`.
        """


class Filter(ABC):
    """A file by which content is changed; there are those of a site's own handlers."""

    __slots__ = ()

    path: str

    @abstractmethod
    def modify(self, entry: Element, metadata: ClientMetadata, content: Content) -> Content:
        """
        Return the content as it is to be.

        Whatever it raises becomes the entry's failure.
        """


class Creator(ABC):
    """
    A file that says how content is made that is then kept beside it.

    It is asked only where no generator is for the client. What it has written has to be there
    for the next one who asks, also before the repository is read again.

    :cvar product: what it makes, as a message says it, if that is never empty
    :cvar renews: whether it may make content anew that was refused
    """

    __slots__ = ()

    path: str
    product: ClassVar[str | None] = None
    renews: ClassVar[bool] = False

    @abstractmethod
    def create(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """
        Make the content for a client, keep it, and return it.

        Whatever it raises becomes the entry's failure, `Cfg: Error creating data for NAME: …`,
        but `NoSuchPath`, which is the failure as it is.
        """

    def renew(
        self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles, old: Content
    ) -> Content | None:
        """
        Make content anew that is empty, or that a verifier has refused; None if it is not to be.

        Whatever it raises is logged.
        """
        return None


class Verifier(ABC):
    """A file that says whether content is right."""

    __slots__ = ()

    path: str

    @abstractmethod
    def verify(
        self, entry: Element, metadata: ClientMetadata, data: bytes, entry_set: PathFiles
    ) -> None:
        """
        Check the final content.

        :raises PluginExecutionError: with the reason, if it is wrong
        """


class Info(ABC):
    """A file that says whose a path is, and who may do what with it."""

    __slots__ = ()

    path: str

    @property
    def asked(self) -> Asked | None:
        """The groups and host names that it asks for; None if it may ask anything."""
        return None

    @abstractmethod
    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Give an entry its attributes.

        :raises PluginExecutionError: if nothing applies
        """
