"""Addresses that get their credentials wrong again and again."""

from __future__ import annotations

from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.failed_logins import FREE_FAILURES, FailedLogins
from tests.logs import CapturedLog
from tests.network import basic, call_of, post
from tests.test_xmlrpc_resource import PEER, ChannelTestCase

IP = "192.0.2.1"


class CountTests(SynchronousTestCase):
    """How they are counted."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.failed = FailedLogins(20, self.clock.seconds)

    def delays(self, number: int, ip: str = IP) -> list[float]:
        """Return how late the next answers are."""
        return [self.failed.note(ip) for _ in range(number)]

    def test_growing(self) -> None:
        """The first are answered at once, the next later and later, up to a bound."""
        self.assertEqual(self.delays(FREE_FAILURES), [0] * FREE_FAILURES)
        self.assertEqual(self.delays(4), [0.2, 0.4, 0.8, 1.6])
        self.assertEqual(self.delays(20)[-1], 20)
        self.assertEqual(self.delays(1, "192.0.2.2"), [0])

    def test_forgotten(self) -> None:
        """An address that has been quiet for a while is answered at once again."""
        self.delays(1000)
        self.clock.advance(300)
        self.assertGreater(self.delays(1)[0], 1)
        self.clock.advance(600)
        self.assertEqual(self.delays(1), [0])

    def test_steady(self) -> None:
        """Who fails once in a while is never late: a client with a wrong password, say."""
        for _ in range(100):
            self.assertEqual(self.delays(3), [0, 0, 0])
            self.clock.advance(300)

    def test_networks(self) -> None:
        """All addresses of an IPv6 network of 64 bits are one."""
        delays = [self.failed.note(f"2001:db8::{number:x}") for number in range(30)]
        self.assertEqual(delays[-1], 20)
        self.assertEqual(self.failed.note("2001:db8:0:1::1"), 0)

    def test_bounded(self) -> None:
        """However many addresses fail, the table does not grow; the quietest are forgotten."""
        self.patch(FailedLogins, "LIMIT", 3)
        self.delays(100)
        for number in range(10, 20):
            self.failed.note(f"192.0.2.{number}")
        self.assertEqual(list(self.failed.failures), [f"192.0.2.{n}" for n in (17, 18, 19)])

    def test_log(self) -> None:
        """The log says once that an address fails again and again."""
        log = CapturedLog(self)
        self.delays(1000)
        self.assertEqual(
            log.lines, [f"{IP} fails to log in again and again: its refusals are delayed"]
        )


class DelayTests(ChannelTestCase):
    """What a client sees."""

    def setUp(self) -> None:
        super().setUp()
        self.pool.is_holding = False
        self.connect()

    def guess(self, number: int = 1, body: int | None = None) -> None:
        """Get a password wrong, on new connections; the last one is looked at."""
        for _ in range(number):
            self.open()
            self.send(post(call_of("ping", "x" * 1000), Authorization=basic("root", "no"))[:body])

    def test_late(self) -> None:
        """A refusal comes late after many, and the right password is heard meanwhile."""
        self.guess(30)
        self.assertEqual(self.transport.value(), b"")
        late = self.transport
        self.open()
        self.send(post(call_of("ping")))
        self.assertEqual(self.status(), 200)
        self.clock.advance(19)
        self.assertEqual(late.value(), b"")
        self.clock.advance(1)
        self.assertTrue(late.value().startswith(b"HTTP/1.1 401 "))

    def test_others(self) -> None:
        """Refusals of other addresses are not late for it."""
        self.guess(30)
        self.open(IPv4Address("TCP", "192.0.2.8", 40000))
        self.send(post(call_of("ping"), Authorization=basic("root", "no")))
        self.assertEqual(self.status(), 401)

    def test_before_body(self) -> None:
        """A refusal ahead of a body is late as well; the body is not taken meanwhile."""
        self.guess(30, body=-900)
        self.assertEqual(self.transport.value(), b"")
        self.send(b"x" * 900)
        self.assertEqual((self.transport.value(), self.core.called), (b"", []))
        self.clock.advance(20)
        self.assertTrue(self.transport.value().startswith(b"HTTP/1.1 401 "))

    def test_left(self) -> None:
        """Of those who do not wait for their answer nothing is kept."""
        self.guess(FREE_FAILURES)
        for _ in range(30):
            self.guess()
            self.channel.connectionLost()
        self.assertEqual(self.site.resource._delayed, set())
        names = map(str, self.clock.getDelayedCalls())
        self.assertEqual([name for name in names if "_answer_late" in name], [])

    def test_end(self) -> None:
        """They do not keep the server from ending: then they are given at once."""
        for _ in range(FREE_FAILURES):
            self.guess()
            self.channel.connectionLost()
        self.guess(20)
        drained = self.site.drain()
        self.assertTrue(self.transport.value().startswith(b"HTTP/1.1 401 "))
        self.assertTrue(self.transport.disconnecting)
        self.assertNoResult(drained)  # until the connections have ended

    def test_acl(self) -> None:
        """What the ACL refuses is no failed login."""
        for _ in range(30):
            self.open(PEER)
            self.send(post(call_of("forbidden")))
            self.assertEqual(self.status(), 401)
