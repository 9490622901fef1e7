"""What a file of an entry set may be: something that content comes from, or that checks it."""

from __future__ import annotations

import base64
import logging
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings

if TYPE_CHECKING:
    from bcfg2tw.engine.plugins.cfg.entry_set import EntrySet

logger = logging.getLogger("bcfg2-server")

#: Text, or bytes where they are no text in the server's encoding.
Content: TypeAlias = "str | bytes"

#: Encodings in which two different sequences of bytes are never the same text.
FAITHFUL = ("utf-8", "utf8", "ascii", "latin-1", "iso-8859-1")


class NoSuchPath(PluginExecutionError):
    """Cfg has nothing for a path that content is made from."""


class Generator(ABC):
    """
    A file that content is made from, for all clients that it is for.

    :ivar path: full path of the file
    """

    __slots__ = ()

    path: str

    @abstractmethod
    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """
        Return the content for a client.

        Whatever it raises becomes the entry's failure, `Cfg: Error rendering NAME: REASON`.
        """


class Creator(ABC):
    """
    A file that says how content is made that is then kept beside it.

    It is asked only where no generator is for the client. What it has written has to be there
    for the next one who asks, also before the repository is read again.
    """

    __slots__ = ()

    path: str

    @abstractmethod
    def create(self, entry: Element, metadata: ClientMetadata, entry_set: EntrySet) -> Content:
        """
        Make the content for a client, keep it, and return it.

        Whatever it raises becomes the entry's failure, `Cfg: Error creating data for NAME: …`,
        but `NoSuchPath`, which is the failure as it is.
        """

    def renew(
        self, entry: Element, metadata: ClientMetadata, entry_set: EntrySet, old: Content
    ) -> Content | None:
        """
        Make content anew that a verifier has refused; None if it is not to be.

        Whatever it raises is logged.
        """
        return None


class Verifier(ABC):
    """A file that says whether content is right."""

    __slots__ = ()

    path: str

    @abstractmethod
    def verify(
        self, entry: Element, metadata: ClientMetadata, data: bytes, entry_set: EntrySet
    ) -> None:
        """
        Check the final content.

        :raises PluginExecutionError: with the reason, if it is wrong
        """


class Info(ABC):
    """A file that says whose a path is, and who may do what with it."""

    __slots__ = ()

    path: str

    @abstractmethod
    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Give an entry its attributes.

        :raises PluginExecutionError: if nothing applies
        """


class Plain(Generator):
    """A file that is sent as it is; kept as text where it is text."""

    __slots__ = ("_content", "path")

    def __init__(self, source: Source, data: bytes) -> None:
        self.path = source.path
        self._content = as_text(data, source.settings)

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """Return the file's content."""
        return self._content


class Unusable(Generator, Creator, Verifier, Info):
    """
    Stands for a file that cannot be used; it is chosen all the same, and says why.

    :param failure: what is said; `{path}`, `{reason}` and the entry's `{name}` are filled in
    """

    __slots__ = ("_failure", "_reason", "path")

    def __init__(self, path: str, failure: str, reason: str = "") -> None:
        self.path = path
        self._failure = failure
        self._reason = reason

    def _refusal(self, entry: Element) -> PluginExecutionError:
        return PluginExecutionError(
            self._failure.format(path=self.path, reason=self._reason, name=entry.get("name"))
        )

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """
        Refuse to be the source of an entry.

        :raises PluginExecutionError: always
        """
        raise self._refusal(entry)

    def create(self, entry: Element, metadata: ClientMetadata, entry_set: EntrySet) -> Content:
        """
        Refuse to make an entry's content.

        :raises PluginExecutionError: always
        """
        raise self._refusal(entry)

    def verify(
        self, entry: Element, metadata: ClientMetadata, data: bytes, entry_set: EntrySet
    ) -> None:
        """
        Refuse all content.

        :raises PluginExecutionError: always
        """
        raise self._refusal(entry)

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Refuse to say anything of an entry.

        :raises PluginExecutionError: always
        """
        raise self._refusal(entry)


def as_text(data: bytes, settings: Settings) -> Content:
    """Return bytes as text, if they are the server's encoding of exactly one text."""
    try:
        text = data.decode(settings.encoding)
        faithful = settings.encoding.lower() in FAITHFUL or text.encode(settings.encoding) == data
    except UnicodeError:
        return data
    return text if faithful else data


def as_bytes(content: Content, settings: Settings) -> bytes:
    """Return content as it will be in the client's file."""
    return content if isinstance(content, bytes) else content.encode(settings.encoding, "replace")


def in_encoding(text: str, settings: Settings) -> str:
    """Return what a template made, with what the server's encoding lacks replaced by `?`."""
    if settings.encoding.lower().startswith("utf"):
        return text
    return text.encode(settings.encoding, "replace").decode(settings.encoding)


def set_content(entry: Element, content: Content, settings: Settings) -> None:
    """
    Make content the text of a bound entry, in the entry's encoding (:ref:`cfg-4`).

    :raises PluginExecutionError: if it is no text and the encoding is not base64
    """
    if not content:
        entry.set("empty", "true")
        entry.text = None
    elif entry.get("encoding") == "base64":
        entry.text = base64.b64encode(as_bytes(content, settings)).decode("ascii")
    else:
        text = _decoded(entry, content, settings)
        try:
            entry.text = text
        except ValueError as error:  # lxml's own words, which the reference passes on
            raise PluginExecutionError(str(error)) from error


def _decoded(entry: Element, content: Content, settings: Settings) -> str:
    if isinstance(content, str):
        return content
    try:
        return content.decode(settings.encoding)
    except UnicodeDecodeError as error:
        logger.error(
            "%s: the file is not %s; give it the encoding base64 in info.xml, or set "
            "[components] encoding", entry.get("name"), settings.encoding,
        )  # fmt: skip
        # the codec's name as the reference writes it, which reports and filters know
        reason = str(error).replace("'utf-8' codec", "'utf8' codec")
        raise PluginExecutionError(f"Failed to decode {entry.get('name')}: {reason}") from error
