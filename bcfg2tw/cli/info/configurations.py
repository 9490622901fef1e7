"""Configurations of clients: `build`, `buildall`, `hash`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence

import click
from lxml import etree

from bcfg2tw.cli.digests import digest
from bcfg2tw.cli.info.explained import explanation_lines
from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail, json_option, show_table
from bcfg2tw.cli.statuses import FAILED
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.engine.xmlio import Element
from bcfg2tw.errors import Bcfg2Error

__all__ = ["build", "buildall", "hash_configurations", "make_folder"]


@click.command("build")
@pass_site
@click.option("--explain", is_flag=True, help="Say of every entry where it comes from, and why.")
@click.option("--entry", metavar="TYPE:NAME", help="With --explain: of this entry alone.")
@click.option("-f", "force", is_flag=True, hidden=True, help="Accepted for scripts of 1.3.")
@click.argument("hostname", type=CLIENT, metavar="hostname")
@click.argument("filename", required=False, metavar="[filename]")
def build(
    site: Site, hostname: str, filename: str | None, explain: bool, entry: str | None, force: bool
) -> None:
    """Build the configuration of hostname, and print it or write it to filename."""
    if filename is not None and not os.path.isdir(os.path.dirname(os.path.abspath(filename))):
        raise click.BadParameter(f"the folder of {filename} does not exist", param_hint="filename")
    if explain:
        configuration = site.configuration(hostname, explain)
        _write("\n".join(explanation_lines(configuration, entry)).encode() + b"\n", filename)
        return
    document = site.document(hostname)
    _write(document_bytes(document), filename)
    if document.tag == "error":
        raise click.exceptions.Exit(FAILED)


@click.command("buildall")
@pass_site
@click.argument("directory", metavar="directory")
@click.argument("hostnames", type=CLIENT, nargs=-1, metavar="[hostname...]")
def buildall(site: Site, directory: str, hostnames: Sequence[str]) -> None:
    """Build the configurations of clients, all or those named, each to a file in directory."""
    make_folder(directory)
    failed = False
    for host, document in _built(site, hostnames):
        failed = failed or document is None or document.tag == "error"
        if document is not None:
            _write(document_bytes(document), os.path.join(directory, f"{host}.xml"))
    if failed:
        raise click.exceptions.Exit(FAILED)


@click.command("hash")
@pass_site
@json_option
@click.argument("hostnames", type=CLIENT, nargs=-1, metavar="[hostname...]")
def hash_configurations(site: Site, hostnames: Sequence[str], as_json: bool) -> None:
    """
    Print a digest of each client's configuration, and one of them all.

    Two digests are equal where a client would get the same: after a change of the repository they
    tell which clients it concerns. The revision does not count.
    """
    rows: list[tuple[str, str]] = []
    failed = False
    for host, document in _built(site, hostnames):
        failed = failed or document is None
        if document is not None:
            rows.append((host, digest(document)))
    total = hashlib.sha256("\n".join(value for _, value in rows).encode()).hexdigest()
    show_table(("Client", "Hash"), [*rows, ("(all)", total)], as_json)
    if failed:
        raise click.exceptions.Exit(FAILED)


def _built(site: Site, patterns: Sequence[str]) -> Iterator[tuple[str, Element | None]]:
    """Yield clients with their configurations, None for one that was said to be impossible."""
    for host, document in site.documents(patterns):
        if isinstance(document, Bcfg2Error):
            click.echo(f"Could not build configuration for {host}: {document}", err=True)
            yield host, None
        else:
            yield host, document


def document_bytes(document: Element) -> bytes:
    """Return a configuration as a file: indented, in UTF-8, with a declaration."""
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def make_folder(path: str) -> None:
    """Make a folder with all above it; where that is not possible say so, and end with status 1."""
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        fail(f"Could not create {path}: {error.strerror}")


def _write(data: bytes, path: str | None) -> None:
    if path is None:
        click.echo(data, nl=False)
        return
    try:
        with open(path, "wb") as stream:
            stream.write(data)
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}", param_hint="filename") from error
