"""The names that may stand on a command line, for completion: hosts, groups, bundles, paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import click

from bcfg2tw.cli.looking import Site
from bcfg2tw.engine.plugin.interfaces import Generator
from bcfg2tw.engine.plugins.bundler import Bundler
from bcfg2tw.engine.plugins.properties.properties import Properties

__all__ = ["names_for"]


def names_for(command: click.Command, site: Site) -> list[str]:
    """Return the names that arguments of a command may have, sorted."""
    names: set[str] = set()
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            look_up = _LOOK_UPS.get((parameter.metavar or "").strip("[]."))
            names.update(() if look_up is None else look_up(site))
    return sorted(names)


def _paths(site: Site) -> Iterable[str]:
    for generator in site.core.plugins_by_type(Generator):
        yield from generator.Entries.get("Path", ())


def _bundles(site: Site) -> Iterable[str]:
    bundler = site.core.plugins.get("Bundler")
    return bundler.bundles if isinstance(bundler, Bundler) else ()


def _properties(site: Site) -> Iterable[str]:
    plugin = site.core.plugins.get("Properties")
    return plugin.shared_files if isinstance(plugin, Properties) else ()


#: By the metavariable of an argument.
_LOOK_UPS: Mapping[str, Callable[[Site], Iterable[str]]] = {
    "hostname": lambda site: site.core.metadata.client_names(),
    "group": lambda site: site.core.metadata.group_names(),
    "bundle": _bundles,
    "filename": _paths,
    "path": _paths,
    "propertyfile": _properties,
}
