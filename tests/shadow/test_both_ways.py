"""Shadow mode between two servers that work: whose answers clients get, and what is compared."""

from __future__ import annotations

import os
from pathlib import Path
from xmlrpc.client import Fault

from lxml import etree
from twisted.internet import reactor

from bcfg2tw.core import TwistedCore
from bcfg2tw.engine.encryption import encrypt
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.serving.core_service import CoreService
from bcfg2tw.shadow.record import record_path
from tests.builders import write_files
from tests.shadow.servers import DB, PROBE_DATA, WEB, TwoServersTestCase

OTHER_MOTD = {"Cfg/etc/motd/motd": "hallo\n"}


def motd_of(configuration: str) -> str | None:
    return etree.fromstring(configuration.encode()).findtext(".//Path[@name='/etc/motd']")


class TheirsTests(TwoServersTestCase):
    async def test_answers(self) -> None:
        """Clients get the answers of the other server; ours, built beside, is compared."""
        await self.start_other(OTHER_MOTD)
        await self.start_ours()
        version, _, data, configuration, statistics = await self.run_client()
        self.assertEqual((version, data, statistics), (True, True, True))
        self.assertEqual(motd_of(configuration), "hallo\n")
        await self.until_counted("GetConfig", "different")
        await self.until_counted("GetProbes", "equal")
        for method in ("DeclareVersion", "RecvProbeData", "RecvStats"):
            await self.until_counted(method, "equal")
        self.assertEqual(self.said(f"GetConfig of {WEB} differs between the two servers"), 1)
        (difference,) = self.record().differences
        self.assertEqual(difference.clients, (WEB,))
        self.assertEqual(difference.difference.name, "/etc/motd")
        self.assertEqual(difference.difference.details[0].lines[-2:], ("-hallo", "+hello"))

    async def test_by_address(self) -> None:
        """Who is known by his address is passed on by his name, for the other server sees ours."""
        await self.start_other(
            {"Metadata/clients.xml": f'<Clients><Client name="{WEB}" profile="all"/></Clients>'}
        )
        await self.start_ours()
        self.assertIn("hello", await self.ask("GetConfig"))
        await self.until_counted("GetConfig", "equal")
        self.assertEqual(self.record().clients, (WEB,))

    async def test_own_name(self) -> None:
        """Who names himself is passed on as he is."""
        await self.start_other()
        await self.start_ours()
        await self.ask("GetConfig", user=DB)
        await self.until_counted("GetConfig", "equal")
        self.assertEqual(self.record().clients, (DB,))

    async def test_credentials(self) -> None:
        """The other server decides who is let in; that ours would not have is a difference."""
        await self.start_other(password="other")
        await self.start_ours()
        self.assertEqual(await self.ask("GetConfig", user=WEB), 401)
        self.assertIn("hello", await self.ask("GetConfig", user=WEB, password="other"))
        await self.until_counted("GetConfig", "different", 2)
        kinds = {entry.difference.kind for entry in self.record().differences}
        self.assertEqual(kinds, {"build-mended", "build-failed"})

    async def test_certificate(self) -> None:
        """A certificate cannot be passed on: ours answers whom the other one lets not in."""
        client = f'<Client name="{WEB}" profile="all" auth="cert" address="127.0.0.1"/>'
        clients = f"<Clients>{client}</Clients>"
        await self.start_other({"Metadata/clients.xml": clients})
        await self.start_ours({"Metadata/clients.xml": clients})
        who = {"certificate": WEB, "user": WEB}
        self.assertIn("hello", await self.ask("GetConfig", **who))
        self.assertIn("hello", await self.ask("GetConfig", certificate=WEB, has_password=False))
        self.assertEqual(self.counts(), {("GetConfig", "not_passed_on"): 2})
        self.assertIs(await self.ask("DeclareVersion", "1.3.4", **who), True)
        self.assertEqual(self.said("it has no password that could be passed on"), 1)

    async def test_no_effect(self) -> None:
        """What is built beside makes no keys: that is for who answers."""
        keys = {
            "SSHbase/.keep": "",
            "Bundler/motd.xml": "<Bundle><Path name='/etc/ssh/ssh_host_rsa_key'/></Bundle>",
        }
        plugins = ("Bundler", "Metadata", "SSHbase", "Cfg")
        await self.start_other(keys, plugins=plugins)
        await self.start_ours(keys, plugins=plugins)
        await self.ask("GetConfig")
        await self.until_counted("GetConfig", "different")
        self.assertEqual(self.files_of(self.our_settings, "SSHbase"), [".keep"])
        self.assertIn("ssh_host_rsa_key.H_" + WEB, self.files_of(self.other_settings, "SSHbase"))

    async def test_secrets(self) -> None:
        """What the repository has encrypted is in no log and no record."""
        bundle = {"Bundler/motd.xml": "<Bundle><Path name='/etc/secret'/></Bundle>"}
        sealed = encrypt(b"swordfish", "the passphrase").decode()
        await self.start_other({**bundle, "Cfg/etc/secret/secret": "hunter2"})
        await self.start_ours(
            {**bundle, "Cfg/etc/secret/secret.crypt": sealed}, passphrases={"p": "the passphrase"}
        )
        self.assertIn("hunter2", await self.ask("GetConfig"))
        await self.until_counted("GetConfig", "different")
        (difference,) = self.record().differences
        self.assertTrue(difference.difference.details[0].is_secret)
        written = Path(record_path(self.our_settings)).read_bytes() + "".join(self.lines).encode()
        for secret in (b"hunter2", b"swordfish"):
            self.assertNotIn(secret, written)

    async def test_state(self) -> None:
        """What a client sends is taken by both servers before it is answered."""
        await self.start_other()
        await self.start_ours()
        await self.ask("RecvProbeData", PROBE_DATA.replace("6.1", "group:seen"))
        for service in (self.other, self.ours):
            self.assertIn("seen", self.groups_of(service))

    async def test_own_failure(self) -> None:
        """A defect of ours is a difference, and no client's."""
        broken = {"Bundler/motd.xml": "<Bundle><Path name='/etc/issue'/></Bundle>"}
        await self.start_other()
        await self.start_ours(broken)
        self.assertEqual(motd_of(await self.ask("GetConfig")), "hello\n")
        await self.until_counted("GetConfig", "different")

    async def test_own_start_fails(self) -> None:
        """Where ours cannot even start, the other one's answers go through."""
        await self.start_other()
        settings = self.settings(
            {},
            self.port,
            plugins=("Bundler", "NoSuchPlugin"),
            shadow_server=f"https://localhost:{self.other_port}",
        )
        service = CoreService(reactor, settings, lambda: TwistedCore(settings))
        self.addCleanup(service.stopService)
        service.startService()
        await self.assertFailure(service.started, Bcfg2Error)
        self.assertEqual(motd_of(await self.ask("GetConfig", user=WEB)), "hello\n")
        self.assertEqual(await self.ask("GetConfig"), 503)  # nobody can say who that is

    async def test_own_shadow(self) -> None:
        """A call is passed on once, by a server that was told to shadow itself as well."""
        self.other_port = self.port
        await self.start_ours()
        self.assertIn("hello", await self.ask("GetConfig"))
        await self.until_counted("GetConfig", "equal")
        self.assertEqual(self.calls_of(self.ours)["GetConfig"], 2)

    async def test_other_methods(self) -> None:
        """What is no part of a client's run concerns this server alone."""
        await self.start_other()
        await self.start_ours()
        self.assertEqual(await self.ask("ping", "x"), ["x"])
        self.assertEqual(self.calls_of(self.other), {})

    async def test_share(self) -> None:
        """With a share of nothing no configuration is compared, but what clients send is."""
        await self.start_other()
        await self.start_ours(shadow_share=0.0)
        await self.run_client()
        await self.until_counted("GetConfig", "left_out")
        await self.until_counted("GetProbes", "equal")
        await self.until_counted("RecvStats", "equal")

    async def test_fault(self) -> None:
        """Faults are answers: they are passed on, and compared."""
        await self.start_other()
        await self.start_ours()
        fault = await self.ask("RecvProbeData", "<broken")
        self.assertIsInstance(fault, Fault)
        await self.until_counted("RecvProbeData", "equal")


