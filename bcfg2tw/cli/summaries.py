"""Groups that say in a sentence what each command is for, before any of them is imported."""

from __future__ import annotations

from collections.abc import Mapping

import click
from click.shell_completion import CompletionItem

__all__ = ["SummarisedGroup"]


class SummarisedGroup(click.Group):
    """
    A group whose help and completion list commands that need not be imported for it.

    :ivar summaries: name of each command to one short sentence, which it takes as its own
    """

    summaries: Mapping[str, str] = {}

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of the commands, sorted."""
        return sorted(self.summaries)

    def summary(self, name: str) -> str:
        """Return the sentence of a command."""
        return self.summaries[name]

    def summarise(self, name: str, command: click.Command) -> click.Command:
        """Return a command with the sentence that it has in lists."""
        command.short_help = self.summary(name)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands into the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summary(name)) for name in sorted(self.summaries)])

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands, and the options, that begin as the word does."""
        commands = [
            CompletionItem(name, help=self.summary(name))
            for name in sorted(self.summaries)
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, context, incomplete)
