"""The look at a client: who it is, and how it has got its groups and bundles."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bcfg2tw.cli.explain.givers import with_givers
from bcfg2tw.cli.explain.supposing import SupposingSite
from bcfg2tw.engine.model.build import Configuration
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.membership_trail import MembershipStep, MembershipTrail
from bcfg2tw.engine.plugins.metadata.metadata import Metadata
from bcfg2tw.engine.store.client import Client

__all__ = ["BundleOrigin", "ClientLook", "look_at"]


@dataclass(frozen=True)
class BundleOrigin:
    """
    Something that gives a client a bundle.

    :ivar source: `group web`, or `bundle base`, which requires it
    :ivar place: file and line, as far as they are known
    """

    bundle: str
    source: str
    place: str | None = None


@dataclass(frozen=True)
class ClientLook:
    """
    A client, and why it is as it is.

    :ivar places: of its elements in clients.xml; none where it is in the state of clients alone
    :ivar is_entered: whether there is such a client; else it is looked at as if it were registered
    :ivar plugins: name of a plugin to its folder, of those that give groups
    """

    configuration: Configuration[ClientMetadata]
    steps: tuple[MembershipStep, ...]
    bundles: tuple[BundleOrigin, ...]
    places: tuple[str, ...]
    is_entered: bool
    plugins: dict[str, str]

    @property
    def metadata(self) -> ClientMetadata:
        """The client's metadata."""
        return self.configuration.metadata

    def of_group(self, group: str) -> list[MembershipStep]:
        """Return what happened to a group, in order."""
        return [step for step in self.steps if step.group == group]


def look_at(
    site: SupposingSite, name: str, with_groups: Collection[str], without_groups: Collection[str]
) -> ClientLook:
    """
    Build a client's configuration in *look* mode, and take down why it is as it is.

    :param with_groups: groups that it is supposed to be given
    :param without_groups: groups that it is supposed not to get
    :raises Bcfg2Error: if there is no configuration
    """
    client = site.clients.clients.get(name)
    hostname = name.lower() if client is None else client.name
    trail = MembershipTrail(hostname, with_groups, without_groups)
    metadata = site.clients.traced(trail)
    configuration = site.core.look(hostname, explain=True, metadata=metadata)
    plugins = {
        step.source: site.core.plugins[step.source].files.folder
        for step in trail.steps
        if step.source in site.core.plugins
    }
    steps = [
        part for step in trail.steps for part in with_givers(site, configuration.metadata, step)
    ]
    origins = tuple(_origins(site.clients, configuration))
    places = tuple(_places(client))
    return ClientLook(configuration, tuple(steps), origins, places, client is not None, plugins)


def _places(client: Client | None) -> Iterator[str]:
    for element in () if client is None else client.elements:
        if element.path is not None:
            yield f"{element.path}:{element.line}"


def _origins(
    clients: Metadata, configuration: Configuration[ClientMetadata]
) -> Iterator[BundleOrigin]:
    metadata = configuration.metadata
    declared = clients.groups
    given: set[str] = set()
    for group in sorted(metadata.groups):
        definition = declared.declared.get(group) or metadata.dynamic_groups.get(group)
        for bundle in sorted(() if definition is None else definition.bundles):
            given.add(bundle)
            place = declared.places_of_bundles.get((group, bundle))
            yield BundleOrigin(bundle, f"group {group}", place)
    for structure in configuration.document.iterchildren("Bundle", "Independent"):
        name = structure.get("name", "")
        if name and name not in given:
            yield BundleOrigin(name, "a plugin, or a bundle that requires it")
