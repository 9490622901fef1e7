"""`bcfg2tw reports`: commands as Bcfg2 1.4 has them, options as 1.3 had them, and ours."""

from __future__ import annotations

from typing import Any

import click

from bcfg2tw.cli.reports import hosts
from bcfg2tw.cli.reports.moving import export, import_reports
from bcfg2tw.cli.reports.old_options import old_options
from bcfg2tw.cli.reports.purge import purge_reports
from bcfg2tw.cli.reports.store import Reports
from bcfg2tw.cli.site import command_errors
from bcfg2tw.cli.site_options import config_option, site_parameters

__all__ = ["command"]


class _Reports(click.Group):
    """A group whose place the options of 1.3 take, where no command is named."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:  # fmt: skip
        """Parse the command line."""
        if self._names_command(list(args)) or {"-h", "--help"} & set(args):
            return super().make_context(info_name, args, parent, **extra)
        return old_options.make_context(info_name, args, parent, **extra)

    def _names_command(self, args: list[str]) -> bool:
        scan = click.Command(self.name, params=site_parameters(), add_help_option=False)
        context = click.Context(scan, resilient_parsing=True, allow_interspersed_args=False)
        try:
            words = scan.make_parser(context).parse_args(args)[1]
        except click.UsageError:
            return False
        return bool(words) and not words[0].startswith("-")

    def invoke(self, context: click.Context) -> Any:
        """Run a command, or what the options of 1.3 ask for."""
        context.obj = Reports(context)
        with command_errors():
            if context.command is not self:
                return context.command.invoke(context)
            return super().invoke(context)


@click.group("reports", cls=_Reports, params=site_parameters())
def command() -> None:
    """Show, move and remove what clients have reported."""


@click.command("help")
@click.argument("name", required=False, metavar="[COMMAND]")
@click.pass_context
def _help(context: click.Context, name: str | None) -> None:
    """List the commands, or describe one."""
    assert context.parent is not None
    member = command if name is None else command.commands.get(name)
    if member is None:
        click.echo(f"No such command: {name}")
        raise click.exceptions.Exit(2)
    parent = context.parent.parent if name is None else context.parent
    info_name = context.parent.info_name if name is None else name
    with click.Context(member, info_name=info_name, parent=parent) as inner:
        click.echo(member.get_help(inner))


for _member in (
    hosts.show, hosts.total, hosts.expire, hosts.clients, hosts.entries, hosts.entry, export,
    import_reports, purge_reports,
):  # fmt: skip
    _member.params.append(config_option())
    command.add_command(_member)
command.add_command(_help)
