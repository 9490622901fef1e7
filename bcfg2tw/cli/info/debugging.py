"""`debug`: a Python console with the core."""

from __future__ import annotations

import code
import os
from types import SimpleNamespace
from typing import Any

import click

from bcfg2tw.cli.looking import Site, pass_site

__all__ = ["debug"]

INTERPRETERS = ("python", "bpython", "ipython")


@click.command("debug")
@pass_site
@click.option("-n", "--non-interactive", is_flag=True, help="End after the file of commands.")
@click.option(
    "-f", "--cmd-list", type=click.File(encoding="utf-8"), metavar="FILE",
    help="Run these lines of Python first.",
)  # fmt: skip
@click.option(
    "--interpreter", type=click.Choice(INTERPRETERS), help="The console to start.",
)  # fmt: skip
def debug(site: Site, non_interactive: bool, cmd_list: Any, interpreter: str | None) -> None:
    """
    Start a Python console: self.core is the core, setup are the settings.

    Nothing that the core builds changes anything; what you do by hand may.
    """
    names = {"self": SimpleNamespace(core=site.core), "setup": site.settings}
    if cmd_list is not None:
        console = code.InteractiveConsole(names)
        for line in cmd_list:
            console.push(line.rstrip("\n"))
        console.push("")  # ends a block that is still open
    if not non_interactive:
        _start(_chosen(site, interpreter), names)


def _chosen(site: Site, interpreter: str | None) -> str:
    configured = site.settings.get("bcfg2-info", "interpreter")
    return interpreter or os.environ.get("BCFG2_INFO_INTERPRETER") or configured or "python"


def _start(interpreter: str, names: dict[str, Any]) -> None:
    banner = "self.core is the core, setup are the settings"
    try:
        if interpreter == "ipython":
            from IPython import start_ipython

            start_ipython(argv=[], user_ns=names)
        elif interpreter == "bpython":
            from bpython import embed

            embed(locals_=names, banner=banner)
        else:
            code.interact(banner, local=names, exitmsg="")
    except ImportError as error:
        raise click.ClickException(f"{interpreter} is not installed: {error}") from error
