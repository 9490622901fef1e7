"""Clients from before Bcfg2 1.3, whose entries had other attributes."""

from __future__ import annotations

from bcfg2tw.engine.model.client_metadata import ClientMetadata

#: Three numbers only: pre-releases of 1.3.0 know its attributes already.
FIRST_WITH_NEW_NAMES = (1, 3, 0)


def needs_old_names(metadata: ClientMetadata) -> bool:
    """Say whether a client's version is unknown or before 1.3.0 (:ref:`structures-12`)."""
    version = metadata.version_info
    return version is None or version < FIRST_WITH_NEW_NAMES
