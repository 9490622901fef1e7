"""`bcfg2tw ctl`: commands to a running server, which reach all of its processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from bcfg2tw.cli.administering import address_of, address_option, ask
from bcfg2tw.cli.output import json_option, show_json, show_table
from bcfg2tw.cli.site import with_settings
from bcfg2tw.cli.status.facts import PROCESS_TITLES, process_row
from bcfg2tw.cli.statuses import FAILED
from bcfg2tw.settings import Settings

__all__ = ["command"]


@click.group("ctl")
def command() -> None:
    """
    Steer the running server.

    The exit status is 0 where all is done, 1 where a process could not do it, and 2 where the
    server cannot be asked.
    """


@command.command("reload", short_help="Have configuration and repository read again.")
@with_settings
@address_option
@json_option
def reload_all(settings: Settings, address: str | None, as_json: bool) -> None:
    """Have bcfg2.conf, certificates and repository read again; fails if they cannot be used."""
    _obey(settings, address, as_json, "reload", {})


@command.command("drain", short_help="Tell balancers to send clients elsewhere.")
@with_settings
@address_option
@json_option
@click.option("--off", is_flag=True, help="Take clients again.")
def drain(settings: Settings, address: str | None, as_json: bool, off: bool) -> None:
    """Tell balancers to send clients elsewhere; whoever comes is answered all the same."""
    _obey(settings, address, as_json, "drain", {"off": off})


@command.command("debug")
@with_settings
@address_option
@json_option
@click.argument("switch", type=click.Choice(["on", "off"]))
def debug(settings: Settings, address: str | None, as_json: bool, switch: str) -> None:
    """Switch messages for debugging, of the core and of all plugins."""
    _obey(settings, address, as_json, "debug", {"on": switch == "on"})


@command.command("expire", short_help="Have the server forget what it remembers of clients.")
@with_settings
@address_option
@json_option
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
def expire(settings: Settings, address: str | None, as_json: bool, clients: Sequence[str]) -> None:
    """Have the server forget what it remembers of clients, all or those named."""
    _obey(settings, address, as_json, "expire", {"clients": list(clients)})


@command.command("workers")
@with_settings
@address_option
@json_option
def workers(settings: Settings, address: str | None, as_json: bool) -> None:
    """List the processes that serve."""
    pictures = ask(settings, address_of(settings, address), "/status")
    if as_json:
        titles = [title.lower() for title in PROCESS_TITLES]
        show_json([dict(zip(titles, process_row(each), strict=True)) for each in pictures])
    else:
        show_table(PROCESS_TITLES, map(process_row, pictures))


def _obey(
    settings: Settings, address: str | None, as_json: bool, name: str, arguments: Mapping[str, Any]
) -> None:
    """Give a command, and say what came of it."""
    answers = ask(settings, address_of(settings, address), f"/ctl/{name}", arguments)
    if as_json:
        show_json(answers)
    for answer in () if as_json else answers:
        outcome = answer.get("error") or answer.get("state") or "done"
        click.echo(f"{answer['process']}: {outcome}", err="error" in answer)
    if not answers or any("error" in answer for answer in answers):
        raise click.exceptions.Exit(FAILED)
