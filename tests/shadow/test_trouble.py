"""Another server that is dead, slow or hostile: no call of a client fails, or waits for it."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.protocols.tls import TLSMemoryBIOProtocol

from bcfg2tw.calls.codec import write_result
from bcfg2tw.settings import Settings
from bcfg2tw.shadow import presence
from bcfg2tw.shadow.server_identity import OtherServerIdentity
from tests.network import an_authority, free_port
from tests.processes import ServerProcess
from tests.shadow.servers import RUN, WEB, BesideRogue, TwoServersTestCase, server_context

#: What a client of these tests would never wait for.
LONG_SECONDS = 20.0

PATIENCE: dict[str, Any] = {"shadow_patience_seconds": 0.5}

Answering = Callable[[ssl.SSLSocket], None]


class Rogue:
    """A TLS server in threads that does to each connection what it is told to."""

    def __init__(self, case: BesideRogue, context: ssl.SSLContext, do: Answering) -> None:
        self._do = do
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", case.other_port))
        self._open: list[socket.socket] = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()
        case.addCleanup(self.end)

    def end(self) -> None:
        self._listening.close()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            self._context.wrap_socket(connection, server_side=True) as tls,
        ):
            read_request(tls)
            self._do(tls)
            tls.recv(1)  # until the client closes: an end that is early loses what was sent


def read_request(tls: ssl.SSLSocket) -> None:
    """Read one request."""
    with tls.makefile("rb") as stream:
        lines = [line for line in iter(stream.readline, b"\r\n") if line]
        (length,) = (int(line[15:]) for line in lines if line.lower()[:15] == b"content-length:")
        stream.read(length)


def answering(body: bytes, header: bytes = b"") -> Answering:
    """Return what answers each request with a body."""

    def answer(tls: ssl.SSLSocket) -> None:
        length = header or b"Content-Length: %d\r\n" % len(body)
        tls.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"Connection: close\r\n\r\n" + body)

    return answer


def answering_each(bodies: Iterator[bytes]) -> Answering:
    """Return what answers each request with the next body."""
    return lambda tls: answering(next(bodies))(tls)


def hang(tls: ssl.SSLSocket) -> None:
    """Answer nothing, for as long as a test may last."""
    time.sleep(60)


def handshake(identity: OtherServerIdentity, context: ssl.SSLContext) -> bool:
    """Connect to a server in memory, and say whether its certificate is accepted."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    client = identity.clientConnectionForTLS(TLSMemoryBIOProtocol(None, None))
    client.set_connect_state()
    for _ in range(5):
        try:
            client.do_handshake()
            return True
        except SSL.WantReadError:
            incoming.write(client.bio_read(1 << 16))
        except SSL.Error:
            return False
        with contextlib.suppress(ssl.SSLWantReadError):
            server.do_handshake()
        client.bio_write(outgoing.read())
    raise AssertionError("the handshake does not end")


class TroubleTestCase(TwoServersTestCase):
    async def served_by_ours(self, reason: str, **settings: Any) -> None:
        """Assert that clients are answered, at once but for the first ones, and that it is told."""
        await self.start_ours(**{**PATIENCE, **settings})
        began = time.monotonic()
        results = await self.run_client()
        self.assertEqual([results[0], results[2], results[4]], [True, True, True])
        self.assertIn("hello", results[3])
        self.assertLess(time.monotonic() - began, LONG_SECONDS)
        self.assertGreaterEqual(self.said(reason), 1, "\n".join(self.lines))
        for method, *_ in RUN:
            self.assertEqual(self.counts(), {**self.counts(), (method, "unanswered"): 1})
        self.assertEqual(self.shadow().picture()["lone_writes"], 3)

    def shadow(self) -> Any:
        return self.ours.shadow


