"""`shell`: all commands of bcfg2-info over one core, with history and completion."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from bcfg2tw.cli.info.names import names_for
from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.tool import Tool, usage_of
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.errors import Bcfg2Error

__all__ = ["shell"]

_PROMPT = "bcfg2-info> "
_BANNER = 'Welcome to bcfg2-info\nType "help" for more information'
_HISTORY_LENGTH = 1000


class _Quit(Exception):
    """The end of the shell was asked for."""


@click.command("shell")
@click.pass_context
def shell(context: click.Context) -> None:
    """Start an interactive shell."""
    assert context.parent is not None and isinstance(context.parent.command, Tool)
    site = context.obj
    assert isinstance(site, Site)
    _ = site.core  # what is wrong with the repository is told before the first prompt
    commands = {**context.parent.command.all_commands(), **_SHELL_COMMANDS}
    del commands["shell"]
    Shell(site, commands).run()


class Shell:
    """Reads commands, and runs them; whatever goes wrong with one, it goes on."""

    def __init__(self, site: Site, commands: dict[str, click.Command]) -> None:
        self._site = site
        self._commands = {**commands, "help": _help_for(commands)}

    def run(self) -> None:
        """Read and run until `quit`, or the end of standard input."""
        click.echo(_BANNER)
        with_history = sys.stdin.isatty()
        if with_history:
            self._prepare_line_editing()
        try:
            while True:
                self.one_line(input(_PROMPT))
        except (EOFError, _Quit):
            click.echo()
        finally:
            if with_history:
                _save_history()

    def one_line(self, line: str) -> None:
        """
        Run a line.

        :raises _Quit: if it says so
        """
        try:
            words = shlex.split(line)
        except ValueError as error:
            click.echo(f"*** {error}: {line}")
            return
        if not words:
            return
        command = self._commands.get(words[0])
        if command is None:
            click.echo(f"*** Unknown syntax: {line}")
        else:
            self._run(command, words)

    def _run(self, command: click.Command, words: Sequence[str]) -> None:
        try:
            command.main(list(words[1:]), words[0], standalone_mode=False, obj=self._site)
        except click.ClickException as error:
            error.show()
        except Bcfg2Error as error:
            click.echo(f"Error: {error}", err=True)
        except (click.Abort, KeyboardInterrupt):
            click.echo()
        except _Quit:
            raise
        except Exception:  # a plugin's or a template's: the shell goes on
            traceback.print_exc(file=sys.stdout)

    def _prepare_line_editing(self) -> None:
        try:
            import readline
        except ImportError:  # Python without it: lines are read plainly
            return
        path = _history_path()
        if path.exists():
            readline.read_history_file(path)
        readline.set_history_length(_HISTORY_LENGTH)
        readline.set_completer_delims(" \t\n")
        readline.set_completer(self._complete)
        readline.parse_and_bind("tab: complete")

    def _complete(self, text: str, number: int) -> str | None:
        """Return one of the words that complete a text; readline asks for one after the other."""
        import readline

        before = readline.get_line_buffer()[: readline.get_begidx()].split()
        candidates = list(self.completions(before, text))
        return candidates[number] if number < len(candidates) else None

    def completions(self, before: Sequence[str], text: str) -> Iterator[str]:
        """Yield what may stand next, after the words before, and begins with a text."""
        words: Iterable[str] = sorted(self._commands)
        if before:
            command = self._commands.get(before[0])
            words = () if command is None else self._words_for(command, text)
        return (word + " " for word in words if word.startswith(text))

    def _words_for(self, command: click.Command, text: str) -> Iterable[str]:
        if text.startswith("-"):
            return sorted(name for parameter in command.params for name in parameter.opts)
        if command.name == "help":
            return sorted(self._commands)
        return names_for(command, self._site)


def _history_path() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(state) / "bcfg2-info-history"


def _save_history() -> None:
    try:
        import readline

        path = _history_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        readline.write_history_file(path)
    except (ImportError, OSError):
        return  # a home that cannot be written is no reason to complain


def _help_for(commands: dict[str, click.Command]) -> click.Command:
    @click.command("help")
    @click.argument("command", required=False, metavar="[command]")
    def show_help(command: str | None) -> None:
        """List the commands, or describe one."""
        members = {**commands, "help": show_help}
        if command is None:
            lines = (
                f"{usage_of(member)} - {member.get_short_help_str(100)}"
                for member in {id(member): member for member in members.values()}.values()
            )
            click.echo("\n".join(sorted(lines)))
        elif command in members:
            with click.Context(members[command], info_name=command) as context:
                click.echo(members[command].get_help(context))
        else:
            click.echo(f"No such command: {command}")

    return show_help


@click.command("quit")
def _quit() -> None:
    """End the shell; so do exit and the end of input."""
    raise _Quit


@click.command("update")
@pass_site
def _update(site: Site) -> None:
    """Read what has changed in the repository."""
    site.core.reload(None)


@click.command("expirecache")
@click.argument("hostnames", type=CLIENT, nargs=-1, metavar="[hostname...]")
@pass_site
def _expirecache(site: Site, hostnames: Sequence[str]) -> None:
    """Forget what is remembered of clients."""
    site.core.metadata_cache.expire(*hostnames)


@click.command("event_debug")
@pass_site
def _event_debug(site: Site) -> None:
    """Switch messages about changes of files on, or off."""
    site.core.fam.toggle_debug()


_SHELL_COMMANDS = {
    "quit": _quit,
    "exit": _quit,
    "update": _update,
    "expirecache": _expirecache,
    "event_debug": _event_debug,
}
