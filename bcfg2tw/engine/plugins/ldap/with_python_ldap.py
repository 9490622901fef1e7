"""
The library python-ldap, adapted; below it is OpenLDAP's libldap.

What libldap would take from ldap.conf is set for each connection, so that it does not depend on
the machine. Referrals are not followed by it, as it would do that with entries of any kind.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import ldap
from ldap.controls import SimplePagedResultsControl
from ldap.ldapobject import LDAPObject

from bcfg2tw.engine.plugins.ldap.interface import (
    DirectoryDown,
    LdapError,
    Login,
    Page,
    RawEntry,
    Search,
    error_of,
)
from bcfg2tw.engine.plugins.ldap.options import ConnectionOptions
from bcfg2tw.engine.plugins.ldap.tls import tls_context

LDAPS_PORT = 636

#: How python-ldap hands over the URL of a referral.
REFERRAL_PREFIX = "Referral:\n"

#: What a search's answer may hold beside the last message.
Controls = list[Any]


class PythonLdap:
    """The library."""

    name = f"python-ldap {ldap.__version__}"

    def connect(
        self, uri: str, login: Login | None, options: ConnectionOptions
    ) -> PythonLdapSession:
        """Connect and bind, if there is a login; as in the interface."""
        if uri.startswith("ldaps:"):
            _check_tls(uri, options)
        with _translated_errors(uri):
            connection = ldap.initialize(_libldap_uri(uri))
            _set_options(connection, options)
            if uri.startswith("ldaps:"):
                _set_tls_options(connection, options)
        session = PythonLdapSession(uri, connection, options)
        if login is not None:
            session.bind(login)
        return session


def _check_tls(uri: str, options: ConnectionOptions) -> None:
    """
    Make a handshake and close the connection.

    libldap never gives up a handshake that is not answered, where it is built with GnuTLS (seen
    in 2.5.13), and it tells no reason for one that fails.

    :raises DirectoryDown: if the handshake fails, or is not answered in time
    """
    parts = urlsplit(uri)
    context = tls_context(options)
    try:
        address = (parts.hostname or "", parts.port or LDAPS_PORT)
        with socket.create_connection(address, options.connect_seconds) as plain:
            plain.settimeout(options.answer_seconds)
            context.wrap_socket(plain, server_hostname=parts.hostname).close()
    except (OSError, ValueError) as error:
        raise DirectoryDown(f"TLS: {error}") from error


def _libldap_uri(uri: str) -> str:
    """Return a URI with a socket's path as libldap reads it, with its slashes quoted."""
    scheme, _, path = uri.partition("://")
    return f"ldapi://{quote(unquote(path), safe='')}" if scheme == "ldapi" else uri


def _set_options(connection: LDAPObject, options: ConnectionOptions) -> None:
    connection.set_option(ldap.OPT_REFERRALS, ldap.OPT_OFF)
    connection.set_option(ldap.OPT_DEREF, options.deref)
    connection.set_option(ldap.OPT_TIMELIMIT, options.time_limit_seconds)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, options.connect_seconds)


def _set_tls_options(connection: LDAPObject, options: ConnectionOptions) -> None:
    is_verified = options.verify != ssl.CERT_NONE
    required = ldap.OPT_X_TLS_DEMAND if is_verified else ldap.OPT_X_TLS_NEVER
    ca_file, ca_folder = _authorities(options)
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, required)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, ca_file)
    connection.set_option(ldap.OPT_X_TLS_CACERTDIR, ca_folder)
    connection.set_option(ldap.OPT_X_TLS_CERTFILE, options.certificate or "")
    connection.set_option(ldap.OPT_X_TLS_KEYFILE, options.key or "")
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)  # what makes the others count


def _authorities(options: ConnectionOptions) -> tuple[str, str]:
    """Return the file and the folder of the CAs, the machine's where there are no others."""
    if options.ca_file or options.ca_folder:
        return options.ca_file or "", options.ca_folder or ""
    paths = ssl.get_default_verify_paths()
    return (paths.cafile, "") if paths.cafile else ("", paths.capath or "")


@contextmanager
def _translated_errors(uri: str) -> Iterator[None]:
    """Raise python-ldap's errors as those of the interface."""
    try:
        yield
    except ldap.TIMEOUT as error:
        raise DirectoryDown("it does not answer in time") from error
    except (ldap.SERVER_DOWN, ldap.CONNECT_ERROR) as error:
        raise DirectoryDown(_description(error)) from error
    except ldap.LDAPError as error:
        code = _details(error).get("result", 0)
        if code > 0:
            raise _refusal(code, _details(error).get("info", "")) from error
        raise LdapError(f"{uri}: {_description(error)}") from error


def _refusal(code: int, info: str) -> LdapError:
    if info.startswith(REFERRAL_PREFIX):
        return error_of(code, url=info.removeprefix(REFERRAL_PREFIX))
    return error_of(code, info)


def _details(error: ldap.LDAPError) -> dict[str, Any]:
    details = error.args[0] if error.args else {}
    return details if isinstance(details, dict) else {}


def _description(error: ldap.LDAPError) -> str:
    details = _details(error)
    texts = (details.get(key) for key in ("desc", "info"))
    return ": ".join(text for text in texts if text) or str(error) or type(error).__name__


class PythonLdapSession:
    """A connection; libldap makes it at the first request."""

    def __init__(self, uri: str, connection: LDAPObject, options: ConnectionOptions) -> None:
        self._uri = uri
        self._connection = connection
        self._options = options

    def bind(self, login: Login) -> None:
        """
        Bind with a name and a password.

        :raises LdapError: if they are refused; the connection is closed
        """
        try:
            with _translated_errors(self._uri):
                message = self._connection.simple_bind(login.name, login.password)
                self._connection.result3(message, timeout=self._options.answer_seconds)
        except LdapError:
            self.close()
            raise

    def search(self, search: Search) -> Page:
        """Search, and wait for the answer; as in the interface."""
        with _translated_errors(self._uri):
            try:
                message = self._send(search)
            except ldap.FILTER_ERROR as error:
                raise LdapError(f"filter: {search.filter!r} cannot be understood") from error
            return self._page(message)

    def _send(self, search: Search) -> int:
        controls = None
        if search.page_entries:
            controls = [SimplePagedResultsControl(True, search.page_entries, search.cookie)]
        message: int = self._connection.search_ext(
            search.base,
            search.scope,
            search.filter,
            list(search.attributes),
            serverctrls=controls,
            sizelimit=self._options.size_limit,
        )
        return message

    def _page(self, message: int) -> Page:
        entries: list[RawEntry] = []
        while True:
            # entry by entry: each has the time of an answer, as it is with ldap3
            kind, data, _, controls = self._connection.result3(
                message, all=0, timeout=self._options.answer_seconds
            )
            if kind == ldap.RES_SEARCH_ENTRY:
                entries.extend(data)
            elif kind == ldap.RES_SEARCH_RESULT:
                return Page(entries, _cookie(controls))

    def close(self) -> None:
        """Close the connection."""
        with suppress(ldap.LDAPError):
            self._connection.unbind_ext_s()


def _cookie(controls: Controls) -> bytes:
    for control in controls:
        if control.controlType == SimplePagedResultsControl.controlType:
            return bytes(control.cookie)
    return b""
