"""Who is let in, and as whom; the holes of the reference, one by one."""

from __future__ import annotations

import socket
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.look_ups import LookUpNeeded, look_ups_elsewhere
from bcfg2tw.engine.plugins.metadata import Metadata
from bcfg2tw.engine.plugins.metadata.addresses import AddressNames
from bcfg2tw.engine.plugins.metadata.authentication import is_password
from bcfg2tw.errors import MetadataConsistencyError, NotServing
from tests.builders import PASSWORD, a_core, address, change
from tests.doubles import ManualClock

GROUPS = '<Groups><Group name="all" profile="true" public="true" default="true"/></Groups>'
CLIENTS = """<Clients>
  <Client name="plain.example.test" profile="all" address="127.0.0.2"/>
  <Client name="Vault.example.test" profile="all" address="127.0.0.3" secure="true"
    password="quince"><Alias name="Safe.example.test"/></Client>
  <Client name="gate.example.test" profile="all" address="127.0.0.4" auth="cert">
    <Alias name="door.example.test"/></Client>
  <Client name="own.example.test" profile="all" address="127.0.0.5" password="fig"/>
  <Client name="van.example.test" profile="all" uuid="van-1" floating="true" password="a b"/>
  <Client name="open.example.test" profile="all" secure="true" password=""/>
</Clients>"""


def certificate(*names: str) -> dict[str, Any]:
    """Return the subject of a certificate with commonNames."""
    return {"subject": tuple((("commonName", name),) for name in names)}


class AuthenticationTestCase(SynchronousTestCase):
    """Cores, and logins to them."""

    def core(self, clients: str = CLIENTS, **settings: Any) -> NetworkCore:
        """Return a core with the clients."""
        contents = {"Metadata/clients.xml": clients, "Metadata/groups.xml": GROUPS}
        return a_core(self, contents, ca="ca.pem", **settings)

    def acts_as(
        self,
        core: NetworkCore,
        user: str,
        password: str,
        ip: str = "127.0.0.99",
        cert: dict[str, Any] | None = None,
    ) -> str | None:
        """Return the client that a connection acts as, None where it is refused."""
        peer = address(ip)
        admitted = core.authenticate(cert, user, password, peer)
        self.assertEqual(admitted, peer.client is not None)
        return peer.client


class RefusalTests(AuthenticationTestCase):
    """The log's line about a wrong password."""

    def test_named(self) -> None:
        """It names the address and the user that is claimed, or the name of a certificate."""
        core = self.core()
        for user, cert, expected in (
            ("plain.example.test", None, "failed to use an allowed password, as plain.example."),
            ("root", None, "failed to use an allowed password, as root"),
            ("Vault.example.test", None, "to use client password in secure mode, as Vault.example"),
            ("open.example.test", None, "in secure mode but has no password, as open.example.test"),
            ("x", certificate("plain.example.test"), "an allowed password, as plain.example.test"),
            ("y" * 9000, None, f"failed to use an allowed password, as {'y' * 253}"),
        ):
            with self.assertLogs("Metadata", "ERROR") as logs:
                self.assertIsNone(self.acts_as(core, user, "wrong", cert=cert))
            (record,) = logs.records
            self.assertTrue(record.getMessage().startswith("Client 127.0.0.99 "))
            self.assertIn(expected, record.getMessage())
            self.assertLess(len(record.getMessage()), 400)


