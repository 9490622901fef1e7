"""The metadata of one client, connectors included (:ref:`core-7.2`)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial

from bcfg2tw.engine.build import binding
from bcfg2tw.engine.model.build import Build
from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.model.effects import Effects, Serve
from bcfg2tw.engine.model.metadata_query import MetadataQuery
from bcfg2tw.engine.plugin.base import name_of
from bcfg2tw.engine.plugin.interfaces import Connector
from bcfg2tw.engine.served.snapshot import Snapshot
from bcfg2tw.errors import CriticalError, MetadataConsistencyError

logger = logging.getLogger("bcfg2-server")

SERVE = Serve()

#: The cache modes in which the whole metadata are kept (:ref:`core-14.2`).
KEEP_RESULT = ("cautious", "aggressive")


def build_metadata(
    snapshot: Snapshot, client_name: str, register: bool = True, effects: Effects = SERVE
) -> ClientMetadata:
    """
    Return a client's metadata; with a cache, an object that other requests have as well.

    :param register: whether an unknown client becomes a known one
    :param effects: the mode; a look registers nobody, and neither uses nor fills the cache
    :raises CriticalError: if the client is unknown and there is no default group
    :raises MetadataRuntimeError: if the files were never read
    """
    if not effects.is_serving:
        return _connect(snapshot, _plain(snapshot, client_name, register, effects))
    if snapshot.settings.client_metadata_cache not in KEEP_RESULT:
        return _connect(snapshot, _initial(snapshot, client_name, register))
    cached = snapshot.metadata_cache.get(client_name)
    if cached is not None and not _is_outdated(snapshot, cached):
        return cached
    ticket = snapshot.metadata_cache.ticket(client_name)
    with snapshot.metadata_cache.building() as is_whole:
        metadata = _connect(snapshot, _plain(snapshot, client_name, register))
    # not under an alias: what expires a client knows its name only
    if is_whole and metadata.hostname == client_name.lower():
        snapshot.metadata_cache.put(client_name, metadata, ticket)
    return metadata


def _is_outdated(snapshot: Snapshot, cached: ClientMetadata) -> bool:
    """Say whether a connector has something newer, which another process was told."""
    connectors = snapshot.plugins_by_type(Connector)
    return any(connector.has_newer_data(cached) for connector in connectors)


def _initial(snapshot: Snapshot, client_name: str, register: bool) -> ClientMetadata:
    if snapshot.settings.client_metadata_cache != "initial":
        return _plain(snapshot, client_name, register)
    cached = snapshot.metadata_cache.get(client_name)
    if cached is None:
        ticket = snapshot.metadata_cache.ticket(client_name)
        cached = _plain(snapshot, client_name, register)
        if cached.hostname == client_name.lower():
            snapshot.metadata_cache.put(client_name, cached, ticket)
    return cached.unconnected()


def _plain(
    snapshot: Snapshot, client_name: str, register: bool, effects: Effects = SERVE
) -> ClientMetadata:
    """Return what clients.xml and groups.xml say of a client, ready for connectors."""
    if register and not snapshot.metadata.is_client(client_name):
        note = f"client {client_name} would be registered"
        register = effects.perform(note, lambda: True, lambda: False)
    try:
        metadata = snapshot.metadata.get_initial_metadata(client_name, register)
    except MetadataConsistencyError as error:
        message = f"Client metadata resolution error for {client_name}: {error}"
        logger.error(message)
        raise CriticalError(message) from error
    metadata.snapshot = snapshot
    metadata.query = query(snapshot, effects)
    metadata.build = Build(binding.bind, effects)
    return metadata


def query(snapshot: Snapshot, effects: Effects) -> MetadataQuery[ClientMetadata]:
    """Return the answers to questions about all clients from a snapshot; nobody is registered."""
    by_name = partial(build_metadata, snapshot, register=False, effects=effects)
    return MetadataQuery(snapshot.metadata, by_name)


def _connect(snapshot: Snapshot, metadata: ClientMetadata) -> ClientMetadata:
    connectors = snapshot.plugins_by_type(Connector)
    for connector in connectors:
        _add_groups(snapshot, connector, metadata)
    for connector in connectors:
        data = connector.get_additional_data(metadata)
        snapshot.metadata.merge_additional_data(metadata, name_of(connector), data)
    return metadata


def _add_groups(snapshot: Snapshot, connector: Connector, metadata: ClientMetadata) -> None:
    source = name_of(connector)
    groups = list(connector.get_additional_groups(metadata))
    for group in _definitions(groups):
        snapshot.metadata.define_group(metadata, group, source)
    names = [group if isinstance(group, str) else group.name for group in groups]
    snapshot.metadata.merge_additional_groups(metadata, names, source)


def _definitions(groups: list[str | MetadataGroup]) -> Iterator[MetadataGroup]:
    return (group for group in groups if not isinstance(group, str))
