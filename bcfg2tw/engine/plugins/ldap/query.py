"""`LdapQuery`: a question of a site's to a directory, and how its answer is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.ldap.connection import LdapConnection
from bcfg2tw.engine.plugins.ldap.interface import LdapError

QueryClass = TypeVar("QueryClass", bound="type[LdapQuery]")

REGISTERED = "_is_registered_query"


class LdapQuery:
    """
    A query; sites derive from it, and each run for a client has an object of its own.

    :cvar name: its key in `metadata.Ldap`; the class's name if it has none
    :ivar base: where in the directory to search
    :ivar scope: base, one or sub
    :ivar filter: an LDAP filter; backslashes in it are plain characters
    :ivar attrs: the attributes to ask for, None for all
    :ivar connection: the directory
    :ivar result: the entries of the answer while they are processed, then the outcome
    """

    name: ClassVar[str]
    base: str = ""
    scope: str | int = "sub"
    filter: str = "(objectClass=*)"
    attrs: Sequence[str] | None = None
    connection: LdapConnection | None = None
    result: Any = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__dict__.get("name") is None:
            cls.name = cls.__name__

    def is_applicable(self, metadata: ClientMetadata) -> bool:
        """Say whether the query is there for a client."""
        return True

    def prepare_query(self, metadata: ClientMetadata, **kwargs: Any) -> None:
        """Adapt the query to a client, for instance its filter."""

    def process_result(self, metadata: ClientMetadata, **kwargs: Any) -> Any:
        """
        Return the result for templates.

        `self.result` is the answer, a list of pairs: an entry's name, and its attributes, which
        are lists of values by name. Here it is returned as it is.
        """
        return self.result

    def get_result(self, metadata: ClientMetadata, **kwargs: Any) -> Any:
        """
        Run the query for a client.

        :param kwargs: handed on to `prepare_query` and `process_result`
        :raises LdapError: if the directory cannot be asked, or refuses the query
        """
        if self.connection is None:
            raise LdapError(f"{self.name} has no connection: set the attribute of its class")
        self.prepare_query(metadata, **kwargs)
        self.result = self.connection.run_query(self)
        self.result = self.process_result(metadata, **kwargs)
        return self.result


class LdapSubQuery(LdapQuery):
    """A query that only other queries use."""


def register_query(query: QueryClass) -> QueryClass:
    """Have a class be a query for templates, as in Bcfg2 1.3; `__queries__` does it as well."""
    setattr(query, REGISTERED, True)
    return query


def is_registered(candidate: object) -> bool:
    """Say whether something is a class that was registered itself, not its base."""
    return isinstance(candidate, type) and REGISTERED in candidate.__dict__
