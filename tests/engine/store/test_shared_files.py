"""Several processes share the files of the repository, or a folder for state."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any, NoReturn

from bcfg2tw.engine.store.declared_clients import DeclaredClients
from bcfg2tw.engine.store.opening import open_store
from bcfg2tw.engine.store.store import Store
from bcfg2tw.engine.store.xmlfiles import probed_file, records
from bcfg2tw.engine.store.xmlfiles.probed_document import read_probed
from bcfg2tw.engine.store.xmlfiles.probed_file import ProbedFile
from bcfg2tw.errors import RepositoryError, StateUnavailable
from tests.builders import write_files
from tests.doubles import ManualClock
from tests.engine.store import sharing
from tests.engine.store.contract import CLIENTS, DB, NEW, WEB, answers


def call_before(first: Callable[[], object], then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that calls another one before it does what it does."""

    def both(value: Any) -> Any:
        first()
        return then(value)

    return both


class SharedFilesTests(sharing.SharingContract):
    def location(self) -> dict[str, Any]:
        """Return the settings that say where state is kept."""
        return {}

    def setUp(self) -> None:
        self.place = self.location()
        super().setUp()

    def open_store(self) -> Store:
        """Return the store that the settings ask for, with a clock that stands still."""
        self.clock = ManualClock()
        self.settings = replace(self.settings, **self.place)
        store = open_store(self.settings, self.clock)
        store.prepare()
        return store

    def test_not_on_disk(self) -> None:
        """A change that could not be brought to disk is in no process, and can be made again."""
        self.store.clients.update(WEB, {"version": "1"})
        self.other.clients.update(DB, {"version": "1"})

        def fail(_: int) -> None:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

        patch = self.patch(os, "fdatasync", fail)
        for store in (self.store, self.other):
            for _ in range(2):
                with self.assertRaises(StateUnavailable):
                    store.clients.update(WEB, {"version": "2"})
                with self.assertRaises(StateUnavailable):
                    store.probes.save(answers("2"))
            self.assertEqual(self.client(WEB, self.call()).version, "1")
            self.store.catch_up()
            self.assertEqual(self.client(WEB).version, "1")
            self.assertIsNone(self.text_of(WEB, self.other))
        patch.restore()
        self.other.clients.update(WEB, {"version": "3"})
        self.assertTrue(self.other.probes.save(answers("3")))
        self.store.catch_up()
        self.assertTrue(self.store.clients.fold())
        self.assertTrue(self.store.probes.fold())
        again = self.open_store()
        self.addCleanup(again.close)
        again.probes.refresh()
        clients = again.clients.current(self.declared())
        self.assertEqual(self.client(WEB, clients).version, "3")
        self.assertEqual(self.client(DB, clients).version, "1")
        self.assertEqual(self.text_of(WEB, again), "3")

    def test_no_memory(self) -> None:
        """
        What others did comes into force later where there is no memory for it; nobody writes the
        file without it.
        """
        for store in (self.store, self.other):
            store.probes.close()  # which would write the file itself
        for owner, name in ((records, "_record"), (ProbedFile, "_take_record")):
            leader, other = self.open_store(), self.open_store()
            for store in (leader, other):
                store.probes.refresh()
                store.probes.start()
            leader.probes.save(answers(f"0 {name}"))
            other.catch_up()
            other.probes.save(answers(f"1 {name}"))
            other.probes.save(answers(f"2 {name}", client=DB))
            self.run_out_of_memory(owner, name, leader.catch_up)
            leader.probes.save(answers(f"3 {name}", client=NEW))
            self.assertTrue(leader.probes.fold())
            leader.close()
            other.close()
            again = self.open_store()
            again.probes.refresh()
            for client, number in ((WEB, 1), (DB, 2), (NEW, 3)):
                self.assertEqual(self.text_of(client, again), f"{number} {name}")

    def run_out_of_memory(self, owner: object, name: str, call: Callable[[], None]) -> None:
        """Make a call that finds no memory when it is in a function for the second time."""
        function = getattr(owner, name)
        times = count()

        def run_out(*given: Any) -> Any:
            if next(times) == 1:
                raise MemoryError
            return function(*given)

        patch = self.patch(owner, name, run_out)
        self.assertRaises(MemoryError, call)
        patch.restore()

    def test_no_memory_by_itself(self) -> None:
        """A process that nobody calls goes on after it had no memory, and says so in a line."""
        self.store.probes.save(answers("1"))
        self.store.probes.save(answers("2"))

        def look() -> None:
            with self.assertLogs("Probes", "ERROR") as logs:
                self.clock.advance(2)  # the other store's
            self.assertEqual(len(logs.output), 1)
            self.assertIn("there is not enough memory", logs.output[0])
            raise MemoryError

        self.run_out_of_memory(records, "_record", look)
        self.clock.advance(2)
        self.assertEqual(self.text_of(WEB, self.other), "2")

    def test_by_itself(self) -> None:
        """A process that nobody calls takes in what others did, and takes over from the leader."""
        self.store.probes.save(answers("1"))
        self.clock.advance(2)  # the other store's
        self.assertEqual(self.text_of(WEB, self.other), "1")
        self.store.clients.update(WEB, {"version": "1.3.4"})
        self.store.clients.close()
        self.store.probes.close()
        self.clock.advance(2)
        self.assertEqual(self.client(WEB, self.others_list).version, "1.3.4")
        self.other.clients.update(WEB, {"version": "1.3.5"})
        self.clock.advance(10)
        again = self.open_store().clients.current(self.declared())
        self.assertEqual(self.client(WEB, again).version, "1.3.5")

    def test_no_thread(self) -> None:
        """A process that cannot start the thread for that looks as soon as a call finds it can."""
        other = self.open_store()  # which has a clock of its own
        self.addCleanup(other.close)
        other.probes.refresh()

        def refuse(*_: object) -> NoReturn:
            raise RuntimeError("can't start new thread")

        patch = self.patch(self.clock, "call_later", refuse)
        other.probes.start()
        patch.restore()
        other.catch_up()
        self.store.probes.save(answers("1"))
        self.clock.advance(2)
        self.assertEqual(self.text_of(WEB, other), "1")

    def test_no_mark(self) -> None:
        """Where the mark cannot be made changes are kept, and the reason is told."""
        settings = replace(self.settings, state=os.path.abspath(self.mktemp()))
        os.makedirs(os.path.join(str(settings.state), "probed.xml.journal.lock"))
        store = open_store(settings, ManualClock())
        with self.assertLogs("Probes", "ERROR") as logs:
            store.probes.start()
            store.probes.save(answers("1"))
            self.assertFalse(store.probes.fold())
        self.assertIn("probed.xml.journal.lock", logs.output[0])
        again = open_store(settings, ManualClock())
        again.probes.refresh()
        self.assertEqual(self.text_of(WEB, again), "1")
        os.rmdir(os.path.join(str(settings.state), "probed.xml.journal.lock"))
        store.close()
        again.close()

    def test_forked(self) -> None:
        """
        What was left in a journal counts once, also in a process that closed it to fork, as often
        as it does.
        """
        self.store.clients.add("left.example.test", {"profile": "web"})
        nursery = self.open_store()
        clients = nursery.clients.current(self.declared())
        nursery.disconnect()
        nursery.disconnect()
        heard: list[object] = []
        nursery.changes.subscribe(heard.append)
        nursery.clients.start()
        nursery.catch_up()
        self.assertEqual(heard, [])
        self.store.clients.update("left.example.test", {"version": "1"})
        nursery.catch_up()
        self.assertEqual(self.client("left.example.test", clients).version, "1")
        nursery.close()

    def test_workers(self) -> None:
        """Processes that have read everything before one of them serves need not read it again."""
        self.store.clients.add("left.example.test", {"profile": "web"})
        self.store.clients.later.close()  # type: ignore[attr-defined]
        self.store.clients._journal.close()  # type: ignore[attr-defined]
        self.other.close()
        workers = [self.open_store() for _ in range(3)]
        lists = [worker.clients.current(self.declared()) for worker in workers]
        for worker in workers:
            self.addCleanup(worker.close)
            self.patch(worker.clients, "_reread", lambda _: self.fail("it is read again"))
            worker.disconnect()
        for worker in workers:
            worker.clients.start()
            worker.catch_up()
        workers[2].clients.update("left.example.test", {"version": "1"})
        for worker, clients in zip(workers, lists, strict=True):
            worker.catch_up()
            self.assertEqual(self.client("left.example.test", clients).version, "1")

    def test_known_throughout(self) -> None:
        """
        What a process knows it knows at every moment, also while it reads everything anew because
        another one has taken over and writes.
        """
        third = self.open_store()
        self.addCleanup(third.close)
        clients = third.clients.current(self.declared())
        third.probes.refresh()
        third.clients.start()
        third.probes.start()
        self.store.clients.close()
        self.store.probes.close()
        self.other.clients.add(NEW, {"profile": "web"})
        self.other.probes.save(answers("1"))
        third.catch_up()
        seen = []
        third.changes.subscribe(
            lambda _: seen.append((clients.get(NEW) is not None, self.text_of(WEB, third)))
        )
        for part in (self.other.clients, self.other.probes):
            self.patch(part, "_write", call_before(third.catch_up, part._write))  # type: ignore[union-attr]
            self.assertTrue(part.fold())
        self.call()
        seen.append((clients.get(NEW) is not None, self.text_of(WEB, third)))
        self.assertEqual(set(seen), {(True, "1")})

    def test_written_by_the_other(self) -> None:
        """What one process wrote is no change for the other; what somebody's hand did is."""
        path = os.path.join(str(self.settings.state or f"{self.repository}/Probes"), "probed.xml")
        for text in ("1", "2"):
            self.store.probes.save(answers(text))
            self.other.catch_up()
            self.store.probes.fold()
            self.assertEqual(self.other.changed_by_others([path]), [])
        with open(path) as stream:
            edited = stream.read().replace('value="2"', 'value="edited"')
        with open(path, "w") as stream:
            stream.write(edited)
        self.store.probes.refresh()
        for text in ("3", "4"):
            self.store.probes.save(answers(text, DB))
            self.other.catch_up()
            self.store.probes.fold()
            self.assertEqual(self.other.changed_by_others([path]), [path])
        self.other.probes.refresh()
        self.assertEqual(self.text_of(WEB, self.other), "edited")
        self.assertEqual(self.text_of(DB, self.other), "4")


