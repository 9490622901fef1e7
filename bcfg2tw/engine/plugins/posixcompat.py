"""POSIXCompat: the mode of paths under its old name, for old clients (:ref:`structures-12`)."""

from __future__ import annotations

from bcfg2tw.engine.documents.old_clients import needs_old_names
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import GoalValidator
from bcfg2tw.engine.xmlio import Element


class POSIXCompat(Plugin, GoalValidator):
    """Adds `perms`, equal to `mode`, to every path for clients before 1.3."""

    create = False

    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        """Complete the paths of all structures, also those that failed."""
        if not needs_old_names(metadata):
            return
        for path in config.iterfind("*/Path"):
            mode = path.get("mode")
            if mode is not None:
                path.set("perms", mode)
