"""
The library ldap3, adapted; it is written in Python alone.

Not used of it: its following of referrals and ranges, and its TLS, which checks no addresses and
sends no host's name.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ldap3
from ldap3.core.exceptions import (
    LDAPCommunicationError,
    LDAPExceptionError,
    LDAPInvalidFilterError,
    LDAPResponseTimeoutError,
)

from bcfg2tw.engine.plugins.ldap.interface import (
    DirectoryDown,
    LdapError,
    Login,
    Page,
    Search,
    error_of,
)
from bcfg2tw.engine.plugins.ldap.options import ConnectionOptions
from bcfg2tw.engine.plugins.ldap.tls import tls_context

DOWN = (LDAPCommunicationError, LDAPResponseTimeoutError)

PAGED_RESULTS = "1.2.840.113556.1.4.319"
SCOPES = (ldap3.BASE, ldap3.LEVEL, ldap3.SUBTREE)
ALIASES = (
    ldap3.DEREF_NEVER, ldap3.DEREF_SEARCH, ldap3.DEREF_BASE, ldap3.DEREF_ALWAYS,
)  # fmt: skip


class Ldap3:
    """The library."""

    name = f"ldap3 {ldap3.__version__}"

    def connect(self, uri: str, login: Login | None, options: ConnectionOptions) -> Ldap3Session:
        """Connect, and bind if there is a login; as in the interface."""
        context = tls_context(options) if uri.startswith("ldaps:") else None
        with _translated_errors():
            session = Ldap3Session(_connection(uri, login, options, context), options)
        if login is not None:
            session.bind()
        return session


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raise ldap3's errors as those of the interface."""
    try:
        yield
    except DOWN as error:
        raise DirectoryDown(str(error)) from error
    except LDAPExceptionError as error:
        raise LdapError(str(error) or type(error).__name__) from error


def _connection(
    uri: str, login: Login | None, options: ConnectionOptions, context: ssl.SSLContext | None
) -> ldap3.Connection:
    server = ldap3.Server(
        uri,
        tls=None if context is None else _Tls(context),
        get_info=ldap3.NONE,
        connect_timeout=options.connect_seconds,
    )
    connection = ldap3.Connection(
        server,
        user=None if login is None else login.name,
        password=None if login is None else login.password,
        authentication=ldap3.ANONYMOUS if login is None else ldap3.SIMPLE,
        read_only=True,
        check_names=False,
        auto_referrals=False,
        auto_range=False,
        return_empty_attributes=False,
        receive_timeout=math.ceil(options.answer_seconds or 0) or None,  # it takes integers only
    )
    try:
        connection.open(read_server_info=False)
    except DOWN as error:
        raise DirectoryDown(connection.last_error or str(error)) from error
    return connection


class _Tls(ldap3.Tls):  # type: ignore[misc]  # ldap3 has no types
    """TLS with a context of ours."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self._context = context

    def wrap_socket(self, connection: ldap3.Connection, do_handshake: bool = False) -> None:
        """Make the handshake; called by ldap3 with the connection's plain socket."""
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=connection.server.host
        )


class Ldap3Session:
    """A connection."""

    def __init__(self, connection: ldap3.Connection, options: ConnectionOptions) -> None:
        self._connection = connection
        self._options = options

    def bind(self) -> None:
        """
        Bind with the connection's login.

        :raises LdapError: if it is refused; the connection is closed
        """
        try:
            with _translated_errors():
                self._connection.bind(read_server_info=False)
            self._check_result()
        except LdapError:
            self.close()
            raise

    def search(self, search: Search) -> Page:
        """Search, and wait for the answer; as in the interface."""
        with _translated_errors():
            try:
                self._send(search)
            except LDAPInvalidFilterError as error:
                raise LdapError(f"filter: {search.filter!r} cannot be understood") from error
        self._check_result()
        return Page(
            [
                (entry["dn"], dict(entry["raw_attributes"]))
                for entry in self._connection.response
                if entry["type"] == "searchResEntry"
            ],
            self._cookie(),
        )

    def _send(self, search: Search) -> None:
        self._connection.search(
            search.base,
            search.filter,
            search_scope=SCOPES[search.scope],
            dereference_aliases=ALIASES[self._options.deref],
            attributes=list(search.attributes),
            size_limit=self._options.size_limit,
            time_limit=self._options.time_limit_seconds,
            paged_size=search.page_entries or None,
            paged_criticality=True,
            paged_cookie=search.cookie or None,
        )

    def _check_result(self) -> None:
        result: dict[str, Any] = self._connection.result
        if result["result"]:
            url = next(iter(result["referrals"] or ()), "")
            raise error_of(result["result"], result["message"], url)

    def _cookie(self) -> bytes:
        control = self._connection.result.get("controls", {}).get(PAGED_RESULTS)
        cookie: bytes = control["value"]["cookie"] if control else b""
        return cookie

    def close(self) -> None:
        """Close the connection."""
        self._connection.strategy.close()
