"""twistd within a process that another command has started, with the server and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from twisted.application.service import ServiceMaker
from twisted.scripts._twistd_unix import ServerOptions
from twisted.scripts.twistd import runApp

from bcfg2tw.process.options import Options

NAME = "bcfg2-core"


class _OwnOptions(ServerOptions):
    """twistd's options, with the server as the only sub-command: no plugin is looked for."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self.loadedPlugins = {NAME: ServiceMaker(NAME, "bcfg2tw.service", "", NAME)}
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted's

    @property
    def subCommands(self) -> Iterator[tuple[str, None, Any, str]]:
        """The server."""
        yield NAME, None, partial(Options, self._settings), "Serve a Bcfg2 repository."


def run_twistd(arguments: Sequence[str], settings: Mapping[str, Any]) -> None:
    """
    Serve until somebody ends the server, in this process or, as a daemon, in one of its own.

    :param arguments: those of twistd
    :param settings: what beats bcfg2.conf, by field name; `config` names the file
    :raises SystemExit: if the server cannot start, with a sentence
    """
    options = _OwnOptions(settings)
    options.parseOptions([*arguments, NAME])  # type: ignore[no-untyped-call]  # Twisted's
    runApp(options)
