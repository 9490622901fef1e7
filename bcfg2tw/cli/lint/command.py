"""`bcfg2tw lint`: looks for mistakes in the files of a repository."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import click

from bcfg2tw.cli.findings.formats import FORMATS, Report
from bcfg2tw.cli.findings.options import findings_options, relative_to, write_reports
from bcfg2tw.cli.lint.check import Check
from bcfg2tw.cli.lint.fixes import fix_all
from bcfg2tw.cli.lint.output import is_terminal, show_as_of_old, show_at_terminal, show_kinds
from bcfg2tw.cli.lint.registry import UnknownCheck, all_checks, choose, kinds_of
from bcfg2tw.cli.lint.repository import Repository
from bcfg2tw.cli.lint.running import Outcome, run_checks
from bcfg2tw.cli.lint.schemas.writing import write_all
from bcfg2tw.cli.lint.severities import severities
from bcfg2tw.cli.lint.suppression import IGNORE_FILE, ignore_lines
from bcfg2tw.cli.looking import Site, with_site
from bcfg2tw.cli.site_options import site_parameters
from bcfg2tw.cli.words import CHECKS, MISTAKE
from bcfg2tw.near_names import near_name
from bcfg2tw.settings.inifile import Sections, read
from bcfg2tw.settings.types import comma_list

__all__ = ["command"]

DEFAULT_LINT_CONFIG = "/etc/bcfg2-lint.conf"
#: Exit statuses (:ref:`tools-3`).
NO_CHECKS, ERRORS, WARNINGS = 1, 2, 3
TEXT_WIDTH = 78


@dataclass(frozen=True)
class _Asked:
    """The wishes of the command line."""

    format_name: str | None
    outputs: Sequence[tuple[str, str]]
    strict: bool
    show_ignored: bool


@click.command("lint", params=site_parameters())
@with_site
@findings_options
@click.option(
    "--lint-config",
    metavar="FILE",
    default=DEFAULT_LINT_CONFIG,
    show_default=True,
    help="Settings that beat bcfg2.conf; may be absent.",
)
@click.option("--lint-plugins", type=CHECKS, metavar="NAME,...", help="The checks that take part.")
@click.option("--list-errors", is_flag=True, help="List the mistakes that are looked for, and end.")
@click.option(
    "--explain", type=MISTAKE, metavar="NAME", help="Say what a mistake is and what to do, and end."
)
@click.option(
    "--stdin", "from_stdin", is_flag=True, help="Look at the files named there, one a line."
)
@click.option("--schema", metavar="DIR", help="Schemas of Bcfg2's own, in place of ours.")
@click.option("--write-schemas", metavar="DIR", help="Write our schemas for editors, and end.")
@click.option("--strict", is_flag=True, help="Let warnings count as errors.")
@click.option("--fix", is_flag=True, help="Correct what can be corrected mechanically.")
@click.option("--show-ignored", is_flag=True, help="Show what is suppressed as well.")
@click.option(
    "--generate-ignore",
    is_flag=True,
    help=f"Write {IGNORE_FILE}, by which what is there now does not count.",
)
@click.argument("files", nargs=-1, metavar="[file...]")
def command(
    site: Site, files: Sequence[str], lint_config: str, lint_plugins: str | None,
    list_errors: bool, explain: str | None, from_stdin: bool, schema: str | None,
    write_schemas: str | None, strict: bool, fix: bool, show_ignored: bool, generate_ignore: bool,
    format_name: str | None, outputs: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    """
    Look for mistakes in the files of a repository, all or those named.

    Names are relative to the working folder or to the repository. Checks that compare files with
    each other take part only where all files do. The exit status is 0 where nothing is wrong, 2
    where there are errors, 3 where there are only warnings.
    """
    if write_schemas is not None:
        write_all(write_schemas)
        return
    if explain is not None:
        _explain(explain)
        return
    options = _options(lint_config, schema)
    repository = _repository(site, options, files, from_stdin)
    checks = _choose(repository, lint_plugins)
    if list_errors:
        kinds = kinds_of(checks)
        show_kinds(kinds, severities(repository, kinds))
        return
    if fix:
        fix_all(repository, run_checks(repository, checks))
        repository.close()
        repository = Repository(site.settings, options, repository.only)
    outcome = run_checks(repository, checks)
    repository.close()
    if generate_ignore:
        _generate_ignore(repository, outcome)
        return
    asked = _Asked(format_name, outputs, strict, show_ignored)
    _show(repository, outcome, asked)
    raise click.exceptions.Exit(_status(outcome, asked))


def _repository(
    site: Site, options: Sections, files: Sequence[str], from_stdin: bool
) -> Repository:
    """Return the repository, with the files that take part."""
    repository = Repository(site.settings, options)
    if not files and not from_stdin:
        return repository
    for name in files:
        if not any(map(os.path.exists, _candidates(name, repository))):
            raise click.UsageError(
                f"there is no file {name}, neither here nor in {repository.root}"
            )
    # of those that standard input names some may be gone: a version control system lists them
    names = [*files, *(sys.stdin.read().splitlines() if from_stdin else ())]
    only = {path for name in names for path in _paths(name.strip(), repository)}
    return Repository(site.settings, options, only)


def _options(lint_config: str, schema: str | None) -> Sections:
    """Return what the file of lint and the command line say."""
    options: Sections = {}
    if os.path.exists(lint_config):
        with open(lint_config, encoding="utf-8") as stream:
            options = read(stream.read(), lint_config)
    if schema is not None:
        options.setdefault("Validate", {})["schema"] = schema
    return options


def _candidates(name: str, repository: Repository) -> list[str]:
    """Return the full paths that a name may stand for."""
    return [os.path.abspath(name), os.path.join(repository.root, name)]


def _paths(name: str, repository: Repository) -> list[str]:
    """Return the full paths of a file, or of the files of a folder, that somebody named."""
    if not name:
        return []
    candidates = _candidates(name, repository)
    path = next(filter(os.path.exists, candidates), candidates[-1])
    if not os.path.isdir(path):
        return [path]
    folder = os.path.relpath(path, repository.root)
    prefix = "" if folder == "." else f"{folder}/"
    return [repository.path(other) for other in repository.listing if other.startswith(prefix)]


def _choose(repository: Repository, given: str | None) -> list[type[Check]]:
    text = repository.option("lint", "plugins", "\0") if given is None else given
    try:
        checks = choose(repository, None if text == "\0" else comma_list(text))
    except UnknownCheck as error:
        raise click.UsageError(str(error)) from error
    if not checks:
        click.echo("No lint plugins loaded!", err=True)
        raise click.exceptions.Exit(NO_CHECKS)
    return checks


def _explain(name: str) -> None:
    """Print what a kind of mistake is."""
    checks = all_checks()
    for check in checks.values():
        kind = check.kinds.get(name)
        if kind is not None:
            click.echo(f"{name} ({kind.severity}, by {check.name})\n")
            click.echo(textwrap.fill(kind.explanation, TEXT_WIDTH))
            return
    near = near_name(name, kinds_of(checks.values()))
    hint = "" if near is None else f": did you mean {near}?"
    raise click.UsageError(f"there is no mistake called {name}{hint}")


def _show(repository: Repository, outcome: Outcome, asked: _Asked) -> None:
    rows = outcome.counting()
    report = Report(
        "bcfg2-lint", [judged.finding for judged in rows], _checked(repository), outcome.seconds
    )
    write_reports(report, asked.outputs, os.getcwd())
    if asked.format_name is not None:
        shown = report if asked.format_name == "text" else relative_to(os.getcwd(), report)
        click.echo(FORMATS[asked.format_name](shown), nl=False)
    elif is_terminal():
        show_at_terminal(rows, repository.root)
    else:
        show_as_of_old(outcome, repository.settings.verbose)
    if asked.show_ignored:
        for judged in outcome.suppressed():
            click.echo(f"ignored: {judged.finding} [{judged.remark.name}]", err=True)


def _checked(repository: Repository) -> list[str]:
    """Return the files that were looked at."""
    paths = map(repository.path, repository.listing)
    return sorted(path for path in paths if repository.has(path))


def _status(outcome: Outcome, asked: _Asked) -> int:
    rows = outcome.counting()
    if asked.format_name is None and not is_terminal():
        rows += outcome.upstream()
    severities = {judged.severity for judged in rows}
    if "error" in severities or (asked.strict and severities):
        return ERRORS
    return WARNINGS if severities else 0


def _generate_ignore(repository: Repository, outcome: Outcome) -> None:
    path = repository.path(IGNORE_FILE)
    lines = ignore_lines(repository, [judged.remark for judged in outcome.counting()])
    try:
        with open(path, "a", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"{path}: {len(lines)} lines added")
