"""
The contracts of the network side: a core, the pool that it is called in, the errors of its methods.

They are protocols of `typing`, not zope interfaces, because neither core can name them: the engine
imports nothing from above, and an upstream core comes from another distribution. mypy compares
both with them, and `tests/calls/test_interfaces.py` does at run time.

The contract with a downloader is `bcfg2tw.engine.plugin.downloads.Downloader`: plugins are its
users, so it stands on their side, and `bcfg2tw.downloads` implements it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar, runtime_checkable

from twisted.internet.defer import Deferred

from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings

T = TypeVar("T")

Certificate = dict[str, Any]
Method = Callable[..., Any]
DebugListener = Callable[[bool], None]


class CallTimes(Protocol):
    """A record of how long methods take; safe to use from any thread."""

    def add(self, name: str, seconds: float, /) -> None:
        """
        Note one call.

        :param name: of the method, as its caller wrote it
        :param seconds: of wall-clock time, also of a call that failed
        """

    def figures(self) -> Mapping[str, tuple[float, float, float, int]]:
        """
        Return the figures so far; later calls do not change what was returned.

        :returns: name to minimum, maximum and mean, in seconds, and the number of calls
        """


class ServedCore(Protocol):
    """
    The part of a core that a request needs, named as Bcfg2 documents it (:ref:`core-4.1`).

    Every member is used from threads of the pool, by several requests at once, and only when the
    core has been started.
    """

    def authenticate(
        self, cert: Certificate | None, user: str, password: str, address: ClientAddress, /
    ) -> bool:
        """
        Decide whether a connection is let in (:ref:`core-17`); asked first for each request.

        :param cert: subject of the certificate that TLS has verified, None without one
        :param address: of the peer; the core may note in it which client it acts as, and the same
            object goes to `check_acls` and to the method
        :raises bcfg2tw.errors.NotServing: if nobody can be let in now: the answer is status 503
        :raises bcfg2tw.engine.look_ups.LookUpNeeded: if something has to be looked up first, below
            `look_ups_elsewhere`: it is asked again when that has been done
        :raises Exception: whatever else it is, the peer is refused as if the answer were False,
            and the traceback is logged
        """

    def check_acls(self, address: ClientAddress, rmi: str, /) -> bool:
        """
        Decide whether a peer that was let in may call a method (:ref:`core-10`).

        :param rmi: name of the method, with a dot for those of plugins; it need not exist
        :raises bcfg2tw.errors.NotServing: if nobody's calls can be decided about: status 503
        :raises bcfg2tw.errors.Bcfg2Error: for which the peer gets a fault, as from a method
        :raises Exception: whatever else it is, the request is answered with status 500
        """

    def _resolve_exposed_method(self, method_name: str, /) -> Method:
        """
        Return the core's own method of a name without a dot (:ref:`core-11`).

        It is called with the peer's `ClientAddress` before the caller's parameters, and returns
        what XML-RPC can hold: None, bool, int, float, str, list, tuple, set or dict. Whatever it
        raises is told to the caller as a fault (`CodedError`, `LoggingChoice`).

        :raises bcfg2tw.errors.NoExposedMethod: if clients can call no method of this name
        """

    def _get_rmi(self) -> Mapping[str, Method]:
        """
        Return the methods of plugins by `NAME.METHOD` (:ref:`core-11`).

        They are called with the caller's parameters alone; results and exceptions are as for the
        core's own methods.
        """


@runtime_checkable
class MeasuredCore(Protocol):
    """A core that keeps a record of times; one without is served as well."""

    @property
    def call_statistics(self) -> CallTimes:
        """The record in which the dispatcher notes every call, beside the core's own entries."""


@runtime_checkable
class DescribedCore(Protocol):
    """A core that can say in a few words what it serves; one that cannot is served as well."""

    def summary(self) -> str:
        """Return how much is served, such as "5 clients, 7 plugins, revision 3f0c"."""


@runtime_checkable
class PicturedCore(Protocol):
    """A core that has more to say to those who watch it; one without is served as well."""

    def picture(self) -> dict[str, Any]:
        """
        Return plain data about what it serves; blocks, in a thread of the pool.

        :raises bcfg2tw.errors.Bcfg2Error: if nothing is served yet
        """


