"""Two stores over one database, as two processes have them."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.store import Store
from tests.builders import write_files
from tests.doubles import ManualClock
from tests.engine.store import sharing
from tests.engine.store.contract import CLIENTS, DB, NEW, WEB, answers


class SharingContract(sharing.SharingContract):
    """What every database promises beyond that."""

    def location(self) -> dict[str, Any]:
        """Return the settings that name a database of this test's own."""
        raise NotImplementedError

    def setUp(self) -> None:
        self.database = self.location()
        super().setUp()

    def open_store(self) -> Store:
        """Return a store that uses the database of this test."""
        self.clock = ManualClock()
        self.settings = replace(self.settings, metadata_db=True, probes_db=True, **self.database)
        store = open_store(self.settings, self.clock)
        store.prepare()
        return store

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

    def test_fetched_before(self) -> None:
        """
        An upload to another process is announced, whenever it is taken in, also where it was
        fetched before: somebody may keep what rests on the one before.
        """
        self.store.probes.save(answers("1"))
        self.call()
        self.others_announced.clear()
        self.store.probes.save(answers("2"))
        self.assertEqual(self.text_of(WEB, self.other), "2")
        self.call()
        self.assertEqual(self.others_announced, [ClientChange(WEB, "probes")])

    def test_disconnected(self) -> None:
        """Connections that were closed before a fork are opened again."""
        self.store.probes.save(answers("1"))
        self.store.disconnect()
        self.store.catch_up()
        self.assertTrue(self.store.probes.save(answers("2")))
        self.assertEqual(self.text_of(WEB, self.other), "2")
