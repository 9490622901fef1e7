"""Parts of configurations: `buildfile`, `buildallfile`, `buildbundle`, `automatch`."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

import click
from lxml import etree

from bcfg2tw.cli.info.configurations import make_folder
from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail
from bcfg2tw.cli.statuses import FAILED
from bcfg2tw.cli.words import BUNDLE, CLIENT
from bcfg2tw.engine.plugins.bundler import Bundler
from bcfg2tw.engine.plugins.properties.formats import XMLProperties
from bcfg2tw.engine.plugins.properties.properties import Properties, is_automatched
from bcfg2tw.engine.xmlio import pretty, serialise
from bcfg2tw.errors import Bcfg2Error

__all__ = ["automatch", "buildallfile", "buildbundle", "buildfile"]

logger = logging.getLogger("bcfg2-info")


@click.command("buildfile")
@pass_site
@click.option("-f", "--outfile", metavar="FILE", help="Write it to FILE.")
@click.option("--altsrc", metavar="NAME", help="Name of the path that the content is taken from.")
@click.argument("filename", metavar="filename")
@click.argument("hostname", type=CLIENT, metavar="hostname")
def buildfile(
    site: Site, filename: str, hostname: str, outfile: str | None, altsrc: str | None
) -> None:
    """Bind the path filename for hostname, and print it."""
    text = _bound(site, filename, hostname, altsrc)
    if text is None:
        raise click.exceptions.Exit(FAILED)
    if outfile is None:
        click.echo(text)
    else:
        _write(outfile, text)


@click.command("buildallfile")
@pass_site
@click.option("--altsrc", metavar="NAME", help="Name of the path that the content is taken from.")
@click.argument("directory", metavar="directory")
@click.argument("filename", metavar="filename")
@click.argument("hostnames", type=CLIENT, nargs=-1, metavar="[hostname...]")
def buildallfile(
    site: Site, directory: str, filename: str, hostnames: Sequence[str], altsrc: str | None
) -> None:
    """Bind the path filename for clients, all or those named, each to a file in directory."""
    make_folder(directory)
    failed = False
    for host in site.hosts(hostnames):
        text = _bound(site, filename, host, altsrc)
        failed = failed or text is None
        if text is not None:
            _write(os.path.join(directory, host), text)
    if failed:
        raise click.exceptions.Exit(FAILED)


def _bound(site: Site, path: str, host: str, altsrc: str | None) -> str | None:
    """Return a path as it is bound for a client; None, with a sentence, where it cannot be."""
    entry = etree.Element("Path", {"name": path})
    if altsrc is not None:
        entry.set("altsrc", altsrc)
    try:
        site.core.Bind(entry, site.metadata(host).for_build())
    except Exception as error:  # a plugin's, or a template's
        click.echo(f"Failed to build entry {path} for host {host}")
        logger.error("%s", error, exc_info=not isinstance(error, Bcfg2Error))
        return None
    return serialise(entry)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}") from error


@click.command("buildbundle")
@pass_site
@click.argument("bundle", type=BUNDLE, metavar="bundle")
@click.argument("hostname", type=CLIENT, metavar="hostname")
def buildbundle(site: Site, bundle: str, hostname: str) -> None:
    """Print a bundle with what of it applies to hostname, not bound."""
    bundler = site.plugin("Bundler")
    assert isinstance(bundler, Bundler)
    file = bundler.bundles.get(bundle) or bundler.bundles.get(os.path.splitext(bundle)[0])
    if file is None:
        fail(f"No such bundle {bundle}")
    click.echo(pretty(file.XMLMatch(site.metadata(hostname).for_build())), nl=False)


@click.command("automatch")
@pass_site
@click.option("-f", "--force", is_flag=True, help="Do so where automatch is not enabled, too.")
@click.argument("propertyfile", metavar="propertyfile")
@click.argument("hostname", type=CLIENT, metavar="hostname")
def automatch(site: Site, propertyfile: str, hostname: str, force: bool) -> None:
    """Print a Properties file with what of it applies to hostname."""
    properties = site.plugin("Properties")
    assert isinstance(properties, Properties)
    shared = properties.shared_files.get(propertyfile)
    if shared is None:
        fail(f"No such Properties file {propertyfile}")
    file = shared.file
    is_enabled = force or is_automatched(file, site.settings)
    if not is_enabled or not isinstance(file, XMLProperties):
        click.echo(f"Automatch not enabled on {propertyfile}")
        return
    click.echo(pretty(file.XMLMatch(site.metadata(hostname).for_build())), nl=False)
