"""
The promises of the store as tests, to be run over every implementation.

A test case of an implementation derives from `StoreContract`, and from `DurableStoreContract` as
well if its state outlives the process. Import the module, not the classes: trial runs
every test case that it finds in a module.
"""

from __future__ import annotations

import os
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.repository.files import Library
from bcfg2tw.engine.store.answers import Answers
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.client import Client
from bcfg2tw.engine.store.declared_clients import DeclaredClients, read_clients
from bcfg2tw.engine.store.interface import ClientList
from bcfg2tw.engine.store.store import Store
from bcfg2tw.errors import MetadataConsistencyError
from bcfg2tw.settings import Settings
from tests.builders import write_files

PATIENCE_SECONDS = 20.0

CLIENTS = """<Clients>
  <Client name="Web.example.test" profile="web" address="192.0.2.1" uuid="u-web" version="1.3.1">
    <Alias name="WWW.example.test" address="192.0.2.9"/>
  </Client>
  <Client name="db.example.test" profile="db" address="192.0.2.9" auth="cert" secure="true"/>
  <Client name="db.example.test" profile="backup"/>
</Clients>
"""

WEB, DB, NEW = "web.example.test", "db.example.test", "new.example.test"


def answers(text: str, client: str = WEB, *groups: str, at: int = 1000) -> Answers:
    """Return what the one probe of a client printed."""
    return Answers(client, {"p": text}, frozenset(groups), at)


def run_all(functions: Iterable[Callable[[], object]]) -> None:
    """Run functions in threads of their own, and wait for all of them."""
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)


class StoreCase(SynchronousTestCase):
    """
    A store for a repository that declares three clients; serving, and closed after the test.

    :ivar announced: all changes that the store announced, in order
    """

    def setUp(self) -> None:
        self.repository = os.path.abspath(self.mktemp())
        files = {"Metadata/clients.xml": CLIENTS, "Probes/probed.xml": "<Probed/>\n"}
        write_files(self.repository, files)
        self.settings = Settings(repository=self.repository)
        self.announced: list[ClientChange] = []
        self.store = self.open_store()
        self.addCleanup(self.store.close)
        self.store.changes.subscribe(self.announced.append)
        self.list = self.store.clients.current(self.declared())
        self.store.probes.refresh()
        self.store.clients.start()
        self.store.probes.start()
        self.announced.clear()

    @abstractmethod
    def open_store(self) -> Store:
        """Return a store for the repository, as one that starts has it."""

    def declared(self) -> DeclaredClients:
        """Return a new reading of clients.xml."""
        folder = os.path.join(self.repository, "Metadata")
        declared = Library(self.settings).files(folder).load("clients.xml", read_clients)
        assert declared is not None
        return declared

    def client(self, name: str, clients: ClientList | None = None) -> Client:
        """Return a client that is there."""
        client = (clients or self.list).get(name)
        assert client is not None, f"{name} is lost"
        return client

    def text_of(self, client: str, store: Store | None = None) -> str | None:
        """Return what the one probe of a client printed."""
        saved = (store or self.store).probes.of(client)
        return None if saved is None else saved.data["p"]


