"""The plugin: which queries a client has, and how long their results are kept."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from bcfg2tw.engine.model.client_cache import ClientCache
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import ClientRunHooks, Connector
from bcfg2tw.engine.plugins.ldap.queries import Queries
from bcfg2tw.engine.plugins.ldap.query import LdapQuery
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.templates.python_files import located, with_diagnosis
from bcfg2tw.engine.templates.site_code import site_code

if TYPE_CHECKING:
    from bcfg2tw.engine.model.client_metadata import ClientMetadata

CONFIG = "config.py"

#: A result in a tuple, as None may be one.
Kept = ClientCache[tuple[Any]]


class Ldap(Plugin, Connector, ClientRunHooks):
    """Offers the results of the queries in `Ldap/config.py` as `metadata.Ldap`."""

    experimental = True
    __rmi__: ClassVar[list[str]] = [*Plugin.__rmi__, "expire_cache"]

    def __init__(self, context: PluginContext, files: Files, previous: Ldap | None = None) -> None:
        super().__init__(context, files, previous)
        self._cache: bool | None = files.library.settings.ldap_cache
        self._queries: Queries | None = files.load(CONFIG, Queries)
        self._problem = files.problem(CONFIG, Queries)
        self._kept: dict[str, Kept] = {name: Kept() for name in self._by_name}
        if previous is not None and previous._queries is self._queries:
            self._kept = previous._kept
        elif previous is not None:
            previous.shutdown()

    @property
    def _by_name(self) -> Mapping[str, LdapQuery]:
        return {} if self._queries is None else self._queries.by_name

    def get_additional_data(self, metadata: ClientMetadata) -> ClientResults:
        """Return the client's queries; each is run when its result is asked for."""
        applicable = [name for name in self._by_name if self._is_applicable(name, metadata)]
        return ClientResults(self, metadata, applicable)

    def _is_applicable(self, name: str, metadata: ClientMetadata) -> bool:
        try:
            with site_code:
                return bool(copy.copy(self._by_name[name]).is_applicable(metadata))
        except Exception as error:  # a site's own code
            self._log(name, metadata, error)
            return False

    def missing(self, name: str) -> str:
        """Say why there is no such query."""
        return name if self._queries or not self._problem else f"{name}: {self._problem}"

    def result(self, name: str, metadata: ClientMetadata) -> Any:
        """Return the result of a query, None if it fails."""
        kept, host = self._kept[name], metadata.hostname
        known = kept.get(host) if self._cache is not False else None
        if known is not None:
            return known[0]
        ticket = kept.ticket(host)
        try:
            with site_code:
                found = copy.copy(self._by_name[name]).get_result(metadata.for_build())
        except Exception as error:  # the directory's refusal, or a site's own code
            self._log(name, metadata, error)
            return None
        if self._cache is not False:
            kept.put(host, (found,), ticket)
        return found

    def _log(self, name: str, metadata: ClientMetadata, error: Exception) -> None:
        reason = with_diagnosis(str(error) or type(error).__name__, error)
        self.logger.error(
            "Ldap: query %s for %s failed: %s", name, metadata.hostname, located(reason, error)
        )

    def start_client_run(self, metadata: ClientMetadata) -> None:
        """Forget the client's results, unless they are kept until they are expired by hand."""
        if self._cache is None:
            self.expire_cache(None, metadata.hostname)

    def expire_cache(self, query: str | None = None, hostname: str | None = None) -> None:
        """Forget results: of a query for a client, of a query, or all."""
        hosts = () if hostname is None else (hostname,)
        for name, kept in self._kept.items():
            if query is None or name == query:
                kept.expire(*hosts)

    def shutdown(self) -> None:
        """Close what is connected to directories."""
        if self._queries is not None:
            self._queries.close()


class ClientResults(Mapping[str, Any]):
    """The results of a client's queries, each found out when it is asked for."""

    def __init__(self, plugin: Ldap, metadata: ClientMetadata, names: list[str]) -> None:
        self._plugin = plugin
        self._metadata = metadata
        self._names = names

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(self._plugin.missing(name))
        return self._plugin.result(name, self._metadata)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"Ldap({', '.join(self._names)})"
