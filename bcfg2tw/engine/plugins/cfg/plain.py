"""Files that are sent as they are."""

from __future__ import annotations

from bcfg2tw.engine.documents.content import Content, as_text
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.interfaces import ContentGenerator
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.xmlio import Element


class Plain(ContentGenerator):
    """A file that is sent as it is; kept as text where it is text."""

    __slots__ = ("_content", "path")

    def __init__(self, source: Source, data: bytes) -> None:
        self.path = source.path
        self._content = as_text(data, source.settings)

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """Return the file's content."""
        return self._content
