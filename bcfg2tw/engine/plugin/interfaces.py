"""
What the core asks of plugins: a class for each role (:ref:`plugin-api-4`).

A plugin derives from `Plugin` and from one or more of these. Methods without a sensible default
are abstract: a plugin that lacks one cannot be made, and the log says which one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.model.asked import Asked
from bcfg2tw.engine.model.client_metadata import ClientMetadata, MetadataGroup
from bcfg2tw.engine.model.written_structure import WrittenStructure
from bcfg2tw.engine.plugin.base import Binder, Plugin
from bcfg2tw.engine.shared_texts import SharedText
from bcfg2tw.engine.xmlio import Element

Certificate = Mapping[str, Any]


class Generator:
    """
    Binds entries: those listed in `Entries`, or those that `HandlesEntry` claims.

    Exactly one generator must claim an entry; a listed one wins (:ref:`core-8.5`).
    """

    Entries: Mapping[str, Mapping[str, Binder]]

    def HandlesEntry(self, entry: Element, metadata: ClientMetadata) -> bool:
        """Say whether this generator binds an entry that none lists."""
        return False

    def HandleEntry(self, entry: Element, metadata: ClientMetadata) -> None:
        """
        Bind an entry in place.

        :raises PluginExecutionError: if it cannot be bound; the text becomes its `failure`
        """

    def asked_for(self, entry: Element) -> Asked | None:
        """
        Return what of a client decides whether and how this generator binds an entry.

        Beside that only the entry and the state of the repository may count. None, as it is by
        default, means that anything may.

        :param entry: is listed in `Entries` by this generator, or by none
        """
        return None

    def written_content(self, entry: Element, metadata: ClientMetadata) -> SharedText | None:
        """
        Return the text that binding gives an entry, if it lies in memory as it would be written.

        :param entry: is listed by this generator alone; of a client nothing counts for it but what
            `asked_for` says
        """
        return None

    def binder_of(self, entry: Element) -> object:
        """
        Return the object that binds an entry, if any does.

        While it is the same one, the entry is bound in the same way, whatever else of the
        repository has changed.

        :param entry: as for `asked_for`
        """
        return self


class Structure(ABC):
    """Says which entries a client has."""

    @abstractmethod
    def BuildStructures(self, metadata: ClientMetadata) -> list[Element]:
        """Return fresh `Bundle` and `Independent` elements, named, holding abstract entries."""

    def structures_to_write(self, metadata: ClientMetadata) -> list[Element | WrittenStructure]:
        """Return the same; those that are the same for many clients may be written ones."""
        return list(self.BuildStructures(metadata))


class Metadata(ABC):
    """Knows the clients and their groups, and decides whom a connection acts as."""

    @abstractmethod
    def AuthenticateConnection(
        self, cert: Certificate | None, user: str, password: str, address: ClientAddress
    ) -> bool:
        """Decide whether a connection is let in, and note in the address whom it acts as."""

    @abstractmethod
    def resolve_client(self, address: ClientAddress, cleanup_cache: bool = False) -> str:
        """
        Return the name of the client at an address.

        :raises MetadataConsistencyError: if it cannot be told
        """

    @abstractmethod
    def get_initial_metadata(self, client_name: str, register: bool = True) -> ClientMetadata:
        """
        Return a client's metadata before connectors add to it: a fresh object.

        :param register: whether an unknown client becomes a known one
        :raises MetadataConsistencyError: if the client is unknown and there is no default group
        """

    @abstractmethod
    def merge_additional_groups(
        self, metadata: ClientMetadata, groups: Iterable[str], source: str
    ) -> None:
        """Add groups that a connector gave, and all that follows from them."""

    @abstractmethod
    def merge_additional_data(self, metadata: ClientMetadata, source: str, data: Any) -> None:
        """Make a connector's data an attribute of the metadata."""

    @abstractmethod
    def define_group(self, metadata: ClientMetadata, group: MetadataGroup, source: str) -> None:
        """Take in the definition of a group that a connector made up for a client."""

    @abstractmethod
    def is_client(self, client_name: str) -> bool:
        """Say whether there is a client of a name or an alias, in any case."""

    @abstractmethod
    def client_names(self) -> list[str]:
        """Return the names of all clients, in order."""

    @abstractmethod
    def group_names(self) -> set[str]:
        """Return the names of all groups."""

    @abstractmethod
    def groups_in_category(self, category: str) -> Sequence[str]:
        """Return the names of the groups declared in a category, in order."""

    def place_of_bundle(self, bundle: str) -> str | None:
        """Return the file and line that give a bundle to clients, None where that is not known."""
        return None

    def named_bundle_at_start(self, bundle: str) -> bool:
        """Say whether a bundle was given to clients in the first state that was read."""
        return True

    @abstractmethod
    def set_version(self, client: str, version: str) -> None:
        """Note which version of Bcfg2 a client runs."""

    @abstractmethod
    def set_profile(self, client: str, profile: str, address: ClientAddress) -> None:
        """Make a public group the profile of a client."""


