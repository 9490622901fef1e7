"""What tests use in place of parts of the server: classes that keep the same promises."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from lxml import etree
from twisted.internet.defer import Deferred, execute, fail

from bcfg2tw.engine.call_statistics import CallStatistics
from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import Effects, Serve
from bcfg2tw.engine.plugin.downloads import (
    Download,
    Downloader,
    DownloadError,
    NotThere,
    Validators,
)
from bcfg2tw.engine.store.changes import ClientChange
from bcfg2tw.engine.store.memory import memory_store
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import CriticalError, NoExposedMethod, PluginExecutionError
from bcfg2tw.pool import Busy
from bcfg2tw.scheduling.turn import Turn
from bcfg2tw.settings import Settings
from tests.network import PASSWORD
from tests.waiting import PATIENCE_SECONDS

T = TypeVar("T")


class ManualTimer:
    """A function that is called when its time has come, unless it is cancelled before."""

    def __init__(self, due: float, function: Callable[[], object]) -> None:
        self.due = due
        self.function = function
        self.is_cancelled = False

    def cancel(self) -> None:
        """Have it not called any more."""
        self.is_cancelled = True


class ManualClock(Clock):
    """
    A clock that stands still until it is advanced; timers run in the thread that advances it.

    :param now: seconds since 1970; `monotonic` counts from the same moment
    """

    def __init__(self, now: float = 1000.0) -> None:
        self._lock = threading.Lock()
        self._now = now
        self._timers: list[ManualTimer] = []

    def time(self) -> float:
        """Return the time."""
        return self._now

    def monotonic(self) -> float:
        """Return the time."""
        return self._now

    def call_later(self, delay_seconds: float, function: Callable[[], object]) -> ManualTimer:
        """Have a function called when the clock was advanced so far."""
        timer = ManualTimer(self._now + delay_seconds, function)
        with self._lock:
            self._timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass, and call what becomes due, each at its time."""
        end = self._now + seconds
        while (timer := self._next(end)) is not None:
            self._now = max(self._now, timer.due)
            timer.function()
        self._now = max(self._now, end)

    def set_back(self, seconds: float) -> None:
        """Have the time of day be an earlier one, as an administrator does."""
        self._now -= seconds

    def _next(self, end: float) -> ManualTimer | None:
        with self._lock:
            self._timers = [timer for timer in self._timers if not timer.is_cancelled]
            due = [timer for timer in self._timers if timer.due <= end]
            if not due:
                return None
            timer = min(due, key=lambda timer: timer.due)
            self._timers.remove(timer)
            return timer


