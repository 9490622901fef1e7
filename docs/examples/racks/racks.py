"""Racks: which rack a machine stands in, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bcfg2tw.engine.plugin.api import (
    ClientMetadata,
    Connector,
    Element,
    Files,
    Generator,
    GoalValidator,
    Plugin,
    PluginContext,
    PluginExecutionError,
    PluginInitError,
    RepositoryError,
    Source,
    ValidationError,
    line_of,
)

RACKS = "racks.xml"
PATH = "/etc/rack.conf"
INTERFACES = "/etc/network/interfaces"
MAINTENANCE = "maintenance"


# What the files say


@dataclass(frozen=True)
class Rack:
    """One `Rack` element."""

    name: str
    gateway: str
    hosts: frozenset[str]


class RacksFile:
    """What racks.xml says."""

    def __init__(self, source: Source) -> None:
        self._racks: dict[str, Rack] = {}
        for element in source.xml().iter("Rack"):
            rack = Rack(
                name=_needed(element, "name", source),
                gateway=_needed(element, "gateway", source),
                hosts=frozenset(_needed(host, "name", source) for host in element.iter("Host")),
            )
            self._racks.update(dict.fromkeys(rack.hosts, rack))

    def rack_of(self, host: str) -> Rack | None:
        """Return the rack that a machine stands in."""
        return self._racks.get(host)


def _needed(element: Element, attribute: str, source: Source) -> str:
    value = element.get(attribute)
    if not value:
        raise RepositoryError(
            source.path, f"{element.tag} needs the attribute {attribute}", line_of(element)
        )
    return value


# The plugin


class Racks(Plugin, Connector, Generator, GoalValidator):
    """Knows the racks of our computer room, from `Racks/racks.xml`."""

    __rmi__: ClassVar[list[str]] = [
        *Plugin.__rmi__,
        "rack",
        "begin_maintenance",
        "end_maintenance",
    ]

    def __init__(self, context: PluginContext, files: Files, previous: Racks | None = None) -> None:
        super().__init__(context, files, previous)
        racks = files.load(RACKS, RacksFile)
        if racks is None:
            raise PluginInitError(f"it needs {files.path(RACKS)}, a file that can be understood")
        self._racks = racks
        self._in_maintenance: set[str] = self.lasting.keep(MAINTENANCE, set)
        self.Entries = {"Path": {PATH: self.bind_rack}}

    # as a Connector

    def get_additional_groups(self, metadata: ClientMetadata) -> Sequence[str]:
        """Put a machine into a group for its rack, and into one for its maintenance."""
        rack = self._racks.rack_of(metadata.hostname)
        groups = [] if rack is None else [f"rack-{rack.name}"]
        if metadata.hostname in self._in_maintenance:
            groups.append(MAINTENANCE)
        return groups

    def get_additional_data(self, metadata: ClientMetadata) -> Rack | None:
        """Let templates say `metadata.Racks.gateway`."""
        return self._racks.rack_of(metadata.hostname)

    # as a Generator

    def bind_rack(self, entry: Element, metadata: ClientMetadata) -> None:
        """Make the file that tells a machine where it stands."""
        rack = self._racks.rack_of(metadata.hostname)
        if rack is None:
            raise PluginExecutionError(
                f"{metadata.hostname} is in no rack of {self.files.path(RACKS)}"
            )
        entry.attrib.update({"type": "file", "owner": "root", "group": "root", "mode": "0644"})
        entry.text = f"rack = {rack.name}\ngateway = {rack.gateway}\n"

    # as a GoalValidator

    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        """See that no machine loses its way to the gateway."""
        rack = self._racks.rack_of(metadata.hostname)
        if rack is None:
            return
        for path in config.iter("Path"):
            if path.get("name") == INTERFACES and rack.gateway not in (path.text or ""):
                raise ValidationError(f"{INTERFACES} lacks {rack.gateway}, the rack's gateway")

    # as remote methods

    def rack(self, host: str) -> str:
        """Return the name of a machine's rack: `bcfg2tw call Racks.rack HOST`."""
        rack = self._racks.rack_of(host)
        return "" if rack is None else rack.name

    def begin_maintenance(self, host: str) -> None:
        """Put a machine into the group `maintenance`, as long as the server runs."""
        self._in_maintenance.add(host)
        self.context.announce(host, MAINTENANCE)

    def end_maintenance(self, host: str) -> None:
        """Take a machine out of the group `maintenance`."""
        self._in_maintenance.discard(host)
        self.context.announce(host, MAINTENANCE)
