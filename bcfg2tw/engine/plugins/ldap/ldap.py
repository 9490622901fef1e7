"""The plugin: the queries of a client, and the cache of their results."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from bcfg2tw.engine.model.client_cache import ClientCache
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.context import PluginContext
from bcfg2tw.engine.plugin.interfaces import ClientRunHooks, Connector
from bcfg2tw.engine.plugins.ldap.libraries import choose_library
from bcfg2tw.engine.plugins.ldap.queries import Queries
from bcfg2tw.engine.plugins.ldap.query import LdapQuery
from bcfg2tw.engine.repository.files import Files
from bcfg2tw.engine.templates.python_files import located, with_diagnosis
from bcfg2tw.engine.templates.site_code import site_code

CONFIG = "config.py"

#: Results by client; each in a tuple, as None may be one.
ResultCache = ClientCache[tuple[Any]]


class Ldap(Plugin, Connector, ClientRunHooks):
    """Offers the results of the queries in `Ldap/config.py` as `metadata.Ldap`."""

    experimental = True
    __rmi__: ClassVar[list[str]] = [*Plugin.__rmi__, "expire_cache"]
    __child_rmi__: ClassVar[list[str | tuple[str, str]]] = [*Plugin.__child_rmi__, "expire_cache"]

    def __init__(self, context: PluginContext, files: Files, previous: Ldap | None = None) -> None:
        super().__init__(context, files, previous)
        self._cache: bool | None = files.library.settings.ldap_cache
        self._queries: Queries | None = files.load(CONFIG, Queries)
        self._problem = files.problem(CONFIG, Queries)
        self._results: dict[str, ResultCache] = {name: ResultCache() for name in self._by_name}
        if previous is not None and previous._queries is self._queries:
            self._results = previous._results
        elif previous is not None:
            previous.shutdown()
        else:
            self.logger.info("Ldap: queries are sent with %s", choose_library().name)

    @property
    def _by_name(self) -> Mapping[str, LdapQuery]:
        return {} if self._queries is None else self._queries.by_name

    def get_additional_data(self, metadata: ClientMetadata) -> ClientResults:
        """Return the results of the client's queries; each is run when its result is asked for."""
        applicable = [name for name in self._by_name if self._is_applicable(name, metadata)]
        return ClientResults(self, metadata, applicable)

    def _is_applicable(self, name: str, metadata: ClientMetadata) -> bool:
        try:
            with site_code:
                return bool(copy.copy(self._by_name[name]).is_applicable(metadata))
        except MemoryError:
            raise  # the next build may have what this one lacked
        except Exception as error:  # a site's own code
            self._log(name, metadata, error)
            return False

    def missing(self, name: str) -> str:
        """Say why there is no such query."""
        return name if self._queries or not self._problem else f"{name}: {self._problem}"

    def result(self, name: str, metadata: ClientMetadata) -> Any:
        """
        Return the result of a query, None if it fails.

        :raises MemoryError: if there is no memory for it
        """
        if self._cache is False:
            return self._run(name, metadata, lambda result: None)
        results, host = self._results[name], metadata.hostname
        cached = results.get(host)
        if cached is not None:
            return cached[0]
        ticket = results.ticket(host)
        return self._run(name, metadata, lambda result: results.put(host, (result,), ticket))

    def _run(self, name: str, metadata: ClientMetadata, keep: Callable[[Any], None]) -> Any:
        try:
            with site_code:
                result = copy.copy(self._by_name[name]).get_result(metadata.for_build())
        except MemoryError:
            raise  # the next build may have what this one lacked
        except Exception as error:  # the directory's refusal, or a site's own code
            self._log(name, metadata, error)
            return None
        keep(result)
        return result

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
        for name, results in self._results.items():
            if query is None or name == query:
                results.expire(*hosts)

    def shutdown(self) -> None:
        """Close the connections to directories."""
        if self._queries is not None:
            self._queries.close()


class ClientResults(Mapping[str, Any]):
    """The results of a client's queries; a query is run when its result is asked for."""

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