class WrittenFilesTests(sharing.SharingCase):
    """The files of the repository, as one process writes them and others meet that."""

    def setUp(self) -> None:
        super().setUp()
        self.clients = os.path.join(self.repository, "Metadata/clients.xml")
        self.probed = os.path.join(self.repository, "Probes/probed.xml")
        self.nursery = self.open_store()  # it reads, and does not serve
        self.nursery.clients.current(self.declared())
        self.nursery.probes.refresh()

    def open_store(self) -> Store:
        """Return a store of files."""
        store = open_store(self.settings, ManualClock())
        store.prepare()
        return store

    def change_and_write(self, number: int) -> None:
        """Have clients say something, and write it."""
        self.store.clients.add(f"new{number}.example.test", {"profile": "web"})
        self.store.probes.save(answers(str(number)))
        for fold in (self.store.clients.fold, self.store.probes.fold):
            self.assertTrue(fold())

    def news_of(self, store: Store) -> list[str]:
        """Return which files a process has to read."""
        return store.changed_by_others([self.clients, self.probed])

    def test_no_news(self) -> None:
        """What one process wrote, no other one reads again: neither the nursery nor a worker."""
        for number in range(3):
            self.change_and_write(number)
            for name in ("store", "nursery", "other"):
                self.assertEqual(self.news_of(getattr(self, name)), [], (name, number))

    def test_other_goes_on(self) -> None:
        """When the process that wrote the file has ended, another one goes on at once."""
        for number in range(2):
            self.change_and_write(number)
            self.call()
        self.store.clients.update(WEB, {"version": "1"})
        self.call()
        self.store.clients.close()
        for version in ("2", "3", "4"):
            self.other.clients.update(WEB, {"version": version})
            self.assertTrue(self.other.clients.fold())
            with open(self.clients) as stream:
                self.assertIn(f'version="{version}"', stream.read())

    def test_edited_by_hand(self) -> None:
        """What somebody's hand did is read by each, whoever wrote the file after that."""
        self.change_and_write(0)
        for store in (self.nursery, self.other):
            self.news_of(store)
        with open(self.clients) as stream:
            edited = stream.read().replace("</Clients>", "<Client name='by-hand'/></Clients>")
        with open(self.clients, "w") as stream:
            stream.write(edited)
        self.store.clients.update(WEB, {"version": "1"})
        self.store.clients.fold()
        for store in (self.store, self.nursery, self.other):
            self.assertEqual(self.news_of(store), [self.clients])
            self.assertIn("by-hand", store.clients.current(self.declared()).names())

    def test_missed_and_edited(self) -> None:
        """
        What waits to be written counts in each process, whatever somebody's hand did meanwhile:
        also in one that missed what came before, and begins anew with the file and what waits.
        """
        for number in range(2):
            self.change_and_write(number)  # and the other process does not look
        self.store.clients.update(WEB, {"version": "2"})
        with open(self.clients) as stream:
            edited = stream.read().replace('version="1.3.1"', 'version="by hand"')
        with open(self.clients, "w") as stream:
            stream.write(edited)
        self.assertEqual(self.client(WEB, self.call()).version, "2")
        self.assertEqual(self.client(WEB).version, "2")
        self.store.clients.current(self.declared())
        self.assertTrue(self.store.clients.fold())
        self.assertEqual(self.client(WEB, self.call()).version, "2")
        for store in (self.store, self.other):
            self.assertEqual(self.client(WEB, store.clients.current(self.declared())).version, "2")

    def meanwhile(self, fold: Callable[[], bool]) -> None:
        """Have one process write, and the other one look at that in a thread, if it can."""
        self.assertTrue(fold())
        thread = threading.Thread(target=self.other.catch_up)
        thread.start()
        self.addCleanup(thread.join)
        thread.join(0.2)

    def edit_by_hand(self, path: str, old: str, new: str) -> None:
        """Replace some text of a file."""
        with open(path) as stream:
            text = stream.read().replace(old, new)
        with open(path, "w") as stream:
            stream.write(text)

    def test_answers_written_while_read(self) -> None:
        """An upload that another process writes while this one reads the file goes on to count."""
        self.change_and_write(0)
        self.store.probes.save(answers("1", DB))
        self.call()
        self.edit_by_hand(self.probed, 'value="0"', 'value="by hand"')
        self.store.probes.save(answers("2"))

        def read(path: str) -> Any:
            result = read_probed(path)
            self.patch(probed_file, "read_probed", read_probed)
            self.meanwhile(self.store.probes.fold)
            return result

        self.patch(probed_file, "read_probed", read)
        self.other.probes.refresh()
        self.call()
        self.assertEqual(self.text_of(WEB, self.other), "2")

    def test_clients_written_while_read(self) -> None:
        """So does a registration that another process writes just when clients.xml was read."""
        self.store.clients.add(NEW, {"profile": "web"})
        self.call()
        self.edit_by_hand(self.clients, "</Clients>", "<Client name='by-hand'/></Clients>")
        declared = self.declared()
        self.store.clients.current(declared)
        is_current = declared.is_current()

        def ask(reading: DeclaredClients) -> bool:
            self.meanwhile(self.store.clients.fold)
            return is_current

        self.patch(DeclaredClients, "is_current", ask)
        clients = self.other.clients.current(declared)
        self.call()
        self.assertEqual(clients.names(), [WEB, DB, DB, "by-hand", NEW])

    def test_not_in_service(self) -> None:
        """
        A process that begins anew while clients.xml is not in service, as it is broken or has a
        mistake, takes nobody away and has what waits to be written.
        """
        for number, text in enumerate(("<Clients><Client nmae='x'/></Clients>", "<Clients>")):
            for _ in range(2):
                self.change_and_write(number)  # and the other process does not look
            write_files(self.repository, {"Metadata/clients.xml": text})
            for store in (self.store, self.other):
                store.clients.note_problem(RepositoryError(self.clients, "a mistake"))
            newcomer = f"waiting{number}.example.test"
            self.store.clients.add(newcomer, {"profile": "web"})
            clients = self.call()
            self.assertEqual(
                [name for name in (WEB, DB, newcomer) if clients.get(name) is None], [], text
            )
            write_files(self.repository, {"Metadata/clients.xml": CLIENTS})
            for store in (self.store, self.other):
                store.clients.note_problem(None)
                store.clients.current(self.declared())

    def test_forked_later(self) -> None:
        """A process that is forked from one which read nothing again has all that was said."""
        for number in range(2):
            self.change_and_write(number)
            self.news_of(self.nursery)
        clients = self.nursery.clients.current(self.declared())
        self.nursery.disconnect()
        self.addCleanup(self.nursery.close)
        self.nursery.clients.start()
        self.nursery.probes.start()
        with self.nursery.call():
            self.assertEqual(clients.names()[-2:], ["new0.example.test", "new1.example.test"])
            self.assertEqual(self.text_of(WEB, self.nursery), "1")


class SharedStateTests(SharedFilesTests):
    def location(self) -> dict[str, Any]:
        """Return the settings that say where state is kept."""
        return {"state": os.path.abspath(self.mktemp())}
