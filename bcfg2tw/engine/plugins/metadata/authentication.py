"""Lets connections in, and decides as which client (:ref:`metadata-5` and :ref:`metadata-6`)."""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass

from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.plugin.interfaces import Certificate
from bcfg2tw.engine.plugins.metadata.addresses import AddressNames, unmapped
from bcfg2tw.engine.store.client import Client
from bcfg2tw.engine.store.interface import ClientList
from bcfg2tw.errors import MetadataConsistencyError
from bcfg2tw.settings import Settings

logger = logging.getLogger("Metadata")

#: The user name of those who want to be known by their address.
BY_ADDRESS = "root"

#: Names of hosts are shorter; what a stranger claims is not to fill the log.
LONGEST_CLAIM = 253


@dataclass(frozen=True)
class Identity:
    """
    The client that a connection claims to be.

    :ivar method: `cert`, `address` or `uuid`: the claim rests on this
    :ivar name: of the client, in lower case, aliases and uuids resolved
    :ivar client: None for one that nobody has entered
    """

    method: str
    name: str
    client: Client | None


class Authentication:
    """The rules by which connections are let in, for one state of the repository."""

    def __init__(self, settings: Settings, clients: ClientList, names: AddressNames) -> None:
        """
        Let nobody in yet.

        :param names: finds the names of addresses that no client is listed with
        """
        self._settings = settings
        self._clients = clients
        self._names = names

    def admits(
        self, cert: Certificate | None, user: str, password: str, address: ClientAddress
    ) -> bool:
        """
        Decide about a connection.

        :param user: a name or uuid, or `BY_ADDRESS`
        :param address: of the connection; which client it acts as is noted there
        """
        address.client = None  # a connection that is kept open may change its mind
        if not self._may_be_looked_up(cert, user, password, address):
            _refuse(address, "failed to use an allowed password", user)
            return False
        try:
            identity = self._claimed_identity(cert, user, address)
            if not self._is_proven(identity, password, address, user):
                return False
        except MetadataConsistencyError as error:
            logger.error("Client %s failed to resolve: %s", address[0], error)
            return False
        address.client = identity.name
        address.is_named = user != BY_ADDRESS
        return True

    def resolve(self, address: ClientAddress) -> str:
        """
        Return the name of the client that has an address.

        :raises MetadataConsistencyError: if it cannot be told
        """
        ip = str(address[0])
        names = self._clients_at(ip)
        if len(names) > 1:
            raise MetadataConsistencyError(
                f"Address {ip} has multiple reverse assignments; a uuid must be used"
            )
        return names[0] if names else self._own_name(self._names.name(ip))

    def _clients_at(self, ip: str) -> tuple[str, ...]:
        """Return the names of the clients that an address is listed for."""
        return self._clients.by_address(ip) or self._clients.by_address(unmapped(ip))

    def _own_name(self, name: str) -> str:
        """Return the name of the client that a name or an alias leads to."""
        client = self._clients.get(name)
        return name.lower() if client is None else client.name

    def _claimed_identity(
        self, cert: Certificate | None, user: str, address: ClientAddress
    ) -> Identity:
        if cert:
            return self._identify("cert", self._certified_name(cert))
        if user == BY_ADDRESS:
            return self._identify("address", self.resolve(address))
        client = self._clients.by_uuid(user)
        return self._identify("uuid", user if client is None else client.name)

    def _certified_name(self, cert: Certificate) -> str:
        """Return the first name of a certificate that is a client's, or else its first."""
        names = certified_names(cert)
        return next((name for name in names if self._clients.get(name) is not None), names[0])

    def _may_be_looked_up(
        self, cert: Certificate | None, user: str, password: str, address: ClientAddress
    ) -> bool:
        """
        Refuse who would have an address looked up with a password that nobody has.

        What is looked up blocks, and the owner of an address says how long.
        """
        if cert or user != BY_ADDRESS or self._clients_at(str(address[0])):
            return True
        return is_password(password, self._settings.password) or self._is_a_clients(password)

    def _is_a_clients(self, password: str) -> bool:
        # by a table of hashes: it takes as long for a near miss as for any other
        passwords = {client.password for client in self._clients.clients() if client.password}
        return password in passwords or password in {own.replace(" ", "+") for own in passwords}

    def _identify(self, method: str, name: str) -> Identity:
        return Identity(method, self._own_name(name), self._clients.get(name))

    def _is_proven(
        self, identity: Identity, password: str, address: ClientAddress, user: str
    ) -> bool:
        client = identity.client
        auth = (client.auth if client else None) or self._settings.authentication
        if auth == "cert" and identity.method != "cert":
            logger.error(
                "Client %s does not provide a cert, but only cert auth is allowed", identity.name
            )
            return False
        # the password first: whoever does not know it has nothing looked up
        is_password_needed = identity.method != "cert" or auth == "cert+password"
        mistake = self._password_mistake(client, password) if is_password_needed else ""
        if mistake:
            _refuse(address, mistake, identity.name if identity.method == "cert" else user)
            return False
        is_address_checked = identity.method != "uuid" or self._settings.strict_address
        return not is_address_checked or self._has_address(identity, address)

    def _has_address(self, identity: Identity, address: ClientAddress) -> bool:
        ip = str(address[0])
        if identity.client is not None and identity.client.floating:
            return True
        names = self._clients_at(ip)
        if names:
            if identity.name not in names:
                logger.error("Got request for non-float client %s from %s", identity.name, ip)
            return identity.name in names
        name = self.resolve(address)
        if name != identity.name:
            logger.error("Got request for %s from incorrect address %s", identity.name, ip)
            logger.error("Resolved to %s", name)
        return name == identity.name

    def _password_mistake(self, client: Client | None, password: str) -> str:
        """Return what is wrong with a password; empty for a good one."""
        clients_own = None if client is None else client.password
        if client is not None and client.secure:
            return _mistake_in_secure_mode(clients_own, password)
        # both are always compared: how long it takes must not tell which one was close
        matches = [
            is_password(password, clients_own),
            is_password(password, self._settings.password),
        ]
        return "" if any(matches) else "failed to use an allowed password"


