"""Connections that are made ahead of a client's next call, to a server that keeps none."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading

from bcfg2tw.calls.codec import write_result
from bcfg2tw.shadow import other_server
from tests.shadow.servers import TwoServersTestCase, server_context
from tests.shadow.test_trouble import read_request


class ClosingServer:
    """
    A server that answers True, and ends each connection with its answer.

    :ivar opened: connections whose handshake is done
    :ivar unused: those of them on which no request came before they ended
    """

    def __init__(self, case: TwoServersTestCase) -> None:
        self._context = server_context(case)
        self._listening = socket.create_server(("127.0.0.1", case.other_port))
        self._open: list[socket.socket] = []
        self.opened = self.unused = 0
        threading.Thread(target=self._accept, daemon=True).start()
        case.addCleanup(self.end)

    def end(self) -> None:
        self._listening.close()
        self.close_open()

    def close_open(self) -> None:
        """End the connections that there are, as a server does that is restarted."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            self._context.wrap_socket(connection, server_side=True) as tls,
        ):
            self._open.append(tls)
            self.opened += 1
            if not self._has_begun(tls):
                self.unused += 1
                return
            read_request(tls)
            body = write_result(True)
            tls.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def _has_begun(self, tls: ssl.SSLSocket) -> bool:
        """Wait for the first letter of a request, or the end."""
        try:
            return bool(tls.recv(1))
        except OSError:
            return False


class SpareConnectionTests(TwoServersTestCase):
    async def start_beside(self) -> ClosingServer:
        """Start the other server, and this one."""
        server = ClosingServer(self)
        await self.start_ours()
        return server

    async def until_opened(self, server: ClosingServer, number: int) -> None:
        await self.until(lambda: server.opened == number, f"{server.opened} connections")

    async def test_ready(self) -> None:
        """Behind a call that others follow at once, one is ready, and the next call gets it."""
        server = await self.start_beside()
        self.assertIs(await self.ask("DeclareVersion", "1.3.4"), True)
        await self.until_opened(server, 2)
        self.assertIs(await self.ask("AssertProfile", "all"), True)
        await self.until_opened(server, 3)
        self.assertEqual(server.unused, 0)

    async def test_last(self) -> None:
        """Behind the last call of a run there is none, and a whole run leaves none unused."""
        server = await self.start_beside()
        self.assertIs(await self.ask("DeclareVersion", "1.3.4"), True)
        await self.until_opened(server, 2)
        self.assertIs(await self.ask("GetConfig"), True)
        self.assertIs(await self.ask("RecvStats", "<upload-statistics/>"), True)
        self.assertIs(await self.ask("RecvStats", "<upload-statistics/>"), True)
        self.assertEqual((server.opened, server.unused), (4, 0))

    async def test_unused(self) -> None:
        """One that no call comes for is closed after a while; the next call has another."""
        self.patch(other_server, "KEPT_SECONDS", 0.2)
        server = await self.start_beside()
        self.assertIs(await self.ask("DeclareVersion", "1.3.4"), True)
        await self.until(lambda: server.unused == 1, "it is still open")
        self.assertIs(await self.ask("GetConfig"), True)
        self.assertEqual(server.opened, 3)

    async def test_stale(self) -> None:
        """One that the server has closed costs a call nothing."""
        server = await self.start_beside()
        self.assertIs(await self.ask("DeclareVersion", "1.3.4"), True)
        await self.until_opened(server, 2)
        server.close_open()
        self.assertIs(await self.ask("GetConfig"), True)
        self.assertEqual(self.counts().get(("GetConfig", "unanswered")), None)

    async def test_kept(self) -> None:
        """A server that keeps its connections gets no more of them."""
        await self.start_other()
        await self.start_ours()
        await self.run_client()
        assert self.other.site is not None
        self.assertEqual(len(self.other.site.channels), 1)

    async def test_end(self) -> None:
        """At the end of this server one that is ready is closed."""
        server = await self.start_beside()
        self.assertIs(await self.ask("DeclareVersion", "1.3.4"), True)
        await self.until_opened(server, 2)
        await self.ours.stopService()
        await self.until(lambda: server.unused == 1, "it is still open")
