"""The processes of one server, as who administers it asks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from twisted.internet.defer import Deferred

from bcfg2tw.serving.administration import Administration


class Processes(Protocol):
    """All processes that serve clients together."""

    def ask_all(
        self, command: str, arguments: Mapping[str, Any], /
    ) -> Deferred[list[dict[str, Any]]]:
        """
        Ask each process a question, or give it a command; in the reactor's thread.

        :param command: and `arguments`: as `Administration.obey` takes them
        :returns: a Deferred of their answers, each with the name of its `process`, and with an
            `error` where it failed, or where nothing came in time; it never fails
        """


class OneProcess:
    """The processes of a server that has this one alone."""

    def __init__(self, administration: Administration) -> None:
        self._administration = administration

    def ask_all(
        self, command: str, arguments: Mapping[str, Any], /
    ) -> Deferred[list[dict[str, Any]]]:
        """Ask this process."""
        return self._administration.obey(command, arguments).addCallback(lambda answer: [answer])
