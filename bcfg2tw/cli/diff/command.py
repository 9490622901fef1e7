"""`bcfg2tw diff`: what changes for whom between two states of a site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from bcfg2tw.cli.diff.building import ClientSelection
from bcfg2tw.cli.diff.comparison import ComparedStates
from bcfg2tw.cli.diff.options import (
    broken_errors,
    comparison_options,
    end_with,
    ending_politely,
    number_of_children,
    rules_of,
)
from bcfg2tw.cli.diff.words import states_of
from bcfg2tw.cli.site_options import overrides_of, server_parameters, site_parameters
from bcfg2tw.cli.words import BUNDLE, CLIENT, GROUP
from bcfg2tw.settings import Settings

__all__ = ["command"]


@click.command("diff", params=[*site_parameters(), *server_parameters()])
@click.option(
    "--client", "clients", type=CLIENT, multiple=True, metavar="NAME",
    help="Of these clients alone; wildcards count. May be repeated, as may the next two.",
)  # fmt: skip
@click.option("--group", "groups", type=GROUP, multiple=True, metavar="NAME", help="In a group.")
@click.option(
    "--bundle", "bundles", type=BUNDLE, multiple=True, metavar="NAME", help="With a bundle."
)
@comparison_options
@click.argument("old", required=False, metavar="[A]")
@click.argument("new", required=False, metavar="[B]")
@click.pass_context
def command(
    context: click.Context, /, clients: Sequence[str], groups: Sequence[str],
    bundles: Sequence[str], ignored: Sequence[str], ignore_file: str | None,
    only_failures: bool, summary: bool, exit_code: bool, children: str, old: str | None,
    new: str | None, format_name: str | None, outputs: Sequence[tuple[str, str]], **options: Any,
) -> None:  # fmt: skip
    """
    Say what changes for whom between two states of the repository, A and B.

    A state is a revision of git, a folder, `server` for what the site's server serves, the URL of
    a server (https://...), or `working-tree`. Without B it is the working tree; without A it is
    HEAD, or what the server serves where the repository is not in git. Nothing is changed by it.
    """
    selection = ClientSelection(
        tuple(name.lower() for name in clients), frozenset(groups), frozenset(bundles)
    )
    with broken_errors(), ending_politely():
        settings = Settings.load(overrides_of(context))
        rules = rules_of(settings, ignored, ignore_file)
        states = states_of((old, new), settings, options)
        report = ComparedStates(
            *states, settings, selection, rules, only_failures, number_of_children(children)
        ).report()
    end_with(report, format_name, summary, exit_code, outputs)
