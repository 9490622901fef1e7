"""`bcfg2tw migrate`: a report on a site of Bcfg2's own server before it moves to this one."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import click
from rich.console import Console

from bcfg2tw.cli.findings.formats import FORMATS, Report
from bcfg2tw.cli.findings.options import findings_options, write_reports
from bcfg2tw.cli.migrate.configuration import verdicts
from bcfg2tw.cli.migrate.examinations import examine_all
from bcfg2tw.cli.migrate.kinds import BEFORE, DIFFERENT, KINDS
from bcfg2tw.cli.migrate.old_site import OldSite, open_site
from bcfg2tw.cli.migrate.patches import changes, diff_of, write
from bcfg2tw.cli.migrate.report import WORDS, show
from bcfg2tw.cli.site import command_errors
from bcfg2tw.cli.statuses import BROKEN, FOUND, GOOD
from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.finding import Finding
from bcfg2tw.near_names import near_name
from bcfg2tw.settings import CONFIG_VARIABLE, DEFAULT_CONFIG

__all__ = ["command"]

TEXT_WIDTH = 78


@dataclass(frozen=True)
class _Asked:
    """The wishes of the command line beside the site."""

    patch: str | None
    write: bool
    strict: bool
    format_name: str | None
    outputs: Sequence[tuple[str, str]]


@click.command("migrate")
@click.option("-C", "--config", metavar="FILE", help=f"The bcfg2.conf [default: {DEFAULT_CONFIG}].")
@click.option(
    "--from", "release", type=click.Choice(["1.3", "1.4"]),
    help="The Bcfg2 that the site has: what differs from the other one is left out.",
)  # fmt: skip
@click.option(
    "--user", metavar="USER", help="User that the server will run as [default: [server] user]."
)
@click.option(
    "--python-path", multiple=True, metavar="DIR",
    help="Where modules of the site's own plugins are looked for as well; may be repeated.",
)  # fmt: skip
@click.option(
    "--root", metavar="DIR", default="/", show_default=True,
    help="Folder that stands for the machine's: services and jobs are looked for there.",
)  # fmt: skip
@click.option("--patch", metavar="FILE", help="Write what is mechanical as a patch; - for stdout.")
@click.option("--write", is_flag=True, help="Write it into the files; each is copied to NAME~.")
@click.option("--strict", is_flag=True, help="Let what will be different count as well.")
@click.option("--explain", metavar="NAME", help="Say what a finding means, and end.")
@findings_options
def command(
    config: str | None, release: str | None, user: str | None, python_path: Sequence[str],
    root: str, patch: str | None, write: bool, strict: bool, explain: str | None,
    format_name: str | None, outputs: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    """
    Say what becomes of a site of Bcfg2's own server when it moves to this one.

    bcfg2.conf, plugins, templates and Python files, databases, names, owners, certificates and
    services are looked at; nothing is changed but by --write. A finding must be changed before the
    move, will be different, or is only to know.

    The exit status is 0 where nothing must be changed, 1 where something must (with --strict, where
    something will be different), and 2 where the site cannot be read.
    """
    if explain is not None:
        _explain(explain)
        return
    path = config or os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG
    try:
        site = open_site(path, release, user, python_path, root)
    except Bcfg2Error as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(BROKEN)
    with command_errors():
        sys.exit(_run(site, _Asked(patch, write, strict, format_name, outputs)))


def _explain(name: str) -> None:
    """Print what a kind of finding means."""
    if name not in KINDS:
        near = near_name(name, KINDS)
        hint = "" if near is None else f": did you mean {near}?"
        raise click.UsageError(f"there is no finding called {name}{hint}")
    click.echo(f"{name} ({WORDS[KINDS[name].severity]})\n")
    click.echo(textwrap.fill(KINDS[name].explanation, TEXT_WIDTH))


def _run(site: OldSite, asked: _Asked) -> int:
    findings = examine_all(site)
    site.repository.close()
    all_findings = [finding for members in findings.values() for finding in members]
    report = Report("bcfg2tw-migrate", all_findings)
    write_reports(report, asked.outputs)
    if asked.format_name is not None:
        click.echo(FORMATS[asked.format_name](report), nl=False)
    elif asked.patch != "-":
        show(Console(), findings, verdicts(site), site.repository.root)
    _patch(site, asked)
    return _status(all_findings, asked.strict)


def _patch(site: OldSite, asked: _Asked) -> None:
    """Give what is mechanical, as it was asked for."""
    if asked.patch is None and not asked.write:
        return
    all_changes = changes(site)
    if asked.patch == "-":
        click.echo(diff_of(all_changes), nl=False)
    elif asked.patch is not None:
        try:
            with open(asked.patch, "w", encoding="utf-8", newline="") as stream:
                stream.write(diff_of(all_changes))
        except OSError as error:
            raise Bcfg2Error(f"{asked.patch} cannot be written: {error.strerror}") from error
        click.echo(
            f"{asked.patch}: {len(all_changes)} files; look at it, then patch -p1 -d / < "
            f"{asked.patch}",
            err=True,
        )
    for change in all_changes if asked.write else ():
        copy = write(change, site.settings.encoding)
        click.echo(f"{change.path}: written anew, {copy} is what it was", err=True)


def _status(findings: Sequence[Finding], strict: bool) -> int:
    severities = {finding.severity for finding in findings}
    return FOUND if BEFORE in severities or (strict and DIFFERENT in severities) else GOOD
