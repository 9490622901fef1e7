"""
The site that a tool looks at: its settings, and a core in *look* mode.

Nothing that a tool shows changes the repository, and nobody is registered by it.
"""

from __future__ import annotations

import fnmatch
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, wraps
from typing import Any

import click

from bcfg2tw.cli.site import command_errors
from bcfg2tw.cli.site_options import overrides_of
from bcfg2tw.engine.core import Core
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.model.effects import Look
from bcfg2tw.engine.plugin.base import Plugin
from bcfg2tw.settings import Settings

__all__ = ["Site", "pass_site", "start_logging", "with_site"]


class Site:
    """
    One site, read when it is first asked for, and kept for all commands of the process.

    :ivar overrides: what the command line sets, by field of the settings
    """

    def __init__(self, overrides: Mapping[str, Any], plugins: tuple[str, ...] = ()) -> None:
        """
        Read nothing yet.

        :param plugins: the only plugins to load; all that are configured if it is empty
        """
        self.overrides = overrides
        self._plugins = plugins

    @cached_property
    def settings(self) -> Settings:
        """
        The settings; asking for them also sends the log to standard error.

        :raises SettingsError: if bcfg2.conf cannot be used
        """
        settings = Settings.load(self.overrides)
        start_logging(settings)
        return settings

    @cached_property
    def core(self) -> Core:
        """
        The core, its repository read.

        :raises CoreInitError: if a plugin cannot be used
        """
        settings = self.settings
        if self._plugins:
            settings = Settings.load({**self.overrides, "plugins": self._plugins})
        core = Core(settings, Look())
        core.load_plugins()
        return core

    def close(self) -> None:
        """Shut the core down, if it was ever needed."""
        if "core" in self.__dict__:
            self.core.shutdown()

    def metadata(self, host: str) -> ClientMetadata:
        """
        Return a client's metadata, of an unknown client as if it were registered.

        :raises CriticalError: if it is unknown and there is no default group
        :raises MetadataConsistencyError: if a connector contradicts the rest
        """
        return self.core.build_metadata(host.lower())

    def hosts(self, patterns: Iterable[str] = ()) -> list[str]:
        """
        Return the names of clients, sorted: of all, or of those that patterns name.

        A name without wildcards is used as it is, even if there is no such client.
        """
        return _matching(patterns, set(self.core.metadata.client_names()))

    def groups(self, patterns: Iterable[str] = ()) -> list[str]:
        """Return the names of groups in the same way."""
        names = self.core.metadata.group_names()
        return [name for name in _matching(patterns, names) if name in names]

    def plugin(self, name: str) -> Plugin:
        """Return a plugin; where it is not in use, say so and end with status 1."""
        plugin = self.core.plugins.get(name)
        if plugin is None:
            click.echo(f"{name} plugin not enabled")
            raise click.exceptions.Exit(1)
        return plugin


pass_site = click.make_pass_decorator(Site)


def with_site(command: Callable[..., None]) -> Callable[..., None]:
    """
    Call a command that is no `Tool`'s with the site as its first parameter.

    The command has the options of `site_parameters`. A `Bcfg2Error` is one line on standard error,
    and status 1.
    """

    @wraps(command)
    @click.pass_context
    def run(context: click.Context, /, **parameters: Any) -> None:
        site = Site(overrides_of(context))
        context.call_on_close(site.close)
        with command_errors():
            command(site, **parameters)

    return run


def _matching(patterns: Iterable[str], names: Iterable[str]) -> list[str]:
    wanted: set[str] = set()
    given = list(patterns) or ["*"]
    for pattern in given:
        is_pattern = any(sign in pattern for sign in "*?[")
        wanted.update(fnmatch.filter(names, pattern) if is_pattern else [pattern])
    return sorted(wanted)


def start_logging(settings: Settings) -> None:
    """
    Send the log to standard error, and to the file that the command line names.

    Warnings and errors always count, the rest with `-v` or `-d`.
    """
    level = logging.DEBUG if settings.debug else logging.INFO if settings.verbose else logging.WARN
    handlers: list[logging.Handler] = [_ErrorStream()]
    if "logfile" in settings.overrides and settings.logfile:
        handlers.append(logging.FileHandler(settings.logfile, encoding="utf-8"))
    logging.basicConfig(level=level, format="%(message)s", handlers=handlers, force=True)


class _ErrorStream(logging.StreamHandler[Any]):
    """Writes to what is standard error at the moment: tests and the shell replace it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Standard error as it is now."""
        return sys.stderr

    @stream.setter
    def stream(self, value: Any) -> None:
        raise AttributeError("standard error is looked up for each message")
