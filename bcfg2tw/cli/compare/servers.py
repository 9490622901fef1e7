"""A server that is asked, as each client, for its configuration; nothing else is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bcfg2tw.cli.call.remote import CallFailed
from bcfg2tw.cli.call.target import Server, ServerOptions
from bcfg2tw.cli.compare.asking import AskedClients
from bcfg2tw.cli.diff.building import BuiltClient, ClientSelection, document_bytes
from bcfg2tw.cli.diff.states import ServerState
from bcfg2tw.comparing.answers import (
    UnreadableAnswer,
    configuration_of,
    without_call_name,
)
from bcfg2tw.comparing.differences import failure_of_build
from bcfg2tw.settings import Settings

__all__ = ["NO_ANSWER", "AskedServerState"]

#: How a reason begins that is none of a build: the client could not be asked for.
NO_ANSWER = "no answer: "


class AskedServerState(ServerState):
    """
    What a server serves to clients that are named, whatever server of Bcfg2 it is.

    Each is asked for by its name, with its own password or the site's, in one call of `GetConfig`.
    """

    def __init__(
        self, title: str, settings: Settings, options: Mapping[str, Any], asked: AskedClients
    ) -> None:
        """
        Ask nobody yet.

        :param options: the values of `server_parameters`, with the server among them
        :param asked: no other client is asked for
        """
        super().__init__(title, settings, options)
        self._asked = asked
        self._silence: str | None = None

    def clients(self) -> list[str]:
        """Return the names of the clients that are compared."""
        self._server = Server(ServerOptions(**self._options, checks_name=False), self._settings)
        return list(self._asked.names)

    def select(self, selection: ClientSelection) -> list[str]:
        """Return the same: they have been chosen."""
        return list(self._asked.names)

    def _ask(self, host: str) -> BuiltClient:
        if self._silence is not None:  # it will answer for no other client either
            return _not_asked(host, self._silence)
        try:
            password = self._asked.passwords.get(host)
            text = self._server.call("GetConfig", user=host, password=password)
            document = configuration_of(text)
        except CallFailed as error:
            return self._failed(host, error)
        except UnreadableAnswer as error:
            return _not_asked(host, str(error))
        failure = failure_of_build(document)
        return BuiltClient(host, True, None if failure else document_bytes(document), failure)

    def _failed(self, host: str, error: CallFailed) -> BuiltClient:
        """Return what comes of a call that failed: a fault is an answer, all else is none."""
        if error.fault is not None:
            return BuiltClient(host, exists=True, failure=without_call_name(error.fault[1]))
        if error.is_unreachable:
            self._silence = str(error)
        return _not_asked(host, str(error))


def _not_asked(host: str, reason: str) -> BuiltClient:
    return BuiltClient(host, exists=True, failure=f"{NO_ANSWER}{reason}", is_refused=True)
