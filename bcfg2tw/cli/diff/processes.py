"""
All clients in two states, built side by side in several processes.

Each state has a process that opens it, and is forked for those that build. The command hands out
names; what an older state gave for a client goes to a process of the newer state, which builds the
client, compares, and sends what differs. So the command has a few clients in memory at a time.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any

from bcfg2tw.cli.diff.building import BuiltClient, ClientSelection, Finish, StateError
from bcfg2tw.cli.diff.states import State
from bcfg2tw.cli.processes import FORK
from bcfg2tw.errors import Bcfg2Error

__all__ = ["OpenedClients", "OpenedState", "build_pairs", "opened"]


#: How long processes may take to end that have nothing to do any more.
END_SECONDS = 2.0
#: How long those may take that build: less, for the process that has forked them kills them then.
HANG_SECONDS = 1.0


@dataclass(frozen=True)
class OpenedClients:
    """
    The clients of a state that a process has opened.

    :ivar selected: those that are asked for, None where the state cannot tell
    :ivar problems: files that cannot be used
    :ivar complaints: what else was said of its files
    """

    clients: list[str]
    selected: list[str] | None
    problems: list[str]
    complaints: list[str]


class OpenedState:
    """A state that a process has opened, and processes that build its clients."""

    def __init__(
        self, state: State, selection: ClientSelection, finish: Finish, children: int,
        others: Sequence[Connection],
    ) -> None:  # fmt: skip
        """
        Fork the process, and do not wait for it.

        :param finish: makes what is sent of a client
        :param children: processes that build
        :param others: what this process has open that the new one must not keep open
        """
        self.title = state.title
        self._control, control = FORK.Pipe()
        pairs = [FORK.Pipe() for _ in range(children)]
        self.builders = [ours for ours, _ in pairs]
        theirs = [end for _, end in pairs]
        foreign = [*others, self._control, *self.builders]
        self._process = FORK.Process(
            target=_run_state, args=(state, selection, finish, control, theirs, foreign)
        )
        self._process.start()
        for end in (control, *theirs):
            end.close()

    @property
    def connections(self) -> list[Connection]:
        """All ends that this process has."""
        return [self._control, *self.builders]

    def wait(self) -> OpenedClients:
        """
        Wait until the state is open.

        :raises StateError: if it cannot be used
        """
        try:
            answer = self._control.recv()
        except EOFError:
            raise self.ended() from None
        if isinstance(answer, str):
            raise StateError(f"{self.title} cannot be built: {answer}")
        assert isinstance(answer, OpenedClients)
        return answer

    def ended(self) -> StateError:
        """Return the error that a process has ended that should not have."""
        return StateError(f"{self.title} cannot be built: a process that builds it has ended")

    def close(self) -> None:
        """End the processes; where they do not, kill the one that has forked the others."""
        for connection in self.connections:
            connection.close()
        self._process.join(END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _run_state(
    state: State, selection: ClientSelection, finish: Finish, control: Connection,
    builders: Sequence[Connection], foreign: Sequence[Connection],
) -> None:  # fmt: skip
    """Open a state, say so, and fork the processes that build."""
    # the terminal sends it to all processes; that of the command closes the connections then
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for connection in foreign:
        connection.close()
    with suppress(OSError):  # the command is not there any more
        _open_state(state, selection, finish, control, builders)


def _open_state(
    state: State, selection: ClientSelection, finish: Finish, control: Connection,
    builders: Sequence[Connection],
) -> None:  # fmt: skip
    try:
        clients = state.clients()
        selected = state.select(selection)
    except Bcfg2Error as error:
        control.send(str(error))
        return
    except Exception as error:  # whatever a site's plugin raises, it is told to the command
        control.send(f"{type(error).__name__}: {error}")
        return
    processes = [
        FORK.Process(target=_build, args=(state, finish, builder, builders, control))
        for builder in builders
    ]
    for process in processes:
        process.start()
    for builder in builders:
        builder.close()
    control.send(OpenedClients(clients, selected, state.problems, state.complaints))
    _wait_for_end(processes, control)


def _wait_for_end(processes: Sequence[ForkProcess], control: Connection) -> None:
    """Wait until all have ended; those that hang when the command is through are killed."""
    running = {process.sentinel for process in processes}
    is_through = False
    while running and not is_through:
        ready = wait([control, *running])
        running.difference_update(one for one in ready if isinstance(one, int))
        is_through = control in ready
    due = time.monotonic() + HANG_SECONDS
    for process in processes:
        process.join(max(0.0, due - time.monotonic()))
        process.kill()


def _build(
    state: State, finish: Finish, own: Connection, every: Sequence[Connection], control: Connection
) -> None:
    control.close()
    for connection in every:
        if connection is not own:
            connection.close()
    state.answer(own, finish)


@contextmanager
def opened(
    states: tuple[State, State], selection: ClientSelection, finish: Finish, children: int
) -> Iterator[tuple[OpenedState, OpenedState]]:
    """
    Open two states, both at once, and end their processes behind the block.

    :param finish: makes what the newer state's processes send of a client that they have built,
        and of what the older state gave
    """
    old = OpenedState(states[0], selection, _as_built, children, ())
    try:
        new = OpenedState(states[1], selection, finish, children, old.connections)
        try:
            yield old, new
        finally:
            new.close()
    finally:
        old.close()


def _as_built(built: BuiltClient, extra: object) -> BuiltClient:
    return built


def build_pairs(
    old: OpenedState, new: OpenedState, hosts: Sequence[str], take: Callable[[Any], None]
) -> None:
    """
    Build clients in both states.

    :param take: is called with what `finish` has made of each client, as soon as it is there
    :raises StateError: if a process has ended
    """
    _Pairing(old, new, hosts, take).run()


class _Pairing:
    """The work of all processes while clients are built."""

    def __init__(
        self, old: OpenedState, new: OpenedState, hosts: Sequence[str], take: Callable[[Any], None]
    ) -> None:
        self._old, self._new, self._take = old, new, take
        self._waiting = deque(hosts)
        self._half: deque[BuiltClient] = deque()
        self._idle: dict[OpenedState, list[Connection]] = {
            state: list(state.builders) for state in (old, new)
        }
        self._left = len(hosts)

    def run(self) -> None:
        """Hand out clients until all are done."""
        states = {connection: state for state in self._idle for connection in state.builders}
        while self._left:
            self._hand_out()
            busy = [one for one, state in states.items() if one not in self._idle[state]]
            for connection in wait(busy):
                assert isinstance(connection, Connection)
                self._receive(connection, states[connection])

    def _hand_out(self) -> None:
        # no more than each process of the newer state can take next: they are all in memory
        idle = self._idle[self._old]
        while idle and self._waiting and len(self._half) < len(self._new.builders):
            self._send(self._old, idle.pop(), self._waiting.popleft(), None)
        idle = self._idle[self._new]
        while idle and self._half:
            built = self._half.popleft()
            self._send(self._new, idle.pop(), built.host, built)

    def _send(self, state: OpenedState, connection: Connection, host: str, extra: object) -> None:
        try:
            connection.send((host, extra))
        except OSError as error:
            raise state.ended() from error

    def _receive(self, connection: Connection, state: OpenedState) -> None:
        try:
            reply = connection.recv()
        except (EOFError, OSError) as error:
            raise state.ended() from error
        self._idle[state].append(connection)
        if state is self._old:
            self._half.append(reply)
        else:
            self._left -= 1
            self._take(reply)
