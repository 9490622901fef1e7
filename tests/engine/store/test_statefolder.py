"""The store in a folder of its own keeps what a store promises, and leaves the repository alone."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.core import NetworkCore
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.store import Store
from bcfg2tw.engine.store.xmlfiles.journaled_file import FOLDING_DELAY_SECONDS
from bcfg2tw.errors import CoreInitError, MetadataRuntimeError, PluginInitError, StateUnavailable
from tests.builders import CLIENT, a_repository, address, some_settings, write_files
from tests.doubles import ManualClock
from tests.engine.store import contract
from tests.engine.store.contract import CLIENTS, DB, NEW, WEB, answers

GROUPS = """<Groups>
  <Group name="all" profile="true" public="true" default="true"/>
</Groups>"""
UPLOAD = '<ProbeData><probe-data name="p" source="Probes">group:web</probe-data></ProbeData>'


class StateFolderCase(contract.StoreCase):
    """A store with a folder for state."""

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


class StateFolderTests(StateFolderCase, contract.StoreContract, contract.DurableStoreContract):
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
        self.assertEqual(sorted(os.listdir(self.state)), ["clients.json", "probed.xml", "state.id"])
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


class VanishedTests(StateFolderCase):
    """A folder for state that is unmounted, moved away or emptied beneath a server."""

    def open_store(self) -> Store:
        """Return a store that serves from the folder."""
        store = super().open_store()
        store.clients.start()
        store.probes.start()
        return store

    def reopened(self) -> Store:
        """Return another store that serves, as after the process of the first was killed."""
        store = self.open_store()
        self.addCleanup(store.close)
        return store

    def fill(self) -> None:
        """Have changes in the files, and others in the journals."""
        for number in ("1", "2"):
            self.store.clients.update(WEB, {"version": number})
            self.store.probes.save(answers(number))
            self.clock.advance(0 if number == "2" else FOLDING_DELAY_SECONDS)

    def check_refused(self) -> None:
        """See that nothing is answered, changed or written, and that it is told where and why."""
        said = f"{self.state} is gone"
        with self.assertRaisesRegex(StateUnavailable, said), self.store.call():
            self.fail("it was answered")
        update = self.store.clients.update
        self.assertRaisesRegex(StateUnavailable, said, update, WEB, {"version": "3"})
        self.assertRaisesRegex(StateUnavailable, said, self.store.probes.save, answers("3"))
        self.clock.advance(FOLDING_DELAY_SECONDS)
        self.assertFalse(self.store.clients.fold())
        self.assertFalse(self.store.probes.fold())
        self.store.probes.refresh()

    def check_all_there(self, store: Store) -> None:
        """See that all that was acknowledged counts."""
        with store.call():
            clients = store.clients.current(self.declared())
        self.assertEqual(self.client(WEB, clients).version, "2")
        self.assertEqual(self.text_of(WEB, store), "2")

    def test_away(self) -> None:
        """Of one that comes back nothing is lost, and none is made in its place."""
        self.fill()
        os.rename(self.state, f"{self.state}.away")
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            self.check_refused()
            self.store.prepare()  # as a process does that is forked now
        self.assertEqual(len(logs.output), 1)
        self.assertFalse(os.path.exists(self.state))
        os.rename(f"{self.state}.away", self.state)
        self.check_all_there(self.store)
        self.store.clients.update(NEW, {"version": "4"})
        self.assertTrue(self.store.clients.fold())
        self.check_all_there(self.reopened())

    def test_unmounted(self) -> None:
        """The folder on which it was mounted gets nothing, also where something is in it."""
        self.fill()
        os.rename(self.state, f"{self.state}.away")
        for name, held in (("", []), ("state.id", ["state.id"])):
            write_files(self.state, {name: "another\n"} if name else {})
            os.makedirs(self.state, exist_ok=True)
            self.check_refused()
            self.assertEqual(os.listdir(self.state), held)
        shutil.rmtree(self.state)
        shutil.copytree(f"{self.state}.away", self.state)  # as from a backup
        self.check_all_there(self.store)
        self.check_all_there(self.reopened())

    def test_closed(self) -> None:
        """A server that ends meanwhile leaves what its journals hold to the next one."""
        self.fill()
        os.rename(self.state, f"{self.state}.away")
        os.mkdir(self.state)
        self.store.close()
        self.assertEqual(os.listdir(self.state), [])
        os.rmdir(self.state)
        os.rename(f"{self.state}.away", self.state)
        self.check_all_there(self.reopened())

    def test_start(self) -> None:
        """A start in an empty folder says that it is a new beginning, and what to do."""
        self.store.close()
        for content in ([], ["lost+found"]):
            shutil.rmtree(self.state)
            os.mkdir(self.state)
            for name in content:
                os.mkdir(os.path.join(self.state, name))
            with self.assertLogs("bcfg2-server", "WARNING") as logs:
                self.reopened()
            self.assertIn(f"{self.state} is empty", logs.output[0])
        shutil.rmtree(self.state)
        with self.assertLogs("bcfg2-server", "INFO") as logs:
            self.reopened()
        self.assertIn(f"INFO:bcfg2-server:{self.state} was not there", logs.output[0])
        with self.assertNoLogs("bcfg2-server", "WARNING"):
            self.reopened()

    def test_full(self) -> None:
        """Where the folder cannot be marked, that is told, and the server starts."""
        self.store.close()
        shutil.rmtree(self.state)

        def fail(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch = self.patch(os, "fsync", fail)
        with self.assertLogs("bcfg2-server", "ERROR") as logs:
            store = open_store(self.settings, self.clock)
            store.prepare()
        self.assertIn("state.id cannot be written: No space left on device", logs.output[0])
        patch.restore()
        with store.call():
            store.clients.update(WEB, {"version": "2"})
        store.close()
