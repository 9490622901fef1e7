"""Whether a connection is let in, and as which client (:ref:`metadata-5` and :ref:`metadata-6`)."""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bcfg2tw.engine.plugins.metadata.addresses import AddressNames, unmapped
from bcfg2tw.errors import MetadataConsistencyError

if TYPE_CHECKING:
    from bcfg2tw.engine.model.address import ClientAddress
    from bcfg2tw.engine.plugin.interfaces import Certificate
    from bcfg2tw.engine.store.client_table import Client, ClientTable
    from bcfg2tw.settings import Settings

logger = logging.getLogger("Metadata")

#: The user name of those who want to be known by their address.
BY_ADDRESS = "root"


@dataclass(frozen=True)
class Identity:
    """
    Whom a connection claims to be.

    :ivar method: `cert`, `address` or `uuid`, by what it claims it
    :ivar name: of the client, in lower case, aliases and uuids resolved
    :ivar client: None for one that is not known yet
    """

    method: str
    name: str
    client: Client | None


class Authentication:
    """The rules, for one state of the repository."""

    def __init__(self, settings: Settings, table: ClientTable, names: AddressNames) -> None:
        self._settings = settings
        self._table = table
        self._names = names

    def admits(
        self, cert: Certificate | None, user: str, password: str, address: ClientAddress
    ) -> bool:
        """Decide about a connection; one that is let in knows from then on whom it acts as."""
        address.client = None  # a connection that is kept open may change its mind
        try:
            identity = self._identity(cert, user, address)
            if not self._is_proven(identity, password, address):
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
        listed = self._listed(ip)
        if len(listed) > 1:
            raise MetadataConsistencyError(
                f"Address {ip} has multiple reverse assignments; a uuid must be used"
            )
        return listed[0] if listed else self._canonical(self._names.name(ip))

    def _listed(self, ip: str) -> tuple[str, ...]:
        return self._table.by_address(ip) or self._table.by_address(unmapped(ip))

    def _canonical(self, name: str) -> str:
        known = self._table.get(name)
        return name.lower() if known is None else known.name

    def _identity(self, cert: Certificate | None, user: str, address: ClientAddress) -> Identity:
        if cert:
            return self._known_as("cert", common_name(cert))
        if user == BY_ADDRESS:
            return self._known_as("address", self.resolve(address))
        client = self._table.by_uuid(user)
        return self._known_as("uuid", user if client is None else client.name)

    def _known_as(self, method: str, name: str) -> Identity:
        return Identity(method, self._canonical(name), self._table.get(name))

    def _is_proven(self, identity: Identity, password: str, address: ClientAddress) -> bool:
        client = identity.client
        auth = (client.auth if client else None) or self._settings.authentication
        if auth == "cert" and identity.method != "cert":
            logger.error(
                "Client %s does not provide a cert, but only cert auth is allowed", identity.name
            )
            return False
        checked = identity.method != "uuid" or self._settings.strict_address
        if checked and not self._has_address(identity, address):
            return False
        if identity.method == "cert" and auth != "cert+password":
            return True
        return self._knows_password(client, password, str(address[0]))

    def _has_address(self, identity: Identity, address: ClientAddress) -> bool:
        ip = str(address[0])
        if identity.client is not None and identity.client.floating:
            return True
        listed = self._listed(ip)
        if listed:
            if identity.name not in listed:
                logger.error("Got request for non-float client %s from %s", identity.name, ip)
            return identity.name in listed
        resolved = self.resolve(address)
        if resolved != identity.name:
            logger.error("Got request for %s from incorrect address %s", identity.name, ip)
            logger.error("Resolved to %s", resolved)
        return resolved == identity.name

    def _knows_password(self, client: Client | None, password: str, ip: str) -> bool:
        own = None if client is None else client.password
        if client is not None and client.secure:
            return self._knows_own(own, password, ip)
        # both are always compared: how long it takes must not tell which one was close
        matches = [is_password(password, own), is_password(password, self._settings.password)]
        if not any(matches):
            logger.error("Client %s failed to use an allowed password", ip)
        return any(matches)

    def _knows_own(self, own: str | None, password: str, ip: str) -> bool:
        if not own:
            logger.error("Client %s in secure mode but has no password", ip)
            return False
        if not is_password(password, own):
            logger.error("Client %s failed to use client password in secure mode", ip)
            return False
        return True


def common_name(cert: Certificate) -> str:
    """
    Return the last commonName of a certificate's subject (:ref:`core-17`).

    :raises MetadataConsistencyError: if there is none
    """
    names = [
        str(value)
        for name in cert.get("subject", ())
        for attribute, value in name
        if attribute == "commonName" and value
    ]
    if not names:
        raise MetadataConsistencyError("the certificate's subject has no commonName")
    return names[-1]


def is_password(given: str, expected: str | None) -> bool:
    """
    Say whether a password is the expected one; an empty one never is.

    Old clients send a `+` for each space (:ref:`wire-3`). Takes as long for a near miss as for any
    other.
    """
    if not expected:
        return False
    as_written, with_plus = _equal(given, expected), _equal(given, expected.replace(" ", "+"))
    return as_written or with_plus


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
