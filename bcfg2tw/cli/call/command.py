"""`bcfg2tw call METHOD [ARG…]`: one XML-RPC call, with address and credentials of bcfg2.conf."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bcfg2tw.cli.call.target import Server, ServerOptions
from bcfg2tw.cli.output import show_json
from bcfg2tw.cli.site import with_settings
from bcfg2tw.settings import Settings

__all__ = ["command"]


@click.command("call")
@with_settings
@click.argument("method")
@click.argument("arguments", nargs=-1, metavar="[ARG]...")
@click.option(
    "-S", "--server", metavar="URL", help="The server, as https://HOST:PORT or with a path."
)
@click.option("-u", "--user", metavar="NAME", help="Who calls: root, a client's name or its uuid.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File whose first line is the password; else it is in BCFG2_PASSWORD or bcfg2.conf.",
)
@click.option("--ca", metavar="FILE", help="The CA that the server's certificate comes from.")
@click.option("--cert", metavar="FILE", help="A certificate to call with.")
@click.option("--key", metavar="FILE", help="Its private key, if that is not in the same file.")
@click.option(
    "-t",
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How long to wait for the server.",
)
@click.option("--json-args", is_flag=True, help="Read each ARG as JSON instead of as a string.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    settings: Settings,
    method: str,
    arguments: tuple[str, ...],
    json_args: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """
    Call METHOD of a Bcfg2 server and print its result.

    `bcfg2tw call listMethods` names the methods. The password is never taken from the command
    line, where other users of the machine would see it. The certificate and key of bcfg2.conf
    are presented if there is no password: on the server's own machine they are the server's.
    """
    server = Server(ServerOptions(**options), settings)
    values = tuple(map(_parse_json, arguments)) if json_args else arguments
    result = server.call(method, *values)
    if as_json:
        show_json(result, default=str)
    else:
        _show(result)


def _parse_json(argument: str) -> Any:
    try:
        return json.loads(argument)
    except ValueError as error:
        raise click.UsageError(f"'{argument}' is not JSON ({error}); drop --json-args?") from error


def _show(result: Any) -> None:
    if result is None:
        return
    if isinstance(result, Mapping):
        _show_table(result)
    elif isinstance(result, list):
        for item in result:
            click.echo("\t".join(map(str, item)) if isinstance(item, list) else str(item))
    else:
        click.echo(str(result))


def _show_table(result: Mapping[str, Any]) -> None:
    """
    Print a struct; one of four numbers each is what `get_statistics` returns (:ref:`wire-11`).
    """
    statistics = bool(result) and all(
        isinstance(value, list) and len(value) == 4 for value in result.values()
    )
    table = Table(box=None, pad_edge=False)
    for title in ("name", "min s", "max s", "mean s", "calls") if statistics else ("name", "value"):
        table.add_column(title, justify="left" if title in ("name", "value") else "right")
    for name, value in sorted(result.items()):
        if statistics:
            table.add_row(name, *(f"{number:.6f}" for number in value[:3]), str(value[3]))
        else:
            table.add_row(name, str(value))
    Console(soft_wrap=True, markup=False).print(table)
