"""
Configurations that are kept: sent again while nothing has changed that they were made from.

Nothing has to be emptied when something changes. A client's metadata are built for each call; where
they say what they said, in the same state of the repository, a build that used nothing else
(`Build.untracked`) would come out the same.

They are kept in pieces, of which most are the same for many clients (`shared_pieces.py`).
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

from bcfg2tw.engine.build.shared_pieces import Pieces, SharedPieces, divided
from bcfg2tw.engine.build.tracking import all_tracked
from bcfg2tw.engine.model.build import Configuration, WrittenConfiguration
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.plugin_set import PluginSet
from bcfg2tw.engine.plugin.base import name_of
from bcfg2tw.engine.plugin.interfaces import (
    ClientRunHooks,
    Connector,
    Generator,
    GoalValidator,
    Structure,
    StructureValidator,
    TemplateDataProvider,
    Tracked,
)
from bcfg2tw.engine.shared_texts import TextPiece, joined
from bcfg2tw.engine.xmlio import SerialisedText

logger = logging.getLogger("bcfg2-server")

#: The roles in which a plugin takes part in a configuration.
ROLES = (
    ClientRunHooks, Connector, Generator, GoalValidator, Structure, StructureValidator,
    TemplateDataProvider,
)  # fmt: skip

#: What an entry takes beside its text, about.
ENTRY_BYTES = 2000

#: So many sets of groups and the like are looked up, to be kept once for all who have them.
MOST_PARTS = 5000

DIFFERS = (
    "The kept configuration of %s is not as one that was built anew, which is sent in its place: "
    "please report this, with the templates of the client, and set [caching] configurations = 0"
)

WRITTEN_DIFFERS = (
    "The configuration of %s that was put together as text is not as one that was built whole, "
    "which is sent in its place: please report this, with the bundles of the client"
)

#: What tells metadata of a client from those that say something else.
State: TypeAlias = tuple[Hashable, ...]
Build = Callable[[ClientMetadata], Configuration[ClientMetadata]]
Write = Callable[[ClientMetadata], WrittenConfiguration[ClientMetadata]]


class KeptConfigurations:
    """
    The configurations that are kept for one state of the repository; the least used go first.

    Safe to use from any thread.

    :param limit_bytes: of all together; with 0 nothing is kept
    :param is_verifying: whether each is built anew all the same, and compared
    """

    def __init__(self, limit_bytes: int, is_verifying: bool) -> None:
        self._limit_bytes = limit_bytes
        self._is_verifying = is_verifying
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, tuple[State, Pieces]] = OrderedDict()
        self._pieces = SharedPieces()
        self._parts: dict[Hashable, Hashable] = {}

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def size_bytes(self) -> int:
        """The memory of all of them, about."""
        return self._pieces.size_bytes + len(self._texts) * ENTRY_BYTES

    def text(self, metadata: ClientMetadata, write: Write, build: Build) -> SerialisedText:
        """
        Return a client's configuration, written if it is not kept.

        :param build: builds it with a document, for what is written to be compared with
        :raises Exception: whatever either raises
        """
        if not self._limit_bytes or not metadata.snapshot.derive(is_tracked):
            return self._written(metadata, write, build).text
        state = state_of(metadata)
        kept = self._get(metadata.hostname, state)
        if kept is not None and not self._is_verifying:
            logger.debug("The configuration of %s is as it was", metadata.hostname)
            return kept
        configuration = self._written(metadata, write, build)
        if kept is not None and kept != configuration.text:
            logger.error(DIFFERS, metadata.hostname)
        if _may_be_kept(configuration, metadata):
            self._put(metadata.hostname, state, configuration.pieces)
        return configuration.text

    def _written(
        self, metadata: ClientMetadata, write: Write, build: Build
    ) -> WrittenConfiguration[ClientMetadata]:
        configuration = write(metadata)
        if not self._is_verifying:
            return configuration
        built = build(metadata).written
        if built.text != configuration.text and _may_be_kept(built, metadata):
            logger.error(WRITTEN_DIFFERS, metadata.hostname)
        return built

    def _get(self, name: str, state: State) -> SerialisedText | None:
        with self._lock:
            entry = self._texts.get(name)
            if entry is None or entry[0] != state:
                return None
            self._texts.move_to_end(name)
        return SerialisedText(joined(entry[1]))

    def _put(self, name: str, state: State, pieces: Sequence[TextPiece]) -> None:
        if len(pieces) == 1 and isinstance(pieces[0], str):  # it was built whole
            pieces = divided(pieces[0])
        with self._lock:
            self._remove(name)
            self._texts[name] = self._with_shared_parts(state), self._pieces.keep(pieces)
            while self.size_bytes > self._limit_bytes:
                self._remove(next(iter(self._texts)))

    def _with_shared_parts(self, state: State) -> State:
        """Return a state with one object for all equal groups, bundles and so on of clients."""
        if len(self._parts) >= MOST_PARTS:
            self._parts.clear()
        return tuple(
            self._parts.setdefault(part, part) if isinstance(part, frozenset) else part
            for part in state
        )

    def _remove(self, name: str) -> None:
        entry = self._texts.pop(name, None)
        if entry is not None:
            self._pieces.let_go(entry[1])


def kept_configurations(plugins: PluginSet) -> KeptConfigurations:
    """Return those of a state of the repository, none yet; for `PluginSet.derive`."""
    settings = plugins.settings
    return KeptConfigurations(settings.kept_configurations_bytes, settings.verify_configurations)


def _may_be_kept(
    configuration: WrittenConfiguration[ClientMetadata], metadata: ClientMetadata
) -> bool:
    """Say whether a build would come out the same for metadata that say the same."""
    return (
        not configuration.untracked
        and not configuration.problems
        and not configuration.changed_files
        and configuration.metadata.snapshot is metadata.snapshot
    )


def is_tracked(plugins: PluginSet) -> bool:
    """Say whether all plugins that take part in configurations tell what they depend on."""
    return all_tracked(plugins, ROLES)


def state_of(metadata: ClientMetadata) -> State:
    """Return what tells metadata of a client from those that say something else."""
    return (
        metadata.profile,
        frozenset(metadata.groups),
        frozenset(metadata.bundles),
        frozenset(metadata.aliases),
        frozenset(metadata.addresses),
        frozenset(metadata.categories.items()),
        frozenset(metadata.dynamic_groups.items()),
        metadata.uuid,
        metadata.password,
        metadata.version,
        tuple(_states_of_data(metadata)),
    )


def _states_of_data(metadata: ClientMetadata) -> list[tuple[str, Hashable]]:
    return [
        (name, connector.state_of_data(getattr(metadata, name)))
        for connector in metadata.snapshot.plugins_by_type(Connector)
        if isinstance(connector, Tracked)
        for name in [name_of(connector)]
        if name in metadata.connectors
    ]
