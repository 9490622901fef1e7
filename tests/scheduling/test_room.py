"""Room for the bodies of requests."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.scheduling.refusals import Busy
from bcfg2tw.scheduling.room import Room


class RoomTests(SynchronousTestCase):
    """A room for 100 bytes, of which an address gets 25."""

    def setUp(self) -> None:
        self.room = Room(100, 3)

    def take(self, address: str, number: int) -> Deferred[None]:
        """Take room at once."""
        taken = self.room.take(address, number)
        self.successResultOf(taken)
        return taken

    def test_full(self) -> None:
        """Who finds no room gets it when others give theirs back, in order."""
        for address in "abcd":
            self.take(address, 25)
        first, second = self.room.take("e", 20), self.room.take("f", 10)
        self.assertNoResult(first)
        self.room.give_back("a", 25)
        self.successResultOf(first)
        self.assertNoResult(second)
        self.room.give_back("b", 25)
        self.successResultOf(second)
        self.assertEqual(dict(self.room.taken), {"c": 25, "d": 25, "e": 20, "f": 10})

    def test_part(self) -> None:
        """An address with its part waits for itself alone, and nobody waits behind it."""
        self.take("a", 20)
        more = self.room.take("a", 10)
        self.assertNoResult(more)
        self.take("b", 10)
        self.room.give_back("a", 20)
        self.successResultOf(more)

    def test_large(self) -> None:
        """What is larger than the part, or than all, gets in; small ones do not overtake it."""
        self.take("a", 60)
        self.room.give_back("a", 60)
        self.take("b", 10)
        huge, small = self.room.take("c", 500), self.room.take("d", 1)
        self.assertNoResult(huge)
        self.assertNoResult(small)
        self.room.give_back("b", 10)
        self.successResultOf(huge)
        self.assertNoResult(small)
        self.room.give_back("c", 500)
        self.successResultOf(small)

    def test_gone(self) -> None:
        """Who leaves waits no more."""
        self.take("a", 100)
        gone, next_one = self.room.take("b", 50), self.room.take("c", 5)
        gone.cancel()
        self.failureResultOf(gone, CancelledError)
        self.room.give_back("a", 100)
        self.successResultOf(next_one)
        self.assertEqual(dict(self.room.taken), {"c": 5})

    def test_too_many(self) -> None:
        """Only so many may wait."""
        self.take("a", 100)
        for address in "bcd":
            self.assertNoResult(self.room.take(address, 1))
        self.failureResultOf(self.room.take("e", 1), Busy)
