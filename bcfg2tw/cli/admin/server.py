"""Calls to the running server: `xcmd`, `perf`, `expirecache`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from bcfg2tw.cli.call.target import Server, ServerOptions
from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import fail, json_option, show_json
from bcfg2tw.cli.site_options import server_parameters
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.errors import Bcfg2Error

__all__ = ["expirecache", "perf", "xcmd"]


@click.command("xcmd", params=server_parameters())
@pass_site
@json_option
@click.argument("method", metavar="method")
@click.argument("arguments", nargs=-1, metavar="[argument...]")
def xcmd(
    site: Site, /, method: str, arguments: Sequence[str], as_json: bool, **options: Any
) -> None:
    """Call a method of the server with texts as arguments, and print the result."""
    result = _called(site, options, method, *arguments)
    if as_json:
        show_json(result)
    elif result is not None:
        click.echo(str(result))


@click.command("expirecache", params=server_parameters())
@pass_site
@click.argument("hostnames", type=CLIENT, nargs=-1, metavar="[hostname...]")
def expirecache(site: Site, /, hostnames: Sequence[str], **options: Any) -> None:
    """Have the server forget what it remembers of clients, all or those named."""
    _called(site, options, "expire_metadata_cache", list(hostnames) or None)


@click.command("perf", params=server_parameters())
@pass_site
@json_option
def perf(site: Site, /, as_json: bool, **options: Any) -> None:
    """Print how long the server's methods and steps take."""
    figures: Mapping[str, Sequence[float]] = _called(site, options, "get_statistics")
    titles = ("Name", "Min", "Max", "Mean", "Count")
    if as_json:
        keys = [title.lower() for title in titles]
        rows = sorted((name, *values) for name, values in figures.items())
        show_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    cells = [
        (name, *(f"{seconds:.6f}" for seconds in values[:3]), str(int(values[3])))
        for name, values in sorted(figures.items())
    ]
    _show([titles, *cells])


def _show(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = " ".join("=" * (width + 2) for width in widths)
    lines = [
        " ".join(f" {cell:<{width}} " for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    click.echo("\n".join([rule, lines[0], rule, *lines[1:]]))


def _called(site: Site, options: Mapping[str, Any], method: str, *arguments: Any) -> Any:
    try:
        server = Server(ServerOptions(**options, checks_name=False), site.settings)
        return server.call(method, *arguments)
    except Bcfg2Error as error:
        fail(f"Proxy Error: {error}")