class Connector:
    """Adds groups and data to a client's metadata."""

    def get_additional_groups(self, metadata: ClientMetadata) -> Sequence[str | MetadataGroup]:
        """Return names of groups, or group objects to define them as well."""
        return ()

    def get_additional_data(self, metadata: ClientMetadata) -> Any:
        """Return what becomes `metadata.NAME`."""
        return {}

    def has_newer_data(self, metadata: ClientMetadata) -> bool:
        """
        Say whether `get_additional_data` would return something newer than kept metadata hold.

        Asked whenever metadata are taken from a cache. A plugin that keeps data of clients itself,
        and not in the store, looks whether another process has written some: nobody announces it.
        """
        return False


class Probing(ABC):
    """Asks clients to run something, and takes what it printed."""

    @abstractmethod
    def GetProbes(self, metadata: ClientMetadata) -> list[Element]:
        """Return `probe` elements (:ref:`wire-10.1`)."""

    @abstractmethod
    def ReceiveData(self, metadata: ClientMetadata, datalist: Sequence[Element]) -> None:
        """Take this plugin's elements of an upload; what was taken must be on disk on return."""


class Statistics(ABC):
    """Takes the reports that clients send after a run."""

    @abstractmethod
    def process_statistics(self, metadata: ClientMetadata, document: Element) -> None:
        """Take a whole `upload-statistics` document; it must not be changed."""


class PullSource(ABC):
    """Knows what clients have, as they reported it."""

    @abstractmethod
    def GetExtra(self, client: str) -> list[tuple[str, str]] | None:
        """Return type and name of what a client has beyond its configuration."""

    @abstractmethod
    def GetCurrentEntry(
        self, client: str, e_type: str, e_name: str
    ) -> Sequence[str | bytes | None]:
        """
        Return owner, group, mode and content of an entry as a client has it.

        :raises PluginExecutionError: if that is not known
        """


class PullChoice(Protocol):
    """
    For whom an entry can be taken over: a host, a group with its priority, or all.

    `Specificity` is one.
    """

    @property
    def hostname(self) -> str | None:
        """The host."""

    @property
    def group(self) -> str | None:
        """The group."""

    @property
    def prio(self) -> int:
        """The priority of the group."""

    @property
    def suffix(self) -> str:
        """The part of a file name behind the base name that says this."""


@dataclass(frozen=True)
class PulledEntry:
    """
    A path as a client has it.

    :ivar attributes: owner, group and mode where one of them is not as it should be
    """

    name: str
    content: str | bytes
    attributes: Mapping[str, str]


class PullTarget(ABC):
    """Takes over into the repository what a client has in place of what it should have."""

    @abstractmethod
    def AcceptChoices(self, entry: Element, metadata: ClientMetadata) -> Sequence[PullChoice]:
        """
        Return for whom an entry of a client can be taken over, the best choice first.

        :raises PluginExecutionError: if it cannot
        """

    @abstractmethod
    def AcceptPullData(
        self, specific: PullChoice, new_entry: PulledEntry, verbose: bool
    ) -> list[str]:
        """
        Write an entry into the repository for one of the choices.

        :returns: the paths of the files that are written
        :raises PluginExecutionError: if it cannot be taken over
        :raises OSError: if a file cannot be written
        """