class StoreContract(StoreCase):
    # Clients

    def test_declared(self) -> None:
        """Clients are there as clients.xml declares them, the elements of one name together."""
        self.assertEqual(self.list.names(), [WEB, DB, DB])
        self.assertEqual([client.name for client in self.list.clients()], [WEB, DB])
        self.assertEqual(self.list.profiles(), {"web", "db", "backup"})
        web, db = self.client(WEB), self.client(DB)
        self.assertEqual((web.version, web.uuid, web.secure), ("1.3.1", "u-web", False))
        self.assertEqual((db.profiles, db.auth, db.secure), (("db", "backup"), "cert", True))

    def test_look_ups(self) -> None:
        """Clients are found by name, alias, uuid and address."""
        for name in (WEB, WEB.upper(), "www.example.test", "WWW.example.test"):
            self.assertEqual(self.client(name).name, WEB)
        self.assertIsNone(self.list.get(NEW))
        self.assertEqual(self.list.by_uuid("u-web"), self.client(WEB))
        self.assertIsNone(self.list.by_uuid("U-WEB"))
        self.assertEqual(self.list.by_address("192.0.2.1"), (WEB,))
        self.assertEqual(self.list.by_address("192.0.2.9"), (WEB, DB))
        self.assertEqual(self.list.by_address("192.0.2.2"), ())

    def test_add(self) -> None:
        """A client that is added is there at once, in lower case, behind all others."""
        self.store.clients.add(NEW.upper(), {"profile": "web"})
        self.assertEqual(self.client(NEW).profiles, ("web",))
        self.assertEqual(self.list.names(), [WEB, DB, DB, NEW])

    def test_origin_counts_later(self) -> None:
        """Where a new client came from is kept, and counts for the next call but not yet."""
        self.store.clients.add(NEW, {"profile": "web", "uuid": "u-new", "address": "192.0.2.3"})
        self.assertIsNone(self.list.by_uuid("u-new"))
        self.assertEqual(self.list.by_address("192.0.2.3"), ())

    def test_update(self) -> None:
        """Attributes that are set count at once; the others stay; look-ups follow."""
        self.store.clients.update(WEB, {"version": "1.3.4", "uuid": "u-other"})
        web = self.client(WEB)
        self.assertEqual((web.version, web.profiles), ("1.3.4", ("web",)))
        self.assertIsNone(self.list.by_uuid("u-web"))
        self.assertEqual(self.list.by_uuid("u-other"), web)

    def test_update_of_nobody(self) -> None:
        """Of a client that is not there nothing changes."""
        self.store.clients.update(NEW, {"version": "1.3.4"})
        self.assertIsNone(self.list.get(NEW))

    def test_remove(self) -> None:
        """A client that is removed is gone at once, with all that led to it."""
        self.store.clients.remove(WEB.upper())
        self.assertEqual(self.list.names(), [DB, DB])
        self.assertIsNone(self.list.get("www.example.test"))
        self.assertIsNone(self.list.by_uuid("u-web"))
        self.assertEqual(self.list.by_address("192.0.2.9"), (DB,))

    def test_removed_and_added(self) -> None:
        """A client that comes back after its removal has nothing of before."""
        self.store.clients.remove(WEB)
        self.store.clients.add(WEB, {"profile": "db"})
        self.assertEqual(self.client(WEB).profiles, ("db",))
        self.assertIsNone(self.client(WEB).version)

    def test_every_reading(self) -> None:
        """Changes are in force for every reading, whether it was read before or after them."""
        other = self.store.clients.current(self.declared())
        self.store.clients.update(WEB, {"version": "1.3.4"})
        later = self.store.clients.current(self.declared())
        for clients in (self.list, other, later):
            self.assertEqual(self.client(WEB, clients).version, "1.3.4")

    def test_fold(self) -> None:
        """Bringing changes to where others look for them changes nothing that counts."""
        self.store.clients.update(WEB, {"version": "1.3.4"})
        self.store.clients.add(NEW, {"profile": "web"})
        self.store.clients.remove(DB)
        self.store.probes.save(answers("1"))
        self.assertTrue(self.store.clients.fold())
        self.assertTrue(self.store.probes.fold())
        for clients in (self.list, self.store.clients.current(self.declared())):
            self.assertEqual(clients.names(), [WEB, NEW])
            self.assertEqual(self.client(WEB, clients).version, "1.3.4")
        self.assertEqual(self.text_of(WEB), "1")

    def test_impossible_value(self) -> None:
        """A value that XML cannot hold is refused, changes nothing and is not announced."""
        for change in (
            lambda: self.store.clients.add("new\x00", {}),
            lambda: self.store.clients.update(WEB, {"version": "\x1b"}),
            lambda: self.store.clients.update(WEB, {"no name": "1"}),
        ):
            self.assertRaises(MetadataConsistencyError, change)
        self.assertEqual(self.list.names(), [WEB, DB, DB])
        self.assertEqual(self.client(WEB).version, "1.3.1")
        self.assertEqual(self.announced, [])

    def test_clients_announced(self) -> None:
        """Every change of a client is announced, with what has changed."""
        self.store.clients.add(NEW.upper(), {"profile": "web"})
        self.store.clients.update(WEB, {"version": "1.3.4"})
        self.store.clients.update(WEB, {"profile": "db", "auth": "cert"})
        self.store.clients.remove(DB)
        self.assertEqual(
            self.announced,
            [
                ClientChange(NEW, "existence"),
                ClientChange(WEB, "version"),
                ClientChange(WEB, "profile"),
                ClientChange(WEB, "auth"),
                ClientChange(DB, "existence"),
            ],
        )

    def test_in_force_when_announced(self) -> None:
        """When a change is announced it is in force, and the caller does not know of it yet."""
        seen: list[object] = []
        self.store.changes.subscribe(lambda change: seen.append(self.client(WEB).version))
        self.store.changes.subscribe(lambda change: seen.append(self.text_of(WEB)))
        self.store.clients.update(WEB, {"version": "1.3.4"})
        seen.append("acknowledged")
        self.store.probes.save(answers("1"))
        self.assertEqual(seen, ["1.3.4", None, "acknowledged", "1.3.4", "1"])

    def test_changing(self) -> None:
        """While a thread looks at a client and changes it, no other one changes that client."""

        def count() -> None:
            for _ in range(20):
                with self.store.clients.changing(WEB.upper()):
                    number = int(self.client(WEB).version or "")
                    self.store.clients.update(WEB, {"version": str(number + 1)})

        self.store.clients.update(WEB, {"version": "0"})
        run_all([count] * 4)
        self.assertEqual(self.client(WEB).version, "80")

    def test_many_clients(self) -> None:
        """Changes of many threads at once are all there."""

        def declare(name: str) -> None:
            self.store.clients.add(name, {"profile": "web"})
            for number in range(10):
                self.store.clients.update(name, {"version": str(number)})

        names = [f"c{number}.example.test" for number in range(8)]
        run_all([lambda name=name: declare(name) for name in names])  # type: ignore[misc]
        self.assertEqual(sorted(self.list.names()[3:]), names)
        self.assertEqual({self.client(name).version for name in names}, {"9"})

    # Probe answers

    def test_nothing_saved(self) -> None:
        """Of a client that never uploaded anything there are no answers."""
        self.assertIsNone(self.store.probes.of(WEB))

    def test_saved(self) -> None:
        """An upload counts at once, for its client alone, and replaces the last one as a whole."""
        self.assertTrue(self.store.probes.save(answers("1", WEB.upper(), "a", "b")))
        self.assertTrue(self.store.probes.save(answers("other", DB)))
        self.assertEqual(self.store.probes.of(WEB.upper()), answers("1", WEB, "a", "b"))
        self.assertTrue(self.store.probes.save(answers("2")))
        self.assertEqual(self.store.probes.of(WEB), answers("2"))
        self.assertEqual(self.text_of(DB), "other")

    def test_all(self) -> None:
        """All uploads can be had, by the names of their clients."""
        self.assertEqual(self.store.probes.all(), [])
        self.store.probes.save(answers("1", WEB, "a"))
        self.store.probes.save(answers("2", DB))
        self.store.probes.save(answers("1", WEB, "a", at=2000))
        self.assertEqual(
            self.store.probes.all(), [answers("2", DB), answers("1", WEB, "a", at=2000)]
        )

    def test_nothing_new(self) -> None:
        """An upload that says the same renews the time, and is not announced."""
        self.store.probes.save(answers("1", WEB, "a"))
        self.assertFalse(self.store.probes.save(answers("1", WEB, "a", at=2000)))
        self.assertEqual(self.store.probes.of(WEB), answers("1", WEB, "a", at=2000))
        self.assertEqual(len(self.announced), 1)

    def test_answers_announced(self) -> None:
        """An upload that says something new is announced."""
        self.store.probes.save(answers("1", WEB.upper()))
        self.store.probes.save(answers("1", WEB, "a"))
        self.assertEqual(self.announced, [ClientChange(WEB, "probes")] * 2)

    def test_refresh(self) -> None:
        """Where nobody else wrote anything a refresh changes and announces nothing."""
        self.store.probes.save(answers("1"))
        self.announced.clear()
        for _ in range(2):
            self.store.probes.refresh()
            self.store.probes.fold()
        self.assertEqual(self.text_of(WEB), "1")
        self.assertEqual(self.announced, [])

    def test_many_uploads(self) -> None:
        """Uploads of many threads at once are all there."""

        def upload(client: str) -> None:
            for number in range(10):
                self.store.probes.save(answers(str(number), client))

        clients = [f"c{number}" for number in range(8)]
        run_all([lambda client=client: upload(client) for client in clients])  # type: ignore[misc]
        self.assertEqual({self.text_of(client) for client in clients}, {"9"})

    # All of it

    def test_settings(self) -> None:
        """The settings that a store was opened for ask for it as it is."""
        self.store.clients.check_settings(self.settings)
        self.store.probes.check_settings(self.settings)

    def test_files_of_others(self) -> None:
        """A file that the store did not write, or that has changed since, is one of others."""
        path = os.path.join(self.repository, "Ohai", "a.json")
        write_files(self.repository, {"Ohai/a.json": "{}"})
        self.assertEqual(self.store.changed_by_others([path]), [path])
        self.store.note_written(path)
        self.assertEqual(self.store.changed_by_others([path]), [])
        write_files(self.repository, {"Ohai/a.json": '{"a": 1}'})
        self.assertEqual(self.store.changed_by_others([path, "gone"]), [path, "gone"])


