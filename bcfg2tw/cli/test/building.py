"""Building clients to test them: one after the other, or in several processes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from bcfg2tw.cli.looking import Site
from bcfg2tw.cli.processes import for_each
from bcfg2tw.cli.test.checks import Ignored, Problem, problems_of
from bcfg2tw.comparing.differences import compare
from bcfg2tw.comparing.sentences import sentences_of
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error

__all__ = ["ClientResult", "Log", "Tests"]


@dataclass(frozen=True)
class ClientResult:
    """
    What the test of one client gave.

    :ivar log: what the engine complained about while it built
    :ivar unstable: what differs between two builds
    """

    host: str
    problems: tuple[Problem, ...]
    log: tuple[str, ...]
    unstable: tuple[str, ...]
    seconds: float


class Tests:
    """The tests of a site's clients."""

    def __init__(self, site: Site, ignored: Ignored, builds: int = 2) -> None:
        """
        Build nothing yet.

        :param builds: how often each client is built, 1 or 2
        """
        self._site = site
        self._ignored = ignored
        self._builds = builds

    def run(self, hosts: Sequence[str], children: int) -> Iterator[ClientResult]:
        """
        Yield the results of clients, in their order.

        :param children: processes to build in, 0 for this one
        """
        _ = self._site.core  # read once, before there are several processes
        yield from for_each(self.one, hosts, children)

    def one(self, host: str) -> ClientResult:
        """Test one client."""
        started = time.perf_counter()
        with Log() as log:
            problems, unstable = self._tested(host)
        seconds = time.perf_counter() - started
        return ClientResult(host, problems, tuple(log.lines), unstable, seconds)

    def _tested(self, host: str) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
        if not self._site.core.metadata.is_client(host):
            return (Problem("unknown-client", f"there is no client {host}"),), ()
        try:
            built = self._site.configuration(host)
            problems = problems_of(host, built.document, built.metadata.bundles, self._ignored)
            again = self._site.configuration(host) if self._builds > 1 else built
        except Bcfg2Error as error:
            return (Problem("build-error", str(error)),), ()
        return tuple(problems), _changes(built.document, again.document)


def _changes(first: Element, second: Element) -> tuple[str, ...]:
    """Return what differs between two builds; nearly always nothing, which their texts say."""
    if etree.tostring(first) == etree.tostring(second):
        return ()
    changes = compare(first, second)
    return tuple(str(one) for change in changes for one in sentences_of(change))


class Log(logging.Handler):
    """Keeps what is logged from warnings on, in place of showing it, while it is entered."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message, each once."""
        line = record.getMessage()
        if line not in self.lines:
            self.lines.append(line)

    def __enter__(self) -> Log:
        root = logging.getLogger()
        self._handlers, root.handlers[:] = list(root.handlers), [self]
        return self

    def __exit__(self, *exception: object) -> None:
        logging.getLogger().handlers[:] = self._handlers
