"""Rules: what entries of any kind say, from XML files with priorities (:ref:`structures-7`)."""

from __future__ import annotations

from bcfg2tw.engine.documents.directory import load_all
from bcfg2tw.engine.documents.priority import PriorityFile, PriorityFiles
from bcfg2tw.engine.model.asked import Asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Generator, Tracked
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element


class Rules(Plugin, Generator, Tracked):
    """
    Binds entries from `Rules/*.xml`.

    Elements directly below a root are listed, for all clients; those inside conditions are
    claimed only where they apply, so another generator that lists the entry wins.
    """

    def __init__(self, context: PluginContext, files: Files, previous: Rules | None = None) -> None:
        super().__init__(context, files, previous)
        loaded = load_all(files, (".xml",), PriorityFile, self.logger, self.listing_before)
        settings = context.settings
        self._rules = PriorityFiles(
            loaded.values(), settings.rules_regex, settings.rules_replace_name
        )
        self.Entries = self._rules.listed()

    def HandlesEntry(self, entry: Element, metadata: ClientMetadata) -> bool:
        """Say whether any definition matches that applies to the client."""
        return bool(self._rules.matching(entry, metadata))

    def HandleEntry(self, entry: Element, metadata: ClientMetadata) -> None:
        """Bind an entry that no element directly below a root names."""
        self._rules.bind(entry, metadata)

    def asked_for(self, entry: Element) -> Asked | None:
        """Return what of a client decides how an entry is bound."""
        return self._rules.asked_for(entry)