class DurableStoreContract(StoreCase):
    def reopened(self) -> Store:
        """Return a second store, as after the process of the first was killed; not serving."""
        store = self.open_store()
        self.addCleanup(store.close)
        store.probes.refresh()
        return store

    def test_durable(self) -> None:
        """What was acknowledged outlives the process, folded or not."""
        self.store.clients.update(WEB, {"version": "1.3.4"})
        self.store.probes.save(answers("1", WEB, "a"))
        self.store.clients.fold()
        self.store.probes.fold()
        self.store.clients.remove(DB)
        self.store.clients.add(NEW, {"profile": "web"})
        self.store.probes.save(answers("2", DB))
        again = self.reopened()
        clients = again.clients.current(self.declared())
        self.assertEqual(clients.names(), [WEB, NEW])
        self.assertEqual(self.client(WEB, clients).version, "1.3.4")
        self.assertEqual(again.probes.of(WEB), answers("1", WEB, "a"))
        self.assertEqual(again.probes.of(DB), answers("2", DB))

    def test_closed(self) -> None:
        """After an orderly end everything is where other programs look for it."""
        self.store.clients.add(NEW, {"profile": "web", "uuid": "u-new"})
        self.store.probes.save(answers("1", WEB, "a"))
        self.store.clients.close()
        self.store.probes.close()
        again = self.reopened()
        clients = again.clients.current(self.declared())
        self.assertEqual(clients.by_uuid("u-new"), self.client(NEW, clients))
        self.assertEqual(again.probes.of(WEB), answers("1", WEB, "a"))

    def test_beside_the_server(self) -> None:
        """A store that does not serve sees what the server's says, and leaves everything alone."""
        self.store.clients.update(WEB, {"version": "1.3.4"})
        self.store.probes.save(answers("1"))
        before = self.files()
        tool = self.reopened()
        self.assertEqual(self.client(WEB, tool.clients.current(self.declared())).version, "1.3.4")
        self.assertEqual(self.text_of(WEB, tool), "1")
        tool.close()
        self.assertEqual(self.files(), before)
        self.store.probes.save(answers("2"))
        self.assertEqual(self.text_of(WEB), "2")

    def files(self) -> dict[str, bytes]:
        """Return the content of every file of the repository."""
        contents: dict[str, bytes] = {}
        for folder, _, names in os.walk(self.repository):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as stream:
                    contents[path] = stream.read()
        return contents
