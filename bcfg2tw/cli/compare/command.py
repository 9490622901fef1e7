"""`bcfg2tw compare`: what two servers give to the same clients."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import click

from bcfg2tw.cli.compare.asking import AskedClients, asked_clients, names_in
from bcfg2tw.cli.compare.comparison import ComparedServers
from bcfg2tw.cli.compare.servers import AskedServerState
from bcfg2tw.cli.diff.building import ClientSelection
from bcfg2tw.cli.diff.options import (
    broken_errors,
    comparison_options,
    end_with,
    ending_politely,
    number_of_children,
    rules_of,
)
from bcfg2tw.cli.diff.states import FolderState, State
from bcfg2tw.cli.site_options import overrides_of, server_parameters, site_parameters
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.comparing.decisions import reason_for
from bcfg2tw.settings import Settings

__all__ = ["command"]


def _parameters() -> list[click.Parameter]:
    """Return the options of the site and of calls; which servers these are, others say."""
    others = ("server", "user")
    calls = [parameter for parameter in server_parameters() if parameter.name not in others]
    return [*site_parameters(), *calls]


@click.command("compare", params=_parameters())
@click.option("--old", required=True, metavar="URL", help="The server to compare with.")
@click.option(
    "--new", metavar="URL|CONF",
    help="Another server, or the bcfg2.conf of a repository that is built [default: that of -C].",
)  # fmt: skip
@click.option("--old-ca", metavar="FILE", help="The CA of the old server, if it is another one.")
@click.option(
    "--client", "clients", type=CLIENT, multiple=True, metavar="NAME",
    help="Of these clients alone; wildcards count. May be repeated.",
)  # fmt: skip
@click.option(
    "--clients-file", type=click.Path(dir_okay=False), metavar="FILE",
    help="Names of clients, one a line, where clients.xml does not have them.",
)  # fmt: skip
@comparison_options
@click.pass_context
def command(
    context: click.Context, /, old: str, new: str | None, old_ca: str | None,
    clients: Sequence[str], clients_file: str | None, ignored: Sequence[str],
    ignore_file: str | None, only_failures: bool, summary: bool, exit_code: bool, children: str,
    format_name: str | None, outputs: Sequence[tuple[str, str]], **options: Any,
) -> None:  # fmt: skip
    """
    Say what clients get from one server that they do not get from another, OLD and NEW.

    Each client of clients.xml is asked for, in one call of GetConfig with its name and password;
    nothing else is called. The repository of NEW is built and not changed. Differences that a
    decision of this server explains say so.
    """
    with broken_errors(), ending_politely():
        settings = _settings(overrides_of(context), new)
        rules = rules_of(settings, ignored, ignore_file)
        names = [] if clients_file is None else names_in(clients_file)
        asked = asked_clients(settings, [name.lower() for name in clients], names)
        before = _server(old, settings, {**options, "ca": old_ca or options["ca"]}, asked)
        after = _new_state(new, settings, options, asked)
        report = ComparedServers(
            before, after, settings, ClientSelection(asked.names), rules, only_failures,
            number_of_children(children), reason_for,
        ).report()  # fmt: skip
    end_with(report, format_name, summary, exit_code, outputs)


def _settings(overrides: Mapping[str, Any], new: str | None) -> Settings:
    """Return the settings of the site, which NEW may name."""
    is_conf = new is not None and not _is_url(new)
    return Settings.load({**overrides, **({"config": new} if is_conf else {})})


def _is_url(word: str) -> bool:
    return word.startswith("https://") or (":" in word and not os.path.exists(word))


def _new_state(
    new: str | None, settings: Settings, options: Mapping[str, Any], asked: AskedClients
) -> State:
    if new is not None and _is_url(new):
        return _server(new, settings, options, asked)
    return FolderState("this server", settings)


def _server(
    url: str, settings: Settings, options: Mapping[str, Any], asked: AskedClients
) -> AskedServerState:
    return AskedServerState(f"server {url}", settings, {**options, "server": url}, asked)
