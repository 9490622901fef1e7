"""Who may call what: the answers of several ACL plugins, and what a broken one leads to."""

from __future__ import annotations

from typing import ClassVar

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.engine.plugin.interfaces import ClientACLs
from bcfg2tw.errors import CriticalError
from tests.builders import CLIENT, a_core, address

HERE = "tests.engine.test_access."


class Gate(Plugin, ClientACLs):
    """Allows what its name says; one that waits for the metadata decides by them."""

    create = False
    by_address: ClassVar[bool | None] = True
    by_metadata: ClassVar[bool] = True

    def check_acl_ip(self, address: ClientAddress, rmi: str) -> bool | None:
        """Answer as the class says."""
        return self.by_address

    def check_acl_metadata(self, metadata: ClientMetadata, rmi: str) -> bool:
        """Answer as the class says, and see that these are the caller's."""
        assert metadata.hostname == CLIENT
        return self.by_metadata


class Allowing(Gate):
    """Allows by address."""


class Denying(Gate):
    """Denies by address."""

    by_address = False


class Deferring(Gate):
    """Allows by metadata."""

    by_address = None


class Distrusting(Gate):
    """Denies by metadata."""

    by_address = None
    by_metadata = False


class BrokenEarly(Gate):
    """Stumbles over an address."""

    def check_acl_ip(self, address: ClientAddress, rmi: str) -> bool | None:
        """Fail."""
        raise ZeroDivisionError("no rule")


class BrokenLate(Gate):
    """Stumbles over metadata."""

    by_address = None

    def check_acl_metadata(self, metadata: ClientMetadata, rmi: str) -> bool:
        """Fail."""
        raise KeyError("colour")


class AccessTests(SynchronousTestCase):
    def core(self, *gates: type[Gate]) -> NetworkCore:
        """Return a core with ACL plugins."""
        names = tuple(HERE + gate.__name__ for gate in gates)
        return a_core(self, {}, plugins=("Bundler", "Metadata", *names))

    def allows(self, *gates: type[Gate]) -> bool:
        """Say whether the client may call something."""
        return self.core(*gates).check_acls(address(), "GetConfig")

    def test_by_address(self) -> None:
        """Where all allow by address the client's metadata are not asked for."""
        core = self.core(Allowing)
        self.assertTrue(core.check_acls(address("192.0.2.1"), "GetConfig"))  # nobody's address

    def test_by_metadata(self) -> None:
        """One that cannot tell by the address is asked with the metadata."""
        self.assertTrue(self.allows(Allowing, Deferring))
        self.assertTrue(self.allows(Deferring))

    def test_denied_by_address(self) -> None:
        """One denial is enough, whatever the others say; the log names client and method."""
        for gates in ((Denying,), (Allowing, Denying), (Denying, Deferring)):
            with self.assertLogs("bcfg2-server", "WARNING") as logs:
                self.assertFalse(self.allows(*gates))
            self.assertIn(
                "Client 127.0.0.1 failed IP-based ACL checks for GetConfig",
                [record.getMessage() for record in logs.records],
            )

    def test_denied_by_metadata(self) -> None:
        """So is one by metadata; the log names the client."""
        for gates in ((Distrusting,), (Allowing, Distrusting), (Deferring, Distrusting)):
            with self.assertLogs("bcfg2-server", "WARNING") as logs:
                self.assertFalse(self.allows(*gates))
            self.assertIn(
                f"Client {CLIENT} failed metadata ACL checks for GetConfig",
                [record.getMessage() for record in logs.records],
            )

    def test_broken(self) -> None:
        """A plugin that stumbles refuses; the log says over what."""
        for gate, reason in ((BrokenEarly, "no rule"), (BrokenLate, "'colour'")):
            with self.assertLogs("bcfg2-server", "ERROR") as logs:
                self.assertFalse(self.allows(Allowing, gate))
            self.assertEqual(
                [record.getMessage() for record in logs.records],
                [f"Unexpected error checking ACLs for 127.0.0.1 for GetConfig: {reason}"],
            )

    def test_no_client(self) -> None:
        """Where metadata are needed and there are none, the caller is told why."""
        core = self.core(Deferring)
        with self.assertLogs("bcfg2-server", "ERROR"):
            error = self.assertRaises(
                CriticalError, core.check_acls, address("192.0.2.1"), "GetConfig"
            )
        self.assertIn("192.0.2.1", str(error))

    def test_nobody_asked(self) -> None:
        """Without an ACL plugin of the site callers from elsewhere may do what clients do."""
        core = self.core()
        self.assertTrue(core.check_acls(address("192.0.2.1"), "GetConfig"))
        self.assertTrue(core.check_acls(address(), "Metadata.list_clients"))
        with self.assertLogs("bcfg2-server", "WARNING"):
            self.assertFalse(core.check_acls(address("192.0.2.1"), "Metadata.list_clients"))