class Decision(ABC):
    """Says which entries a client may, or may not, install."""

    @abstractmethod
    def GetDecisions(self, metadata: ClientMetadata, mode: str) -> list[tuple[str, str]]:
        """Return pairs of tag and name for a mode, `whitelist` or `blacklist`."""


class StructureValidator(ABC):
    """
    Checks or changes the structures before they are bound.

    :cvar passes_written: whether it leaves all structures as they are that come written
    """

    passes_written: ClassVar[bool] = False

    @abstractmethod
    def validate_structures(self, metadata: ClientMetadata, structures: list[Element]) -> None:
        """
        Change the structures in place.

        :raises ValidationError: to end the build; the client gets the text as a fault
        """


class GoalValidator(ABC):
    """Checks or changes the configuration after it was bound."""

    @abstractmethod
    def validate_goals(self, metadata: ClientMetadata, config: Element) -> None:
        """
        Change the configuration in place.

        :raises ValidationError: to end the build; the client gets the text as a fault
        """


class ClientRunHooks:
    """Is told of the steps of a client's run; an exception ends nothing."""

    def start_client_run(self, metadata: ClientMetadata) -> None:
        """A configuration is about to be built."""

    def end_client_run(self, metadata: ClientMetadata) -> None:
        """A configuration was built and is about to be sent."""

    def end_statistics(self, metadata: ClientMetadata) -> None:
        """An upload of statistics was processed."""


class ClientACLs:
    """Decides which methods clients may call (:ref:`core-10`)."""

    def check_acl_ip(self, address: ClientAddress, rmi: str) -> bool | None:
        """Allow, deny, or defer (None) by address."""
        return True

    def check_acl_metadata(self, metadata: ClientMetadata, rmi: str) -> bool:
        """Allow or deny by metadata, once a plugin deferred."""
        return True

    def check_acl_client(self, metadata: ClientMetadata, address: ClientAddress, rmi: str) -> bool:
        """Do the same for a caller whose address matters as well; asked in its place."""
        return self.check_acl_metadata(metadata, rmi)


class XMLTemplate(Protocol):
    """
    An XML file that is a template, as providers of variables see it.

    :ivar path: full path
    :ivar name: path relative to the plugin's folder
    """

    path: str
    name: str


class TemplateDataProvider:
    """Adds variables to templates."""

    def get_template_data(
        self, entry: Element, metadata: ClientMetadata, template: str
    ) -> Mapping[str, Any]:
        """Return variables for the text template at a path."""
        return {}

    def get_xml_template_data(
        self, structfile: XMLTemplate, metadata: ClientMetadata
    ) -> Mapping[str, Any]:
        """Return variables for an XML template."""
        return {}


class Monitored(ABC):
    """Has something to say of itself to those who watch the server."""

    @abstractmethod
    def picture(self) -> dict[str, Any]:
        """
        Return plain data about its state: texts, numbers, lists and dicts, nothing of a secret.

        Called every few seconds, in a thread beside those of calls; so it is cheap.
        """


class Threaded(ABC):
    """Has threads of its own."""

    @abstractmethod
    def start_threads(self) -> None:
        """Start them; called once, after all plugins were loaded and the process daemonized."""


class Version(Plugin, ABC):
    """Knows the revision of the repository (:ref:`plugin-api-4.12`)."""

    __rmi__: ClassVar[list[str]] = [*Plugin.__rmi__, "get_revision"]
    create = False

    @abstractmethod
    def get_revision(self) -> str:
        """Return the revision, a short text."""

    def revision_files(self) -> Sequence[str]:
        """Return full paths of files that change whenever the revision does; they are watched."""
        return ()


class Tracked:
    """
    A plugin whose part in a configuration depends on metadata and the repository's state alone.

    What else it uses for a build it notes in `metadata.build.untracked`. Its hooks of a client's
    run do nothing for a configuration. Subclasses have to say so again, for themselves.
    """

    def state_of_data(self, data: Any) -> Hashable:
        """
        Return what tells a client's data from those of the same client at another time.

        :param data: what `get_additional_data` returned; the repository's state is the same
        """
        return None
