"""`LdapQuery`: what a site asks a directory for each client, and what it makes of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from bcfg2tw.engine.plugins.ldap.connection import LdapConnection, LdapError

if TYPE_CHECKING:
    from bcfg2tw.engine.model.client_metadata import ClientMetadata

T = TypeVar("T", bound="type[LdapQuery]")

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
    :ivar result: what was found, and what was made of it then
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
        """Return what templates get of `self.result`, a list of pairs (name, attributes)."""
        return self.result

    def get_result(self, metadata: ClientMetadata, **kwargs: Any) -> Any:
        """
        Run the query for a client.

        :raises LdapError: if the directory cannot be asked
        """
        if self.connection is None:
            raise LdapError(f"{self.name} has no connection: set the attribute of its class")
        self.prepare_query(metadata, **kwargs)
        self.result = self.connection.run_query(self)
        self.result = self.process_result(metadata, **kwargs)
        return self.result


class LdapSubQuery(LdapQuery):
    """A query that only other queries use."""


def register_query(query: T) -> T:
    """Have a class be a query for templates, as in Bcfg2 1.3; `__queries__` does it as well."""
    setattr(query, REGISTERED, True)
    return query


def is_registered(found: object) -> bool:
    """Say whether something is a class that was registered itself, not its base."""
    return isinstance(found, type) and REGISTERED in found.__dict__