class RecordingCore:
    """
    A whole core of two methods, which keeps what is asked of it, and waits or fails as it is told.

    `GetConfig` returns `result`; `Plugin.arguments` what it was called with. The user `broken`
    makes it stumble over the credentials, the methods `forbidden` and `undecided` are not allowed,
    and not to be decided about.

    :ivar events: `start`, `reload`, `shutdown` and `GetConfig`, and `start ended` and so on
    :ivar authenticated: what `authenticate` was asked
    :ivar called: with what `GetConfig` was called
    :ivar reloads: what it was told of
    :ivar paths: what it wants to have watched
    :ivar failures: by the name of an event, what is raised in its place from now on
    :ivar state_failure: what every call fails with, None where the state can be reached
    :ivar exposed_calls: name and argument of the other methods that were called
    """

    def __init__(self, settings: Settings | None = None, *paths: str) -> None:
        self.settings = settings or Settings()
        self.call_statistics = CallStatistics()
        self.debug_listeners: list[Callable[[bool], None]] = []
        self.downloader: Downloader | None = None
        self.events: list[str] = []
        self.authenticated: list[tuple[Any, str, str, ClientAddress]] = []
        self.called: list[tuple[Any, ...]] = []
        self.result: Any = True
        self.reloads: list[set[str] | None] = []
        self.paths = paths
        self.failures: dict[str, Exception] = {}
        self.state_failure: Exception | None = None
        self.exposed_calls: list[tuple[str, Any]] = []
        self._holds: dict[str, Hold] = {}

    def hold(self, event: str) -> Hold:
        """Have an event wait, in the thread that it happens in."""
        hold = self._holds[event] = Hold()
        return hold

    def release_all(self) -> None:
        """Let everything go on that waits."""
        for hold in self._holds.values():
            hold.release()

    def _happen(self, event: str) -> None:
        self.events.append(event)
        if event in self._holds:
            self._holds[event].wait()
        if event in self.failures:
            raise self.failures[event]
        self.events.append(f"{event} ended")

    def start(self) -> None:
        """Read nothing."""
        self._happen("start")

    def reload(self, changed: Collection[str] | None = None) -> None:
        """Keep what has changed."""
        self.reloads.append(None if changed is None else set(changed))
        self._happen("reload")

    def watched(self) -> tuple[str, ...]:
        """Return the paths."""
        return self.paths

    def shutdown(self) -> None:
        """End nothing."""
        self._happen("shutdown")

    def authenticate(self, cert: Any, user: str, password: str, address: ClientAddress) -> bool:
        """Let in whoever has a certificate, or the password."""
        self.authenticated.append((cert, user, password, address))
        if user == "broken":
            raise KeyError(user)
        return password == PASSWORD or cert is not None

    def check_acls(self, address: ClientAddress, rmi: str) -> bool:
        """Allow everything but two methods."""
        if rmi == "undecided":
            raise ValueError("the rule cannot be understood")
        return rmi != "forbidden"

    def _resolve_exposed_method(self, method_name: str) -> Callable[..., Any]:
        if method_name in ("set_debug", "expire_metadata_cache"):
            return partial(self._expose, method_name)
        if method_name != "GetConfig":
            raise NoExposedMethod(method_name)
        return self._configuration

    def _expose(self, name: str, address: ClientAddress | None, argument: Any) -> None:
        self.exposed_calls.append((name, argument))

    @contextmanager
    def call(self) -> Iterator[None]:
        """Run a call, unless the state is away."""
        if self.state_failure is not None:
            raise self.state_failure
        yield

    def _configuration(self, address: ClientAddress, *parameters: Any) -> Any:
        self.called.append((address, *parameters))
        self._happen("GetConfig")
        return self.result

    def _get_rmi(self) -> Mapping[str, Callable[..., Any]]:
        return {"Plugin.arguments": self._arguments}

    def _arguments(self, *parameters: Any) -> Any:
        """Return what it was called with."""
        return parameters


