"""`bcfg2tw status`: how a running server is."""

from __future__ import annotations

import click

from bcfg2tw.cli.administering import address_of, address_option, ask
from bcfg2tw.cli.output import json_option, show_json, show_table
from bcfg2tw.cli.site import with_settings
from bcfg2tw.cli.status.facts import (
    CALL_TITLES,
    FACT_TITLES,
    PROCESS_TITLES,
    call_rows,
    fact_rows,
    process_row,
)
from bcfg2tw.cli.statuses import FOUND
from bcfg2tw.settings import Settings

__all__ = ["command"]


@click.command("status")
@with_settings
@address_option
@json_option
def command(settings: Settings, address: str | None, as_json: bool) -> None:
    """
    Say how the running server is.

    The exit status is 0 where clients are served, 1 where a process is not ready for them, and 2
    where the server cannot be asked.
    """
    pictures = ask(settings, address_of(settings, address), "/status")
    if as_json:
        show_json(pictures)
    else:
        show_table(PROCESS_TITLES, map(process_row, pictures))
        click.echo()
        show_table(FACT_TITLES, fact_rows(pictures))
        calls = call_rows(pictures)
        if calls:
            click.echo()
            show_table(CALL_TITLES, calls)
    if any(picture.get("ready", "no answer") for picture in pictures):
        raise click.exceptions.Exit(FOUND)
