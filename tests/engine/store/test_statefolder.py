"""The store in a folder of its own keeps what a store promises, and leaves the repository alone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.store import Store
from bcfg2tw.errors import CoreInitError, MetadataRuntimeError, PluginInitError
from tests.builders import CLIENT, a_repository, address, some_settings, write_files
from tests.doubles import ManualClock
from tests.engine.store import contract
from tests.engine.store.contract import CLIENTS, DB, NEW, WEB

GROUPS = """<Groups>
  <Group name="all" profile="true" public="true" default="true"/>
</Groups>"""
UPLOAD = '<ProbeData><probe-data name="p" source="Probes">group:web</probe-data></ProbeData>'


class StateFolderTests(contract.StoreContract, contract.DurableStoreContract):
    def setUp(self) -> None:
        self.state = os.path.abspath(self.mktemp())
        super().setUp()

    def open_store(self) -> Store:
        """Return the store that the settings ask for, with a clock that stands still."""
        self.clock = ManualClock()
        self.settings = replace(self.settings, state=self.state)
        store = open_store(self.settings, self.clock)
        store.prepare()
        return store

    def test_edited_later(self) -> None:
        """What is written into clients.xml after a change counts more than the change."""
        self.store.clients.update(WEB, {"profile": "db", "version": "1.3.4"})
        self.store.clients.remove(DB)
        text = CLIENTS.replace('profile="web"', 'profile="other"').replace('"backup"', '"nightly"')
        write_files(self.repository, {"Metadata/clients.xml": text})
        for store in (self.store, self.reopened()):
            clients = store.clients.current(self.declared())
            self.assertEqual(self.client(WEB, clients).profiles, ("other",))
            self.assertEqual(self.client(WEB, clients).version, "1.3.4")
            self.assertEqual(self.client(DB, clients).profiles, ("db", "nightly"))

    def test_file_not_writable(self) -> None:
        """While the file cannot be written changes stay in force, and in the journal."""
        os.mkdir(os.path.join(self.state, "clients.json"))
        self.store.clients.update(WEB, {"version": "1.3.4"})
        self.assertFalse(self.store.clients.fold())
        os.rmdir(os.path.join(self.state, "clients.json"))
        self.assertEqual(self.client(WEB).version, "1.3.4")
        again = self.reopened().clients.current(self.declared())
        self.assertEqual(self.client(WEB, again).version, "1.3.4")
        self.assertTrue(self.store.clients.fold())

    def test_journal_not_writable(self) -> None:
        """What cannot be kept is refused, and does not count."""
        os.mkdir(os.path.join(self.state, "clients.json.journal"))
        update = self.store.clients.update
        self.assertRaises(MetadataRuntimeError, update, WEB, {"version": "1.3.4"})
        self.assertEqual(self.client(WEB).version, "1.3.1")

    def test_broken(self) -> None:
        """A file that no server wrote ends the start with its path and what to do."""
        for text in ("nothing", "{}", '[{"name": 1}]', "[1]"):
            write_files(self.state, {"clients.json": text})
            error = self.assertRaises(CoreInitError, open_store, self.settings, self.clock)
            self.assertIn(os.path.join(self.state, "clients.json"), str(error))
            self.assertIn("take it from a backup", str(error))
        os.unlink(os.path.join(self.state, "clients.json"))

    def test_other_place(self) -> None:
        """Settings that ask for another place are refused with what to do."""
        error = self.assertRaises(
            PluginInitError,
            self.store.clients.check_settings,
            replace(self.settings, state=None),
        )
        self.assertIn("restart it", str(error))

    def test_folded(self) -> None:
        """Some seconds after a change the journal is gone, and all is in the file."""
        self.store.clients.add(NEW, {"profile": "web"})
        self.store.probes.save(contract.answers("1"))
        self.clock.advance(4)
        self.store.close()
        self.assertEqual(sorted(os.listdir(self.state)), ["clients.json", "probed.xml"])
        self.store = self.open_store()
        self.addCleanup(self.store.close)


class RepositoryTests(SynchronousTestCase):
    """A core whose repository is only read."""

    def contents(self, folder: Path) -> dict[str, tuple[bytes, int]]:
        """Return content and time of each file below a folder."""
        return {
            str(path): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in folder.rglob("*")
            if path.is_file()
        }

    def test_untouched(self) -> None:
        """Clients register, change and upload, and no file of the repository does."""
        repository = a_repository(
            self,
            {"Bundler/b.xml": "<Bundle/>", "Probes/p": "echo", "Metadata/groups.xml": GROUPS},
        )
        before = self.contents(Path(repository))
        state = os.path.abspath(self.mktemp())
        for _ in range(2):
            core = NetworkCore(some_settings(repository, state=state))
            core.start()
            core.DeclareVersion(address(), "1.3.4")
            core.RecvProbeData(address(), UPLOAD)
            core.build_metadata("new.example.test")
            self.assertEqual(core.build_metadata(CLIENT).version, "1.3.4")
            self.assertEqual(core.build_metadata(CLIENT).groups, {"all", "web"})
            self.assertIn("new.example.test", core.metadata.client_names())
            core.shutdown()
        self.assertEqual(self.contents(Path(repository)), before)

    def test_no_clients_xml(self) -> None:
        """Without a clients.xml there are the clients that register themselves."""
        repository = os.path.abspath(self.mktemp())
        write_files(repository, {"Metadata/groups.xml": GROUPS})
        core = NetworkCore(some_settings(repository, state=os.path.abspath(self.mktemp())))
        self.addCleanup(core.shutdown)
        core.start()
        self.assertEqual(core.metadata.client_names(), [])
        core.build_metadata("new.example.test")
        core.reload(None)
        self.assertEqual(core.metadata.client_names(), ["new.example.test"])
        self.assertFalse(os.path.exists(os.path.join(repository, "Metadata", "clients.xml")))
        write_files(repository, {"Metadata/clients.xml": CLIENTS})
        core.reload(None)
        self.assertEqual(core.metadata.client_names(), [WEB, DB, DB, "new.example.test"])
