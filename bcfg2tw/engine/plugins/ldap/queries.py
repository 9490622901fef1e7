"""The site's own queries: `Ldap/config.py`."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from bcfg2tw.engine.plugins.ldap.connection import LdapConnection
from bcfg2tw.engine.plugins.ldap.options import scope_number, stand_in
from bcfg2tw.engine.plugins.ldap.query import LdapQuery, LdapSubQuery, is_registered, register_query
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.engine.templates.python_files import load_module
from bcfg2tw.engine.templates.site_code import site_code
from bcfg2tw.errors import RepositoryError
from bcfg2tw.settings import Settings

#: The modules that the file may import the classes from.
MODULE_NAMES = ("Bcfg2.Server.Plugins.Ldap", "bcfg2tw.engine.plugins.ldap")


class Queries:
    """
    The queries of a config.py; never changes.

    :ivar by_name: the queries, to be copied for each run
    """

    def __init__(self, source: Source) -> None:
        """
        Run a config.py.

        :raises RepositoryError: if it fails, or declares no queries
        """
        classes = _module_of_classes(source.settings)
        importable = {**stand_in(), **dict.fromkeys(MODULE_NAMES, classes)}
        module = load_module(source, "Ldap", importable)
        self._connections = list(_connections(module))
        self.by_name: dict[str, LdapQuery] = {}
        for query_class in _query_classes(module, source.path):
            query = _make_query(query_class, source.path)
            self.by_name[query.name] = query

    def close(self) -> None:
        """Close the connections that are idle."""
        for connection in self._connections:
            connection.close()


def _module_of_classes(settings: Settings) -> ModuleType:
    """Return the module that the file imports from; its connections know the settings."""
    connection_class = type("LdapConnection", (LdapConnection,), {"settings": settings})
    module = ModuleType(MODULE_NAMES[0])
    module.__dict__.update(
        LdapConnection=connection_class,
        LdapQuery=LdapQuery,
        LdapSubQuery=LdapSubQuery,
        register_query=register_query,
        __all__=["LdapConnection", "LdapQuery", "LdapSubQuery", "register_query"],
    )
    return module


def _connections(module: ModuleType) -> Iterator[LdapConnection]:
    for value in vars(module).values():
        connection = getattr(value, "connection", None) if isinstance(value, type) else value
        if isinstance(connection, LdapConnection):
            yield connection


def _query_classes(module: ModuleType, path: str) -> list[type[LdapQuery]]:
    names = getattr(module, "__queries__", None)
    if names is not None:
        return [_check_class(name, getattr(module, name, None), path) for name in names]
    registered = [value for value in vars(module).values() if is_registered(value)]
    if not registered:
        raise RepositoryError(
            path,
            "Ldap: there are no queries: name their classes in the list __queries__, "
            "or register them with @register_query",
        )
    return registered


def _check_class(name: str, candidate: Any, path: str) -> type[LdapQuery]:
    if isinstance(candidate, type) and issubclass(candidate, LdapQuery):
        return candidate
    raise RepositoryError(
        path, f"Ldap: __queries__ names {name!r}, which is no class derived from LdapQuery"
    )


def _make_query(query_class: type[LdapQuery], path: str) -> LdapQuery:
    try:
        with site_code:
            query = query_class()
            scope_number(query.scope)
        return query
    except Exception as error:  # a site's own code
        raise RepositoryError(path, f"Ldap: {query_class.name} cannot be made: {error}") from error
