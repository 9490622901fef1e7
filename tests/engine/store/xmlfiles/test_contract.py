"""The store over XML files keeps what a store promises."""

from __future__ import annotations

import os

from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.store import Store
from bcfg2tw.errors import PluginInitError
from bcfg2tw.settings import Settings
from tests.builders import write_files
from tests.doubles import ManualClock
from tests.engine.store import contract
from tests.engine.store.contract import WEB


class XMLFilesStoreTests(contract.StoreContract, contract.DurableStoreContract):
    def open_store(self) -> Store:
        """Return the store that the settings ask for, with a clock that stands still."""
        self.clock = ManualClock()
        return open_store(self.settings, self.clock)

    def write_probed(self, text: str) -> None:
        """Write into probed.xml what the one probe of a client printed, as an editor does."""
        client = f'<Client name="{WEB}" timestamp="7"><Probe name="p" value="{text}"/></Client>'
        write_files(self.repository, {"Probes/probed.xml": f"<Probed>{client}</Probed>"})

    def test_soon(self) -> None:
        """Changes are brought to the files by themselves, some seconds later."""
        self.store.clients.update(WEB, {"version": "1.3.4"})
        self.store.probes.save(contract.answers("printed"))
        for name, text in (("Metadata/clients.xml", "1.3.4"), ("Probes/probed.xml", "printed")):
            with open(os.path.join(self.repository, name)) as stream:
                self.assertNotIn(text, stream.read())
        self.clock.advance(3)
        for name, text in (("Metadata/clients.xml", "1.3.4"), ("Probes/probed.xml", "printed")):
            with open(os.path.join(self.repository, name)) as stream:
                self.assertIn(text, stream.read())

    def test_edited_by_hand(self) -> None:
        """What somebody writes into probed.xml is announced when it is taken in, if it is news."""
        self.store.probes.save(contract.answers("1"))
        self.store.probes.fold()
        self.announced.clear()
        self.write_probed("1")
        self.store.probes.refresh()
        self.assertEqual(self.announced, [])
        self.write_probed("edited")
        self.store.probes.refresh()
        self.assertEqual(self.announced, [ClientChange(None, "probes")])
        self.assertEqual(self.store.probes.of(WEB), Answers(WEB, {"p": "edited"}, frozenset(), 7))

    def test_database(self) -> None:
        """Settings that ask for a database are refused with what to do."""
        for part, settings, section in (
            (self.store.clients, Settings(metadata_db=True), "[metadata]"),
            (self.store.probes, Settings(probes_db=True), "[probes]"),
        ):
            error = self.assertRaises(PluginInitError, part.check_settings, settings)
            self.assertIn(f"{section} use_database: ", str(error))
            self.assertIn("restart it to have", str(error))
