"""
The core: what Bcfg2 documents as the interface between a server and its network side.

`Core` has everything that needs no network: the methods that clients and administrators call
(:ref:`core-11`, :ref:`wire-9` and :ref:`wire-11`), over what `base_core.py` holds. `NetworkCore`
adds what a listening server needs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from lxml import etree

from bcfg2tw.engine.base_core import BaseCore
from bcfg2tw.engine.plugin.base import as_flag
from bcfg2tw.engine.plugin.interfaces import Probing
from bcfg2tw.engine.xmlio import Element, is_element, parse_upload, serialise
from bcfg2tw.errors import (
    Bcfg2Error,
    CoreInitError,
    MetadataConsistencyError,
    MetadataRuntimeError,
    NoExposedMethod,
)

if TYPE_CHECKING:
    from bcfg2tw.engine.model.address import ClientAddress
    from bcfg2tw.engine.model.client_metadata import ClientMetadata

F = TypeVar("F", bound=Callable[..., Any])

DEPRECATED = "This method is deprecated and will be removed in a future release\n%s"


def exposed(method: F) -> F:
    """Mark a method of the core as one that can be called over XML-RPC."""
    method.exposed = True  # type: ignore[attr-defined]  # functions take attributes
    return method


class Core(BaseCore):
    """The server for one repository; methods that clients call get their address first."""

    def _resolve_exposed_method(self, method_name: str) -> Callable[..., Any]:
        """
        Return the method that clients may call under a name.

        :raises NoExposedMethod: if there is none
        """
        method = getattr(type(self), method_name, None)
        if not getattr(method, "exposed", False):
            raise NoExposedMethod(method_name)
        bound: Callable[..., Any] = getattr(self, method_name)
        return bound

    @exposed
    def listMethods(self, address: ClientAddress) -> list[str]:
        """List the methods that the caller may use."""
        own = sorted(name for name in dir(type(self)) if _is_exposed(type(self), name))
        names = [*own, *sorted(self._get_rmi())]
        return [name for name in names if self.check_acls(address, name)]

    @exposed
    def methodHelp(self, address: ClientAddress, method_name: str) -> str:
        """Describe a method of the core."""
        _check_text(method_name, "the name of a method")
        try:
            method = self._resolve_exposed_method(method_name)
        except NoExposedMethod:
            return ""
        return inspect.getdoc(method) or ""

    @exposed
    def DeclareVersion(self, address: ClientAddress, version: str) -> bool:
        """Note which version of Bcfg2 the client runs."""
        _check_text(version, "a version")
        client, _ = self.resolve_client(address, metadata=False)
        try:
            self.metadata.set_version(client, version)
        except (MetadataConsistencyError, MetadataRuntimeError) as error:
            self.critical_error(f"Unable to set version for {client}: {error}")
        return True

    @exposed
    def GetProbes(self, address: ClientAddress) -> str:
        """Return the probes that the client has to run."""
        metadata = self.client(address)
        probes = etree.Element("probes")
        try:
            for plugin in metadata.snapshot.plugins_by_type(Probing):
                probes.extend(plugin.GetProbes(metadata))
        except Exception as error:  # a plugin's defect is told to the client as such
            self.logger.exception("GetProbes failed")
            self.critical_error(f"Error determining probes for {metadata.hostname}: {error}")
        return serialise(probes)

    @exposed
    def RecvProbeData(self, address: ClientAddress, probedata: str) -> bool:
        """Take what the client's probes printed; it is on disk on return."""
        metadata = self.client(address)
        if self.settings.client_metadata_cache == "cautious":
            metadata.snapshot.metadata_cache.expire(metadata.hostname)
        document = self._parsed_probe_data(probedata, metadata)
        for source, elements in _by_source(document).items():
            self._receive(source, elements, metadata)
        return True

    def _parsed_probe_data(self, probedata: str, metadata: ClientMetadata) -> Element:
        try:
            return parse_upload(probedata)
        except etree.XMLSyntaxError as error:
            self.critical_error(
                f"Failed to parse probe data from client {metadata.hostname}: {error}"
            )

    def _receive(
        self, source: str | None, elements: list[Element], metadata: ClientMetadata
    ) -> None:
        plugin = metadata.snapshot.plugins.get(source or "")
        if plugin is None:
            self.logger.warning("Failed to locate plugin %s", source)
            return
        try:
            if not isinstance(plugin, Probing):
                raise Bcfg2Error(f"{source} takes no probe data")
            plugin.ReceiveData(metadata, elements)
        except Exception as error:  # a plugin's defect is told to the client as such
            self.logger.exception("Receiving probe data failed")
            self.critical_error(
                f"Failed to process probe data from client {metadata.hostname}: {error}"
            )

    @exposed
    def AssertProfile(self, address: ClientAddress, profile: str) -> bool:
        """Make a public group the client's profile."""
        client, _ = self.resolve_client(address, metadata=False)
        try:
            self.metadata.set_profile(client, profile, address)
        except (MetadataConsistencyError, MetadataRuntimeError) as error:
            self.critical_error(f"Unable to assert profile for {client}: {error}")
        return True

    @exposed
    def GetConfig(self, address: ClientAddress) -> str:
        """Return the client's configuration."""
        metadata = self.client(address)
        try:
            return serialise(self.configuration(metadata))
        except MetadataConsistencyError:
            self.critical_error(f"Metadata consistency failure for {metadata.hostname}")

    @exposed
    def RecvStats(self, address: ClientAddress, stats: str) -> bool:
        """Take the client's report of its run."""
        metadata = self.client(address)
        try:
            document = parse_upload(stats)
        except etree.XMLSyntaxError as error:
            raise Bcfg2Error(str(error)) from error
        self.take_statistics(metadata, document)
        return True

    @exposed
    def GetDecisionList(self, address: ClientAddress, mode: object) -> list[tuple[str, str]]:
        """Return the whitelist or blacklist of the client."""
        return self.GetDecisions(self.client(address), str(mode))

    @exposed
    def get_statistics(self, address: ClientAddress | None) -> dict[str, Sequence[float]]:
        """Return how long methods take: minimum, maximum and mean in seconds, and how often."""
        return dict(self.call_statistics.figures())

    @exposed
    def expire_metadata_cache(
        self, address: ClientAddress | None, hostnames: Sequence[str] | None = None
    ) -> None:
        """Forget the cached metadata of some clients, or of all."""
        if hostnames is None:
            self.metadata_cache.expire()
        elif hostnames:
            self.metadata_cache.expire(*hostnames)

    @exposed
    def toggle_debug(self, address: ClientAddress | None) -> bool:
        """Invert the debug setting of the core, and give it to all plugins."""
        return self.set_debug(address, not self.debug_flag)

    @exposed
    def set_debug(self, address: ClientAddress | None, debug: bool | str) -> bool:
        """Switch debug messages of the core and of all plugins."""
        flag = as_flag(debug)
        for plugin in self.plugins.values():
            plugin.set_debug(flag)
        core_flag = self.set_core_debug(address, flag)
        return self.fam.set_debug(flag) and core_flag

    @exposed
    def toggle_core_debug(self, address: ClientAddress | None) -> bool:
        """Invert the debug setting of the core alone."""
        return self.set_core_debug(address, not self.debug_flag)

    @exposed
    def set_core_debug(self, address: ClientAddress | None, debug: bool | str) -> bool:
        """Switch debug messages of the core alone."""
        self.debug_flag = as_flag(debug)
        self.logger.info("Core: debug = %s", self.debug_flag)
        for listener in self.debug_listeners:
            listener(self.debug_flag)
        return self.debug_flag

    @exposed
    def toggle_fam_debug(self, address: ClientAddress | None) -> str:
        """Invert the debug setting of the file monitor (deprecated)."""
        return DEPRECATED % self.fam.toggle_debug()

    @exposed
    def set_fam_debug(self, address: ClientAddress | None, debug: bool | str) -> str:
        """Switch debug messages of the file monitor (deprecated)."""
        return DEPRECATED % self.fam.set_debug(debug)


