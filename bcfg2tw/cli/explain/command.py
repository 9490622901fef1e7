"""`bcfg2tw explain`: why a client is who it is, and has what it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from bcfg2tw.cli.explain.access import access_lines
from bcfg2tw.cli.explain.client import ClientLook, look_at
from bcfg2tw.cli.explain.lines import client_json, client_lines
from bcfg2tw.cli.explain.supposing import SupposingSite
from bcfg2tw.cli.info.explained import explanation_lines
from bcfg2tw.cli.output import fail, json_option, show_json, show_lines
from bcfg2tw.cli.site import command_errors
from bcfg2tw.cli.site_options import overrides_of, site_parameters
from bcfg2tw.cli.words import CLIENT, GROUP

__all__ = ["command"]


def _outputs(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Read NAME=ANSWER; what is written as `\\n` is the end of a line."""
    outputs = {}
    for value in values:
        name, equals, answer = value.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"'{value}' is no NAME=ANSWER, such as os=group:linux")
        outputs[name] = answer.replace("\\n", "\n")
    return outputs


@click.command("explain", params=site_parameters())
@json_option
@click.option(
    "--with-group", "with_groups", type=GROUP, multiple=True, metavar="GROUP",
    help="As if the client were in this group too; may be repeated.",
)  # fmt: skip
@click.option(
    "--without-group", "without_groups", type=GROUP, multiple=True, metavar="GROUP",
    help="As if it were not in this group.",
)  # fmt: skip
@click.option(
    "--with-probe", "outputs", multiple=True, metavar="NAME=ANSWER", callback=_outputs,
    help="As if a probe of it had printed this, such as os=group:linux.",
)  # fmt: skip
@click.option("--method", metavar="NAME", help="Why it may, or may not, call this method.")
@click.option("--address", metavar="IP", help="With --method: from there [default: its own].")
@click.option("--user", metavar="NAME", help="With --method: the user of the call [default: root].")
@click.option("--password", metavar="PASSWORD", help="With --method [default: the site's].")
@click.option(
    "--certificate", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
    help="With --method: the certificate that is shown.",
)  # fmt: skip
@click.argument("client", type=CLIENT, metavar="CLIENT")
@click.argument("entry", required=False, metavar="[ENTRY]")
@click.pass_context
def command(
    context: click.Context, /, client: str, entry: str | None, with_groups: Sequence[str],
    without_groups: Sequence[str], outputs: Mapping[str, str], method: str | None,
    as_json: bool, **call: Any,
) -> None:  # fmt: skip
    """
    Say why CLIENT is who it is: profile, groups, bundles, with file and line of each.

    With an ENTRY, as TYPE:NAME, say where it comes from, which file, rule or template won, and
    which lost. With --method say which rule lets a call in, or refuses it. Nothing is changed.
    """
    with command_errors():
        site = SupposingSite(overrides_of(context), client, outputs)
        context.call_on_close(site.close)
        site.suppose()
        if method is not None:
            show_lines(access_lines(site, client, method, **call), as_json)
            return
        look = look_at(site, client, with_groups, without_groups)
        if entry is not None:
            _show_entry(look, entry, as_json)
        elif as_json:
            show_json(client_json(look))
        else:
            show_lines(client_lines(look))


def _show_entry(look: ClientLook, entry: str, as_json: bool) -> None:
    tag, colon, name = entry.partition(":")
    if not colon:
        raise click.BadParameter(f"'{entry}' is no TYPE:NAME, such as Path:/etc/motd")
    explanation = look.configuration.explanation
    entries = [] if explanation is None else explanation.find(tag, name)
    if not entries:
        fail(f"{look.metadata.hostname} has no entry {entry}")
    if as_json:
        show_json([asdict(one) for one in entries])
        return
    show_lines(explanation_lines(look.configuration, entry))
    structures = {one.structure for one in entries}
    for origin in look.bundles:
        if origin.bundle in structures:
            place = f", {origin.place}" if origin.place else ""
            click.echo(f"  bundle {origin.bundle} comes with {origin.source}{place}")
