"""What the tests of SSHbase have in common."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.sshbase import host_names
from tests.builders import CLIENT, configuration, entry, metadata_of

FOLDER = "/etc/ssh/"
RSA, ECDSA, ED25519, DSA = (f"ssh_host_{kind}_key" for kind in ("rsa", "ecdsa", "ed25519", "dsa"))
OTHER = "other.example.test"

CLIENTS = {
    "Metadata/clients.xml": f"""<Clients>
      <Client name="{CLIENT}" profile="all" address="192.0.2.1"/>
      <Client name="{OTHER}" profile="all" address="2001:db8::2"><Alias name="www.example.test"
       address="192.0.2.22"/></Client></Clients>"""
}

DNS = {CLIENT: ("192.0.2.1", "2001:db8::1"), "www.example.test": ("192.0.2.80",)}
REVERSE = {"192.0.2.80": ("shop.example.test",)}


def bundle(*names: str) -> dict[str, str]:
    """Return a bundle with files below /etc/ssh."""
    paths = "".join(f'<Path name="{FOLDER}{name}"/>' for name in names)
    return {"Bundler/ssh.xml": f"<Bundle>{paths}</Bundle>"}


class SSHTestCase(SynchronousTestCase):
    """Tests whose name service is a table."""

    def setUp(self) -> None:
        self.asked: list[str] = []
        self.patch(host_names, "addresses_of", self.addresses_of)
        self.patch(host_names, "name_of", self.name_of)

    def addresses_of(self, name: str) -> tuple[str, ...]:
        """Answer from the table."""
        self.asked.append(name)
        return self.found(DNS, name)

    def name_of(self, address: str) -> tuple[str, ...]:
        """Answer from the table."""
        return self.found(REVERSE, address)

    def found(self, table: Mapping[str, tuple[str, ...]], key: str) -> tuple[str, ...]:
        """Return an entry of a table."""
        if key not in table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return table[key]

    def path(self, core: NetworkCore, name: str, client: str = CLIENT) -> Any:
        """Return a bound file, an element."""
        return entry(configuration(core, client), "Path", FOLDER + name)

    def own_keys(self, core: NetworkCore) -> dict[str, str]:
        """Return what templates see of the client's keys."""
        metadata: Any = metadata_of(core)
        own: dict[str, str] = metadata.SSHbase
        return own

    def folder(self, core: NetworkCore) -> list[str]:
        """Return the names of the plugin's files."""
        return sorted(os.listdir(os.path.join(core.settings.repository, "SSHbase")))
