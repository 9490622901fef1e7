"""Waiting calls: addresses and their callers take turns."""

from __future__ import annotations

from dataclasses import dataclass

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.scheduling.fair_queue import FairQueue
from bcfg2tw.scheduling.turn import Turn, network_of


@dataclass(frozen=True)
class Named:
    """A call with a name, for `ADDRESS/CALLER:NUMBER`."""

    name: str

    @property
    def turn(self) -> Turn:
        """The turn that the name says."""
        address, _, caller = self.name.partition(":")[0].partition("/")
        return Turn(address, caller)


class QueueTestCase(SynchronousTestCase):
    """A queue of calls with names."""

    def queue(
        self, limit: int = 100, of_address: int = 100, running: int = 100, is_serial: bool = False
    ) -> FairQueue[Named]:
        """Return an empty queue."""
        return FairQueue(limit, of_address, running, is_serial)

    def put(self, queue: FairQueue[Named], *names: str) -> list[str]:
        """Let calls wait, and return the names of those that may not."""
        refused = [queue.put(Named(name)) for name in names]
        return [call.name for call in refused if call is not None]

    def taken(self, queue: FairQueue[Named]) -> list[str]:
        """Take all that may begin, and return their names."""
        names = []
        while (call := queue.take()) is not None:
            names.append(call.name)
        return names


class TurnTests(QueueTestCase):
    """Who is next."""

    def test_addresses(self) -> None:
        """Addresses take turns, whoever came first and has most."""
        queue = self.queue()
        self.put(queue, "a:1", "a:2", "a:3", "b:1", "c:1", "b:2")
        self.assertEqual(self.taken(queue), ["a:1", "b:1", "c:1", "a:2", "b:2", "a:3"])

    def test_latecomer(self) -> None:
        """Who comes while another address has many waiting is next but one."""
        queue = self.queue()
        self.put(queue, *(f"a:{number}" for number in range(50)))
        self.assertEqual([queue.take(), queue.take()], [Named("a:0"), Named("a:1")])
        self.put(queue, "b:0")
        self.assertEqual([queue.take(), queue.take()], [Named("a:2"), Named("b:0")])

    def test_callers(self) -> None:
        """The callers of one address take turns at its turns."""
        queue = self.queue()
        self.put(queue, "a/x:1", "a/x:2", "a/x:3", "a/y:1", "b/z:1")
        self.assertEqual(self.taken(queue), ["a/x:1", "b/z:1", "a/y:1", "a/x:2", "a/x:3"])

    def test_serial(self) -> None:
        """The calls of one caller run one after the other where that is asked for."""
        queue = self.queue(is_serial=True)
        self.put(queue, "a/x:1", "a/x:2", "a/y:1")
        self.assertEqual(self.taken(queue), ["a/x:1", "a/y:1"])
        queue.end(Turn("a", "x"))
        self.assertEqual(self.taken(queue), ["a/x:2"])

    def test_running(self) -> None:
        """An address has no more calls running than it may, but for those that gave their place."""
        queue = self.queue(running=2)
        self.put(queue, "a/x:1", "a/y:1", "a/z:1", "b:1")
        self.assertEqual(self.taken(queue), ["a/x:1", "b:1", "a/y:1"])
        queue.give_place(Turn("a", "x"))
        self.assertEqual(self.taken(queue), ["a/z:1"])

    def test_gave_place(self) -> None:
        """A call that gave its place and goes on keeps its caller's next one waiting."""
        queue = self.queue(is_serial=True)
        self.put(queue, "a/x:1", "a/x:2")
        self.assertEqual(self.taken(queue), ["a/x:1"])
        queue.give_place(Turn("a", "x"))
        self.assertEqual(self.taken(queue), [])
        queue.end(Turn("a", "x"))
        self.assertEqual(self.taken(queue), ["a/x:2"])


class BoundTests(QueueTestCase):
    """Who may not wait."""

    def test_address(self) -> None:
        """An address that has too many waiting is refused one more; others are not."""
        queue = self.queue(of_address=2)
        self.assertEqual(self.put(queue, "a:1", "a:2", "a:3", "b:1"), ["a:3"])
        self.assertEqual(self.taken(queue), ["a:1", "b:1", "a:2"])

    def test_full(self) -> None:
        """Where all room is taken, the address with most waiting loses its newest call."""
        queue = self.queue(limit=3)
        self.assertEqual(self.put(queue, "a:1", "a:2", "a:3", "b:1"), ["a:3"])
        self.assertEqual(self.put(queue, "a:4"), ["a:4"])
        self.assertEqual(len(queue), 3)
        self.assertEqual(self.taken(queue), ["a:1", "b:1", "a:2"])

    def test_removed(self) -> None:
        """A call that is taken out makes room, and the others of its caller move up."""
        queue = self.queue(limit=2)
        self.put(queue, "a:1", "a:2")
        queue.remove(Named("a:1"))
        self.assertEqual(self.put(queue, "b:1"), [])
        self.assertEqual(sorted(call.name for call in queue), ["a:2", "b:1"])
        self.assertEqual(self.taken(queue), ["a:2", "b:1"])

    def test_nothing_kept(self) -> None:
        """Of addresses whose calls have ended nothing is kept."""
        queue = self.queue(is_serial=True)
        self.put(queue, *(f"{number}/x:1" for number in range(50)))
        for name in self.taken(queue):
            turn = Named(name).turn
            queue.give_place(turn)
            queue.end(turn)
        self.assertEqual((len(queue), queue._lines), (0, {}))


class NetworkTests(SynchronousTestCase):
    def test_addresses(self) -> None:
        """An IPv4 address stands for itself, an IPv6 one for its /64, and others for themselves."""
        for ip, network in (
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("", ""),
        ):
            self.assertEqual(network_of(ip), network)
