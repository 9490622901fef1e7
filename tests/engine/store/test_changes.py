"""Changes, and who is told of them."""

from __future__ import annotations

import os
import threading
from functools import partial

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.store.changes import Announcements, ClientChange
from tests.builders import CLIENT, a_core, a_repository, address, some_settings
from tests.doubles import ManualClock

ALL = '<Group name="all" profile="true" public="true"/>'


class AnnouncementsTests(SynchronousTestCase):
    def test_order(self) -> None:
        """All listeners are told, in the order in which they came, in the thread of the change."""
        announcements, told = Announcements(), list[tuple[object, ...]]()
        for number in (1, 2):
            announcements.subscribe(partial(self.note, told, number))
        change, here = ClientChange("a.test", "probes"), threading.current_thread()
        announcements.announce(change)
        self.assertEqual(told, [(1, change, here), (2, change, here)])

    def note(self, told: list[tuple[object, ...]], number: int, change: ClientChange) -> None:
        """Be a listener with a number."""
        told.append((number, change, threading.current_thread()))

    def test_nobody(self) -> None:
        """A change that nobody listens for does no harm; who comes later is not told of it."""
        announcements, told = Announcements(), list[ClientChange]()
        announcements.announce(ClientChange(None, "groups"))
        announcements.subscribe(told.append)
        self.assertEqual(told, [])

    def test_equal(self) -> None:
        """Two changes of the same are equal, so that they can be gathered."""
        changes = {ClientChange("a", "x"), ClientChange("a", "x"), ClientChange(None, "x")}
        self.assertEqual(len(changes), 2)


class CacheTests(SynchronousTestCase):
    """The cache of metadata listens."""

    def core(self) -> NetworkCore:
        """Return a core that keeps the metadata of two clients."""
        client = '<Client name="{}" profile="all" address="{}"/>'
        contents = {
            "Metadata/clients.xml": "<Clients>"
            + client.format(CLIENT, "127.0.0.1")
            + client.format("other.test", "127.0.0.2")
            + "</Clients>",
            "Metadata/groups.xml": f"<Groups>{ALL}{ALL.replace('all', 'new')}</Groups>",
            "Probes/p": "#!/bin/sh\n",
        }
        core = a_core(self, contents, client_metadata_cache="aggressive")
        for client_name in (CLIENT, "other.test"):
            core.build_metadata(client_name)
        return core

    def kept(self, core: NetworkCore) -> list[bool]:
        """Say of each client whether its metadata are kept."""
        return [core.metadata_cache.get(name) is not None for name in (CLIENT, "other.test")]

    def test_version(self) -> None:
        """A version that a client declares has its own metadata built anew, and no others."""
        core = self.core()
        core.DeclareVersion(address(), "1.4.0")
        self.assertEqual(self.kept(core), [False, True])
        self.assertEqual(core.build_metadata(CLIENT).version, "1.4.0")

    def test_profile(self) -> None:
        """So does another profile."""
        core = self.core()
        core.AssertProfile(address(), "new")
        self.assertEqual(self.kept(core), [False, True])
        self.assertEqual(core.build_metadata(CLIENT).profile, "new")

    def test_origin(self) -> None:
        """So does the address of a new client, once it counts, wherever clients are kept."""
        for options in ({}, {"metadata_db": True}):
            clock, state = ManualClock(), os.path.abspath(self.mktemp())
            repository = a_repository(self, {"Metadata/groups.xml": f"<Groups>{ALL}</Groups>"})
            settings = some_settings(
                repository, client_metadata_cache="aggressive", state=state, **options
            )
            core = NetworkCore(settings, clock=clock)
            self.addCleanup(core.shutdown)
            core.start()
            newcomer = address("192.0.2.7", "new.test")
            newcomer.is_named = True
            core.AssertProfile(newcomer, "all")
            self.assertEqual(core.build_metadata("new.test").addresses, set())
            clock.advance(10)
            self.assertEqual(core.build_metadata("new.test").addresses, {"192.0.2.7"})

    def test_probes(self) -> None:
        """So does what its probes say, if it is not what they said before."""
        core = self.core()
        upload = '<ProbeData><probe-data name="p" source="Probes">one</probe-data></ProbeData>'
        for is_kept in (False, True):
            core.RecvProbeData(address(), upload)
            self.assertEqual(self.kept(core), [is_kept, True])
            core.build_metadata(CLIENT)

    def test_of_plugins(self) -> None:
        """A plugin may announce what it has learnt, of one client or of all."""
        core = self.core()
        core.context.announce("other.test", "Ohai")
        self.assertEqual(self.kept(core), [True, False])
        core.context.announce(None, "Ohai")
        self.assertEqual(self.kept(core), [False, False])

    def test_before_the_first_reading(self) -> None:
        """What is announced while the repository is read for the first time does no harm."""
        core = a_core(self, {})
        NetworkCore(core.settings).context.announce(None, "Metadata")