class NetworkCore(Core):
    """A core that listens: it lets clients in."""

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.settings.server})"

    @property
    def ca(self) -> str | None:
        """The file of the authorities that sign clients' certificates, None without one."""
        return self.settings.ca

    def authenticate(
        self,
        cert: dict[str, Any] | None,
        user: str,
        password: str,
        address: ClientAddress,
    ) -> bool:
        """
        Decide whether a connection is let in; the address then knows whom it acts as.

        :param cert: subject of the verified certificate (:ref:`core-17`), None without one
        """
        if self.ca is None:
            cert = None
        return self.metadata.AuthenticateConnection(cert, user, password, address)

    def _daemonize(self) -> bool:
        """Detach from the terminal; an implementation says how."""
        raise CoreInitError(f"{type(self).__name__} cannot become a daemon by itself")


def _check_text(value: object, what: str) -> None:
    """
    Check a parameter that a client sent.

    :raises Bcfg2Error: if it is no string
    """
    if not isinstance(value, str):
        raise Bcfg2Error(f"{what} is a string, not {value!r:.100}")


def _is_exposed(owner: type, name: str) -> bool:
    return bool(getattr(getattr(owner, name, None), "exposed", False))


def _by_source(document: Element) -> dict[str | None, list[Element]]:
    """Return the root's children by the plugin that they are for, in order of appearance."""
    sources: dict[str | None, list[Element]] = {}
    for element in document:
        if is_element(element):
            sources.setdefault(element.get("source"), []).append(element)
    return sources