class DeadTests(TroubleTestCase):
    async def test_from_the_start(self) -> None:
        """Where nothing listens, ours answers; what clients sent is told to be here alone."""
        await self.served_by_ours("nothing listens there")
        self.assertEqual(self.said("is with this server alone: nothing listens there"), 1)
        await self.ours.stopService()
        self.assertEqual({client for client, *_ in self.record().lone}, {WEB})

    async def test_from_the_start_beside(self) -> None:
        """The same where clients get ours in any case."""
        await self.start_ours(answers="ours", **PATIENCE)
        await self.run_client()
        for method, *_ in RUN:
            await self.until_counted(method, "unanswered")
        self.assertEqual(self.shadow().picture()["lone_writes"], 3)

    async def test_midway(self) -> None:
        """One that ends is done without from then on, and taken again when it is back."""
        self.patch(presence, "RETRY_SECONDS", 0.2)
        await self.start_other()
        await self.start_ours()
        await self.run_client()
        await self.other.stopService()
        self.assertIn("hello", await self.ask("GetConfig"))
        await self.until_said("is away")
        self.assertIn("hello", await self.ask("GetConfig"))
        self.other = await self.start(self.other_settings)
        await self.until_asked_again()
        await self.ask("GetProbes")
        self.assertEqual(self.calls_of(self.other)["GetProbes"], 1)

    async def until_asked_again(self) -> None:
        """Have a client ask again and again, until the other server is there once more."""
        while not self.said(", is back"):
            self.assertIn("hello", await self.ask("GetConfig"))

    async def test_hanging(self) -> None:
        """One that takes calls and answers none is waited for twice, and no more."""
        rogue = Rogue(self, server_context(self), hang)
        await self.served_by_ours("does not answer within 0.5 seconds")
        self.assertLessEqual(rogue.connections, 3)

    async def test_slow(self) -> None:
        """The same for one that answers byte by byte."""

        def drip(tls: ssl.SSLSocket) -> None:
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"<" * 100:
                tls.send(bytes([byte]))
                time.sleep(0.1)

        Rogue(self, server_context(self), drip)
        await self.served_by_ours("does not answer within 0.5 seconds")

    async def test_before_tls(self) -> None:
        """The same for one that does not get as far as a handshake."""
        listening = socket.create_server(("127.0.0.1", self.other_port))
        self.addCleanup(listening.close)
        await self.served_by_ours("does not answer within 0.5 seconds")

    async def test_stopped_process(self) -> None:
        """A process that is stopped is one that hangs; it is taken again when it goes on."""
        self.patch(presence, "RETRY_SECONDS", 0.2)
        with self.other_process() as server:
            await self.start_ours(shadow_patience_seconds=2.0)
            await self.run_client()
            server.process.send_signal(signal.SIGSTOP)
            try:
                began = time.monotonic()
                for _ in range(5):
                    self.assertIn("hello", await self.ask("GetConfig"))
                self.assertLess(time.monotonic() - began, LONG_SECONDS)
                self.assertEqual(self.said("is away"), 1)
            finally:
                server.process.send_signal(signal.SIGCONT)
            await self.until_asked_again()
            await self.ours.stopService()

    def other_process(self) -> ServerProcess:
        """Return the other server as a process of its own."""
        mine, self.port = self.port, self.other_port
        folder = self.mktemp()
        self.written(f"{folder}/bcfg2.conf", is_shadowed=False)
        self.port = mine
        return ServerProcess(Path(folder) / "log", "--config", f"{folder}/bcfg2.conf")


