"""One end of the socket between two processes of a server, in a process with a reactor."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IFileDescriptorReceiver
from twisted.internet.protocol import Factory, connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from bcfg2tw.errors import Bcfg2Error, UnreadableRepository
from bcfg2tw.workers.messages import DELIMITER, Message, decoded, reply_of_error

log = Logger()

#: Lists of changed files and pictures of a process are long; what comes is of our own making.
LONGEST_LINE = 1 << 28

Answerers = Mapping[str, Callable[..., Any]]


class RequestFailed(Bcfg2Error):
    """The other process could not do what it was asked."""


@implementer(IFileDescriptorReceiver)
class Conversation(LineReceiver):
    """
    Asks the process at the other end, and answers what it asks.

    :ivar descriptors: those that came, the oldest first; whoever takes one closes it
    """

    delimiter = DELIMITER
    MAX_LENGTH = LONGEST_LINE

    def __init__(self, answerers: Answerers, lost: Callable[[], None]) -> None:
        """
        Be ready to talk.

        :param answerers: a function for each request and note, by name; it gets the arguments
            by name, and returns what JSON can hold, or a Deferred of that
        :param lost: called when the other process is gone
        """
        self._answerers = answerers
        self._lost = lost
        self._numbers = count()
        self._waiting: dict[int, Deferred[Any]] = {}
        self.descriptors: list[int] = []

    def ask(self, name: str, /, **arguments: Any) -> Deferred[Any]:
        """
        Have the other process do something.

        :returns: a Deferred of its answer
        :raises Bcfg2Error: through the Deferred, if it failed
        :raises ConnectionDone: through the Deferred, if the other process is gone
        """
        if not self.connected:
            gone: Deferred[Any] = Deferred()
            gone.errback(ConnectionDone())
            return gone
        number = next(self._numbers)
        answer: Deferred[Any] = Deferred(lambda _: self._forget(number))
        self._waiting[number] = answer
        self._send(Message(name, number, arguments))
        return answer

    def _forget(self, number: int) -> None:
        self._waiting.pop(number, None)

    def note(self, name: str, /, **arguments: Any) -> None:
        """Tell the other process something."""
        self._send(Message(name, None, arguments))

    def _send(self, message: Message) -> None:
        if self.connected and self.transport is not None:
            self.transport.write(message.encoded())

    def end(self) -> None:
        """Say that there is nothing more to say."""
        transport: Any = self.transport
        transport.loseWriteConnection()

    def fileno(self) -> int:
        """Return the descriptor of the way to the other process, -1 once it is closed."""
        transport: Any = self.transport
        return int(transport.fileno())

    def fileDescriptorReceived(self, descriptor: int) -> None:
        """Keep a descriptor for the answer that follows it."""
        self.descriptors.append(descriptor)

    def lineReceived(self, line: bytes) -> None:
        """Take a message."""
        message = decoded(line)
        if message.name is None:
            self._take_reply(message)
        else:
            self._answer(message, message.name)

    def _take_reply(self, message: Message) -> None:
        waiting = self._waiting.pop(message.number if message.number is not None else -1, None)
        if waiting is None:
            return  # given up
        if message.error is None:
            waiting.callback(message.value)
        elif message.kind == UnreadableRepository.__name__:
            waiting.errback(UnreadableRepository(message.error))
        else:
            waiting.errback(RequestFailed(message.error))

    def _answer(self, message: Message, name: str) -> None:
        answer = maybeDeferred(self._answerers[name], **message.arguments)
        number = message.number
        if number is None:
            answer.addErrback(lambda failure: log.failure("A note of {name}", failure, name=name))
            return
        answer.addCallbacks(
            lambda value: self._send(Message(number=number, value=value)),
            lambda failure: self._send(_refusal(number, failure, name)),
        )

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Have nobody wait for answers any more."""
        self.connected = 0  # twisted leaves it as it is
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.errback(ConnectionDone())
        self._lost()


def _refusal(number: int, failure: Failure, name: str) -> Message:
    if not failure.check(Bcfg2Error, ConnectionDone):
        log.failure("{name} failed", failure, name=name)
    error: Any = failure.value
    return reply_of_error(number, error)


def converse(reactor: Any, end: socket.socket, conversation: Conversation) -> None:
    """Begin a conversation over a socket, which belongs to the reactor from here on."""
    end.setblocking(False)
    with end:  # twisted takes a duplicate
        reactor.adoptStreamConnection(
            end.fileno(), socket.AF_UNIX, Factory.forProtocol(lambda: conversation)
        )
