"""
Tools with sub-commands, as Bcfg2's are used: `PROG [options] SUBCOMMAND [arguments]`.

`help` lists the sub-commands, `help SUB` describes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

import click

from bcfg2tw.cli.looking import Site
from bcfg2tw.cli.output import fail
from bcfg2tw.cli.site import command_errors
from bcfg2tw.cli.site_options import config_option, overrides_of, site_parameters
from bcfg2tw.cli.summaries import SummarisedGroup
from bcfg2tw.cli.unusable import unusable

__all__ = ["Tool", "usage_of"]

#: So many options are named in the list of commands.
_MANY = 6


class Tool(SummarisedGroup):
    """
    A group of sub-commands over one site, which is their `pass_site`.

    All of them take `-C` as well. A `Bcfg2Error` is one line on standard error, and status 1.
    """

    def __init__(
        self,
        name: str,
        commands: Mapping[str, tuple[str, str]],
        help: str,
        make_site: Callable[..., Site] = Site,
        parameters: Iterable[click.Parameter] = (),
    ) -> None:
        """
        Make the group.

        :param commands: name of each to `MODULE:ATTRIBUTE` in the tool's folder, imported when it
            is asked for, and to a sentence for lists; without `help`, which every tool has
        :param make_site: is called with the overrides of the command line, and the parameters
        """
        self._make_site = make_site
        self._places = {name: place for name, (place, _) in commands.items()}
        self.summaries = {
            **{name: summary for name, (_, summary) in commands.items()},
            "help": "List the commands, or describe one.",
        }
        super().__init__(
            name, {"help": _help}, callback=self._enter, help=help,
            params=[*site_parameters(), *parameters],
            no_args_is_help=False,
            context_settings={"help_option_names": ["-h", "--help"]},
        )  # fmt: skip

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a command, None for one that does not exist."""
        if name not in self.commands and name in self._places:
            self.add_command(self._load(name), name)
        return self.commands.get(name)

    def _load(self, name: str) -> click.Command:
        module, _, attribute = self._places[name].partition(":")
        try:
            command = getattr(import_module(f"bcfg2tw.cli.{self.name}.{module}"), attribute)
        except ImportError as error:
            return unusable(f"{self.name} {name}", error)
        assert isinstance(command, click.Command)
        _accept_config(command)
        return self.summarise(name, command)

    def all_commands(self) -> dict[str, click.Command]:
        """Return all commands by their names."""
        context = click.Context(self)
        commands = {name: self.get_command(context, name) for name in self.list_commands(context)}
        return {name: command for name, command in commands.items() if command is not None}

    def _enter(self, **parameters: Any) -> None:
        context = click.get_current_context()
        if context.obj is None:
            context.obj = self._make_site(overrides_of(context), **parameters)
            context.call_on_close(context.obj.close)

    def invoke(self, context: click.Context) -> Any:
        """Run a sub-command."""
        with command_errors():
            return super().invoke(context)


def _accept_config(command: click.Command) -> None:
    spellings = {name for parameter in command.params for name in parameter.opts}
    if "-C" not in spellings:
        command.params.append(config_option())


@click.command("help")
@click.argument("command", required=False, metavar="[command]")
@click.pass_context
def _help(context: click.Context, command: str | None) -> None:
    """List the commands, or describe one."""
    assert context.parent is not None and isinstance(context.parent.command, Tool)
    tool = context.parent.command
    if command is None:
        for line in sorted(map(_line, tool.all_commands().values())):
            click.echo(line)
        return
    member = tool.get_command(context, command)
    if member is None:
        fail(f"No such command: {command}")
    with click.Context(member, info_name=command, parent=context.parent) as inner:
        click.echo(member.get_help(inner))


def _line(command: click.Command) -> str:
    return f"{usage_of(command)} - {command.get_short_help_str(limit=100)}"


def usage_of(command: click.Command) -> str:
    """Return a command's name, options and arguments on one line; many options as one word."""
    options = [one for one in command.params if isinstance(one, click.Option) and _is_shown(one)]
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    pieces = ["[options]"] if len(options) > _MANY else [*map(_option, options)]
    names = [argument.metavar or str(argument.name) for argument in arguments]
    return " ".join([str(command.name), *pieces, *names])


def _is_shown(option: click.Option) -> bool:
    return not option.hidden and option.name not in ("config", "help")


def _option(option: click.Option) -> str:
    name = max(option.opts, key=len)
    return f"[{name}]" if option.is_flag else f"[{name} {option.metavar or 'VALUE'}]"