class OneCallTests(TroubleTestCase):
    """A call that the other server gives no answer to says nothing of other clients' calls."""

    async def test_too_large(self) -> None:
        """A body that is too large for the other server alone is no reason to do without it."""
        await self.start_other({"Cfg/etc/motd/motd": "theirs\n"}, max_body_bytes=10_000)
        await self.start_ours()
        await self.ask("RecvProbeData", "x" * 50_000, user="stranger", password="wrong")
        self.assertIn("theirs", await self.ask("GetConfig"))
        self.assertEqual(self.said("RecvProbeData of stranger: it answers with HTTP status 413"), 1)
        self.assertEqual(self.said("is away"), 0)

    async def test_broken_connection(self) -> None:
        """So does a connection that breaks, as where a login is refused before its body is read."""
        theirs = answering(write_result("<Configuration name='theirs'/>"))

        def answer(tls: ssl.SSLSocket) -> None:
            if rogue.connections <= 2:  # the call is repeated once
                raise OSError
            theirs(tls)

        rogue = Rogue(self, server_context(self), answer)
        await self.start_ours(shadow_patience_seconds=5.0)
        self.assertEqual(await self.ask("GetConfig", user=WEB, password="wrong"), 401)
        self.assertIn("theirs", await self.ask("GetConfig"))
        self.assertEqual(self.said("is away"), 0)

    async def test_failed_logins(self) -> None:
        """Nor do refusals that the other server delays, as servers of this project do."""
        Rogue(self, server_context(self), hang)
        await self.start_ours(shadow_patience_seconds=0.3)
        for _ in range(3):
            self.assertEqual(await self.ask("GetConfig", user=WEB, password="wrong"), 401)
        self.assertEqual(self.said("is away"), 0)
        for _ in range(2):
            self.assertIn("hello", await self.ask("GetConfig", user=WEB))
        self.assertEqual(self.said("is away"), 1)


class NonsenseTests(TroubleTestCase):
    async def test_garbage(self) -> None:
        """What is no answer of Bcfg2 is no answer."""
        Rogue(self, server_context(self), answering(b"<html>It works!</html>"))
        await self.served_by_ours("what it answers is no XML-RPC")

    async def test_cut_off(self) -> None:
        """Neither is half of one."""
        half = answering(b"<methodResponse><params>", b"Content-Length: 1000\r\n")

        def answer(tls: ssl.SSLSocket) -> None:
            half(tls)
            raise OSError

        Rogue(self, server_context(self), answer)
        await self.served_by_ours("the connection broke")

    async def test_no_http(self) -> None:
        """Nor something that is no HTTP."""
        Rogue(self, server_context(self), lambda tls: tls.sendall(b"220 mail ready\r\n"))
        await self.served_by_ours("the connection broke")

    async def test_huge(self) -> None:
        """An answer that is too large is not kept in memory."""

        def flood(tls: ssl.SSLSocket) -> None:
            tls.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<methodResponse>")
            while True:
                tls.sendall(b"x" * 65536)

        Rogue(self, server_context(self), flood)
        await self.served_by_ours(
            "larger than [shadow] max_answer", shadow_max_answer_bytes=1_000_000,
            shadow_patience_seconds=5.0,
        )  # fmt: skip

    async def test_status(self) -> None:
        """A status that no server of Bcfg2 answers with says that it is another one."""

        def answer(tls: ssl.SSLSocket) -> None:
            tls.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

        Rogue(self, server_context(self), answer)
        await self.served_by_ours("it answers with HTTP status 404")

    async def test_unreadable_document(self) -> None:
        """An answer whose document is broken goes to the client, and cannot be compared."""
        body = write_result("<broken")
        Rogue(self, server_context(self), answering(body))
        await self.start_ours(**PATIENCE)
        self.assertEqual(await self.ask("GetConfig"), "<broken")
        await self.until_counted("GetConfig", "incomparable")

    async def test_odd_documents(self) -> None:
        """A configuration that says what nobody can tell is counted as such, and no defect."""
        entity = "<!DOCTYPE a [<!ENTITY x 'y'>]><Configuration>&x;</Configuration>"
        deep = f"<Configuration>{'<a>' * 1500}{'</a>' * 1500}</Configuration>"
        documents = [entity, deep]
        queue = map(write_result, documents)
        Rogue(self, server_context(self), answering_each(queue))
        await self.start_ours(shadow_patience_seconds=5.0)
        for document in documents:
            self.assertEqual(await self.ask("GetConfig"), document)
        await self.until_counted("GetConfig", "incomparable", len(documents))
        self.assertEqual(self.flushLoggedErrors(), [])

    async def test_odd_values(self) -> None:
        """What no method of Bcfg2 answers with goes to the client as well, and is counted."""
        struct = b"<member><name>faultCode</name><value>?</value></member>" * 2
        odd = [
            b"<fault><value><struct>%s</struct></value></fault>" % struct,
            b"<params><param><value><array></array></data></value></param></params>",
            b"<params><param><value>%s%s</value></param></params>"
            % (b"<array><data><value>" * 5000, b"</value></data></array>" * 5000),
        ]
        bodies = [b"<methodResponse>%s</methodResponse>" % body for body in odd]
        queue = iter(bodies)
        Rogue(self, server_context(self), answering_each(queue))
        await self.start_ours(shadow_patience_seconds=5.0)
        for body in bodies:
            self.assertEqual(await self.ask("DeclareVersion", "1.3.4", is_read=False), body)
        await self.until_counted("DeclareVersion", "incomparable", len(bodies))
        self.assertEqual(self.flushLoggedErrors(), [])


