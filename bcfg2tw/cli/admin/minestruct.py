"""`minestruct`: what a host has beyond its configuration, as a structure to build on."""

from __future__ import annotations

from collections.abc import Sequence

import click
from lxml import etree

from bcfg2tw.cli.output import fail, write_text
from bcfg2tw.cli.reports.store import Reports, with_reports
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.reporting.questions import extras_of

__all__ = ["minestruct"]


@click.command("minestruct")
@click.option("-f", "--outfile", metavar="FILE", help="Write it to a file.")
@click.option("-g", "--groups", metavar="G1:G2", default="", help="Groups to put around it.")
@click.argument("host", type=CLIENT, metavar="hostname")
@with_reports
def minestruct(reports: Reports, host: str, groups: str, outfile: str | None) -> None:
    """Print the extra entries that a host reported, as the content of a bundle."""
    try:
        with reports.reading() as connection:
            extras = extras_of(connection, host) or []
    except Bcfg2Error as error:
        fail(f"Failed to find extra entry info for client {host}: {error}")
    document = _document(extras, [group for group in groups.split(":") if group])
    if outfile is None:
        click.echo(document, nl=False)
    else:
        write_text(outfile, document)


def _document(extras: Sequence[tuple[str, str]], groups: Sequence[str]) -> str:
    root = etree.Element("Base")
    place = root
    for group in groups:
        place = etree.SubElement(place, "Group", name=group)
    for kind, name in extras:
        etree.SubElement(place, kind, name=name)
    return etree.tostring(root, pretty_print=True, encoding="unicode")
