"""A real directory on this machine, in this process: ldaptor's server over loopback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ldaptor.inmemory import ReadOnlyInMemoryLDAPEntry
from ldaptor.interfaces import IConnectedLDAPEntry
from ldaptor.protocols.ldap.ldapserver import LDAPServer
from twisted.internet import reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory
from twisted.python.components import registerAdapter

BASE = "dc=example,dc=test"
ADMIN = f"cn=admin,{BASE}"
PASSWORD = "open sesame"

Tree = Mapping[str, Mapping[str, Sequence[str | bytes]]]

#: Names below the base to attributes, parents first.
HOSTS: Tree = {
    "cn=admin": {"objectClass": ["person"], "cn": ["admin"], "userPassword": [PASSWORD]},
    "ou=hosts": {"objectClass": ["organizationalUnit"], "ou": ["hosts"]},
    "cn=client.example.test,ou=hosts": {
        "objectClass": ["device"],
        "cn": ["client.example.test"],
        "l": ["Köln"],
        "serialNumber": ["4711", "4712"],
        "jpegPhoto": [b"\xff\xfe"],
    },
    "cn=other,ou=hosts": {
        "objectClass": ["device"],
        "cn": ["other"],
        "description": ["DOM\\other"],
    },
}


class DirectoryFactory(Factory):
    """
    Serves one tree.

    :ivar operations: the names of the operations that were asked for, in order
    :ivar is_silent: whether it takes requests and does not answer them
    """

    def __init__(self, tree: Tree) -> None:
        self.root = ReadOnlyInMemoryLDAPEntry(
            BASE, {"objectClass": ["dcObject"], "dc": ["example"]}
        )
        self.operations: list[str] = []
        self.is_silent = False
        self.connections: list[CountingServer] = []
        entries = {"": self.root}
        for name, attributes in tree.items():
            own, _, parent = name.partition(",")
            entries[name] = entries[parent].addChild(own, dict(attributes))

    def buildProtocol(self, address: object) -> CountingServer:
        """Return the protocol for a connection."""
        protocol = CountingServer()
        protocol.factory = self
        self.connections.append(protocol)
        return protocol


registerAdapter(lambda factory: factory.root, DirectoryFactory, IConnectedLDAPEntry)


class CountingServer(LDAPServer):  # type: ignore[misc]  # ldaptor has no types
    """Notes what it is asked."""

    def handle(self, message: Any) -> None:
        """Note an operation, and answer it unless the directory keeps silent."""
        self.factory.operations.append(type(message.value).__name__)
        if not self.factory.is_silent:
            super().handle(message)

    def connectionLost(self, reason: Any = None) -> None:
        """Be no connection of the directory any more: twisted cannot close one twice."""
        super().connectionLost(reason)
        self.factory.connections.remove(self)


class Directory:
    """
    A directory that can be stopped and started again on its port.

    :ivar factory: what it serves
    """

    def __init__(self, tree: Tree = HOSTS) -> None:
        self.factory = DirectoryFactory(tree)
        self.port = 0
        self._listening: Any = None

    async def start(self, certificate: Path | None = None, key: Path | None = None) -> None:
        """Listen on loopback; with TLS if there is a certificate."""
        description = f"tcp:{self.port}:interface=127.0.0.1"
        if certificate is not None:
            description = (
                f"ssl:{self.port}:interface=127.0.0.1:privateKey={key}:certKey={certificate}"
            )
        self._listening = await serverFromString(reactor, description).listen(self.factory)
        self.port = self._listening.getHost().port

    def stop(self) -> Deferred[None]:
        """Stop listening, and close what is connected."""
        for connection in tuple(self.factory.connections):
            if connection.transport is not None:
                connection.transport.abortConnection()
        listening, self._listening = self._listening, None
        return maybeDeferred(listening.stopListening if listening else lambda: None)
