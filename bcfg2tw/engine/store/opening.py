"""The choice of a store: where the settings say that state is kept."""

from __future__ import annotations

import os

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.store.changes import Announcements
from bcfg2tw.engine.store.store import Store
from bcfg2tw.engine.store.xmlfiles.clients_file import ClientsFile
from bcfg2tw.engine.store.xmlfiles.probed_file import ProbedFile
from bcfg2tw.settings import Settings


def open_store(settings: Settings, clock: Clock) -> Store:
    """
    Return the store of a repository.

    It knows what a killed server left; nothing is locked or changed before it is started, or
    something is changed through it. Settings that ask for a way of keeping state that there is
    not are refused by the parts (`Part.check_settings`), so that the rest of the server can serve.

    :param clock: decides when changes are brought to where other programs look for them
    """
    changes = Announcements()
    repository = settings.repository
    return Store(
        ClientsFile(os.path.join(repository, "Metadata", "clients.xml"), clock, changes),
        ProbedFile(os.path.join(repository, "Probes", "probed.xml"), clock, changes),
        changes,
    )
