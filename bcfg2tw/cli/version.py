"""The option `--version`, which looks the version up only when it is asked for."""

from __future__ import annotations

import click

import bcfg2tw

__all__ = ["show_version"]


def show_version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    """Print the version and end, where the option is given; a callback of it."""
    if value and not context.resilient_parsing:
        click.echo(f"bcfg2tw, version {bcfg2tw.__version__}")
        context.exit()
