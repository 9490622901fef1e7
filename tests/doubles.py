"""What tests use in place of parts of the server: classes that keep the same promises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bcfg2tw.engine.call_statistics import CallStatistics
from bcfg2tw.engine.clock import Clock
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.errors import NoExposedMethod
from bcfg2tw.settings import Settings
from tests.waiting import PATIENCE_SECONDS


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

    :ivar events: `start`, `reload` and `shutdown`, and `started` and the like at their ends
    :ivar reloads: what it was told of
    :ivar failures: by the name of a method, what it raises from now on
    :ivar paths: what it wants to have watched
    """

    def __init__(self, settings: Settings, *paths: str) -> None:
        self.settings = settings
        self.call_statistics = CallStatistics()
        self.debug_listeners: list[Callable[[bool], None]] = []
        self.downloader: Downloader | None = None
        self.events: list[str] = []
        self.reloads: list[set[str] | None] = []
        self.failures: dict[str, Exception] = {}
        self.paths = paths
        self.holds: dict[str, Hold] = {}

    def hold(self, name: str) -> Hold:
        """Have a method wait, in the thread that calls it."""
        hold = self.holds[name] = Hold()
        return hold

    def _event(self, name: str, ending: str) -> None:
        self.events.append(name)
        if name in self.holds:
            self.holds[name].wait()
        if name in self.failures:
            raise self.failures[name]
        self.events.append(name + ending)

    def start(self) -> None:
        """Note that the repository would be read."""
        self._event("start", "ed")

    def reload(self, changed: Collection[str] | None = None) -> None:
        """Note it, and what has changed."""
        self.reloads.append(None if changed is None else set(changed))
        self._event("reload", "ed")

    def watched(self) -> tuple[str, ...]:
        """Return the paths."""
        return self.paths

    def shutdown(self) -> None:
        """Note it."""
        self._event("shutdown", " ended")

    def authenticate(self, cert: Any, user: str, password: str, address: ClientAddress) -> bool:
        """Let in whoever has the password of the settings."""
        return password == self.settings.password

    def check_acls(self, address: ClientAddress, rmi: str) -> bool:
        """Allow everything."""
        return True

    def _resolve_exposed_method(self, method_name: str) -> Callable[..., Any]:
        if method_name != "GetConfig":
            raise NoExposedMethod(method_name)
        return self._configuration

    def _configuration(self, address: ClientAddress) -> str:
        self._event("GetConfig", " ended")
        return "<Configuration/>"

    def _get_rmi(self) -> Mapping[str, Callable[..., Any]]:
        return {"Plugin.events": lambda: self.events}


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
