"""DefaultACL: who may call what where no ACL plugin is configured (:ref:`core-10.3`)."""

from __future__ import annotations

from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import ClientACLs

#: `::1` and the mapped form are the server itself as well (:ref:`decisions-holes`).
LOCALHOST = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})

ADMINISTRATION = frozenset({"get_statistics", "expire_metadata_cache"})


class DefaultACL(Plugin, ClientACLs):
    """Lets the server's own machine do everything, others only what clients need."""

    create = False

    def check_acl_ip(self, address: ClientAddress, rmi: str) -> bool:
        """Decide at once, by address and method."""
        return address[0] in LOCALHOST or is_for_clients(rmi)


def is_for_clients(rmi: str) -> bool:
    """Say whether a method is one that clients call."""
    return "." not in rmi and not rmi.endswith("_debug") and rmi not in ADMINISTRATION
