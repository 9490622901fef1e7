"""What is seen of a call before it is read."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.codec import MalformedRequest, read_call
from bcfg2tw.calls.dispatch import Peer
from bcfg2tw.calls.turns import HEAD_BYTES, turn_for_login, turn_of
from bcfg2tw.scheduling.turn import Turn
from tests.builders import address
from tests.network import basic, call_of


def peer(ip: str = "192.0.2.7", user: str = "root", password: str = "x") -> Peer:
    """Return the origin of a request."""
    return Peer(address(ip), None, basic(user, password).encode())


def turn(body: bytes, caller: Peer | None = None) -> Turn:
    """Return the turn of a call with this body."""
    return turn_of(caller or peer(), body[:HEAD_BYTES])


class CostTests(SynchronousTestCase):
    def test_quick(self) -> None:
        """Calls that cost next to nothing wait behind no others."""
        for name in ("ping", "DeclareVersion", "system.listMethods", "set_debug"):
            self.assertTrue(turn(call_of(name, "1.4.0")).is_quick)
        self.assertTrue(turn_for_login(peer()).is_quick)

    def test_others(self) -> None:
        """Builds, uploads and calls of plugins do; so does what is no call."""
        for body in (
            call_of("GetConfig"),
            call_of("RecvStats", "<x/>"),
            call_of("Packages.Refresh"),
            b"",
            b"no XML",
            b"\xff\xfe",
        ):
            self.assertFalse(turn(body).is_quick)

    def test_disguised(self) -> None:
        """No call that costs something passes for a quick one."""
        quick = b"<methodName>ping</methodName>"
        real = b"<methodName>GetConfig</methodName>"
        for body in (
            b"<!--<methodCall>" + quick + b"--><methodCall>" + real + b"</methodCall>",
            b"<methodCall><!--" + quick + b"-->" + real + b"</methodCall>",
            b"<?xml version='1.0'?><?x <methodCall>" + quick + b"?><methodCall>" + real,
            b"<?xml version='1.0' encoding='utf-16'?><methodCall>" + quick + b"</methodCall>",
            b"<?xml version='1.0' encoding='cp037'?><methodCall>" + quick + b"</methodCall>",
            b"<methodCall>" + quick + real + b"</methodCall>",
        ):
            try:
                name, _ = read_call(body)
            except MalformedRequest:
                continue
            self.assertFalse(turn(body).is_quick and name != "ping", body)


class CallerTests(SynchronousTestCase):
    def test_told_apart(self) -> None:
        """Callers are told apart by address and by whom they claim to be, not by passwords."""
        same = turn(call_of("ping"), peer(password="a")), turn(call_of("ping"), peer(password="b"))
        self.assertEqual(*(one.caller for one in same))
        others = [
            turn(call_of("ping"), peer("192.0.2.8")),
            turn(call_of("ping"), peer(user="web1")),
        ]
        for other in others:
            self.assertNotEqual(same[0].caller, other.caller)
        self.assertEqual([other.address for other in others], ["192.0.2.8", "192.0.2.7"])

    def test_networks(self) -> None:
        """Hosts of one IPv6 network are one address, and several callers."""
        turns = [turn(call_of("ping"), peer(f"2001:db8::{number}")) for number in (1, 2)]
        self.assertEqual(turns[0].address, turns[1].address)
        self.assertNotEqual(turns[0].caller, turns[1].caller)

    def test_certificates(self) -> None:
        """
        Clients behind one address are told apart by all names of their certificates: one is not
        given what another one asks for at that moment.

        Authorities may leave the subject empty, or give all hosts the same, and have the
        alternative names alone say whose a certificate is.
        """
        for subject in ((), ((("commonName", "host"),),)):
            turns = [
                turn(call_of("GetConfig"), Peer(address("192.0.2.7"), certificate, None))
                for certificate in (
                    {"subject": subject, "subjectAltName": (("DNS", "web1.example.test"),)},
                    {"subject": subject, "subjectAltName": (("DNS", "web2.example.test"),)},
                    {"subject": subject},
                )
            ]
            self.assertEqual(len({one.caller for one in turns}), 3)

    def test_same(self) -> None:
        """Calls that only ask are the same if body and credentials are."""
        first = turn(call_of("GetConfig"))
        self.assertEqual(first, turn(call_of("GetConfig")))
        for other in (
            turn(call_of("GetProbes")),
            turn(call_of("GetConfig", 1)),
            turn(call_of("GetConfig"), peer(password="y")),
        ):
            self.assertNotEqual(first.same, other.same)
        for body in (
            call_of("RecvStats", "<x/>"),
            call_of("ping"),
            call_of("GetConfig", "x" * HEAD_BYTES),
        ):
            self.assertIsNone(turn(body).same)
