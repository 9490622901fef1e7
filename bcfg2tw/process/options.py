"""The options of `twistd bcfg2-core`, made from the descriptions of the settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from twisted.python import usage

import bcfg2tw
from bcfg2tw.auth import ServerContext
from bcfg2tw.core import core_class
from bcfg2tw.errors import Bcfg2Error, SettingsError
from bcfg2tw.serving.listening import check_addresses
from bcfg2tw.settings import CONFIG_VARIABLE, DEFAULT_CONFIG, Settings, options
from bcfg2tw.settings.types import Option

CONFIG_HELP = f"The configuration file [default: {CONFIG_VARIABLE}, else {DEFAULT_CONFIG}]."


def _flags() -> Iterator[list[str | None]]:
    for _, name, short, one in _switches():
        if one.is_flag:
            yield [name, short, one.help]


def _parameters() -> Iterator[list[str | None]]:
    yield ["config", "C", None, CONFIG_HELP]
    for field, name, short, one in _switches():
        if not one.is_flag and field != "endpoints":
            default = f" [default: {one.default}]" if one.default else ""
            yield [name, short, None, one.help + default]


def _switches() -> Iterator[tuple[str, str, str | None, Option]]:
    """Yield field, name, letter and description of each option that has a name here."""
    for field, one in options().items():
        for name in one.cli:
            yield field, name, one.short if name == one.cli[0] else None, one


class Options(usage.Options):
    """Reads the command line; what it leaves open, bcfg2.conf and the defaults say."""

    synopsis = "[options]"
    longdesc = "Serve a Bcfg2 repository to its clients."
    optFlags = list(_flags())
    optParameters = list(_parameters())

    settings: Settings

    def __init__(self) -> None:
        super().__init__()
        self._endpoints: list[str] = []

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """
        Parse the command line.

        :raises twisted.python.usage.UsageError: if it cannot be understood; below twistd the
            process ends instead, with the status that Twisted before 26.4 does not give
        """
        try:
            super().parseOptions(options)
        except usage.UsageError as error:
            if self.parent is None:
                raise
            print(f"{self}\nbcfg2-core: {error}")
            sys.exit(1)

    def opt_endpoint(self, description: str) -> None:
        """Listen on an endpoint of Twisted, such as systemd:domain=INET:index=0; TLS is put on
        top. May be repeated, and replaces the addresses of bcfg2.conf."""
        self._endpoints.append(description)

    @property
    def is_daemon(self) -> bool:
        """Whether twistd, whose sub-command this is, detaches before it starts the service."""
        return self.parent is not None and not self.parent["nodaemon"]

    def opt_version(self) -> NoReturn:
        """Print the version and exit."""
        print(f"bcfg2tw {bcfg2tw.__version__}")
        sys.exit(0)

    def postOptions(self) -> None:
        """Make the settings, and look whether they can be served; a sentence says why not."""
        try:
            self.settings = Settings.load(self._given())
            check(self.settings)
        except Bcfg2Error as error:
            # not a UsageError: twistd would print the whole usage before the sentence
            sys.exit(f"bcfg2-core: {error}")

    def _given(self) -> dict[str, Any]:
        """Return what the command line says, by field of the settings."""
        given: dict[str, Any] = {"config": self["config"]}
        for field, name, _, one in _switches():
            if field == "endpoints":
                continue
            if one.is_flag and self[name]:
                given[field] = not one.convert(one.default or "no")
            elif not one.is_flag and self[name] is not None:
                given[field] = self[name]
        if self._endpoints:
            given["endpoints"] = tuple(self._endpoints)
        return given


def check(settings: Settings) -> None:
    """
    Look whether a server with these settings can start, before it detaches from the terminal.

    :raises SettingsError: naming the option or file, and the remedy
    """
    if not os.path.isdir(settings.repository):
        raise SettingsError(
            f"there is no folder {settings.repository}: name the repository here or with "
            "--repository; bcfg2tw init DIR makes a small one",
            "server",
            "repository",
        )
    if not os.access(settings.repository, os.R_OK | os.X_OK):
        raise SettingsError(
            f"{settings.repository} cannot be read by this user", "server", "repository"
        )
    core_class(settings)
    ServerContext(settings)
    check_addresses(settings)
