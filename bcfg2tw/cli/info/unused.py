"""`unused`: what of the repository no client gets."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import json_option, show_table
from bcfg2tw.engine.model.client_metadata import ClientMetadata
from bcfg2tw.engine.plugins.bundler import Bundler
from bcfg2tw.errors import Bcfg2Error

__all__ = ["unused"]

#: Files that say something about other files, and are in use with them.
_ABOUT_OTHERS = ("info.xml", "privkey.xml", "pubkey.xml", "sslcert.xml", "sslkey.xml", ":test")


@click.command("unused")
@pass_site
@json_option
def unused(site: Site, as_json: bool) -> None:
    """
    List what no client gets: groups without clients, bundles without groups, files of Cfg.

    All clients are built for that. A client that cannot be built is named, and what it would get
    counts as unused.
    """
    use = _Use(site)
    rows = sorted([*use.groups(), *use.bundles(), *use.files()])
    show_table(("Kind", "Name"), rows, as_json)


class _Use:
    """The parts of the repository that all clients together use."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._groups: set[str] = set()
        self._bundles: set[str] = set()
        self._places: set[str] = set()
        for host in site.hosts():
            try:
                self._build(host)
            except Bcfg2Error as error:
                click.echo(f"{host} cannot be built: {error}", err=True)

    def _build(self, host: str) -> None:
        configuration = self._site.configuration(host, explain=True)
        metadata: ClientMetadata = configuration.metadata
        self._groups |= metadata.groups
        assert configuration.explanation is not None
        for structure in configuration.document.iter("Bundle", "Independent"):
            self._bundles.add(structure.get("name", ""))
        for entry in configuration.explanation.entries:
            for choice in entry.choices:
                if choice.won is not None:
                    self._places.add(choice.won.place)

    def groups(self) -> Iterator[tuple[str, str]]:
        """Yield the groups that no client is in."""
        for name in self._site.core.metadata.group_names() - self._groups:
            yield "Group", name

    def bundles(self) -> Iterator[tuple[str, str]]:
        """Yield the bundles that no client has."""
        bundler = self._site.core.plugins.get("Bundler")
        if isinstance(bundler, Bundler):
            for name in set(bundler.bundles) - self._bundles:
                yield "Bundle", name

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the files of Cfg that no client gets."""
        plugin = self._site.core.plugins.get("Cfg")
        for name in () if plugin is None else plugin.files:
            path = plugin.files.path(name) if plugin is not None else ""
            if path not in self._places and not name.endswith(_ABOUT_OTHERS):
                yield "File", os.path.relpath(path, self._site.settings.repository)
