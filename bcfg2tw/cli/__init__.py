"""The command `bcfg2tw`: each sub-command is a folder that is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

import bcfg2tw

__all__ = ["main"]

_COMMANDS = ("call", "crypt", "init", "packages", "reports")


class _LazyGroup(click.Group):
    """A group whose commands stand in folders of their own names."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a command, None for one that does not exist."""
        if name not in _COMMANDS:
            return None
        command = getattr(import_module(f"{__name__}.{name}.command"), "command", None)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(bcfg2tw.__version__, prog_name="bcfg2tw")
def main() -> None:
    """Work with a Bcfg2 server; `twistd bcfg2-core` is the server itself."""