class Hold:
    """A place in another thread that waits until a test lets it go on."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()

    def wait(self) -> None:
        """Wait at the place; in the other thread."""
        self._reached.set()
        assert self._released.wait(PATIENCE_SECONDS), "nobody lets it go on"

    def until_reached(self) -> None:
        """Wait until the other thread has come to the place."""
        assert self._reached.wait(PATIENCE_SECONDS), "nobody comes here"

    def release(self) -> None:
        """Let the other thread, and whoever comes later, go on."""
        self._released.set()


class ManualPool:
    """
    A pool without threads: calls are made at once, or when a test says so.

    :ivar is_holding: whether calls wait for `release`
    :ivar is_full: whether no further call is taken
    :ivar calls: the names of the functions that were called
    :ivar turns: of the calls of clients
    :ivar failure: what calls of clients fail with instead of being made, None where they do not
    :ivar waiting: the number of calls that wait
    """

    def __init__(self, is_holding: bool = False) -> None:
        self.is_holding = is_holding
        self.is_full = False
        self.calls: list[str] = []
        self.turns: list[Turn] = []
        self.failure: Exception | None = None
        self._held: list[tuple[Deferred[Any], Callable[..., Any], tuple[Any, ...]]] = []

    @property
    def waiting(self) -> int:
        """The number of calls that wait."""
        return len(self._held)

    def call(self, function: Callable[..., T], /, *args: Any) -> Deferred[T]:
        """Make a call, or keep it."""
        if self.is_full:
            return fail(Busy("1000 calls are waiting"))
        if not self.is_holding:
            return self._make(function, args)
        waiting: Deferred[T] = Deferred(self._take_back)
        self._held.append((waiting, function, args))
        return waiting

    def _take_back(self, waiting: Deferred[Any]) -> None:
        self._held = [held for held in self._held if held[0] is not waiting]

    def serve(self, turn: Turn, function: Callable[..., T], /, *args: Any) -> Deferred[T]:
        """Make a call of a client, or keep it; cancelled, it is not made."""
        self.turns.append(turn)
        if self.failure is not None:
            return fail(self.failure)
        return self.call(function, *args)

    def look_up(self, subject: str, look_up: Callable[[], object], /) -> Deferred[None]:
        """Make a look-up, or keep it."""
        looked_up: Deferred[Any] = self.call(look_up)
        return looked_up.addCallback(lambda _: None)

    def _make(self, function: Callable[..., T], args: tuple[Any, ...]) -> Deferred[T]:
        # partial functions have the name of what they call
        function_itself = getattr(function, "func", function)
        self.calls.append(getattr(function_itself, "__name__", repr(function)))
        return execute(function, *args)

    def release(self) -> str:
        """
        Make the oldest call that waits, and return the name of its function.

        :raises IndexError: if none waits
        """
        waiting, function, args = self._held.pop(0)
        self._make(function, args).chainDeferred(waiting)
        return self.calls[-1]


class MemoryDownloader:
    """
    Fetches from servers of a few files, which may change; no network is needed for it.

    :ivar files: URL to content
    :ivar asked: the URLs that were asked for, with what was known of them
    :ivar hold: where requests wait until a test lets them go on, None where they do not
    """

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files = dict(files or {})
        self.asked: list[tuple[str, Validators | None]] = []
        self.hold: Hold | None = None

    def fetch(self, download: Download) -> Validators | None:
        """Write a file; its ETag is its digest."""
        self.asked.append((download.url, download.known))
        if self.hold is not None:
            self.hold.wait()
        data = self.files.get(download.url)
        if data is None:
            raise NotThere("the server answers 404 Not Found")
        if len(data) > download.limit_bytes:
            raise DownloadError(f"it has {len(data)} bytes, more than [packages] max_download")
        tag = f'"{hashlib.sha256(data).hexdigest()}"'
        if download.known is not None and download.known.etag == tag:
            return None
        with open(download.path, "wb") as stream:
            stream.write(data)
        if download.progress is not None:
            download.progress(len(data), len(data))
        return Validators(tag)


class RecordingContext:
    """
    The server as a plugin sees it, without a repository; what is asked of it can be looked at.

    :ivar clients: the metadata of the clients that there are, by name
    :ivar announced: pairs of a client, or None, and an aspect
    :ivar bound: tag and name of the entries that were bound
    :ivar changes: how often files were changed
    """

    def __init__(self, settings: Settings | None = None, *clients: ClientMetadata) -> None:
        self.settings = settings or Settings()
        self.effects: Effects = Serve()
        self.store = memory_store()
        self.clock = ManualClock()
        self.downloads: Downloader | None = None
        self.clients = {client.hostname: client for client in clients}
        self.announced: list[tuple[str | None, str]] = []
        self.bound: list[tuple[str, str | None]] = []
        self.changes = 0
        self.plugins: dict[str, Any] = {}

    def announce(self, client: str | None, aspect: str) -> None:
        """Keep it, and tell those who listen to the store."""
        self.announced.append((client, aspect))
        self.store.changes.announce(ClientChange(client, aspect))

    @contextmanager
    def changing_files(self) -> Iterator[None]:
        """Count it."""
        try:
            yield
        finally:
            self.changes += 1

    def build_metadata(self, client: str) -> ClientMetadata:
        """Return the metadata of a client that there is."""
        try:
            return self.clients[client]
        except KeyError:
            raise CriticalError(f"there is no client {client}") from None

    def structures(self, metadata: ClientMetadata) -> list[Element]:
        """Return an empty structure for each of the client's bundles."""
        return [etree.Element("Bundle", name=name) for name in sorted(metadata.bundles)]

    def bind(self, entry: Element, metadata: ClientMetadata) -> None:
        """Give a path its type; nothing else can be bound."""
        if entry.tag != "Path":
            raise PluginExecutionError("no matching generator")
        self.bound.append((entry.tag, entry.get("name")))
        entry.set("type", "file")
