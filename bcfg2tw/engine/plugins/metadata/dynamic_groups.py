"""Groups that are in no file: connectors make them up for clients (:ref:`metadata-8`)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from bcfg2tw.engine.model.client_metadata import MetadataGroup

logger = logging.getLogger("Metadata")


@dataclass(frozen=True)
class DynamicGroup:
    """A group, and the name of the connector that defined it."""

    group: MetadataGroup
    source: str


class DynamicGroups:
    """
    The groups that connectors have defined in one state of the repository, for any client.

    Safe to use from several threads. A connector may define its own groups anew, but neither
    those of another one nor those of groups.xml.
    """

    def __init__(self) -> None:
        self._definitions: dict[str, DynamicGroup] = {}
        self._refusals: set[tuple[str, str]] = set()

    def __iter__(self) -> Iterator[MetadataGroup]:
        return (definition.group for definition in list(self._definitions.values()))

    def get(self, name: str) -> MetadataGroup | None:
        """Return a group, None if no connector has defined it."""
        definition = self._definitions.get(name)
        return None if definition is None else definition.group

    def admits(self, group: MetadataGroup, source: str, is_declared: bool) -> bool:
        """
        Decide whether a connector may define a group; a refusal is logged once.

        :param source: the connector's name
        :param is_declared: whether groups.xml declares a group of this name
        """
        definition = self._definitions.get(group.name)
        if is_declared:
            self._refuse(f"Refusing to clobber predefined group {group.name}", source)
            return False
        if definition is not None and definition.source != source:
            holder = definition.source
            self._refuse(f"Refusing to clobber dynamic group {group.name} of {holder}", source)
            return False
        return True

    def _refuse(self, reason: str, source: str) -> None:
        if (reason, source) not in self._refusals:
            self._refusals.add((reason, source))
            logger.warning("%s, which %s defines", reason, source)

    def define(self, group: MetadataGroup, source: str) -> None:
        """Take in a group that was admitted."""
        self._definitions[group.name] = DynamicGroup(group, source)
