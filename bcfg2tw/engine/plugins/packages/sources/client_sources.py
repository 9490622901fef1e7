"""The sources that apply to one client, and what follows from their types (:ref:`packages-4`)."""

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
    What of sources.xml is for a client.

    :ivar sources: in the order of the document
    :ivar architectures: the client's groups that one of the sources names as an architecture
    """

    sources: tuple[PackageSource, ...]
    architectures: frozenset[str]

    @classmethod
    def of(cls, sources: Iterable[PackageSource], metadata: ClientMetadata) -> ClientSources:
        """Find the sources for a client."""
        applying = tuple(one for one in sources if one.applies(metadata))
        architectures = frozenset(arch for one in applying for arch in one.arches)
        return cls(applying, architectures & metadata.groups)

    @property
    def type(self) -> str | None:
        """The type of all sources, None where there are several types or no sources."""
        types = {one.type for one in self.sources}
        return types.pop() if len(types) == 1 else None

    @property
    def package_type(self) -> str:
        """What package entries get as their `type`: that of the first source."""
        return self.sources[0].package_type if self.sources else UNKNOWN_TYPE

    def report(self, hostname: str) -> None:
        """Log what an administrator should know of a client's sources."""
        if not self.sources:
            logger.error("Packages: No sources found for %s", hostname)
        elif self.type is None:
            types = dict.fromkeys(one.type for one in self.sources)
            listing = ",".join(types)
            logger.warning("Packages: Multiple source types found for %s: %s", hostname, listing)
