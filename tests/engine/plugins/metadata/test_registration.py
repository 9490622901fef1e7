"""Changes of the list of clients: by clients that call, and by administrators."""

from __future__ import annotations

import os
import threading
from collections import Counter
from typing import Any
from xml.etree import ElementTree

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.plugins.metadata import Metadata
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.memory import memory_store
from bcfg2tw.errors import MetadataConsistencyError
from tests.builders import PASSWORD, a_repository, address, some_settings
from tests.doubles import ManualClock

WEB, NEW, ALIAS = "web.example.test", "new.example.test", "www.example.test"

REPOSITORY = {
    "Metadata/clients.xml": f"""<Clients>
      <Client name="{WEB}" profile="all" version="1.3.3"><Alias name="{ALIAS}"/></Client>
      <Client name="boot.example.test" profile="all" auth="bootstrap"/>
    </Clients>""",
    "Metadata/groups.xml": """<Groups>
      <Group name="all" profile="true" public="true" default="true"/>
      <Group name="other" profile="true" public="true"/>
      <Group name="private" profile="true"/>
    </Groups>""",
}


class RegistrationTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.start()

    def start(self, clock: Clock | None = None, **settings: Any) -> None:
        """Start a core, in place of the one before."""
        self.announced: list[ClientChange] = []
        made = some_settings(a_repository(self, REPOSITORY), **settings)
        self.core = NetworkCore(made, clock=clock, store=memory_store())
        self.addCleanup(self.core.shutdown)
        self.core.store.changes.subscribe(self.announced.append)
        self.core.start()
        plugin = self.core.metadata
        assert isinstance(plugin, Metadata)
        self.metadata = plugin

    def attribute(self, client: str, name: str) -> object:
        """Return an attribute of a client that is there."""
        return getattr(self.metadata.clients.get(client), name)

    def test_same_version(self) -> None:
        """A version that is set already is no change; another one is, also under an alias."""
        for name in (WEB, WEB.upper(), ALIAS):
            self.metadata.set_version(name, "1.3.3")
        self.assertEqual(self.announced, [])
        self.metadata.set_version(ALIAS.upper(), "1.3.4")
        self.assertEqual(self.announced, [ClientChange(WEB, "version")])
        self.assertEqual(self.attribute(WEB, "version"), "1.3.4")

    def test_unknown_declares_version(self) -> None:
        """A client that nobody has entered is registered, then gets its version."""
        self.metadata.set_version(NEW.upper(), "1.3.4")
        changes = [ClientChange(NEW, "existence"), ClientChange(NEW, "version")]
        self.assertEqual(self.announced, changes)
        self.assertEqual(self.attribute(NEW, "profiles"), ("all",))

    def test_names(self) -> None:
        """Only host names are registered, however a client comes; what is entered stays."""
        names = ("*", "a b", "!web", "a,b", "x" * 254, "", "ü.example.test", "a/b", "a\n", "@a")
        for name in names:
            for register in (
                lambda name: self.metadata.set_version(name, "1.4.0"),
                lambda name: self.metadata.set_profile(name, "all", address()),
                self.metadata.get_initial_metadata,
            ):
                error = self.assertRaises(MetadataConsistencyError, register, name)
                self.assertIn("is no host name; enter it in clients.xml, or", str(error))
        self.assertEqual(self.announced, [])
        for name in ("x" * 253, "a_b-1.example.test", "192.0.2.1"):
            self.metadata.set_version(name, "1.4.0")
            self.assertEqual(self.attribute(name, "version"), "1.4.0")
        self.metadata.add_client("*", {"profile": "all"})
        self.assertEqual(self.core.build_metadata("*").profile, "all")

    def test_any_name(self) -> None:
        """With an option, any name is registered that clients.xml can keep."""
        self.start(any_client_name=True)
        self.metadata.set_version("web+1", "1.4.0")
        self.assertEqual(self.attribute("web+1", "version"), "1.4.0")
        self.announced.clear()
        for name in ("", "web 1", "\tweb1", "web1\n", "web\u2028"):
            for register in (
                lambda name: self.metadata.set_version(name, "1.4.0"),
                lambda name: self.metadata.set_profile(name, "all", address()),
                self.metadata.get_initial_metadata,
                lambda name: self.metadata.add_client(name, {"profile": "all"}),
            ):
                error = self.assertRaises(MetadataConsistencyError, register, name)
                self.assertIn("is no name of a client: write it without blanks", str(error))
        self.assertEqual(self.announced, [])

    def test_rate(self) -> None:
        """So many unknown clients are registered in a minute; those that are known may change."""
        clock = ManualClock()
        self.start(clock, max_registrations=3)
        for number in range(3):
            self.metadata.set_version(f"client{number}", "1.4.0")
        for _ in range(2):
            error = self.assertRaises(
                MetadataConsistencyError, self.metadata.set_version, NEW, "1.4.0"
            )
            self.assertIn("3 were added within a minute", str(error))
        self.assertIsNone(self.metadata.clients.get(NEW))
        self.metadata.set_version(WEB, "1.4.0")
        clock.advance(61)
        self.metadata.set_version(NEW, "1.4.0")
        self.assertEqual(self.attribute(NEW, "version"), "1.4.0")

    def test_profile(self) -> None:
        """A client gets a profile that it does not have; one that it has is no change."""
        self.metadata.set_profile(WEB, "all", address())
        self.assertEqual(self.announced, [])
        self.metadata.set_profile(ALIAS, "other", address())
        self.assertEqual(self.core.build_metadata(WEB).profile, "other")

    def test_refused_profiles(self) -> None:
        """A group that is not declared, or not public, becomes nobody's profile."""
        for profile in ("nowhere", "private", 7):
            with self.assertRaises(MetadataConsistencyError):
                self.metadata.set_profile(NEW, profile, address())  # type: ignore[arg-type]
        self.assertEqual(self.announced, [])
        self.metadata.set_profile(NEW, "private", address(), require_public=False)
        self.assertEqual(self.attribute(NEW, "profiles"), ("private",))

    def test_end_of_bootstrap(self) -> None:
        """A client that bootstraps, and no other, has to use its certificate after a report."""
        for name in ("boot.example.test", WEB):
            self.metadata.end_statistics(self.core.build_metadata(name))
        self.assertEqual(self.attribute("boot.example.test", "auth"), "cert")
        self.assertIsNone(self.attribute(WEB, "auth"))

    def test_added_twice(self) -> None:
        """A client that is there, under whatever name, is not added."""
        for name in (WEB, ALIAS.upper()):
            self.metadata.add_client(name, {"profile": "other"})
        self.assertEqual(self.announced, [])
        self.metadata.add_client(NEW)
        self.assertIn(NEW, self.metadata.list_clients())

    def test_nobody(self) -> None:
        """A client that is not there can be neither changed nor removed."""
        for name in (NEW, 7, None):
            for change in (
                lambda name=name: self.metadata.update_client(name, {"version": "1"}),
                lambda name=name: self.metadata.remove_client(name),
            ):
                error = self.assertRaises(MetadataConsistencyError, change)
                self.assertEqual(str(error), f'Client "{name}" does not exist')

    def test_alias_not_removed(self) -> None:
        """An alias is no client that can be removed; the error names the one that it leads to."""
        error = self.assertRaises(MetadataConsistencyError, self.metadata.remove_client, ALIAS)
        self.assertEqual(str(error), f'Client "{ALIAS}" does not exist: it is an alias of {WEB}')
        self.assertTrue(self.metadata.is_client(WEB))

    def test_removed(self) -> None:
        """A client that is removed is gone, with its aliases."""
        self.metadata.remove_client(WEB.upper())
        self.assertFalse(self.metadata.is_client(WEB))
        self.assertFalse(self.metadata.is_client(ALIAS))