class AuthenticationTests(AuthenticationTestCase):
    def test_case_and_alias(self) -> None:
        """No spelling of a name, and no alias, gets round secure or the client's password."""
        core = self.core()
        for name in (
            "vault.example.test",
            "VAULT.Example.Test",
            "Safe.example.test",
            "SAFE.EXAMPLE.TEST",
        ):
            self.assertIsNone(self.acts_as(core, name, PASSWORD), name)
            self.assertEqual(self.acts_as(core, name, "quince"), "vault.example.test")

    def test_certificate_only(self) -> None:
        """No spelling of a name, and no alias, gets round auth="cert"."""
        core = self.core()
        for name in ("gate.example.test", "GATE.example.test", "Door.Example.Test"):
            self.assertIsNone(self.acts_as(core, name, PASSWORD), name)
            by_certificate = self.acts_as(core, "root", "", "127.0.0.4", certificate(name))
            self.assertEqual(by_certificate, "gate.example.test")
        self.assertIsNone(self.acts_as(core, "root", PASSWORD, "127.0.0.4"))

    def test_certificate_elsewhere(self) -> None:
        """A certificate is good at its client's address only."""
        self.assertIsNone(
            self.acts_as(self.core(), "root", "", "127.0.0.2", certificate("gate.example.test"))
        )

    def test_last_common_name(self) -> None:
        """Of several commonNames the last counts; without one the certificate is refused."""
        core = self.core()
        both = certificate("plain.example.test", "gate.example.test")
        self.assertEqual(self.acts_as(core, "root", "", "127.0.0.4", both), "gate.example.test")
        nameless = {"subject": ((("organizationName", "x"),),)}
        self.assertIsNone(self.acts_as(core, "root", PASSWORD, "127.0.0.2", nameless))

    def test_alternative_names(self) -> None:
        """The alternative names of a certificate count beside its commonName."""
        core = self.core()
        cert = {
            "subject": ((("commonName", "Machine 7"),),),
            "subjectAltName": (("DNS", "*.example.test"), ("DNS", "Door.example.test")),
        }
        self.assertEqual(self.acts_as(core, "root", "", "127.0.0.4", cert), "gate.example.test")
        self.assertIsNone(self.acts_as(core, "root", "", "127.0.0.2", cert))
        nameless = {"subject": (), "subjectAltName": (("DNS", "gate.example.test"),)}
        self.assertEqual(self.acts_as(core, "root", "", "127.0.0.4", nameless), "gate.example.test")

    def test_common_name_first(self) -> None:
        """The commonName of a client beats alternative names that are clients', too."""
        cert = {
            **certificate("gate.example.test"),
            "subjectAltName": (("DNS", "plain.example.test"),),
        }
        core = self.core()
        self.assertEqual(self.acts_as(core, "root", "", "127.0.0.4", cert), "gate.example.test")
        self.assertIsNone(self.acts_as(core, "root", PASSWORD, "127.0.0.2", cert))

    def test_other_clients_password(self) -> None:
        """A client's own password lets in nobody else."""
        core = self.core()
        self.assertEqual(self.acts_as(core, "root", "fig", "127.0.0.5"), "own.example.test")
        self.assertIsNone(self.acts_as(core, "plain.example.test", "fig", "127.0.0.5"))
        self.assertIsNone(self.acts_as(core, "root", "fig", "127.0.0.2"))

    def test_acts_as_authenticated(self) -> None:
        """A call acts as the client that was authenticated, whoever has the address."""
        core = self.core()
        peer = address("127.0.0.2")
        self.assertTrue(core.authenticate(None, "van-1", "a b", peer))
        self.assertEqual(core.client(peer).hostname, "van.example.test")

    def test_spaces(self) -> None:
        """Spaces in a password may arrive as the + that old clients send."""
        core = self.core()
        self.assertEqual(self.acts_as(core, "van-1", "a+b"), "van.example.test")
        self.assertFalse(is_password("a b", "a+b"))

    def test_empty_passwords(self) -> None:
        """Empty passwords match nothing."""
        core = self.core(password="")
        self.assertIsNone(self.acts_as(core, "plain.example.test", ""))
        self.assertIsNone(self.acts_as(core, "open.example.test", ""))

    def test_odd_passwords(self) -> None:
        """Passwords of any characters are compared, none raises."""
        self.assertTrue(is_password("Blåbær", "Blåbær"))
        self.assertFalse(is_password("\udcff", "Blåbær"))

    def test_no_trace(self) -> None:
        """A failed login leaves nothing behind."""
        core = self.core()
        names = core.metadata.client_names()
        self.assertIsNone(self.acts_as(core, "stranger.example.test", "wrong"))
        self.assertEqual(core.metadata.client_names(), names)
        self.assertIsNone(core.build_metadata("stranger.example.test", register=False).uuid)

    def test_strict_address(self) -> None:
        """With strict_address those who give their name have to be at its address as well."""
        loose, strict = self.core(), self.core(strict_address=True)
        self.assertEqual(
            self.acts_as(loose, "plain.example.test", PASSWORD, "127.0.0.5"), "plain.example.test"
        )
        self.assertIsNone(self.acts_as(strict, "plain.example.test", PASSWORD, "127.0.0.5"))
        self.assertEqual(
            self.acts_as(strict, "plain.example.test", PASSWORD, "127.0.0.2"), "plain.example.test"
        )
        self.assertEqual(self.acts_as(strict, "van-1", "a b", "127.0.0.2"), "van.example.test")

    def test_withdrawn(self) -> None:
        """A password, a uuid and an auth type that are taken away count no more."""
        core = self.core()
        bare = "".join(
            f'<Client name="{name}.example.test" profile="all"/>' for name in ("own", "gate", "van")
        )
        change(core, {"Metadata/clients.xml": f"<Clients>{bare}</Clients>"})
        self.assertIsNone(self.acts_as(core, "own.example.test", "fig"))
        self.assertEqual(self.acts_as(core, "van-1", PASSWORD), "van-1")
        self.assertEqual(self.acts_as(core, "gate.example.test", PASSWORD), "gate.example.test")

    def test_mapped_address(self) -> None:
        """An IPv4 address counts as such where the socket layer writes it as an IPv6 one."""
        self.assertEqual(
            self.acts_as(self.core(), "root", PASSWORD, "::ffff:127.0.0.2"), "plain.example.test"
        )

    def test_bootstrap(self) -> None:
        """A bootstrap client has to use its certificate after its first upload, at once."""
        core = self.core(authentication="bootstrap")
        self.assertIsNotNone(self.acts_as(core, "root", PASSWORD, "127.0.0.2"))
        plugin = core.metadata
        assert isinstance(plugin, Metadata)
        plugin.end_statistics(core.build_metadata("plain.example.test"))
        self.assertIsNone(self.acts_as(core, "root", PASSWORD, "127.0.0.2"))
        self.assertIsNotNone(
            self.acts_as(core, "root", "", "127.0.0.2", certificate("plain.example.test"))
        )


class AddressNamesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = ManualClock()
        self.asked: list[str] = []
        self.addresses = {"web.example.test": {"192.0.2.1"}}
        self.names = AddressNames(self.clock, self.look_up, self.addresses.__getitem__)

    def look_up(self, ip: str) -> tuple[str, list[str], list[str]]:
        """Answer as DNS would; 192.0.2.1 alone has a name."""
        self.asked.append(ip)
        if ip != "192.0.2.1":
            raise OSError("Unknown host")
        return "Web.Example.Test", [], []

    def test_one_look_up(self) -> None:
        """The calls of one run cost one look-up; a minute later DNS is asked again."""
        for _ in range(5):
            self.assertEqual(self.names.name("192.0.2.1"), "web.example.test")
        self.assertEqual(len(self.asked), 1)
        self.clock.advance(61)
        self.names.name("192.0.2.1")
        self.assertEqual(len(self.asked), 2)

    def test_failure(self) -> None:
        """An address without a name is refused with the reason, for a minute without asking."""
        for seconds in (0, 1, 58, 2):
            self.clock.advance(seconds)
            with self.assertRaises(MetadataConsistencyError) as raised:
                self.names.name("192.0.2.2")
        self.assertEqual(
            str(raised.exception), "Address resolution error for 192.0.2.2: Unknown host"
        )
        self.assertEqual(len(self.asked), 2)

    def test_unconfirmed(self) -> None:
        """A name counts only if it resolves back to the address, however that is written."""
        self.addresses["web.example.test"] = {"192.0.2.9", "::ffff:192.0.2.1"}
        self.assertEqual(self.names.name("192.0.2.1"), "web.example.test")
        self.clock.advance(61)
        self.addresses["web.example.test"] = {"192.0.2.9"}
        with self.assertRaisesRegex(
            MetadataConsistencyError,
            "for 192.0.2.1: its name is web.example.test, but that name does not have this address",
        ):
            self.names.name("192.0.2.1")

    def test_silence(self) -> None:
        """Where the name service does not answer nothing is decided, for a minute."""
        silence = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        def be_silent(name: str) -> set[str]:
            raise silence

        names = AddressNames(self.clock, self.look_up, be_silent)
        for _ in range(3):
            with self.assertRaisesRegex(NotServing, "does not answer about 192.0.2.1: .*Temporary"):
                names.name("192.0.2.1")
        self.assertEqual(len(self.asked), 1)

    def test_elsewhere(self) -> None:
        """Where look-ups are made elsewhere none is made here; afterwards the name is known."""
        with look_ups_elsewhere():
            with self.assertRaises(LookUpNeeded) as raised:
                self.names.name("192.0.2.1")
            self.assertEqual((raised.exception.subject, self.asked), ("192.0.2.1", []))
            raised.exception.look_up()
            self.assertEqual(self.names.name("192.0.2.1"), "web.example.test")
        self.assertEqual(self.asked, ["192.0.2.1"])


class LookUpTests(AuthenticationTestCase):
    """Who has something looked up."""

    def asks(self, core: NetworkCore, *arguments: Any) -> bool:
        """Say whether a login has its address looked up."""
        with look_ups_elsewhere():
            try:
                self.acts_as(core, *arguments)
            except LookUpNeeded:
                return True
        return False

    def test_password_first(self) -> None:
        """A password that nobody has is refused before anything is looked up."""
        core = self.core()
        self.assertFalse(self.asks(core, "root", "wrong"))
        self.assertFalse(self.asks(core, "root", ""))
        for password in (PASSWORD, "fig", "a b", "a+b"):
            self.assertTrue(self.asks(core, "root", password), password)

    def test_known_address(self) -> None:
        """An address that clients.xml has is never looked up."""
        core = self.core()
        self.assertFalse(self.asks(core, "root", PASSWORD, "127.0.0.2"))
        self.assertFalse(self.asks(core, "root", "wrong", "127.0.0.2"))

    def test_certificate(self) -> None:
        """The address of a certificate is, and with a password only when that is right."""
        core = self.core()
        cert = certificate("gate.example.test")
        self.assertTrue(self.asks(core, "root", "", "127.0.0.99", cert))
        cert = certificate("plain.example.test")
        self.assertFalse(self.asks(core, "root", "wrong", "127.0.0.99", cert))
        self.assertTrue(self.asks(core, "root", PASSWORD, "127.0.0.99", cert))

    def test_strict_address(self) -> None:
        """So it is for those who give their name and have to be at its address."""
        core = self.core(strict_address=True)
        self.assertFalse(self.asks(core, "plain.example.test", "wrong"))
        self.assertTrue(self.asks(core, "plain.example.test", PASSWORD))
