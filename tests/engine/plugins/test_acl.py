"""Access lists, by address and by metadata."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.acl import rmi_names_equal
from bcfg2tw.errors import NotServing
from tests.builders import CLIENT, a_core, address, change


class ACLTests(SynchronousTestCase):
    def core(self, ip: str = "<ACL/>", metadata: str = "<ACL/>") -> NetworkCore:
        """Return a core with access lists."""
        return a_core(self, {"ACL/ip.xml": ip, "ACL/metadata.xml": metadata})

    def allowed(self, core: NetworkCore, ip: str, method: str) -> bool:
        """Say whether a call is allowed."""
        return core.check_acls(address(ip, CLIENT), method)

    def test_patterns(self) -> None:
        """A * stands for anything within a part, and for nothing else."""
        for pattern, method, expected in (
            ("*", "GetConfig", True),
            ("*", "Cfg.x", False),
            ("*.*", "Cfg.x", True),
            ("*_debug", "set_debug", True),
            ("Get*", "GetConfig", True),
            ("*.set_*", "Cfg.set_debug", True),
            ("get*", "GetConfig", False),
            ("Get?onfig", "GetConfig", False),
            ("[G]etConfig", "GetConfig", False),
        ):
            self.assertEqual(rmi_names_equal(pattern, method), expected, (pattern, method))

    def test_networks(self) -> None:
        """Networks of both families are matched, each by its own family only."""
        core = self.core(
            '<ACL><Deny address="192.0.2.0" netmask="24" method="*"/>'
            '<Deny address="198.51.100.0" netmask="255.255.255.0" method="*"/>'
            '<Deny address="2001:db8::" netmask="32" method="*"/><Allow method="*"/></ACL>'
        )
        for ip, expected in (
            ("192.0.2.77", False),
            ("::ffff:192.0.2.77", False),
            ("198.51.100.1", False),
            ("2001:db8::9", False),
            ("2001:db9::9", True),
            ("192.0.3.1", True),
        ):
            self.assertEqual(self.allowed(core, ip, "GetConfig"), expected, ip)

    def test_nested(self) -> None:
        """Rules in nested documents count, in order, in both files."""
        core = self.core(
            '<ACL><ACL><Deny method="GetProbes"/></ACL><Defer method="*"/></ACL>',
            '<ACL><ACL><Deny method="GetConfig"/></ACL><Allow method="*"/></ACL>',
        )
        self.assertFalse(self.allowed(core, "192.0.2.1", "GetProbes"))
        self.assertFalse(self.allowed(core, "192.0.2.1", "GetConfig"))
        self.assertTrue(self.allowed(core, "192.0.2.1", "RecvStats"))

    def test_invalid_rules(self) -> None:
        """A rule that cannot be understood is logged and refuses what gets as far as it."""
        for rule in (
            '<Deny address="192.0.2" method="x"/>',
            '<Deny netmask="24" method="x"/>',
            '<Deny address="192.0.2.0" netmask="99" method="x"/>',
            '<Refuse method="x"/>',
        ):
            with self.assertLogs("ACL", "ERROR") as logs:
                core = self.core(
                    f'<ACL><Allow method="GetProbes"/>\n{rule}<Allow method="*"/></ACL>'
                )
            self.assertIn("ip.xml:2: ", logs.output[0])
            self.assertTrue(self.allowed(core, "192.0.2.1", "GetProbes"))
            self.assertFalse(self.allowed(core, "192.0.2.1", "GetConfig"), rule)

    def test_localhost(self) -> None:
        """Where no rule matches the server's own machine is allowed, others are deferred."""
        core = self.core('<ACL><Deny method="x"/></ACL>', '<ACL><Deny method="x"/></ACL>')
        for ip in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
            self.assertTrue(self.allowed(core, ip, "GetConfig"), ip)
        self.assertFalse(self.allowed(core, "192.0.2.1", "GetConfig"))

    def test_name_of_localhost(self) -> None:
        """A client that calls itself localhost is no local caller: its address has to be."""
        clients = '<Clients><Client name="localhost" profile="all"/></Clients>'
        core = a_core(
            self,
            {
                "Metadata/clients.xml": clients,
                "ACL/metadata.xml": '<ACL><Allow method="GetProbes"/></ACL>',
            },
        )
        for ip, expected in (("192.0.2.1", False), ("127.0.0.1", True)):
            caller = address(ip, "localhost")
            self.assertEqual(core.check_acls(caller, "Metadata.remove_client"), expected, ip)

    def test_administration(self) -> None:
        """An ip.xml without a matching rule leaves administration to this machine."""
        core = self.core('<ACL><Deny method="GetConfig" address="192.0.2.9"/></ACL>')
        for method in ("get_statistics", "set_debug", "Metadata.list_clients"):
            self.assertFalse(self.allowed(core, "192.0.2.1", method), method)
            self.assertTrue(self.allowed(core, "127.0.0.1", method), method)
        self.assertTrue(self.allowed(core, "192.0.2.1", "GetProbes"))

    def test_never_readable(self) -> None:
        """Lists that were never readable allow and refuse nothing until they are repaired."""
        for name in ("ip", "metadata"):
            core = a_core(self, {f"ACL/{name}.xml": "<ACL>\n"})
            failure = self.assertRaises(
                NotServing, core.check_acls, address("127.0.0.1", CLIENT), "GetConfig"
            )
            self.assertIn(f"ACL/{name}.xml:2: ", str(failure))
            self.assertIn("no call can be answered until it is repaired", str(failure))
            change(core, {f"ACL/{name}.xml": "<ACL/>"})
            self.assertTrue(core.check_acls(address("127.0.0.1", CLIENT), "GetConfig"))

    def test_broken_later(self) -> None:
        """Lists that break keep their last good state."""
        core = self.core('<ACL><Deny method="GetConfig"/></ACL>')
        change(core, {"ACL/ip.xml": "<ACL>"})
        self.assertFalse(self.allowed(core, "127.0.0.1", "GetConfig"))
        self.assertTrue(self.allowed(core, "127.0.0.1", "GetProbes"))


class DefaultACLTests(SynchronousTestCase):
    def test_rules(self) -> None:
        """Clients may call what they need, the server's own machine everything."""
        core = a_core(self, {})
        for method, expected in (
            ("GetConfig", True),
            ("set_debug", False),
            ("get_statistics", False),
            ("expire_metadata_cache", False),
            ("Metadata.list_clients", False),
        ):
            self.assertEqual(core.check_acls(address("192.0.2.1"), method), expected, method)
            for ip in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
                self.assertTrue(core.check_acls(address(ip), method), method)
