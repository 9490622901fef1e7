"""Two stores over one database, as two processes have them: each sees what the other one did."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.interface import ClientList
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.store import Store
from tests.builders import write_files
from tests.doubles import ManualClock
from tests.engine.store import contract
from tests.engine.store.contract import CLIENTS, DB, NEW, WEB, answers, run_all


class SharingContract(contract.StoreCase):
    """
    What every database promises.

    :ivar other: the store of the other process; serving
    :ivar others_list: the clients as the other process has them
    :ivar others_announced: what that store announced, in order
    """

    def location(self) -> dict[str, Any]:
        """Return the settings that name a database of this test's own."""
        raise NotImplementedError

    def setUp(self) -> None:
        self.database = self.location()
        super().setUp()
        self.other = self.open_store()
        self.addCleanup(self.other.close)
        self.others_list = self.other.clients.current(self.declared())
        self.others_announced: list[ClientChange] = []
        self.other.changes.subscribe(self.others_announced.append)

    def open_store(self) -> Store:
        """Return a store that uses the database of this test."""
        self.clock = ManualClock()
        self.settings = replace(self.settings, metadata_db=True, probes_db=True, **self.database)
        store = open_store(self.settings, self.clock)
        store.prepare()
        return store

    def call(self) -> ClientList:
        """Begin a call in the other process, and return the clients as it sees them."""
        with self.other.call():
            return self.others_list

    def test_clients(self) -> None:
        """A registration, a change and a removal are there in the next call of another process."""
        self.store.clients.add(NEW, {"profile": "web"})
        self.store.clients.update(WEB, {"version": "1.3.4"})
        self.store.clients.remove(DB)
        clients = self.call()
        self.assertEqual(clients.names(), [WEB, NEW])
        self.assertEqual(self.client(WEB, clients).version, "1.3.4")
        self.assertEqual(self.client(NEW, clients).profiles, ("web",))
        self.assertEqual(
            self.others_announced,
            [
                ClientChange(NEW, "existence"),
                ClientChange(WEB, "version"),
                ClientChange(DB, "existence"),
            ],
        )

    def test_answers(self) -> None:
        """An upload replaces what another process remembers, and is announced there."""
        self.store.probes.save(answers("1"))
        self.call()
        self.assertEqual(self.text_of(WEB, self.other), "1")
        self.store.probes.save(answers("2"))
        self.call()
        self.assertEqual(self.text_of(WEB, self.other), "2")
        self.assertEqual(self.others_announced, [ClientChange(WEB, "probes")] * 2)

    def test_own_changes(self) -> None:
        """What a process did itself is announced there once, whoever else does something."""
        self.store.clients.add(NEW, {"profile": "web"})
        self.other.clients.update(WEB, {"version": "1"})
        self.store.clients.update(WEB, {"version": "2"})
        self.other.probes.save(answers("1"))
        for _ in range(2):
            self.store.catch_up()
            self.call()
        self.assertEqual(
            self.others_announced,
            [
                ClientChange(NEW, "existence"),
                ClientChange(WEB, "version"),
                ClientChange(WEB, "version"),
                ClientChange(WEB, "probes"),
            ],
        )
        self.assertEqual(
            self.announced,
            [
                ClientChange(NEW, "existence"),
                ClientChange(WEB, "version"),
                ClientChange(WEB, "version"),
                ClientChange(WEB, "probes"),
            ],
        )

    def test_same_registration(self) -> None:
        """A client that two processes register at once has what the first of them said."""
        self.store.clients.add(NEW, {"profile": "web"})
        self.other.clients.add(NEW, {"profile": "db"})
        self.store.catch_up()
        for clients in (self.list, self.call()):
            self.assertEqual(self.client(NEW, clients).profiles, ("web",))

    def test_changing(self) -> None:
        """While a process looks at a client and changes it, the other one does not."""

        def count(store: Store, clients: ClientList) -> None:
            for _ in range(10):
                with store.clients.changing(WEB):
                    number = int(self.client(WEB, clients).version or "")
                    store.clients.update(WEB, {"version": str(number + 1)})

        self.store.clients.update(WEB, {"version": "0"})
        self.other.catch_up()
        run_all(
            [
                lambda: count(self.store, self.list),
                lambda: count(self.other, self.others_list),
            ]
            * 2
        )
        self.assertEqual(self.client(WEB, self.call()).version, "40")

    def test_tool(self) -> None:
        """A store that does not serve reads a database without tables, and makes none."""
        self.database = self.location()
        settings = replace(self.settings, **self.database)
        tool = open_store(settings, ManualClock())
        self.addCleanup(tool.close)
        self.assertEqual(tool.clients.current(self.declared()).names(), [WEB, DB, DB])
        self.assertIsNone(tool.probes.of(WEB))
        tool.catch_up()
        if settings.state is not None:
            self.assertFalse(os.path.exists(settings.state))

    def test_edited_later(self) -> None:
        """What is written into clients.xml after a change counts more than the change."""
        self.store.clients.update(WEB, {"profile": "db", "version": "1.3.4"})
        self.store.clients.remove(DB)
        text = CLIENTS.replace('profile="web"', 'profile="other"').replace('"backup"', '"nightly"')
        write_files(self.repository, {"Metadata/clients.xml": text})
        clients = self.store.clients.current(self.declared())
        self.assertEqual(self.client(WEB, clients).profiles, ("other",))
        self.assertEqual(self.client(WEB, clients).version, "1.3.4")
        self.assertEqual(self.client(DB, clients).profiles, ("db", "nightly"))

    def test_options_in_the_file(self) -> None:
        """What clients.xml says of a client that registered itself completes the registration."""
        self.store.clients.add(NEW, {"profile": "web", "uuid": "u-new"})
        entry = f'<Client name="{NEW}" profile="db" password="x"/></Clients>'
        text = CLIENTS.replace("</Clients>", entry)
        write_files(self.repository, {"Metadata/clients.xml": text})
        self.clock.advance(4)
        new = self.client(NEW, self.store.clients.current(self.declared()))
        self.assertEqual((new.profiles, new.password, new.uuid), (("db",), "x", "u-new"))

    def test_origin(self) -> None:
        """The origin of a new client counts some seconds later, in every process."""
        self.store.clients.add(NEW, {"profile": "web", "uuid": "u-new", "address": "192.0.2.3"})
        self.store.clients.update(NEW, {"version": "1.3.4"})
        self.assertIsNone(self.list.by_uuid("u-new"))
        self.assertIsNone(self.call().by_uuid("u-new"))
        self.assertEqual(self.client(NEW, self.others_list).version, "1.3.4")
        self.clock.advance(4)  # the other store's clock
        self.assertEqual(self.client(NEW, self.others_list), self.others_list.by_uuid("u-new"))

    def test_times(self) -> None:
        """The time of an upload that says nothing new is written some time later."""
        self.store.probes.save(answers("1", at=1000))
        self.store.probes.save(answers("1", at=2000))
        self.call()
        self.assertEqual(self.other.probes.of(WEB), answers("1", at=1000))
        self.assertTrue(self.store.probes.fold())
        again = self.open_store()
        self.addCleanup(again.close)
        self.assertEqual(again.probes.of(WEB), answers("1", at=2000))

    def test_disconnected(self) -> None:
        """Connections that were closed before a fork are opened again."""
        self.store.probes.save(answers("1"))
        self.store.disconnect()
        self.store.catch_up()
        self.assertTrue(self.store.probes.save(answers("2")))
        self.assertEqual(self.text_of(WEB, self.other), "2")