class OursTests(TwoServersTestCase):
    async def test_answers(self) -> None:
        """Clients get ours; the other server is asked the same beside it."""
        await self.start_other(OTHER_MOTD)
        await self.start_ours(answers="ours")
        results = await self.run_client()
        self.assertEqual(motd_of(results[3]), "hello\n")
        for method in ("DeclareVersion", "GetProbes", "RecvProbeData", "RecvStats"):
            await self.until_counted(method, "equal")
        await self.until_counted("GetConfig", "different")
        (difference,) = self.record().differences
        self.assertEqual(difference.difference.details[0].lines[-2:], ("-hallo", "+hello"))

    async def test_state(self) -> None:
        """The other server gets what clients send, in their order."""
        await self.start_other()
        await self.start_ours(answers="ours")
        for number in range(5):
            await self.ask("RecvProbeData", PROBE_DATA.replace("6.1", f"group:seen{number}"))
        await self.until_counted("RecvProbeData", "equal", 5)
        self.assertIn("seen4", self.groups_of(self.other))

    async def test_refused_login(self) -> None:
        """A login that ours refuses and the other one admits is a difference."""
        await self.start_other(password="other")
        await self.start_ours(answers="ours")
        self.assertEqual(await self.ask("GetConfig", user=WEB, password="other"), 401)
        await self.until_counted("GetConfig", "different")

    async def test_mended(self) -> None:
        """A difference that is gone keeps its dates, and has no client any more."""
        await self.start_other(OTHER_MOTD)
        await self.start_ours(answers="ours")
        await self.ask("GetConfig")
        await self.until_counted("GetConfig", "different")
        write_files(self.our_settings.repository, OTHER_MOTD)
        await self.ours.reload()
        await self.ask("GetConfig")
        await self.until_counted("GetConfig", "equal")
        await self.until(lambda: not self.record().differences[0].clients, "the difference stays")
        self.assertEqual(self.record().differences[0].times, 1)

    async def test_switch(self) -> None:
        """A change of [shadow] answers counts with the next SIGHUP; what is compared goes on."""
        await self.start_other(OTHER_MOTD)
        config = os.path.join(self.mktemp(), "bcfg2.conf")
        self.our_settings = self.written(config, answers="ours")
        self.ours = await self.start(self.our_settings)
        self.assertEqual(motd_of(await self.ask("GetConfig")), "hello\n")
        self.written(config, answers="theirs")
        self.assertEqual(await self.ours.reload(), [])
        self.assertEqual(motd_of(await self.ask("GetConfig")), "hallo\n")