class AddressTests(SynchronousTestCase):
    """The address that a client is registered with which gave its name itself."""

    def setUp(self) -> None:
        clients = f'<Clients><Client name="{WEB}" profile="all" address="192.0.2.1"/></Clients>'
        contents = {**REPOSITORY, "Metadata/clients.xml": clients}
        self.core = NetworkCore(some_settings(a_repository(self, contents)))
        self.addCleanup(self.core.shutdown)
        self.core.start()

    def register(self, name: str, ip: str) -> None:
        """Have a client log in by its name and choose a profile."""
        peer = address(ip)
        self.assertTrue(self.core.authenticate(None, name, PASSWORD, peer))
        self.core.AssertProfile(peer, "other")

    def addresses(self) -> dict[str, str | None]:
        """Return the clients of clients.xml, read again, with their addresses."""
        self.core.store.clients.fold()
        self.core.reload(None)
        path = os.path.join(self.core.settings.repository, "Metadata", "clients.xml")
        root = ElementTree.parse(path).getroot()
        return {client.attrib["name"]: client.get("address") for client in root.iter("Client")}

    def test_taken(self) -> None:
        """One that another client has, as behind NAT, is not taken from it; the log says so."""
        with self.assertLogs("Metadata", "WARNING") as logs:
            self.register(NEW, "192.0.2.1")
        message = f"192.0.2.1 is {WEB}'s address: {NEW} is registered without one"
        self.assertEqual([record.getMessage() for record in logs.records], [message])
        self.assertEqual(self.addresses(), {WEB: "192.0.2.1", NEW: None})
        self.assertTrue(self.core.authenticate(None, "root", PASSWORD, address("192.0.2.1")))
        self.assertTrue(self.core.authenticate(None, NEW, PASSWORD, address("192.0.2.1")))

    def test_two_new_ones(self) -> None:
        """Of two new clients the first gets it, also before clients.xml is read again."""
        self.register(NEW, "192.0.2.2")
        with self.assertLogs("Metadata", "WARNING"):
            self.register("newer.example.test", "192.0.2.2")
        addresses = {WEB: "192.0.2.1", NEW: "192.0.2.2", "newer.example.test": None}
        self.assertEqual(self.addresses(), addresses)

    def test_two_processes(self) -> None:
        """Nor do two new clients get it that two processes register, one after the other or not."""
        other = NetworkCore(some_settings(self.core.settings.repository))
        self.addCleanup(other.shutdown)
        other.start()
        names = iter(f"new{number}.example.test" for number in range(40))
        for number, cores in enumerate(((self.core, other), (other, self.core)) * 5, 10):
            ip = f"192.0.2.{number}"
            threads = [
                threading.Thread(target=self.register_at, args=(core, next(names), ip))
                for core in cores
            ]
            for thread in threads:
                thread.start()
                if number % 2:
                    thread.join()
            for thread in threads:
                thread.join()
        other.store.clients.fold()
        counts = Counter(filter(None, self.addresses().values()))
        self.assertEqual(set(counts.values()), {1}, counts)
        self.assertEqual(len(counts), 11)

    def register_at(self, core: NetworkCore, name: str, ip: str) -> None:
        """Have a client log in by its name at a process, and choose a profile."""
        peer = address(ip, name)
        peer.is_named = True
        with core.store.call():
            core.AssertProfile(peer, "other")

    def test_free_again(self) -> None:
        """That of a client that was removed is free."""
        self.register(NEW, "192.0.2.2")
        self.core.metadata.remove_client(NEW)  # type: ignore[attr-defined]
        self.register("newer.example.test", "192.0.2.2")
        self.assertEqual(self.addresses(), {WEB: "192.0.2.1", "newer.example.test": "192.0.2.2"})
