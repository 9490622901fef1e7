"""The roles of upstream's plugins (:ref:`plugin-api-4`); the engine asks through its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from bcfg2tw.engine.siteplugins.current import current_settings
from bcfg2tw.engine.siteplugins.names.base import SitePlugin
from bcfg2tw.errors import PluginInitError


class SiteGenerator:
    """Binds entries: those in `Entries`, or those that `HandlesEntry` claims."""

    def HandlesEntry(self, entry: Any, metadata: Any) -> bool:
        """Say whether it binds an entry that none lists."""
        return False

    def HandleEntry(self, entry: Any, metadata: Any) -> Any:
        """Bind an entry in place."""
        return entry


class SiteStructure:
    """Says which entries a client has."""

    def BuildStructures(self, metadata: Any) -> Any:
        """Return fresh structures with abstract entries."""
        raise NotImplementedError


class SiteMetadata:
    """The role of knowing the clients, which is the engine's alone: this takes no part."""


class SiteConnector:
    """Adds groups and data to a client's metadata."""

    def get_additional_groups(self, metadata: Any) -> Any:
        """Return names of groups, or group objects to define them as well."""
        return []

    def get_additional_data(self, metadata: Any) -> Any:
        """Return what becomes `metadata.NAME`."""
        return {}


class SiteProbing:
    """Asks clients to run something, and takes what it printed."""

    def GetProbes(self, metadata: Any) -> Any:
        """Return `probe` elements."""
        raise NotImplementedError

    def ReceiveData(self, metadata: Any, datalist: Any) -> None:
        """Take this plugin's elements of an upload."""
        raise NotImplementedError


class SiteStatistics(SitePlugin):
    """Takes the reports that clients send after a run."""

    create = False

    def process_statistics(self, metadata: Any, xdata: Any) -> None:
        """Take a whole `upload-statistics` document."""
        raise NotImplementedError


class SiteThreaded:
    """Has threads of its own."""

    def start_threads(self) -> None:
        """Start them; called once, in each process that answers calls."""
        raise NotImplementedError


class SitePullSource:
    """Knows what clients have, as they reported it."""

    def GetExtra(self, client: str) -> Any:
        """Return type and name of what a client has beyond its configuration."""
        return []

    def GetCurrentEntry(self, client: str, e_type: str, e_name: str) -> Any:
        """Return owner, group, mode and content of an entry as a client has it."""
        raise NotImplementedError


class SitePullTarget:
    """Takes over into the repository what a client has."""

    def AcceptChoices(self, entry: Any, metadata: Any) -> Any:
        """Return for whom an entry can be taken over."""
        raise NotImplementedError

    def AcceptPullData(self, specific: Any, new_entry: Any, verbose: bool) -> Any:
        """Write an entry into the repository."""
        raise NotImplementedError


class SiteDecision:
    """Says which entries a client may, or may not, install."""

    def GetDecisions(self, metadata: Any, mode: str) -> Any:
        """Return pairs of tag and name."""
        raise NotImplementedError


class SiteStructureValidator:
    """Checks or changes the structures before they are bound."""

    def validate_structures(self, metadata: Any, structures: Any) -> None:
        """Change the structures in place, or raise `ValidationError`."""
        raise NotImplementedError


class SiteGoalValidator:
    """Checks or changes the configuration after it was bound."""

    def validate_goals(self, metadata: Any, config: Any) -> None:
        """Change the configuration in place, or raise `ValidationError`."""
        raise NotImplementedError


class SiteClientRunHooks:
    """Is told of the steps of a client's run."""

    def start_client_run(self, metadata: Any) -> None:
        """A configuration is about to be built."""

    def end_client_run(self, metadata: Any) -> None:
        """A configuration is about to be sent."""

    def end_statistics(self, metadata: Any) -> None:
        """An upload of statistics was processed."""


class SiteClientACLs:
    """Decides which methods clients may call."""

    def check_acl_ip(self, address: Any, rmi: str) -> Any:
        """Allow, deny, or defer (None) by address."""
        return True

    def check_acl_metadata(self, metadata: Any, rmi: str) -> Any:
        """Allow or deny by metadata."""
        return True


class SiteTemplateDataProvider:
    """Adds variables to templates."""

    def get_template_data(self, entry: Any, metadata: Any, template: str) -> Any:
        """Return variables for a text template."""
        return {}

    def get_xml_template_data(self, structfile: Any, metadata: Any) -> Any:
        """Return variables for an XML template."""
        return {}


class SiteCaching:
    """Has caches of its own (Bcfg2 1.3)."""

    def expire_cache(self, *arguments: Any) -> None:
        """Forget what is cached."""
        raise NotImplementedError


class SiteVersion(SitePlugin):
    """
    Knows the revision of the repository (:ref:`plugin-api-4.12`).

    :cvar __vcs_metadata_path__: what there must be below `vcs_root`
    """

    create = False
    options: ClassVar[list[Any]] = []
    __rmi__: ClassVar[list[Any]] = [*SitePlugin.__rmi__, "get_revision"]
    __vcs_metadata_path__: ClassVar[str | None] = None

    def __init__(self, core: Any, datastore: str | None = None) -> None:
        SitePlugin.__init__(self, core, datastore)
        root = core.settings.vcs_root or core.datastore
        self.vcs_root: str = root
        self.vcs_path: str | None = None
        if self.__vcs_metadata_path__:
            self.vcs_path = os.path.join(root, self.__vcs_metadata_path__)
            if not os.path.exists(self.vcs_path):
                raise PluginInitError(f"{self.vcs_path} is not present")

    def get_revision(self) -> Any:
        """Return the revision."""
        raise NotImplementedError


class SiteDatabaseBacked(SitePlugin):
    """Would keep state in Django's tables, which there are none of here; it uses files."""

    @property
    def _use_db(self) -> bool:
        key = f"{self.name.lower()}_db"
        section = current_settings().section(self.name.lower())
        if section.get("use_database", "no").lower() in ("1", "yes", "true", "on"):
            raise PluginInitError(
                f"[{self.name.lower()}] use_database ({key}): plugins of a site have no database "
                "here, for Django's models of Bcfg2 are upstream's; take the option out"
            )
        return False

    @property
    def _must_lock(self) -> bool:
        return False

    @staticmethod
    def get_db_lock(function: Callable[..., Any]) -> Callable[..., Any]:
        """Leave a method as it is: there is no database to lock."""
        return _unlocked(function)


def _unlocked(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        return function(*arguments, **keywords)

    return call


class SiteDatabaseModel:
    """Stands for upstream's `PluginDatabaseModel`, a mixin of models that are never used here."""
