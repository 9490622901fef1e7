"""`bcfg2tw completion SHELL`: what a shell needs to complete our commands."""

from __future__ import annotations

from collections.abc import Iterator

import click
from click.shell_completion import get_completion_class

__all__ = ["command", "completion_files"]

PROGRAMS = (
    "bcfg2tw", "bcfg2-admin", "bcfg2-crypt", "bcfg2-info", "bcfg2-lint", "bcfg2-reports",
    "bcfg2-test",
)  # fmt: skip


#: Where the shells look for the completion of a program, below a folder such as /usr/share.
_PLACES = {
    "bash": "bash-completion/completions/{}",
    "zsh": "zsh/site-functions/_{}",
    "fish": "fish/vendor_completions.d/{}.fish",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(list(_PLACES)))
@click.argument("program", type=click.Choice(PROGRAMS), required=False)
def command(shell: str, program: str | None) -> None:
    """
    Print the completion of all commands, under their old names too, or of PROGRAM, for a shell.

    Options, sub-commands, clients, groups, bundles, checks and mistakes of lint are completed.
    """
    for name in PROGRAMS if program is None else (program,):
        click.echo(_source(shell, name))


def completion_files() -> Iterator[tuple[str, str]]:
    """Yield paths below a folder such as /usr/share, and contents, of all shells and programs."""
    for shell, place in _PLACES.items():
        for program in PROGRAMS:
            yield place.format(program), _source(shell, program) + "\n"


def _source(shell: str, program: str) -> str:
    completion = get_completion_class(shell)
    assert completion is not None
    variable = f"_{program}_COMPLETE".replace("-", "_").upper()
    # the command itself counts for nothing here: the program is asked once it is completed
    return completion(click.Command(program), {}, program, variable).source()
