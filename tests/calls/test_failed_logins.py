"""Addresses that get their credentials wrong again and again."""

from __future__ import annotations

from typing import Any, ClassVar

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.calls.failed_logins import FailedLogins
from tests.network import basic, call_of
from tests.test_xmlrpc_resource import ResourceTestCase

IP = "192.0.2.1"


class CountTests(SynchronousTestCase):
    """How they are counted."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.failed = FailedLogins(2, self.clock.seconds)

    def test_limit(self) -> None:
        """An address has so many, and is heard again in the next minute; others go on."""
        self.failed.note(IP)
        self.assertFalse(self.failed.are_too_many(IP))
        self.failed.note(IP)
        self.assertTrue(self.failed.are_too_many(IP))
        self.assertFalse(self.failed.are_too_many("192.0.2.2"))
        self.clock.advance(59)
        self.assertTrue(self.failed.are_too_many(IP))
        self.clock.advance(1)
        self.assertFalse(self.failed.are_too_many(IP))

    def test_bounded(self) -> None:
        """However many addresses fail, and whoever is asked about, the table does not grow."""
        self.patch(FailedLogins, "LIMIT", 3)
        for number in range(10):
            self.failed.note(f"192.0.2.{number}")
            self.failed.are_too_many(f"198.51.100.{number}")
        self.assertEqual(len(self.failed.counts), 3)


class ResourceTests(ResourceTestCase):
    """What a client sees."""

    settings: ClassVar[dict[str, Any]] = {"max_failed_logins": 3}

    def test_told_to_wait(self) -> None:
        """After too many failed logins even the right password is told to come back later."""
        for _ in range(3):
            status, _, _ = self.respond(call_of("ping"), basic("root", "wrong"))
            self.assertEqual(status, 401)
        status, _, headers = self.respond(call_of("ping"))
        self.assertEqual(status, 503)
        self.assertEqual(headers.getRawHeaders("Retry-After"), ["60"])
        self.assertEqual(len(self.core.authenticated), 3)
