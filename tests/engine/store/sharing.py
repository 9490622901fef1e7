"""Two stores over one state, as two processes have them: each sees what the other one did."""

from __future__ import annotations

from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.interface import ClientList
from bcfg2tw.engine.store.store import Store
from tests.engine.store import contract
from tests.engine.store.contract import DB, NEW, WEB, answers, run_all


class SharingCase(contract.StoreCase):
    """
    A store that several processes share.

    :ivar other: the store of the other process; serving
    :ivar others_list: the clients as the other process has them
    :ivar others_announced: what that store announced, in order
    """

    def setUp(self) -> None:
        super().setUp()
        self.other = self.open_store()
        self.addCleanup(self.other.close)
        self.others_list = self.other.clients.current(self.declared())
        self.other.probes.refresh()
        self.other.clients.start()
        self.other.probes.start()
        self.others_announced: list[ClientChange] = []
        self.other.changes.subscribe(self.others_announced.append)

    def call(self) -> ClientList:
        """Begin a call in the other process, and return the clients as it sees them."""
        with self.other.call():
            return self.others_list


class SharingContract(SharingCase):
    """The promises of a store that several processes share."""

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
        changes = [
            ClientChange(NEW, "existence"),
            ClientChange(WEB, "version"),
            ClientChange(WEB, "version"),
            ClientChange(WEB, "probes"),
        ]
        self.assertCountEqual(self.others_announced, changes)
        self.assertCountEqual(self.announced, changes)

    def test_same_registration(self) -> None:
        """A client that two processes register at once has what the first of them said."""
        self.store.clients.add(NEW, {"profile": "web"})
        self.other.clients.add(NEW, {"profile": "db"})
        self.store.catch_up()
        for clients in (self.list, self.call()):
            self.assertEqual(self.client(NEW, clients).profiles, ("web",))

    def test_address_to_come(self) -> None:
        """The address of a new client is known at once where another one is to get it."""
        self.store.clients.add(NEW, {"profile": "web", "uuid": NEW, "address": "192.0.2.7"})
        with self.other.clients.registering("192.0.2.7"):
            self.assertEqual(self.others_list.by_address("192.0.2.7"), ())
            self.assertEqual(self.others_list.newcomers_at("192.0.2.7"), (NEW,))
        self.other.clients.remove(NEW)
        with self.store.clients.registering("192.0.2.7"):
            self.assertEqual(self.list.newcomers_at("192.0.2.7"), ())

    def test_registered_again(self) -> None:
        """A client that was removed and registered as before has nothing of what it was set to."""
        self.store.clients.add(NEW, {"profile": "web"})
        self.store.clients.update(NEW, {"profile": "db", "version": "1.3.4"})
        self.call()
        self.others_announced.clear()
        self.store.clients.remove(NEW)
        self.store.clients.add(NEW, {"profile": "web"})
        new = self.client(NEW, self.call())
        self.assertEqual((new.profiles, new.version), (("web",), None))
        self.assertIn(ClientChange(NEW, "existence"), self.others_announced)

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

    def test_folded(self) -> None:
        """Bringing changes to where others look for them changes nothing for any process."""
        for number in range(3):
            self.store.clients.update(WEB, {"version": f"1.{number}"})
            self.other.clients.update(DB, {"version": f"2.{number}"})
            self.store.probes.save(answers(f"1.{number}"))
            self.other.probes.save(answers(f"2.{number}", DB))
            self.assertTrue(self.store.clients.fold())
            self.assertTrue(self.store.probes.fold())
        self.other.clients.add(NEW, {"profile": "web"})
        self.store.catch_up()
        for store, clients in ((self.store, self.list), (self.other, self.call())):
            for reading in (clients, store.clients.current(self.declared())):
                self.assertEqual(self.client(WEB, reading).version, "1.2")
                self.assertEqual(self.client(DB, reading).version, "2.2")
                self.assertEqual(reading.names()[-1], NEW)
            self.assertEqual(self.text_of(WEB, store), "1.2")
            self.assertEqual(self.text_of(DB, store), "2.2")

    def test_missed(self) -> None:
        """A process that did not look for long sees all that has happened meanwhile."""
        for number in range(4):
            self.store.clients.update(WEB, {"version": f"1.{number}"})
            self.store.clients.add(f"c{number}.example.test", {"profile": "web"})
            self.store.probes.save(answers(f"1.{number}"))
            self.store.clients.fold()
            self.store.probes.fold()
        self.store.clients.remove(DB)
        self.store.clients.fold()
        clients = self.call()
        self.assertEqual(self.client(WEB, clients).version, "1.3")
        self.assertEqual(
            clients.names(), [WEB, *(f"c{number}.example.test" for number in range(4))]
        )
        self.assertEqual(self.text_of(WEB, self.other), "1.3")

    def test_first_ends(self) -> None:
        """When one process ends the other goes on, and writes what is left."""
        self.store.clients.update(WEB, {"version": "1"})
        self.other.clients.update(WEB, {"version": "2"})
        self.other.probes.save(answers("2"))
        self.store.clients.close()
        self.store.probes.close()
        self.call()
        self.other.clients.update(DB, {"version": "3"})
        self.assertTrue(self.other.clients.fold())
        self.assertTrue(self.other.probes.fold())
        again = self.open_store()
        self.addCleanup(again.close)
        again.probes.refresh()
        clients = again.clients.current(self.declared())
        self.assertEqual(self.client(WEB, clients).version, "2")
        self.assertEqual(self.client(DB, clients).version, "3")
        self.assertEqual(self.text_of(WEB, again), "2")
