"""All state that clients change, of one repository."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bcfg2tw.engine.store.clients import ClientChanges

if TYPE_CHECKING:
    from bcfg2tw.settings import Settings


class Store:
    """
    What outlives the snapshots of a repository.

    :ivar clients: registrations, profiles, versions
    """

    def __init__(self, settings: Settings) -> None:
        self.clients = ClientChanges(os.path.join(settings.repository, "Metadata", "clients.xml"))

    def close(self) -> None:
        """Bring everything to its proper files; only once there are no calls any more."""
        self.clients.close()
