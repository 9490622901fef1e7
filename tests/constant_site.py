"""
The server's network side alone: all of it, over a core that answers constants.

    python3 -m tests.constant_site CONF SIZE

serves under the settings of a bcfg2.conf; GetConfig is answered with so many bytes, everything else
with a few. What it takes beside a bare site is what TLS, HTTP, scheduling and XML-RPC take here.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bcfg2tw.engine.call_statistics import CallStatistics
from bcfg2tw.engine.memory import collector, share_arenas
from bcfg2tw.engine.model.address import ClientAddress
from bcfg2tw.engine.plugin.downloads import Downloader
from bcfg2tw.service import SWITCH_SECONDS, Options, coreService
from bcfg2tw.settings import Settings
from tests.processes import environment


class ConstantCore:
    """A whole core that lets everybody in, and answers each method with the same."""

    def __init__(self, settings: Settings, size: int) -> None:
        """
        Make one.

        :param size: of a configuration, in characters
        """
        self.settings = settings
        self.call_statistics = CallStatistics()
        self.downloader: Downloader | None = None
        self.debug_listeners: list[Any] = []
        self._configuration = "x" * size

    def start(self) -> None:
        """Read nothing."""

    def watched(self) -> tuple[str, ...]:
        """Return that nothing is to be watched."""
        return ()

    def reload(self, changed: Collection[str] | None = None) -> None:
        """Read nothing."""

    def shutdown(self) -> None:
        """End nothing."""

    def authenticate(self, cert: Any, user: str, password: str, address: ClientAddress) -> bool:
        """Let everybody in."""
        return True

    def check_acls(self, address: ClientAddress, rmi: str) -> bool:
        """Allow everything."""
        return True

    def _resolve_exposed_method(self, method_name: str) -> Any:
        return self._configure if method_name == "GetConfig" else self._agree

    def _get_rmi(self) -> Mapping[str, Any]:
        return {}

    def _configure(self, address: ClientAddress) -> str:
        return self._configuration

    def _agree(self, address: ClientAddress, *parameters: Any) -> bool:
        return True


def serve(conf: str, size: int) -> None:
    """Answer until the process is ended."""
    from twisted.internet import reactor

    share_arenas()  # all of this as twistd's service does it
    sys.setswitchinterval(SWITCH_SECONDS)
    collector.begin()
    options = Options()
    options.parseOptions(["--config", conf])
    service = coreService(reactor, options.settings, ConstantCore(options.settings, size))
    service.started.addCallback(lambda _: print("Serving", flush=True))
    service.privilegedStartService()
    service.startService()
    loop: Any = reactor
    loop.run()


@contextmanager
def constant_site(conf: Path, size: int) -> Iterator[int]:
    """Run one in a process of its own, and return its number."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.constant_site", str(conf), str(size)],
        env=environment(),
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
