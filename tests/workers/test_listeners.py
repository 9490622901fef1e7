"""Sockets that several processes listen on."""

from __future__ import annotations

import os
import select
import shutil
import socket
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from bcfg2tw.workers.listeners import Listener

#: How long a process waits for a connection that another one was woken for.
WAIT_SECONDS = 0.5


class ListenersTests(SynchronousTestCase):
    """Two event loops, as two workers have them, on one socket."""

    def setUp(self) -> None:
        self.bound = socket.create_server(("127.0.0.1", 0))
        self.bound.setblocking(False)
        self.addCleanup(self.bound.close)
        self.reactors = [EPollReactor(), EPollReactor()]
        for reactor in self.reactors:
            self.addCleanup(reactor._poller.close)

    def listen(self, reactor: Any) -> Any:
        """Have an event loop take connections."""
        port: Any = self.successResultOf(
            Listener(self.bound).listen(reactor, Factory.forProtocol(Protocol))
        )
        self.addCleanup(port.socket.close)
        return port

    def woken(self) -> list[Any]:
        """Return the event loops that a connection wakes."""
        with ThreadPoolExecutor(2) as threads:
            polls = [threads.submit(each._poller.poll, WAIT_SECONDS) for each in self.reactors]
            with socket.create_connection(self.bound.getsockname()):
                results = [poll.result() for poll in polls]
            connection, _ = self.bound.accept()
            connection.close()
        return [each for each, result in zip(self.reactors, results, strict=True) if result]

    def test_one_is_woken(self) -> None:
        """A connection wakes one of the event loops that wait for it, and not the other."""
        for reactor in self.reactors:
            self.listen(reactor)
        # one that was not waiting yet when the connection came sees it as well
        self.assertIn(1, (len(self.woken()) for _ in range(10)))

    def test_ended(self) -> None:
        """That another process ends the socket while this one takes a connection is no error."""
        reactor = self.reactors[0]
        port = self.listen(reactor)
        self.assertIn(port, reactor.getReaders())
        Listener(self.bound).end()
        port.doRead()
        self.assertNotIn(port, reactor.getReaders())
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_unix_socket(self) -> None:
        """A UNIX socket stays as it was made, for the others, when one of them leaves it."""
        folder = tempfile.mkdtemp()  # paths of sockets have few bytes
        self.addCleanup(shutil.rmtree, folder)
        path = f"{folder}/clients.sock"
        self.bound = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.bound.close)
        self.bound.bind(path)
        self.bound.listen()
        os.chmod(path, 0o660)
        port, other = (self.listen(reactor) for reactor in self.reactors)
        port.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o660)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            self.assertEqual(self.reactors[1]._poller.poll(0), [(other.fileno(), select.EPOLLIN)])

    def test_stop(self) -> None:
        """A port that is stopped is one that the event loop has forgotten."""
        (reactor, _) = self.reactors
        port = self.listen(reactor)
        port.stopReading()
        self.assertNotIn(port, reactor.getReaders())
        self.assertEqual(reactor._poller.poll(0), [])
