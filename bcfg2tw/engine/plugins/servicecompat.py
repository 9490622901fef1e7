"""
ServiceCompat: what may be done to services, in the words of old clients (:ref:`structures-12`).
"""

from __future__ import annotations

from bcfg2tw.engine.documents.old_clients import needs_old_names
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import GoalValidator
from bcfg2tw.engine.xmlio import Element

#: (`restart`, `install`) to `mode`.
MODES = {
    ("true", "true"): "default",
    ("interactive", "true"): "interactive_only",
    ("false", "false"): "manual",
}


class ServiceCompat(Plugin, GoalValidator):
    """Adds `mode`, made of `restart` and `install`, to every service for clients before 1.3."""

    create = False

    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        """Complete the services of all structures, also those that failed."""
        if not needs_old_names(metadata):
            return
        for service in config.iterfind("*/Service"):
            service.set("mode", self._mode(service, metadata.hostname))

    def _mode(self, service: Element, hostname: str) -> str:
        restart = service.get("restart", "true").lower()
        install = service.get("install", "true").lower()
        mode = MODES.get((restart, install))
        if mode is not None:
            return mode
        self.logger.info(
            "ServiceCompat: no mode of old clients means restart=%r and install=%r: "
            "service %s of %s gets manual",
            restart, install, service.get("name"), hostname,
        )  # fmt: skip
        return "manual"