def _mistake_in_secure_mode(clients_own: str | None, password: str) -> str:
    if not clients_own:
        return "in secure mode but has no password"
    if not is_password(password, clients_own):
        return "failed to use client password in secure mode"
    return ""


def _refuse(address: ClientAddress, mistake: str, name: str) -> None:
    """Say why a connection is not let in, and who it claims to be; the beginning is Bcfg2's."""
    logger.error("Client %s %s, as %s", address[0], mistake, name[:LONGEST_CLAIM])


def certified_names(cert: Certificate) -> list[str]:
    """
    Return the names that a certificate is for, those that count most first.

    They are the last commonName of its subject (:ref:`core-17`), and its alternative names that are
    host names.

    :raises MetadataConsistencyError: if there is none
    """
    common_names = [
        str(value)
        for name in cert.get("subject", ())
        for attribute, value in name
        if attribute == "commonName" and value
    ]
    alternatives = cert.get("subjectAltName", ())
    hosts = [str(value) for kind, value in alternatives if kind == "DNS" and "*" not in value]
    names = common_names[-1:] + hosts
    if not names:
        raise MetadataConsistencyError("the certificate has neither commonName nor subjectAltName")
    return names


def is_password(given: str, expected: str | None) -> bool:
    """
    Say whether a password is the expected one; an empty one never is.

    Old clients send a `+` for each space (:ref:`wire-3`). Takes as long for a near miss as for any
    other.
    """
    if not expected:
        return False
    as_written = _are_equal(given, expected)
    with_plus = _are_equal(given, expected.replace(" ", "+"))
    return as_written or with_plus


def _are_equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
