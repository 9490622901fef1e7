"""Commands about Packages' answers and sources: `packageresolve`, `packagesources`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from lxml import etree

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import json_option, show_json
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.engine.plugins.packages.packages import Packages
from bcfg2tw.engine.plugins.packages.sources.package_source import PackageSource
from bcfg2tw.engine.plugins.packages.sources.repositories import (
    PackageRepository,
    repositories_of,
)
from bcfg2tw.engine.plugins.packages.updating.update import index_path
from bcfg2tw.engine.xmlio import Element, serialise

__all__ = ["packageresolve", "packagesources"]


@click.command("packageresolve")
@pass_site
@json_option
@click.argument("hostname", type=CLIENT, metavar="hostname")
@click.argument("packages", nargs=-1, metavar="[package...]")
def packageresolve(site: Site, hostname: str, packages: Sequence[str], as_json: bool) -> None:
    """
    Print what is added for packages on hostname, or for those of its bundles.

    An index that was never fetched is fetched for this answer alone.
    """
    with _with_indexes(site) as ready:
        plugin = _plugin(ready)
        metadata = ready.metadata(hostname).for_build()
        structures = [_request(packages)] if packages else ready.core.GetStructures(metadata)
        plugin.validate_structures(metadata, structures)
    added = list(structures[-1].iter("BoundPackage"))
    if as_json:
        show_json([dict(entry.attrib) for entry in added])
        return
    click.echo(f"{len(added)} new packages added")
    for entry in added:
        click.echo(f"    {serialise(entry)}")


def _request(packages: Sequence[str]) -> Element:
    structure = etree.Element("Bundle", {"name": "requested"})
    for name in packages:
        etree.SubElement(structure, "Package", {"name": name})
    return structure


def _plugin(site: Site) -> Packages:
    plugin = site.plugin("Packages")
    assert isinstance(plugin, Packages)
    return plugin


@contextmanager
def _with_indexes(site: Site) -> Iterator[Site]:
    """Give a site whose indexes are there; what of them is missing is made beside the others."""
    plugin = _plugin(site)
    folder = plugin.indexes.cache_folder
    missing = [
        source for source in plugin.sources if not os.path.exists(index_path(folder, source))
    ]
    if not missing or not plugin.does_resolve:
        yield site
        return
    with tempfile.TemporaryDirectory(prefix="bcfg2-packages-") as temporary:
        _fetch(site, plugin.sources, folder, temporary)
        ready = Site({**site.overrides, "packages_cache": temporary})
        try:
            yield ready
        finally:
            ready.close()


def _fetch(site: Site, sources: Sequence[PackageSource], folder: str, temporary: str) -> None:
    from bcfg2tw.cli.packages.refresh import update_sources  # imports Twisted, which takes a while

    for source in sources:
        path = index_path(folder, source)
        if os.path.exists(path):
            os.symlink(path, index_path(temporary, source))
    update_sources(sources, site.settings, temporary, force=False)


@click.command("packagesources")
@pass_site
@json_option
@click.argument("hostname", type=CLIENT, metavar="hostname")
def packagesources(site: Site, hostname: str, as_json: bool) -> None:
    """Print the package sources of hostname."""
    plugin = _plugin(site)
    client_sources = plugin.client_sources(site.metadata(hostname).for_build())
    pairs = [
        (source, repository)
        for source in client_sources.sources
        for repository in repositories_of(source)
        if repository.arch in client_sources.architectures
    ]
    if as_json:
        show_json([_as_mapping(*pair) for pair in pairs])
        return
    for pair in pairs:
        click.echo("\n".join(_lines(*pair)) + "\n")


def _lines(source: PackageSource, repository: PackageRepository) -> Iterator[str]:
    yield f"Name: {repository.name}"
    yield f"  Type: {source.package_type}"
    yield f"  URL: {repository.url}"
    yield f"  GPG Key(s): {', '.join(source.gpgkeys) or None}"
    if source.blacklist:
        yield f"  Blacklist: {', '.join(source.blacklist)}"
    if source.whitelist:
        yield f"  Whitelist: {', '.join(source.whitelist)}"


def _as_mapping(source: PackageSource, repository: PackageRepository) -> dict[str, object]:
    return {
        "name": repository.name,
        "type": source.package_type,
        "url": repository.url,
        "gpg_keys": list(source.gpgkeys),
        "blacklist": list(source.blacklist),
        "whitelist": list(source.whitelist),
    }
