"""Reading the repository until what was read belongs together."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence

from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import Metadata
from bcfg2tw.engine.repository.checkout import Checkout, State
from bcfg2tw.engine.repository.files import Library
from bcfg2tw.engine.repository.listing import check_folder
from bcfg2tw.engine.repository.source import Unsettled, check_passing
from bcfg2tw.engine.served.snapshot import Snapshot, build
from bcfg2tw.errors import CoreInitError

#: How often a repository that changes while it is read is read again before giving up.
ATTEMPTS = 50
PAUSE_SECONDS = 0.1

logger = logging.getLogger("bcfg2-server")


class RepositoryReader:
    """
    Reads one repository again and again; one thread at a time.

    :param context: what plugins get of the server
    """

    def __init__(self, context: PluginContext) -> None:
        self._context = context
        self._checkout_state: State | None = None

    def read(
        self,
        library: Library,
        classes: Sequence[type[Plugin]],
        previous: Snapshot | None = None,
        changed: Collection[str] | None = None,
    ) -> Snapshot:
        """
        Read what has changed; a repository that never rests leaves the previous snapshot.

        :param changed: full paths; None where anything may have changed
        :raises CoreInitError: if no Metadata plugin can be used, or nothing could be read at all
        :raises UnreadableRepository: if something is there and cannot be read, or the top is gone
        """
        for _ in range(ATTEMPTS):
            try:
                return self._read_whole(library, classes, previous, changed)
            except Unsettled as unsettled:
                logger.debug("%s changes while it is read", unsettled)
                changed = None  # it need not be one of those that were told
                time.sleep(PAUSE_SECONDS)
            except MemoryError as error:
                check_passing(library.settings.repository, error)
                raise
        if previous is not None:
            logger.error("The repository never rests: its last state stays in service")
            return previous
        raise CoreInitError("the repository changes faster than it can be read")

    def _read_whole(
        self,
        library: Library,
        classes: Sequence[type[Plugin]],
        previous: Snapshot | None,
        changed: Collection[str] | None,
    ) -> Snapshot:
        """
        Read what git left when it was at work last.

        :raises Unsettled: if it was at work in the mean time
        """
        _check_there(library.settings.repository, previous)
        checkout = Checkout(library.settings.working_copy)
        state = checkout.settled()
        if state != self._checkout_state:
            changed = None  # whoever told of changes may not know all that git did
        snapshot = build(self._context, library, classes, previous, changed)
        # it may have been moved away meanwhile
        _check_there(library.settings.repository, previous)
        if checkout.is_changing() or checkout.settled() != state:
            raise Unsettled(checkout.folder)
        self._checkout_state = state
        return snapshot


def _check_there(repository: str, previous: Snapshot | None) -> None:
    """
    See that the repository is there, and not only the folder on which it is mounted.

    :raises UnreadableRepository: if it is not, or has lost the folder of its clients and groups
    """
    check_folder(repository)
    for plugin in previous.plugins.values() if previous is not None else ():
        if isinstance(plugin, Metadata) and plugin.files:
            check_folder(plugin.files.folder)
