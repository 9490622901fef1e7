"""`bcfg2tw upstream-tool`: commands of an installed Bcfg2, on a Python that they do not know."""

from __future__ import annotations

import sys

import click

from bcfg2tw.cli.site import command_errors

__all__ = ["command"]


@click.command(
    "upstream-tool",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    add_help_option=False,
)
@click.argument("name")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(name: str, arguments: tuple[str, ...]) -> None:
    """
    Run a command of the Bcfg2 that is installed: admin, info, lint or test.

    For sites with --core upstream. What Bcfg2 needs of older Pythons is brought back first;
    everything behind NAME is the command's own, -C FILE and --help among it. NAME may be the path
    of a script of the site that uses Bcfg2.
    """
    with command_errors():
        from bcfg2tw.upstream.tools import run_tool

        status = run_tool(name, arguments)
    sys.exit(status)