@runtime_checkable
class StatefulCore(Protocol):
    """A core whose state other processes change as well; one without is served as well."""

    def call(self) -> AbstractContextManager[None]:
        """
        Run one call in the block, all of it in this thread, credentials included.

        :raises bcfg2tw.errors.NotServing: at the beginning or at the end, if the state cannot be
            reached: the answer is status 503, whatever the call has come to
        """


class WatchedCore(Protocol):
    """
    The part of a core that keeps it up to date when files change.

    Both members block, and are used from a thread of the pool, by one watcher at a time; calls of
    clients go on meanwhile.
    """

    def watched(self) -> tuple[str, ...]:
        """
        Return full paths of folders, files and globs whose change `reload` is to be told.

        Asked before each look at them, since a reload may change them. Empty where a core watches
        by itself.
        """

    def reload(self, changed: Collection[str] | None, /) -> None:
        """
        Take in changes; calls that are running go on with what they began with.

        :param changed: full paths, None where anything may have changed
        :raises bcfg2tw.errors.Bcfg2Error: if they cannot be used; what was read before stays in
            force, and the same changes are told again with the next ones
        """


class RunningCore(ServedCore, MeasuredCore, WatchedCore, Protocol):
    """
    A whole core, as the service around it starts, feeds and ends it.

    The constructor takes the `Settings` and reads nothing. The service is made first; it sets
    `downloader`, extends `debug_listeners`, and calls `start` before anything else.

    :ivar debug_listeners: called with the core's debug flag whenever a client sets it, in that
        call's thread
    """

    debug_listeners: list[DebugListener]

    @property
    def settings(self) -> Settings:
        """The settings in force now: a whole new value after a `reload` that changed them."""

    @property
    def downloader(self) -> Downloader | None:
        """The network side's downloads, for plugins; None before the service has set it."""

    @downloader.setter
    def downloader(self, downloader: Downloader | None) -> None:
        """Let plugins download; called once, in the reactor's thread."""

    def start(self) -> None:
        """
        Read the repository and start what runs beside the calls; blocks, in a thread of the pool.

        :raises bcfg2tw.errors.Bcfg2Error: if there is nothing to serve; the text says why
        """

    def shutdown(self) -> None:
        """
        End plugins and threads; blocks, in a thread of the pool, when the last call has ended.

        Called once after `start`, however that went; a second call does nothing.
        """


class Pool(Protocol):
    """The way from the reactor into threads, as `bcfg2tw.pool.CorePool` is one."""

    def call(self, function: Callable[..., T], /, *args: Any) -> Deferred[T]:
        """
        Run a function of the server's own in a thread; called in the reactor's thread.

        :returns: a Deferred of its result, which fires in the reactor's thread and cannot be
            cancelled
        :raises bcfg2tw.pool.Busy: through the Deferred, if the pool has been stopped
        """

    def serve(self, turn: Turn, function: Callable[..., T], /, *args: Any) -> Deferred[T]:
        """
        Run a function for a client in a thread when it is its turn; called in the reactor's thread.

        :returns: a Deferred of its result, which fires in the reactor's thread; to cancel it takes
            back a call that waits
        :raises bcfg2tw.pool.Busy: through the Deferred, if too many calls are waiting, or the pool
            has been stopped
        :raises bcfg2tw.pool.TookTooLong: through the Deferred, if the call was given up
        """

    def look_up(self, subject: str, look_up: Callable[[], object], /) -> Deferred[None]:
        """
        Make a look-up in a thread beside those of calls; called in the reactor's thread.

        :param subject: what is looked up; look-ups of the same are made once at a time
        :returns: a Deferred that fires in the reactor's thread when it has ended
        :raises bcfg2tw.errors.NotServing: through the Deferred, if that takes too long
        """


@runtime_checkable
class CodedError(Protocol):
    """
    An exception that chooses the code of the fault its caller gets (:ref:`wire-6`).

    :ivar fault_code: not looked at where it is no int
    """

    fault_code: int


@runtime_checkable
class LoggingChoice(Protocol):
    """
    An exception that chooses whether it is logged (:ref:`wire-6`); all others are.

    :ivar log: False where the caller alone is to learn of it
    """

    log: bool
