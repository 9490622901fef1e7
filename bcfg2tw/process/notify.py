"""Notifications for the service manager, by systemd's protocol, sd_notify(3)."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from typing import Any

from twisted.application.internet import TimerService
from twisted.application.service import MultiService
from twisted.logger import Logger

from bcfg2tw.admin.processes import Processes
from bcfg2tw.serving.service_state import (
    DRAINING,
    FAILED,
    LOADING,
    RELOADING,
    SERVING,
    STOPPING,
    ServiceState,
)

log = Logger()

#: While it is loading, it is asked for so much more time with each beat.
LOADING_USEC = 60_000_000

#: How often it beats where there is no watchdog.
BEAT_SECONDS = 10.0

_STATUS = {
    LOADING: "Reading the repository",
    SERVING: "Serving",
    RELOADING: "Reading everything again; what was read before is served",
    DRAINING: "Draining: clients are to go elsewhere",
    STOPPING: "Answering the last calls",
    FAILED: "Nothing can be served; the log says why",
}


class Notifications:
    """The socket of the service manager; without one, nothing is said."""

    def __init__(self, path: str | None) -> None:
        """Take the path, as in `NOTIFY_SOCKET`; one that begins with @ is abstract."""
        self._path = path.replace("@", "\0", 1) if path and path.startswith("@") else path

    @property
    def is_heard(self) -> bool:
        """True where somebody listens."""
        return bool(self._path)

    def send(self, **fields: str | int) -> None:
        """Say something; whether it is heard cannot be told, and changes nothing."""
        if not self._path:
            return
        text = "\n".join(f"{name}={value}" for name, value in fields.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto(text.encode(), self._path)
        except OSError as error:
            log.warn("The service manager cannot be told anything: {error}", error=error)


class NotifyService(MultiService):
    """
    Tells the service manager each state, and as long as the server is alive, that it is.

    Its heart beats only where the event loop and a thread answer: who hangs is restarted.
    """

    name = "notify"

    def __init__(
        self,
        reactor: Any,
        state: ServiceState,
        processes: Processes,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """
        Say nothing yet.

        :param environment: of systemd: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`
        """
        super().__init__()
        self._state = state
        self._processes = processes
        self._notifications = Notifications(environment.get("NOTIFY_SOCKET"))
        self._watchdog_seconds = watchdog_seconds(environment)
        if self._notifications.is_heard:
            seconds = BEAT_SECONDS
            if self._watchdog_seconds is not None:
                seconds = min(seconds, self._watchdog_seconds / 3)
            beat = TimerService(seconds, self._beat)
            beat.clock = reactor
            beat.setServiceParent(self)

    def startService(self) -> None:
        """Begin."""
        self._state.listeners.append(self._tell)
        self._tell(str(self._state))
        super().startService()

    def _tell(self, state: str) -> None:
        fields: dict[str, str | int] = {"STATUS": _STATUS[state]}
        if state == SERVING:
            fields["READY"] = 1
        elif state == RELOADING:
            fields["RELOADING"] = 1
            fields["MONOTONIC_USEC"] = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        elif state == STOPPING:
            fields["STOPPING"] = 1
        self._notifications.send(**fields)

    def _beat(self) -> None:
        self._processes.ask_all("alive", {}).addCallback(self._say_alive)

    def _say_alive(self, answers: list[dict[str, Any]]) -> None:
        if all("error" in answer for answer in answers):
            return
        if self._watchdog_seconds is not None:
            self._notifications.send(WATCHDOG=1)
        if str(self._state) == LOADING:
            self._notifications.send(EXTEND_TIMEOUT_USEC=LOADING_USEC)


def watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    """Return after how many seconds without a beat this process is restarted, None for never."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None  # it is another one's
    value = environment.get("WATCHDOG_USEC", "")
    return int(value) / 1e6 if value.isdigit() and int(value) else None
