"""`bcfg2tw completion SHELL`: what a shell needs to complete our commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

__all__ = ["command"]

PROGRAMS = (
    "bcfg2tw", "bcfg2-admin", "bcfg2-crypt", "bcfg2-info", "bcfg2-lint", "bcfg2-reports",
    "bcfg2-test",
)  # fmt: skip


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """
    Print the completion of all commands, under their old names too, for a shell.

    Options, sub-commands, clients, groups, bundles, checks and mistakes of lint are completed.
    """
    completion = get_completion_class(shell)
    assert completion is not None
    for program in PROGRAMS:
        variable = f"_{program}_COMPLETE".replace("-", "_").upper()
        # the command itself counts for nothing here: the program is asked once it is completed
        nothing = click.Command(program)
        click.echo(completion(nothing, {}, program, variable).source())
