"""Access control: the methods that a caller may use (:ref:`core-10.1`)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.interfaces import ClientACLs
from bcfg2tw.engine.served.repository import ServedRepository
from bcfg2tw.errors import NotServing

logger = logging.getLogger("bcfg2-server")


class AccessControl:
    """Asks the ACL plugins; whatever they stumble over refuses. Safe to use from any thread."""

    def __init__(
        self, served: ServedRepository, metadata_of: Callable[[ClientAddress], ClientMetadata]
    ) -> None:
        """
        Ask the plugins of a repository.

        :param metadata_of: builds the metadata of the client at an address; may raise
            `CriticalError`
        """
        self._served = served
        self._metadata_of = metadata_of

    def allows(self, address: ClientAddress, rmi: str) -> bool:
        """
        Decide whether a client may call a method.

        :raises CriticalError: if it takes the client's metadata and they cannot be built
        :raises NotServing: if a list of rules was never understood
        """
        acls = self._served.snapshot.plugins_by_type(ClientACLs)
        try:
            answers = [plugin.check_acl_ip(address, rmi) for plugin in acls]
        except NotServing:
            raise
        except Exception as error:  # a rule that cannot be understood refuses
            return _refuse(address, rmi, error)
        if any(answer is False for answer in answers):
            logger.warning("Client %s failed IP-based ACL checks for %s", address[0], rmi)
            return False
        return all(answers) or self._allows_client(acls, address, rmi)

    def _allows_client(self, acls: list[ClientACLs], address: ClientAddress, rmi: str) -> bool:
        metadata = self._metadata_of(address)
        try:
            is_allowed = all(plugin.check_acl_client(metadata, address, rmi) for plugin in acls)
        except NotServing:
            raise
        except Exception as error:  # a rule that cannot be understood refuses
            return _refuse(address, rmi, error)
        if not is_allowed:
            logger.warning("Client %s failed metadata ACL checks for %s", metadata.hostname, rmi)
        return is_allowed


def _refuse(address: ClientAddress, rmi: str, error: Exception) -> bool:
    logger.error("Unexpected error checking ACLs for %s for %s: %s", address[0], rmi, error)
    return False
