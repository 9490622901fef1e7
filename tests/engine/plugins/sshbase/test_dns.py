"""What the name service says."""

from __future__ import annotations

import socket
import threading

from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.engine.plugins.sshbase import dns
from bcfg2tw.engine.plugins.sshbase.dns import NameService, addresses_of


class ResolverTests(SynchronousTestCase):
    """What the name service says."""

    def resolver(self, look_up: dns.LookUp) -> NameService:
        """Return one that is closed after the test."""
        name_service = NameService(look_up)
        self.addCleanup(name_service.close)
        return name_service

    def test_real(self) -> None:
        """The system's name service is asked."""
        self.assertIn("127.0.0.1", addresses_of("localhost"))

    def test_remembered(self) -> None:
        """A question is asked once while its answer is good, a failure too."""
        questions = []

        def look_up(name: str) -> tuple[str, ...]:
            questions.append(name)
            if name == "bad":
                raise OSError
            return (name.upper(),)

        resolver = self.resolver(look_up)
        for _ in range(2):
            self.assertEqual(resolver.ask(["a", "bad", "a"]), ({"a": ("A",), "bad": ()}, True))
        self.assertEqual(sorted(questions), ["a", "bad"])

    def test_silence(self) -> None:
        """A silent name service is not waited for, and once only; what it says later counts."""
        go_on = threading.Event()
        answered = threading.Event()

        def look_up(name: str) -> tuple[str, ...]:
            if name == "last":
                answered.set()
            else:
                go_on.wait(60)
            return ("found",)

        self.patch(dns, "PATIENCE_SECONDS", 0.05)
        self.patch(dns, "THREADS", 1)
        resolver = self.resolver(look_up)
        with self.assertLogs("SSHbase", "WARNING") as logs:
            self.assertEqual(resolver.ask(["slow", "last"]), ({}, False))
            self.patch(dns, "PATIENCE_SECONDS", 60)
            self.assertEqual(resolver.ask(["slow", "last"]), ({}, False))
        self.assertIn("has not answered yet about slow, last", logs.output[0])
        go_on.set()
        answered.wait(60)
        self.assertEqual(resolver.ask(["slow"]), ({"slow": ("found",)}, True))

    def test_outage(self) -> None:
        """An old answer stays while the name service is out of order."""
        works = True
        asked = threading.Semaphore(0)

        def look_up(name: str) -> tuple[str, ...]:
            asked.release()
            if works:
                return ("found",)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        self.patch(dns, "ANSWER_SECONDS", -1.0)
        resolver = self.resolver(look_up)
        self.assertEqual(resolver.ask(["a"])[0], {"a": ("found",)})
        works = False
        for _ in range(2):
            asked.acquire()
            self.assertEqual(resolver.ask(["a"])[0], {"a": ("found",)})
