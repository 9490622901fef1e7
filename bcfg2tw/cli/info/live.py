"""`--live`: what the running server serves, in place of what the repository would give."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from bcfg2tw.cli.looking import ClientTable, Site, matching
from bcfg2tw.engine.xmlio import Element, parse_own
from bcfg2tw.errors import Bcfg2Error

if TYPE_CHECKING:
    from bcfg2tw.cli.call.target import Server
    from bcfg2tw.engine.core import Core

__all__ = ["LiveSite"]


class LiveSite(Site):
    """
    A site whose running server is asked.

    The server answers as it does to the client itself, whose name is the user's; so it makes keys
    and the like where the client would get new ones. A client that it does not know is not asked
    for: that would register it.
    """

    def __init__(self, overrides: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """
        Ask nobody yet.

        :param options: the values of `server_parameters`
        """
        super().__init__(overrides)
        self._options = options

    @property
    def core(self) -> Core:
        """Refuse: there is no core in this process."""
        raise click.UsageError(
            "with --live there are build, buildall, builddir, clients (names alone), hash and "
            "probes; the server has no answer to anything else"
        )

    def documents(self, patterns: Iterable[str] = ()) -> Iterator[tuple[str, Element | Bcfg2Error]]:
        """Yield clients with the configurations that the server gives them."""
        yield from self._answers(list(patterns), "GetConfig")

    def probes(self, host: str) -> Element:
        """Return the document of the probes that the server gives a client."""
        ((_, document),) = self._answers([host], "GetProbes")
        if isinstance(document, Bcfg2Error):
            raise document
        return document

    def client_table(self, patterns: Iterable[str] = ()) -> ClientTable:
        """
        Return the names of the server's clients; it tells nobody their profiles.

        :raises Bcfg2Error: for a name that is no client's
        """
        names = self._server.call("Metadata.list_clients")
        hosts = matching([pattern.lower() for pattern in patterns], names)
        unknown = sorted(set(hosts) - set(names))
        if unknown:
            raise _no_client(unknown[0])
        return ("Client",), [(host,) for host in hosts]

    def close(self) -> None:
        """Do nothing: nothing was opened."""

    def _answers(self, patterns: list[str], method: str) -> list[tuple[str, Element | Bcfg2Error]]:
        clients = self._server.call("Metadata.list_clients")
        hosts = matching([pattern.lower() for pattern in patterns], clients)
        return [(host, _answer(self._server, method, host, clients)) for host in hosts]

    @cached_property
    def _server(self) -> Server:
        # what is needed for it takes a while, and commands without --live do without it
        from bcfg2tw.cli.call.target import Server, ServerOptions

        return Server(ServerOptions(**self._options, checks_name=False), self.settings)


def _answer(
    server: Server, method: str, host: str, clients: Collection[str]
) -> Element | Bcfg2Error:
    if host not in clients:
        return _no_client(host)
    try:
        return parse_own(server.call(method, user=host).encode("utf-8"))
    except Bcfg2Error as error:
        return error


def _no_client(host: str) -> Bcfg2Error:
    return Bcfg2Error(f"the server knows no client {host}")
