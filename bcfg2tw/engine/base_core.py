"""
What a core answers, below the methods that clients call: clients, configurations, access.

The steps of a configuration are in `build/steps.py`, building metadata is in `build/metadata.py`; how the
repository is read and kept up to date is in `life_cycle.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from lxml import etree

from bcfg2tw.engine.build import metadata, steps
from bcfg2tw.engine.life_cycle import LifeCycle
from bcfg2tw.engine.plugin.interfaces import ClientACLs, Decision, Statistics
from bcfg2tw.engine.served.file_monitor import FileMonitor, file_monitor
from bcfg2tw.engine.served.reading import Reader
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error, CriticalError, MetadataConsistencyError, MetadataRuntimeError

if TYPE_CHECKING:
    from bcfg2tw.engine.model.address import ClientAddress
    from bcfg2tw.engine.model.client_metadata import ClientMetadata
    from bcfg2tw.settings import Settings


class BaseCore(LifeCycle):
    """
    The container of the server's logic, for one repository.

    Any number of cores can live in one process. All methods are safe to call from any thread.

    :ivar fam: tells administrators what is watched
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.fam: FileMonitor = file_monitor(self)
        self._reader = Reader(self)

    # Clients

    def resolve_client(
        self, address: ClientAddress, cleanup_cache: bool = False, metadata: bool = True
    ) -> tuple[str, ClientMetadata | None]:
        """
        Return the name of the client at an address and, if asked for, its metadata.

        :raises CriticalError: if either cannot be told
        """
        with self._timed("resolve_client"), self._told_as_critical(address):
            name = self.metadata.resolve_client(address, cleanup_cache=cleanup_cache)
            return name, (self.build_metadata(name) if metadata else None)

    def client(self, address: ClientAddress) -> ClientMetadata:
        """
        Return the metadata of the client at an address.

        :raises CriticalError: if they cannot be told
        """
        with self._timed("resolve_client"), self._told_as_critical(address):
            return self.build_metadata(self.metadata.resolve_client(address))

    @contextmanager
    def _told_as_critical(self, address: ClientAddress) -> Iterator[None]:
        try:
            yield
        except MetadataConsistencyError as error:
            self.critical_error(f"Client metadata resolution error for {address[0]}: {error}")
        except MetadataRuntimeError as error:
            self.critical_error(f"Metadata system runtime failure for {address[0]}: {error}")

    def build_metadata(self, client_name: str, register: bool = True) -> ClientMetadata:
        """
        Return a client's metadata, connectors included.

        :param register: whether an unknown client becomes a known one
        :raises CriticalError: if the client is unknown and there is no default group
        :raises MetadataConsistencyError: if a connector contradicts the rest
        """
        with self._timed("build_metadata"):
            return metadata.build_metadata(self.snapshot, client_name, register)

    # Configurations

    def BuildConfiguration(self, client: str) -> Element:
        """Return a client's configuration, or an `error` document (:ref:`core-8`)."""
        try:
            metadata = self.build_metadata(client)
        except MetadataConsistencyError as error:
            self.logger.error("Metadata consistency error for client %s: %s", client, error)
            return steps.error_document("metadata error", str(error))
        return self.configuration(metadata)

    def configuration(self, metadata: ClientMetadata) -> Element:
        """
        Return the configuration for a client whose metadata are known.

        :raises ValidationError: if a validator refuses it
        """
        started = time.perf_counter()
        metadata = metadata.for_build()
        config = etree.Element(
            "Configuration",
            {
                "version": steps.CONFIGURATION_VERSION,
                "revision": metadata.snapshot.revision,
            },
        )
        self.client_run_hook("start_client_run", metadata)
        try:
            structures = self.GetStructures(metadata)
        except Exception as error:  # a structure plugin's defect: the client is told to stop
            self.logger.exception("Error in GetStructures")
            return steps.error_document("structure error", str(error))
        self.validate_structures(metadata, structures)
        steps.check_altsrc(structures)
        self.BindStructures(structures, metadata, config)
        self.validate_goals(metadata, config)
        self.client_run_hook("end_client_run", metadata)
        steps.sort_document(config)
        self.logger.info(
            "Generated config for %s in %.03f seconds",
            metadata.hostname,
            time.perf_counter() - started,
        )
        return config

    def GetStructures(self, metadata: ClientMetadata) -> list[Element]:
        """Return the client's structures, their entries abstract."""
        with self._timed("GetStructures"):
            return steps.get_structures(metadata)

    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        """Have the validators check, and change, the structures."""
        with self._timed("validate_structures"):
            steps.validate_structures(metadata, structures)

    def BindStructures(
        self, structures: list[Element], metadata: ClientMetadata, config: Element
    ) -> None:
        """Bind all structures and append them to the configuration."""
        with self._timed("BindStructures"):
            steps.bind_structures(structures, metadata, config)

    def BindStructure(self, structure: Element, metadata: ClientMetadata) -> None:
        """Bind the entries of one structure in place."""
        steps.bind_structure(structure, metadata)

    def Bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Bind one entry in place.

        :raises PluginExecutionError: if it cannot be bound
        """
        steps.bind(entry, metadata)

    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        """Have the validators check, and change, the bound configuration."""
        with self._timed("validate_goals"):
            steps.validate_goals(metadata, config)

    def client_run_hook(self, hook: str, metadata: ClientMetadata) -> None:
        """Tell plugins of a step of the client's run."""
        with self._timed(f"client_run_hook:{hook}"):
            steps.run_hook(hook, metadata)

    # Statistics, decisions, access

    def process_statistics(self, client_name: str, statistics: Element) -> None:
        """
        Hand an upload to the statistics plugins (:ref:`wire-9.7`).

        :param statistics: the whole document
        :raises Bcfg2Error: if it holds no statistics
        """
        self.take_statistics(self.build_metadata(client_name), statistics)

    def take_statistics(self, metadata: ClientMetadata, document: Element) -> None:
        """
        Hand an upload of a client whose metadata are known to the statistics plugins.

        :raises Bcfg2Error: if it holds no statistics
        """
        statistics = next((one for one in document.iter("Statistics") if one is not document), None)
        if statistics is None:
            raise Bcfg2Error("the document holds no Statistics element below its root")
        if statistics.get("version", "") >= "2.0":
            for plugin in metadata.snapshot.plugins_by_type(Statistics):
                self._pass_on(plugin, metadata, document)
        self.logger.info("Client %s reported state %s", metadata.hostname, statistics.get("state"))
        self.client_run_hook("end_statistics", metadata)

    def _pass_on(self, plugin: Statistics, metadata: ClientMetadata, document: Element) -> None:
        try:
            plugin.process_statistics(metadata, document)
        except Exception:  # a report that one plugin cannot take is still one for the others
            self.logger.exception(
                "Plugin %s failed to process stats from %s", plugin, metadata.hostname
            )

    def GetDecisions(self, metadata: ClientMetadata, mode: str) -> list[tuple[str, str]]:
        """Return the decisions of all plugins for a mode (:ref:`wire-9.5`)."""
        decisions: list[tuple[str, str]] = []
        for plugin in metadata.snapshot.plugins_by_type(Decision):
            try:
                decisions.extend(plugin.GetDecisions(metadata, mode))
            except Bcfg2Error as error:  # an unknown mode, for instance: it contributes nothing
                self.logger.error("Plugin: %s failed to generate decision list: %s", plugin, error)
            except Exception:  # a defect: it contributes nothing
                self.logger.exception("Plugin: %s failed to generate decision list", plugin)
        return decisions

    def check_acls(self, address: ClientAddress, rmi: str) -> bool:
        """
        Decide whether a client may call a method (:ref:`core-10.1`).

        :raises CriticalError: if it takes the client's metadata and they cannot be built
        """
        with self._timed("check_acls"):
            acls = self.plugins_by_type(ClientACLs)
            try:
                answers = [plugin.check_acl_ip(address, rmi) for plugin in acls]
            except Exception as error:  # a rule that cannot be understood refuses
                return self._acl_failure(address, rmi, error)
            if any(answer is False for answer in answers):
                self.logger.warning("Client %s failed IP-based ACL checks for %s", address[0], rmi)
                return False
            return all(answers) or self._check_metadata_acls(acls, address, rmi)

    def _check_metadata_acls(
        self, acls: list[ClientACLs], address: ClientAddress, rmi: str
    ) -> bool:
        metadata = self.client(address)
        try:
            allowed = all(plugin.check_acl_metadata(metadata, rmi) for plugin in acls)
        except Exception as error:  # a rule that cannot be understood refuses
            return self._acl_failure(address, rmi, error)
        if not allowed:
            self.logger.warning(
                "Client %s failed metadata ACL checks for %s", metadata.hostname, rmi
            )
        return allowed

    def _acl_failure(self, address: ClientAddress, rmi: str, error: Exception) -> bool:
        self.logger.error(
            "Unexpected error checking ACLs for %s for %s: %s", address[0], rmi, error
        )
        return False

    def critical_error(self, message: str) -> NoReturn:
        """
        Log a message and tell it to the client.

        :raises CriticalError: always
        """
        self.logger.error(message)
        raise CriticalError(message)

    def _timed(self, what: str) -> AbstractContextManager[None]:
        return self.call_statistics.track(f"{type(self).__name__}:{what}")

    # Remote methods

    def _get_rmi_objects(self) -> dict[str, Any]:
        return {self.fam.name: self.fam, **self.plugins}

    def _get_rmi(self) -> dict[str, Callable[..., Any]]:
        """Return the plugins' remote methods by `NAME.METHOD`, as they are now."""
        return {
            f"{name}.{method}": getattr(owner, method)
            for name, owner in self._get_rmi_objects().items()
            for method in owner.__rmi__
        }
