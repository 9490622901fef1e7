"""
The site that a tool looks at: its settings, and a core in *look* mode.

Nothing that a tool shows changes the repository, and nobody is registered by it.
"""

from __future__ import annotations

import fnmatch
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from lxml import etree

from bcfg2tw.cli.site import command_errors
from bcfg2tw.cli.site_options import overrides_of
from bcfg2tw.cli.statuses import FAILED
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import Settings

if TYPE_CHECKING:  # the engine takes a while, and not every command needs it
    from bcfg2tw.engine.core import Core
    from bcfg2tw.engine.model.build import Configuration
    from bcfg2tw.engine.model.client_metadata import ClientMetadata
    from bcfg2tw.engine.plugin.base import Plugin
    from bcfg2tw.engine.plugins.metadata.metadata import Metadata
    from bcfg2tw.engine.store.store import Store

__all__ = ["ClientTable", "Site", "pass_site", "start_logging", "with_site"]


#: The titles of a table's columns, and its rows.
ClientTable: TypeAlias = "tuple[Sequence[str], Sequence[Sequence[str | None]]]"


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
        self._of_clients = False

    def read_clients_alone(self) -> None:
        """
        Have the core read no more than metadata and probes of clients need.

        That is a small part of a repository. Where the core has been read already, it stays.
        """
        self._of_clients = True

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
        from bcfg2tw.engine.core import Core
        from bcfg2tw.engine.model.effects import Look
        from bcfg2tw.engine.plugin.registry import without_silent

        settings = self.settings
        if self._plugins:
            settings = Settings.load({**self.overrides, "plugins": self._plugins})
        elif self._of_clients:
            names = without_silent(settings.plugins)
            settings = Settings.load({**self.overrides, "plugins": names})
        core = Core(settings, Look(), store=self.open_store(settings))
        core.load_plugins()
        return core

    def open_store(self, settings: Settings) -> Store | None:
        """Return the store to look at, None for the one that the settings ask for."""
        return None

    def close(self) -> None:
        """Shut the core down, if it was ever needed."""
        if "core" in self.__dict__:
            self.core.shutdown()

    @property
    def clients(self) -> Metadata:
        """The plugin Metadata; where a site's own is in its place, say so and end with status 1."""
        from bcfg2tw.engine.plugins.metadata.metadata import Metadata

        plugin = self.core.metadata
        if not isinstance(plugin, Metadata):
            click.echo("Metadata plugin not enabled")
            raise click.exceptions.Exit(FAILED)
        return plugin

    def documents(self, patterns: Iterable[str] = ()) -> Iterator[tuple[str, Element | Bcfg2Error]]:
        """
        Yield clients, all or those that patterns name, with their configurations, or why not.

        The document may be an `error`.
        """
        for host in self.hosts(patterns):
            try:
                yield host, self.configuration(host).document
            except Bcfg2Error as error:
                yield host, error

    def document(self, host: str) -> Element:
        """
        Return the configuration of a client, or an `error` document.

        :raises Bcfg2Error: if there is neither
        """
        ((_, document),) = self.documents([host])
        if isinstance(document, Bcfg2Error):
            raise document
        return document

    def probes(self, host: str) -> Element:
        """Return the document of a client's probes."""
        from bcfg2tw.engine.plugin.interfaces import Probing

        metadata = self.metadata(host)
        document = etree.Element("probes")
        for plugin in self.core.plugins_by_type(Probing):
            document.extend(plugin.GetProbes(metadata))
        return document

    def configuration(self, host: str, explain: bool = False) -> Configuration[ClientMetadata]:
        """
        Build a client's configuration, of an unknown client as if it were registered.

        :param explain: whether to collect why entries are as they are
        :raises Bcfg2Error: if there is none
        """
        return self.core.look(host.lower(), explain=explain)

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
        return matching(patterns, set(self.core.metadata.client_names()))

    def client_table(self, patterns: Iterable[str] = ()) -> ClientTable:
        """Return clients with their profiles, all or those that patterns name."""
        titles = ("Client", "Profile")
        rows = [(host, self._profile(host)) for host in self.hosts(patterns)]
        return titles, rows

    def _profile(self, host: str) -> str | None:
        return self.clients.get_initial_metadata(host, register=False).profile

    def groups(self, patterns: Iterable[str] = ()) -> list[str]:
        """Return the names of groups in the same way."""
        names = self.core.metadata.group_names()
        return [name for name in matching(patterns, names) if name in names]

    def plugin(self, name: str) -> Plugin:
        """Return a plugin; where it is not in use, say so and end with status 1."""
        plugin = self.core.plugins.get(name)
        if plugin is None:
            click.echo(f"{name} plugin not enabled")
            raise click.exceptions.Exit(FAILED)
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


def matching(patterns: Iterable[str], names: Iterable[str]) -> list[str]:
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
