"""Defaults: attributes for every entry that lacks them (:ref:`structures-8`)."""

from __future__ import annotations

from bcfg2tw.engine.documents.directory import check_read, load_all
from bcfg2tw.engine.documents.priority import PriorityFile, PriorityFiles
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import GoalValidator, Tracked
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.xmlio import Element, is_element
from bcfg2tw.errors import PluginExecutionError


class Defaults(Plugin, GoalValidator, Tracked):
    """
    Adds what `Defaults/*.xml` says to all bound entries, also to those that failed.

    Names are regular expressions. Entries without a name are passed over; a conflict of equal
    priorities is logged and leaves the entry as it is.
    """

    def __init__(
        self, context: PluginContext, files: Files, previous: Defaults | None = None
    ) -> None:
        super().__init__(context, files, previous)
        loaded = load_all(files, (".xml",), PriorityFile, self.logger, self.listing_before)
        self._defaults = PriorityFiles(
            loaded.values(), regex=True, replace_name=context.settings.defaults_replace_name
        )

    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        """
        Complete every entry of every structure.

        :raises ValidationError: if a file was never understood
        """
        check_read(self.files)
        for structure in config:
            for entry in structure:
                if is_element(entry):
                    self._complete(entry, metadata)

    def _complete(self, entry: Element, metadata: ClientMetadata) -> None:
        try:
            self._defaults.complete(entry, metadata)
        except PluginExecutionError:
            return  # a conflict: it was logged with the names of the files
