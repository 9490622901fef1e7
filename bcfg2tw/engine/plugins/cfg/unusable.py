"""Files that cannot be used, which fail the entries that they are for."""

from __future__ import annotations

from bcfg2tw.engine.documents.content import Content
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.interfaces import (
    ContentGenerator,
    Creator,
    Info,
    PathFiles,
    Verifier,
)
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import PluginExecutionError


class Unusable(ContentGenerator, Creator, Verifier, Info):
    """
    Stands for a file that cannot be used; it is chosen all the same, and says why.

    :param failure: the text that fails an entry; `{path}`, `{reason}` and the entry's `{name}` are
        filled in
    """

    __slots__ = ("_failure", "_reason", "path")

    product = "file"  # of what it would make if it could be used

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

    def create(self, entry: Element, metadata: ClientMetadata, entry_set: PathFiles) -> Content:
        """
        Refuse to make an entry's content.

        :raises PluginExecutionError: always
        """
        raise self._refusal(entry)

    def verify(
        self, entry: Element, metadata: ClientMetadata, data: bytes, entry_set: PathFiles
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
