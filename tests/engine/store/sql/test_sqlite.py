"""The store in an SQLite database keeps what a store promises."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.sql.clients import SqlClients
from bcfg2tw.engine.store.store import Store
from bcfg2tw.errors import StateUnavailable
from bcfg2tw.settings import Settings
from tests.builders import write_files
from tests.doubles import ManualClock
from tests.engine.store import contract
from tests.engine.store.contract import DB, NEW, WEB, answers
from tests.engine.store.sql import sharing
from tests.full_disk import files_limited_to


class SQLiteStoreTests(contract.StoreContract, contract.DurableStoreContract):
    def location(self) -> dict[str, Any]:
        """Return the settings that name a database of this test's own."""
        return {"state": os.path.abspath(self.mktemp())}

    def setUp(self) -> None:
        self.database = self.location()
        super().setUp()

    def open_store(self) -> Store:
        """Return the store that the settings ask for, with a clock that stands still."""
        self.clock = ManualClock()
        self.settings: Settings = replace(
            self.settings, metadata_db=True, probes_db=True, **self.database
        )
        store = open_store(self.settings, self.clock)
        store.prepare()
        return store


class SQLiteSharingTests(sharing.SharingContract):
    def location(self) -> dict[str, Any]:
        """Return the settings that name a database of this test's own."""
        return {"state": os.path.abspath(self.mktemp())}

    def test_no_memory_by_itself(self) -> None:
        """A process that nobody calls goes on after it had no memory to take in a change."""

        def run_out(*_: object) -> None:
            raise MemoryError

        self.store.clients.update(WEB, {"version": "1.3.4"})
        patch = self.patch(SqlClients, "take_in", run_out)
        self.clock.advance(2)  # the other store's
        patch.restore()
        self.clock.advance(2)
        self.assertEqual(self.client(WEB, self.others_list).version, "1.3.4")

    def test_replaced(self) -> None:
        """A database that is replaced by an older copy counts as it is then."""
        path = os.path.join(str(self.settings.state), "bcfg2.sqlite")
        self.store.clients.update(WEB, {"version": "1"})
        self.store.probes.save(answers("1"))
        self.copy(path, "old")
        self.store.clients.update(WEB, {"version": "2"})
        self.store.probes.save(answers("2"))
        self.store.clients.add(NEW, {"profile": "web"})
        self.store.catch_up()
        self.copy("old", path)
        self.announced.clear()
        self.store.catch_up()
        self.assertEqual(self.client(WEB).version, "1")
        self.assertIsNone(self.list.get(NEW))
        self.assertEqual(self.text_of(WEB), "1")
        changes = [ClientChange(None, "existence"), ClientChange(None, "probes")]
        self.assertCountEqual(self.announced, changes)

    def test_replaced_and_changed(self) -> None:
        """So it does where another process has changed it meanwhile, as often as was forgotten."""
        path = os.path.join(str(self.settings.state), "bcfg2.sqlite")
        for changes in (0, 1, 5):
            self.store.clients.update(WEB, {"version": "1"})
            self.store.probes.save(answers("1"))
            self.other.catch_up()
            self.copy(path, "old")
            self.store.clients.update(WEB, {"version": "2"})
            self.other.probes.save(answers("2"))
            self.store.clients.update(DB, {"version": "2"})
            for store in (self.store, self.other):
                store.catch_up()
                self.assertEqual(self.text_of(WEB, store), "2")
            self.store.disconnect()
            self.copy("old", path)
            third = self.open_store()
            self.addCleanup(third.close)
            for number in range(4):
                third.probes.save(answers(str(number), DB))
            for _ in range(changes):
                third.clients.update(DB, {"version": "3"})
            for store, clients in ((self.store, self.list), (self.other, self.others_list)):
                store.catch_up()
                self.assertEqual(self.client(WEB, clients).version, "1")
                self.assertEqual(self.text_of(WEB, store), "1")
                self.assertEqual(self.text_of(DB, store), "3")

    def copy(self, source: str, target: str) -> None:
        """Have one database hold what another one does."""
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)

    def test_full_disk(self) -> None:
        """On a full disk changes have to be made again, and what is there is still read."""
        self.store.probes.save(answers("1"))
        path = os.path.join(str(self.settings.state), "bcfg2.sqlite-wal")
        with files_limited_to(os.path.getsize(path)):
            for text in ("2", "3"):
                self.assertRaises(StateUnavailable, self.store.probes.save, answers(text * 9999))
            with self.store.call():
                self.assertEqual(self.text_of(WEB), "1")
            self.other.catch_up()
            self.assertEqual(self.text_of(WEB, self.other), "1")
        self.clock = ManualClock()
        again = self.open_store()
        self.addCleanup(again.close)
        self.assertTrue(again.probes.save(answers("4")))
        self.assertEqual(self.text_of(WEB, again), "4")

    def test_broken_row(self) -> None:
        """What a row that no server wrote is about is not served; it is named in the log, once."""
        self.store.probes.save(answers("1"))
        self.store.probes.save(answers("1", DB))
        self.store.clients.add(NEW, {"profile": "web"})
        self.change(f"bcfg2tw_answers SET data = '[1]' WHERE client = '{WEB}'")
        again = self.open_store()
        self.addCleanup(again.close)
        with self.assertLogs("bcfg2-server", "ERROR") as logged:
            for _ in range(2):
                self.assertRaises(StateUnavailable, again.probes.of, WEB)
                self.assertEqual(self.text_of(DB, again), "1")
            self.change(
                f"bcfg2tw_client SET elements = '{{broken', revision = 99 WHERE name = '{NEW}'"
            )
            self.change("bcfg2tw_revision SET number = 99")
            for _ in range(2):
                self.assertRaises(StateUnavailable, again.catch_up)
        self.assertEqual(len(logged.output), 2)
        self.assertIn(f"bcfg2tw_answers, row '{WEB}': its column data is not", logged.output[0])
        self.assertIn(f"bcfg2tw_client, row '{NEW}': its column elements", logged.output[1])

    def change(self, what: str) -> None:
        """Change rows of the database behind the servers' back."""
        path = os.path.join(str(self.settings.state), "bcfg2.sqlite")
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"UPDATE {what}")
            database.commit()

    def test_place_missing_at_start(self) -> None:
        """While the place of the database is not there, as at a start, no call is answered."""
        state = str(self.settings.state)
        self.store.probes.save(answers("1"))
        os.rename(state, f"{state}.away")
        write_files(os.path.dirname(state), {os.path.basename(state): ""})
        again = self.open_store()
        self.addCleanup(again.close)
        again.probes.start()
        self.assertRaises(StateUnavailable, again.call().__enter__)
        os.unlink(state)
        os.rename(f"{state}.away", state)
        self.clock.advance(10)
        with again.call():
            self.assertEqual(self.text_of(WEB, again), "1")

    def check_refused(self) -> None:
        """See that no process answers, or changes anything, while the database is gone."""
        for store in (self.store, self.other):
            with self.assertRaises(StateUnavailable), store.call():
                self.text_of(WEB, store)
            self.assertRaises(StateUnavailable, store.clients.update, WEB, {"version": "2"})
            self.assertRaises(StateUnavailable, store.probes.save, answers("2"))

    def test_vanished(self) -> None:
        """One that vanishes is not made anew, and goes on with all it had once it is back."""
        for path in (os.path.abspath(self.mktemp()), str(self.settings.state)):
            os.makedirs(path, exist_ok=True)
            self.settings = replace(self.settings, db_url=f"sqlite:///{path}/clients 1.sqlite")
            self.store, first = self.open_store(), self.clock
            self.other, second = self.open_store(), self.clock
            for store in (self.store, self.other):
                self.addCleanup(store.close)
            self.list = self.store.clients.current(self.declared())
            self.others_list = self.other.clients.current(self.declared())
            self.store.clients.update(WEB, {"version": "1"})
            self.other.probes.save(answers("1"))
            os.rename(path, f"{path}.away")
            self.check_refused()
            self.assertFalse(os.path.exists(path))
            os.mkdir(path)  # on which it is mounted
            for clock in (first, second):
                clock.advance(10)
            self.check_refused()
            self.assertEqual(os.listdir(path), [])
            os.rmdir(path)
            os.rename(f"{path}.away", path)
            for clock in (first, second):
                clock.advance(10)
            for store in (self.store, self.other):
                with store.call():
                    clients = store.clients.current(self.declared())
                    self.assertEqual(self.client(WEB, clients).version, "1")
                    self.assertEqual(self.text_of(WEB, store), "1")

    def test_new(self) -> None:
        """A start that makes a database says so, and warns of one that may not be mounted."""
        for is_there, level in ((False, "INFO"), (True, "WARNING")):
            folder = os.path.abspath(self.mktemp())
            if is_there:
                os.mkdir(folder)
            self.settings = replace(self.settings, db_url=f"sqlite:///{folder}/db")
            with self.assertLogs("bcfg2-server", "INFO") as logs:
                self.addCleanup(self.open_store().close)
            said = ": its folder is empty" if is_there else " was not there"
            self.assertTrue(logs.output[0].startswith(f"{level}:bcfg2-server:"), logs.output)
            self.assertIn(f"{folder}/db{said}", logs.output[0])
            with self.assertNoLogs("bcfg2-server", "WARNING"):
                self.addCleanup(self.open_store().close)

    def test_mode(self) -> None:
        """The database, which holds passwords, is not for everybody to read."""
        for name in os.listdir(str(self.settings.state)):
            path = os.path.join(str(self.settings.state), name)
            self.assertEqual(os.stat(path).st_mode & 0o7, 0, path)
