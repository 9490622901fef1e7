"""The sources that apply to one client, and their type (:ref:`packages-4`)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource

logger = logging.getLogger("Packages")

UNKNOWN_TYPE = "unknown"


@dataclass(frozen=True)
class ClientSources:
    """
    The sources that are for one client.

    :ivar sources: in the order of the document
    :ivar architectures: the client's groups that one of the sources names as an architecture
    """

    sources: tuple[PackageSource, ...]
    architectures: frozenset[str]

    @classmethod
    def of(cls, sources: Iterable[PackageSource], metadata: ClientMetadata) -> ClientSources:
        """Find the sources for a client."""
        applicable = tuple(source for source in sources if source.applies(metadata))
        architectures = frozenset(arch for source in applicable for arch in source.arches)
        return cls(applicable, architectures & metadata.groups)

    @property
    def type(self) -> str | None:
        """The type of all sources, None where there are several types or no sources."""
        types = {source.type for source in self.sources}
        return types.pop() if len(types) == 1 else None

    @property
    def package_type(self) -> str:
        """The `type` of package entries: that of the first source."""
        return self.sources[0].package_type if self.sources else UNKNOWN_TYPE

    def report(self, hostname: str) -> None:
        """Log what an administrator should know of a client's sources."""
        if not self.sources:
            logger.error("Packages: No sources found for %s", hostname)
        elif self.type is None:
            types = dict.fromkeys(source.type for source in self.sources)
            listing = ",".join(types)
            logger.warning("Packages: Multiple source types found for %s: %s", hostname, listing)
