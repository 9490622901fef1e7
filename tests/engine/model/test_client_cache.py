"""What is kept of clients, and what must not be: what was expired while it was being built."""

from __future__ import annotations

import threading

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.model.client_cache import ClientCache
from tests.waiting import PATIENCE_SECONDS


class CacheTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.cache: ClientCache[str] = ClientCache()

    def keep(self, *clients: str) -> None:
        """Keep a value for each client, built without a pause."""
        for client in clients:
            self.cache.put(client, f"of {client}", self.cache.ticket(client))

    def kept(self, *clients: str) -> list[str | None]:
        """Return what is kept of clients."""
        return [self.cache.get(client) for client in clients]

    def test_kept(self) -> None:
        """What is put is there, whatever the case of the name; of others there is nothing."""
        self.keep("A.test")
        self.assertEqual(self.kept("a.TEST", "A.test", "b.test"), ["of A.test", "of A.test", None])

    def test_replaced(self) -> None:
        """A newer value takes the place of an older one."""
        self.keep("a")
        self.cache.put("A", "new", self.cache.ticket("a"))
        self.assertEqual(self.kept("a"), ["new"])

    def test_expired(self) -> None:
        """Named clients are forgotten, and no others; counted are those that were kept."""
        self.keep("a", "b", "c")
        self.assertEqual(self.cache.expire("A", "b", "unknown"), 2)
        self.assertEqual(self.kept("a", "b", "c"), [None, None, "of c"])
        self.assertEqual(self.cache.expire("a"), 0)

    def test_all_expired(self) -> None:
        """Where nobody is named all are forgotten; what is put later is kept again."""
        self.keep("a", "b")
        self.assertEqual(self.cache.expire(), 2)
        self.assertEqual(self.kept("a", "b"), [None, None])
        self.keep("a")
        self.assertEqual(self.kept("a"), ["of a"])

    def test_expired_while_built(self) -> None:
        """A value that is out of date when it is finished is not kept."""
        for expire in (lambda: self.cache.expire("A"), self.cache.expire):
            ticket = self.cache.ticket("a")
            expire()
            self.cache.put("a", "out of date", ticket)
            self.assertEqual(self.kept("a"), [None])

    def test_other_expired_while_built(self) -> None:
        """That another client is expired meanwhile does not matter."""
        ticket = self.cache.ticket("a")
        self.cache.expire("b")
        self.cache.put("a", "good", ticket)
        self.assertEqual(self.kept("a"), ["good"])

    def test_expired_before_all(self) -> None:
        """A ticket from before all were forgotten stays worthless, whoever is forgotten later."""
        self.cache.expire("a")
        ticket = self.cache.ticket("a")
        self.cache.expire()
        self.cache.expire("a")
        self.cache.put("a", "out of date", ticket)
        self.assertEqual(self.kept("a"), [None])

    def test_building(self) -> None:
        """The outermost of nested builds is whole; an error ends a build like any other end."""
        with self.cache.building() as outer, self.cache.building() as inner:
            self.assertEqual((outer, inner), (True, False))
        self.assertRaises(KeyError, self.fail_while_building)
        with self.cache.building() as again:
            self.assertTrue(again)

    def fail_while_building(self) -> None:
        with self.cache.building():
            raise KeyError

    def test_building_in_threads(self) -> None:
        """A build in one thread makes none in another a part of it."""
        results: list[bool] = []

        def build() -> None:
            with self.cache.building() as is_whole:
                results.append(is_whole)

        with self.cache.building():
            thread = threading.Thread(target=build)
            thread.start()
            thread.join(PATIENCE_SECONDS)
        self.assertEqual(results, [True])

    def test_caches_apart(self) -> None:
        """Two caches, as those of two snapshots, have nothing in common."""
        self.keep("a")
        other: ClientCache[str] = ClientCache()
        self.assertIsNone(other.get("a"))
        with self.cache.building(), other.building() as is_whole:
            self.assertTrue(is_whole)
