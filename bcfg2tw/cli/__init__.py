"""The command `bcfg2tw`: each sub-command is a folder that is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

from bcfg2tw.cli.unusable import unusable
from bcfg2tw.cli.version import show_version

__all__ = ["main"]

_COMMANDS = (
    "admin", "call", "check-config", "compare", "completion", "crypt", "ctl", "db", "diff",
    "explain", "info", "init", "lint", "man", "migrate", "packages", "reports", "serve", "shadow",
    "status", "test", "upstream-tool", "web",
)  # fmt: skip


#: The extras that commands need.
_EXTRAS = {"db": "sql", "reports": "reporting", "web": "reporting"}


class _LazyGroup(click.Group):
    """A group whose commands stand in folders of their own names."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a command, None for one that does not exist."""
        if name not in _COMMANDS:
            return None
        module = f"{__name__}.{name.replace('-', '_')}.command"
        try:
            command = getattr(import_module(module), "command", None)
        except ImportError as error:
            return unusable(name, error, _EXTRAS.get(name, ""))
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=show_version,
    help="Show the version and exit.",
)  # fmt: skip
def main() -> None:
    """Work with a Bcfg2 server; `bcfg2tw serve` is the server itself."""