class CertificateTests(TroubleTestCase):
    async def test_other_authority(self) -> None:
        """A server whose certificate is not to be trusted gets no password to see."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*map(str, an_authority(self, "Other").issue("localhost")))
        seen: list[bytes] = []
        Rogue(self, context, lambda tls: seen.append(b"!"))
        await self.served_by_ours("the server's certificate is refused")
        self.assertEqual(seen, [])

    async def test_other_name(self) -> None:
        """Neither does one with another server's certificate."""
        Rogue(self, server_context(self, "elsewhere.example.test"), hang)
        await self.served_by_ours("is for elsewhere.example.test, not for localhost")

    async def test_mended(self) -> None:
        """A certificate that was refused to a connection nobody waits for is no other one's."""
        identity = OtherServerIdentity("localhost", str(self.authority.certificate))
        for name, is_let_in in (("elsewhere.example.test", False), ("localhost", True)):
            context = server_context(self, name)
            self.assertIs(handshake(identity, context), is_let_in, f"{name}: {identity.refusal}")

    async def test_no_such_authority(self) -> None:
        """A file of authorities that is not there ends the start, by name."""
        settings = self.settings({}, free_port(self), **self.shadow_of("/nonexistent/ca.crt"))
        error = await self.failing_start(settings)
        self.assertIn("/nonexistent/ca.crt", error)
        self.assertIn("[shadow] ca", error)

    def shadow_of(self, ca: str) -> dict[str, Any]:
        return {"shadow_server": f"https://localhost:{self.other_port}", "shadow_ca": ca}

    async def failing_start(self, settings: Settings) -> str:
        """Return why a service does not start."""
        try:
            await self.start(settings)
        except Exception as error:  # whichever it is, its text is looked at
            return str(error)
        raise AssertionError("it has started")


class LoadTests(TroubleTestCase):
    async def test_bounds(self) -> None:
        """Where too much waits to be compared it is left out, and told; clients notice nothing."""
        Rogue(self, server_context(self), hang)
        await self.start_ours(answers="ours", shadow_max_waiting=2, **PATIENCE)
        for _ in range(12):
            self.assertIs(await self.ask("DeclareVersion", "1.3.4"), True)
        await self.until_counted("DeclareVersion", "left_out")
        self.assertLessEqual(self.shadow().picture()["beside"]["waiting"], 2)

    async def test_memory(self) -> None:
        """The bytes that are kept for what waits are bounded as well."""
        Rogue(self, server_context(self), hang)
        await self.start_ours(answers="ours", shadow_max_memory_bytes=100, **PATIENCE)
        await self.ask("GetConfig")
        await self.until_counted("GetConfig", "left_out")

    async def test_end(self) -> None:
        """A server that ends leaves what waits, and tells which writes the other one lacks."""
        Rogue(self, server_context(self), hang)
        await self.start_ours(answers="ours", shadow_patience_seconds=2.0)
        for _ in range(4):
            await self.ask("DeclareVersion", "1.3.4")
        await self.ours.stopService()
        self.assertEqual(self.record().lone[0][:2], (WEB, "DeclareVersion"))
        self.assertEqual(self.record().lone[0][3], 4)

    async def test_parallel_clients(self) -> None:
        """Many calls at a time are answered while the other server hangs."""
        Rogue(self, server_context(self), hang)
        await self.start_ours(**PATIENCE)
        calls = [self.ask("GetConfig") for _ in range(30)]
        for call in calls:
            self.assertIn("hello", await call)
