"""`LdapConnection`: a directory that queries are sent to; this module needs the extra `ldap`."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import ldap3
from ldap3.core.exceptions import LDAPCommunicationError, LDAPResponseTimeoutError

from bcfg2tw.engine.plugins.ldap.options import connection_options, scope_number
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

if TYPE_CHECKING:
    from bcfg2tw.engine.plugins.ldap.query import LdapQuery

logger = logging.getLogger("Ldap")

LDAPS_PORT = 636

#: After a directory was found down it is not asked for so long: all threads waiting for it would
#: stop the clients that have nothing to do with it.
PAUSE_SECONDS = 30.0

#: What makes it plain that the directory is down, or so slow that it might as well be.
DOWN = (LDAPCommunicationError, LDAPResponseTimeoutError)

Entries = list[tuple[str, dict[str, list[Any]]]]


class LdapError(Bcfg2Error):
    """A directory cannot be asked."""


class LdapConnection:
    """
    A directory.

    Connections to it are kept and used again. Safe to use from several threads.

    :cvar settings: how often and how long it is tried
    :ivar uri: where it is; several, separated by blanks, are tried in order
    """

    settings: ClassVar[Settings] = Settings()

    def __init__(
        self,
        host: str = "localhost",
        port: int = 389,
        uri: str | None = None,
        options: Mapping[int | str, Any] | None = None,
        binddn: str | None = None,
        bindpw: str | None = None,
    ) -> None:
        """
        Describe the directory; nothing is connected yet.

        :param options: by their numbers or names in python-ldap
        :param binddn: whom to act as; only if there is a password as well
        :raises ValueError: if an option cannot be understood
        """
        self.host = host
        self.port = port
        self.uri = uri or self._default_uri()
        self.options = connection_options(options)
        self.binddn = binddn
        self.bindpw = bindpw
        self._idle: deque[ldap3.Connection] = deque()
        self._paused_until = 0.0
        self._failure = ""

    def _default_uri(self) -> str:
        if self.port == LDAPS_PORT:
            return f"ldaps://{self.host}"
        return f"ldap://{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"LdapConnection({self.uri})"

    def run_query(self, query: LdapQuery) -> Entries:
        """
        Return the entries that a query finds: names, and lists of values by attribute.

        Values are text; what is not UTF-8 are bytes. A directory that is down is asked again, one
        that keeps silent is not: it has had its time.

        :raises LdapError: if it stays down
        :raises ldap3.core.exceptions.LDAPException: if it refuses the query
        """
        if time.monotonic() < self._paused_until:
            raise LdapError(self._failure)
        for attempt in range(self.settings.ldap_retries + 1):
            if attempt:
                time.sleep(self.settings.ldap_retry_delay_seconds)
            started = time.monotonic()
            try:
                return self._entries(query)
            except DOWN as error:
                logger.error("Ldap: %s: %s", self.uri, error)
                self._failure = f"{self.uri} is down: {error}"
            if time.monotonic() - started >= self._answer_seconds:
                break
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        raise LdapError(self._failure)

    @property
    def _answer_seconds(self) -> int:
        # ldap3 takes whole seconds only
        return math.ceil(self.options.answer_seconds or self.settings.ldap_timeout_seconds)

    def _entries(self, query: LdapQuery) -> Entries:
        while True:
            try:
                connection, is_fresh = self._idle.pop(), False
            except IndexError:
                connection, is_fresh = self._connected(), True
            try:
                found = self._search(connection, query)
            except DOWN:
                connection.strategy.close()
                if is_fresh:
                    raise
                self.close()  # it was idle until the directory went: so were the others
                continue
            self._idle.append(connection)
            return found

    def _connected(self) -> ldap3.Connection:
        servers = [self._server(uri) for uri in self.uri.split()]
        for server in servers[:-1]:
            try:
                return self._bound(server)
            except DOWN as error:
                logger.warning("Ldap: %s: %s", server, error)
        return self._bound(servers[-1])

    def _server(self, uri: str) -> ldap3.Server:
        options = self.options
        tls = ldap3.Tls(
            local_private_key_file=options.key,
            local_certificate_file=options.certificate,
            validate=options.verify,
            ca_certs_file=options.ca_file,
            ca_certs_path=options.ca_folder,
        )
        return ldap3.Server(
            uri,
            tls=tls if uri.startswith("ldaps:") else None,
            get_info=ldap3.NONE,
            connect_timeout=options.connect_seconds or self.settings.ldap_timeout_seconds,
            allowed_referral_hosts=[("*", False)],  # others do not get the password
        )

    def _bound(self, server: ldap3.Server) -> ldap3.Connection:
        has_password = bool(self.binddn and self.bindpw)
        connection = ldap3.Connection(
            server,
            user=self.binddn if has_password else None,
            password=self.bindpw if has_password else None,
            authentication=ldap3.SIMPLE if has_password else ldap3.ANONYMOUS,
            read_only=True,
            check_names=False,
            raise_exceptions=True,
            auto_referrals=bool(self.options.follows_referrals),
            receive_timeout=self._answer_seconds,
        )
        connection.open(read_server_info=False)
        if has_password:
            connection.bind(read_server_info=False)
        return connection

    def _search(self, connection: ldap3.Connection, query: LdapQuery) -> Entries:
        connection.search(
            query.base,
            # a backslash is a backslash to these queries, not the beginning of an escape
            query.filter.replace("\\", "\\5c"),
            search_scope=("BASE", "LEVEL", "SUBTREE")[scope_number(query.scope)],
            dereference_aliases=("NEVER", "SEARCH", "FINDING_BASE", "ALWAYS")[self.options.deref],
            attributes=ldap3.ALL_ATTRIBUTES if query.attrs is None else query.attrs,
            size_limit=self.options.size_limit,
            time_limit=self.options.time_limit_seconds,
        )
        return [
            (one["dn"], {name: _values(raw) for name, raw in one["raw_attributes"].items()})
            for one in connection.response
            if one["type"] == "searchResEntry"
        ]

    def close(self) -> None:
        """Close the connections that are idle."""
        while self._idle:
            self._idle.pop().strategy.close()


def _values(raw: list[bytes]) -> list[Any]:
    return [_text(value) for value in raw]


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value
