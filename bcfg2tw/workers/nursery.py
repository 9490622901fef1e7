"""
The nursery: the process that has read the repository, and that workers are forked from.

It runs no reactor and no threads of its own, so that a fork of it is a whole process. It reads each
change first; what it cannot read, no worker has to try.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from twisted.logger import Logger

from bcfg2tw.errors import Bcfg2Error, NotServing
from bcfg2tw.workers.inheritance import Inheritance, enter_child
from bcfg2tw.workers.messages import DELIMITER, Message, decoded, reply_of_error
from bcfg2tw.workers.worker import run_worker
from bcfg2tw.workers.worker_core import WorkerCore

log = Logger()

#: How often it is looked whether workers have ended.
REAP_SECONDS = 0.2

#: After so many readings objects are looked for that refer to each other alone, among all.
READINGS_TO_CLEAN_UP = 50

#: How long threads of plugins may take to end before a fork.
THREAD_SECONDS = 60.0

#: How much longer than the calls of workers their processes may last at the end.
END_SECONDS = 3.0


class EndOfSupervisor(Exception):
    """The supervisor is gone, or wants the end."""


@contextmanager
def _end_of_supervisor() -> Iterator[None]:
    """Take a way to the supervisor that is cut off for its end; no other failure is one."""
    try:
        yield
    except OSError as error:
        raise EndOfSupervisor from error


def fork_nursery(inheritance: Inheritance, ends: Collection[int]) -> tuple[int, socket.socket]:
    """
    Fork a nursery.

    :param ends: descriptors of this process that are none of the nursery's
    :returns: its process, and the socket over which it is told what to do
    :raises OSError: if the system has no room for it
    """
    ours, theirs = socket.socketpair()
    sys.stdout.flush()
    process = os.fork()
    if process:
        theirs.close()
        return process, ours
    try:
        ours.close()
        for descriptor in ends:
            os.close(descriptor)
        enter_child(inheritance)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # its end is that of its socket
        Nursery(inheritance, theirs).run()
    except BaseException:  # whatever it is, this process must not go on as the one that was forked
        log.failure("The nursery failed")
        os._exit(1)
    os._exit(0)


class Nursery:
    """Reads the repository, and forks workers when it is told to."""

    def __init__(self, inheritance: Inheritance, control: socket.socket) -> None:
        self._inheritance = inheritance
        self._control = control
        self._settings = inheritance.settings
        self._core = WorkerCore(inheritance.settings)
        self._core.debug_listeners.append(inheritance.logs.set_debug)
        self._received = b""
        self._workers: set[int] = set()
        self._is_loaded = self._is_settled = False
        self._readings = 0
        self._answerers: dict[str, Callable[..., Any]] = {
            "load": self._load,
            "load_again": self._load_again,
            "reload": self._reload,
            "reload_settings": self._reload_settings,
            "reload_certificates": inheritance.context.reload_here,
            "obey": self._core.obey,
        }

    def run(self) -> None:
        """Do what the supervisor says, until it is gone; then see to it that all workers end."""
        try:
            for message in self._messages():
                self._answer(message)
                self._try_to_settle()
        except EndOfSupervisor:
            self._control.close()
            self._end_workers()

    def _messages(self) -> Iterator[Message]:
        while True:
            *lines, self._received = self._received.split(DELIMITER)
            for line in lines:
                yield decoded(line)
            self._wait()
            self._received += self._receive()

    def _receive(self) -> bytes:
        with _end_of_supervisor():
            data = self._control.recv(1 << 20)
        if not data:
            raise EndOfSupervisor
        return data

    def _wait(self) -> None:
        """Wait for a message, and tell of workers that end."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        while not poll.poll(REAP_SECONDS * 1000):
            self._reap()

    def _answer(self, message: Message) -> None:
        assert message.name is not None and message.number is not None
        if message.name == "fork":
            self._fork_or_say_why(message.number)
            return
        try:
            value = self._answerers[message.name](**message.arguments)
        except Bcfg2Error as error:
            self._send(reply_of_error(message.number, error))
        except Exception as error:  # plugins raise what they like: the supervisor is to know
            log.failure("{name} failed in the nursery", name=message.name)
            self._send(reply_of_error(message.number, error))
        else:
            self._send(Message(number=message.number, value=value))

    def _send(self, message: Message) -> None:
        with _end_of_supervisor():
            self._control.sendall(message.encoded())

    def _load(self) -> dict[str, Any]:
        """Read the repository for the first time, as the user that serves."""
        self._inheritance.assume_user()
        self._core.store.prepare()
        self._core.load_plugins()
        self._is_loaded, self._is_settled = True, False
        return self._description(0.0)

    def _load_again(self, had_other_settings: bool) -> dict[str, Any]:
        """
        Read what a nursery has read whose place this one takes.

        :param had_other_settings: whether there are settings in force that were read since the
            start; what was right at the start, such as a password, is not to come back then
        :raises SettingsError: if these cannot be read
        """
        self._inheritance.assume_user()
        try:
            self._settings.reread()
        except Bcfg2Error:
            if had_other_settings:
                raise
        self._load()
        self._reload_settings()
        return self._description(0.0)

    def _reload(self, changed: list[str] | None) -> dict[str, Any]:
        """
        Take in changes, before the workers do.

        :returns: also as `changed` what they have to look at
        """
        # processor time: on a busy machine the clock says little about what reading costs a worker
        before, began = self._core.snapshot, time.process_time()
        self._core.reload(changed)
        after = self._core.snapshot
        if after is before:
            return {"seconds": None}  # there may be thousands of paths, and this is often so
        is_other = after.plugins != before.plugins or after.settings is not before.settings
        self._is_settled = False
        description = self._description(time.process_time() - began if is_other else 0.0)
        news = None if changed is None else after.news_among(changed, before)
        return description | {"changed": news}

    def _reload_settings(self) -> dict[str, Any]:
        """Read bcfg2.conf, certificates and the repository again."""
        try:
            settings = self._settings.reread()
            self._inheritance.context.reload_here(settings)
            self._settings = settings
        except Bcfg2Error:
            pass  # the supervisor has met the same, and has said so
        return self._reload(None)

    def _try_to_settle(self) -> None:
        """Settle, or try it again after the next message: what goes wrong is no worker's end."""
        try:
            self._settle()
        except Exception:  # of stores, for want of descriptors for example
            log.failure("The nursery cannot settle")

    def _settle(self) -> None:
        """
        Have workers share the memory of what was read; after the answer, which others wait for.

        What was set aside before is gone through once in a while only: that takes a hundred times
        as long, and leaves the workers' memory to themselves.
        """
        if self._is_settled:
            return
        self._core.store.disconnect()
        _wait_for_threads()
        if self._readings % READINGS_TO_CLEAN_UP == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._readings += 1
        self._is_settled = True

    def _description(self, seconds: float) -> dict[str, Any]:
        """
        Return what the supervisor has to know of the repository.

        :param seconds: of processor time that reading took
        """
        return {
            "seconds": seconds,
            "summary": self._core.summary(),
            "watched": self._core.watched(),
            "has_other_settings": self._core.served.settings != self._inheritance.settings,
        }

    def _fork_or_say_why(self, number: int) -> None:
        """Fork a worker; where the system has no room for one, those that there are go on."""
        try:
            process, supervisors = self._fork()
        except Exception as error:  # of the system, or of a store that is to let go of its file
            self._send(reply_of_error(number, error))
            return
        reply = Message(number=number, value=process).encoded()
        with supervisors, _end_of_supervisor():
            sent = socket.send_fds(self._control, [reply], [supervisors.fileno()])
            self._control.sendall(reply[sent:])

    def _fork(self) -> tuple[int, socket.socket]:
        """
        Fork a worker, and return its process, and the supervisor's end of the way to it.

        :raises NotServing: if there is nothing yet that it could serve
        """
        if not self._is_loaded:
            raise NotServing("the nursery has not read the repository")
        self._core.store.disconnect()
        _wait_for_threads()
        supervisors, workers = socket.socketpair()
        process = os.fork()
        if not process:
            supervisors.close()
            self._become_worker(workers)
        workers.close()
        self._workers.add(process)
        return process, supervisors

    def _become_worker(self, end: socket.socket) -> None:
        self._control.close()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        status = 1
        try:
            run_worker(self._inheritance, self._settings, self._core, end)
            status = 0
        except BaseException:  # whatever it is, a worker must not go on as a nursery
            log.failure("A worker failed")
        finally:
            os._exit(status)

    def _reap(self) -> None:
        """Tell of workers that have ended."""
        for process in tuple(self._workers):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                self._workers.discard(process)
                code = os.waitstatus_to_exitcode(status)
                self._send(Message("ended", arguments={"process": process, "code": code}))

    def _end_workers(self) -> None:
        """Wait until all workers have ended, which they do by themselves, and kill who hangs."""
        for listener in self._inheritance.listeners:
            listener.close()
        deadline = time.monotonic() + self._settings.drain_timeout_seconds + END_SECONDS
        while self._workers:
            if time.monotonic() > deadline:
                for process in self._workers:
                    os.kill(process, signal.SIGKILL)
            self._workers = {process for process in self._workers if not _has_ended(process)}
            time.sleep(REAP_SECONDS / 4)


def _has_ended(process: int) -> bool:
    return os.waitpid(process, os.WNOHANG)[0] != 0


def _wait_for_threads() -> None:
    """Wait for threads to end: a fork has none, and what they hold would be held for ever."""
    deadline = time.monotonic() + THREAD_SECONDS
    for thread in threading.enumerate():
        if thread is threading.current_thread():
            continue
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            log.error(
                "the thread {name} does not end: workers cannot use what it holds",
                name=thread.name,
            )
