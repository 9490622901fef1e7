"""The command `bcfg2tw`: each sub-command is a folder that is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from bcfg2tw.cli.streams import standard_streams
from bcfg2tw.cli.summaries import SummarisedGroup
from bcfg2tw.cli.unusable import lack, unusable
from bcfg2tw.cli.version import show_version

__all__ = ["main"]

#: What each is for, in the list of commands.
_COMMANDS = {
    "admin": "Administer a Bcfg2 repository and its server.",
    "call": "Call METHOD of a Bcfg2 server and print its result.",
    "check-config": "Say what becomes of each line of a bcfg2.conf.",
    "compare": "Compare what two servers give to clients.",
    "completion": "Print the completion of all commands for a shell.",
    "crypt": "Encrypt or decrypt files of a repository, or edit them.",
    "ctl": "Steer the running server.",
    "db": "Look after the database that [database] names.",
    "diff": "Say what changes for whom between two states of a repository.",
    "explain": "Say why a client, or an entry of it, is as it is.",
    "info": "Look at what the server makes of its repository.",
    "init": "Make a demonstration site in DIRECTORY.",
    "lint": "Look for mistakes in the files of a repository.",
    "man": "Write the pages of the manual for all commands.",
    "migrate": "Say what becomes of a site of Bcfg2's own server.",
    "packages": "Look after the package indexes of a repository.",
    "reports": "Show, move and remove what clients have reported.",
    "serve": "Serve the repository to its clients.",
    "shadow": "Show what this server answers otherwise than another one.",
    "status": "Say how the running server is.",
    "test": "Build the configurations of clients, and say what is wrong.",
    "upstream-tool": "Run a command of the Bcfg2 that is installed.",
    "web": "Set who may see the pages of reports.",
}

#: The extras that commands need.
_EXTRAS = {"db": "sql", "reports": "reporting", "web": "reporting"}


class _LazyGroup(SummarisedGroup):
    """A group whose commands stand in folders of their own names."""

    summaries = _COMMANDS

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line, with all standard streams."""
        with standard_streams():
            return super().main(*args, **kwargs)

    def summary(self, name: str) -> str:
        """Return what a command is for, or what has to be installed for it."""
        return lack(_EXTRAS.get(name, "")) or super().summary(name)

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
        return self.summarise(name, command)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=show_version,
    help="Show the version and exit.",
)  # fmt: skip
def main() -> None:
    """Work with a Bcfg2 server; `bcfg2tw serve` is the server itself."""
