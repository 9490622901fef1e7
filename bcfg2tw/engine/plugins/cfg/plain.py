"""Files that are sent as they are."""

from __future__ import annotations

from collections.abc import Sequence

from bcfg2tw.engine.documents.content import Content, as_text
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.cfg.interfaces import ContentGenerator
from bcfg2tw.engine.repository.listing import stamp_of
from bcfg2tw.engine.repository.source import Dependencies, Source, Unsettled
from bcfg2tw.engine.shared_texts import SharedText, share
from bcfg2tw.engine.xmlio import Element, is_legal, read_text, written_text
from bcfg2tw.errors import PluginExecutionError, RepositoryError
from bcfg2tw.settings import Settings


class Plain(ContentGenerator):
    """A file that is sent as it is; kept as it stands in a configuration where it is text."""

    __slots__ = ("_content", "_written", "path")

    def __init__(self, source: Source, data: bytes) -> None:
        self.path = source.path
        self._content: Content | None = as_text(data, source.settings)
        self._written: SharedText | None = None
        if isinstance(self._content, str) and is_legal(self._content):
            self._written = share(written_text(self._content), self._folders(source.settings))
            self._content = None

    def _folders(self, settings: Settings) -> Sequence[str | None]:
        """Return the folders in which the content may be kept in a file."""
        return settings.contents_folders

    @property
    def is_tracked(self) -> bool:
        """Say that the content is the state's own."""
        return True

    @property
    def is_fixed(self) -> bool:
        """Say that it is the same for all clients."""
        return True

    @property
    def written(self) -> SharedText | None:
        """The content; None if it is none that XML can hold."""
        return self._written

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """Return the file's content."""
        if self._written is not None:
            return read_text(self._written.text)
        assert self._content is not None
        return self._content


class Decrypted(Plain):
    """A file that is encrypted in the repository: its content is written to no disk."""

    __slots__ = ()

    def _folders(self, settings: Settings) -> Sequence[str | None]:
        return ()


class LargePlain(ContentGenerator):
    """
    A large file that is sent as it is, and read anew for each client.

    What is sent is what the repository's state has: where the file is another one by now, the
    entry fails, and the build is made again on the next state.
    """

    __slots__ = ("_name", "_settings", "_stamp", "path")

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self._name = source.name
        self._stamp = source.stamp
        self._settings = source.settings

    def content(self, entry: Element, metadata: ClientMetadata) -> Content:
        """
        Return the file's content.

        :raises PluginExecutionError: if it has changed since the repository was read
        :raises RepositoryError: if it cannot be read
        """
        try:
            source = Source(self.path, self._name, self._stamp, self._settings, Dependencies())
            return as_text(source.data, self._settings)
        except (Unsettled, RepositoryError):
            if stamp_of(self.path) == self._stamp:
                raise
            metadata.build.changed_files.append(self.path)
            raise PluginExecutionError(
                f"{self.path} has changed since the repository was read"
            ) from None
