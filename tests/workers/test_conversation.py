"""The two ends of a way between processes, over a real socket."""

from __future__ import annotations

import os
import socket
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.trial.unittest import TestCase

from bcfg2tw.errors import Bcfg2Error, UnreadableRepository
from bcfg2tw.workers.conversation import Conversation, RequestFailed, converse


class ConversationTests(TestCase):
    def setUp(self) -> None:
        self.lost: Deferred[None] = Deferred()
        self.notes: Deferred[Any] = Deferred()
        here, there = socket.socketpair()
        self.asking = Conversation({}, lambda: None)
        self.answering = Conversation(
            {
                "double": lambda number: 2 * number,
                "empty": dict,
                "fail": self.fail_as,
                "never": lambda: Deferred(),
                "tell": lambda value: self.notes.callback(value),
            },
            lambda: self.lost.callback(None),
        )
        converse(reactor, here, self.asking)
        converse(reactor, there, self.answering)
        self.addCleanup(self.close)

    def close(self) -> None:
        """Close both ends."""
        for end in (self.asking, self.answering):
            if end.transport is not None:
                end.transport.loseConnection()

    def fail_as(self, kind: str) -> None:
        """Raise an error."""
        if kind == "unreadable":
            raise UnreadableRepository("it is gone")
        raise Bcfg2Error("no")

    async def test_answers(self) -> None:
        """A request is answered, whatever the value, also while others wait."""
        waiting = self.asking.ask("never")
        self.assertEqual(await self.asking.ask("double", number=4), 8)
        self.assertEqual(await self.asking.ask("empty"), {})
        self.assertFalse(waiting.called)
        waiting.addErrback(lambda failure: failure.trap(ConnectionDone))

    async def test_errors(self) -> None:
        """What fails is told, with its kind where that makes a difference."""
        refused = await self.assertFailure(self.asking.ask("fail", kind=""), RequestFailed)
        self.assertEqual(str(refused), "no")
        await self.assertFailure(self.asking.ask("fail", kind="unreadable"), UnreadableRepository)

    async def test_notes(self) -> None:
        """A note comes, and is answered by nothing."""
        self.asking.note("tell", value=[1, "a"])
        self.assertEqual(await self.notes, [1, "a"])

    async def test_end(self) -> None:
        """Where the other process is gone nobody waits for an answer, then and later."""
        waiting = self.asking.ask("never")
        assert self.answering.transport is not None
        self.answering.transport.loseConnection()
        await self.lost
        await self.assertFailure(waiting, ConnectionDone)
        await self.assertFailure(self.asking.ask("double", number=1), ConnectionDone)
        self.asking.note("tell", value=1)

    async def test_descriptor(self) -> None:
        """A descriptor comes before the message that it was sent with."""
        here, there = socket.socketpair()
        asking = Conversation({}, lambda: None)
        converse(reactor, here, asking)
        answer = asking.ask("fork")
        with open(os.devnull) as stream, there:
            socket.send_fds(there, [b'{"number": 0, "value": 7}\n'], [stream.fileno()])
            self.assertEqual(await answer, 7)
        (descriptor,) = asking.descriptors
        os.close(descriptor)
