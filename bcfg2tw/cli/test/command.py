"""`bcfg2tw test`: build all clients, and say what is wrong with their configurations."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from bcfg2tw.cli.findings.formats import FORMATS, Report
from bcfg2tw.cli.findings.options import findings_options, write_reports
from bcfg2tw.cli.looking import Site, with_site
from bcfg2tw.cli.progress import progress_bar
from bcfg2tw.cli.site_options import overrides_of, site_parameters
from bcfg2tw.cli.statuses import FAILED
from bcfg2tw.cli.test.building import ClientResult, Tests
from bcfg2tw.cli.test.changed import concerned
from bcfg2tw.cli.test.checks import Ignored
from bcfg2tw.cli.test.output import (
    findings_of,
    show_durations,
    show_end,
    show_one,
    show_summary,
)
from bcfg2tw.cli.words import CLIENT
from bcfg2tw.settings import Settings
from bcfg2tw.settings.types import comma_list

__all__ = ["command"]

_SECTION = "bcfg2_test"


@dataclass(frozen=True)
class _Showing:
    """The choice of what is shown beside the result."""

    is_verbose: bool
    format_name: str | None
    summary: bool
    durations: int


def _validate(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        overrides_of(context)["cfg_validation"] = True


@click.command("test", params=site_parameters())
@with_site
@findings_options
@click.option("--nose-options", metavar="OPTIONS", help="-v shows a line for each client.")
@click.option("--ignore", metavar="TAG:NAME,...", help="Entries that may fail; wildcards count.")
@click.option("--children", metavar="N", help="Processes to build in; auto for one a processor.")
@click.option(
    "--cfg-validation",
    is_flag=True,
    expose_value=False,
    callback=_validate,
    help="Run the verifiers of Cfg, whatever bcfg2.conf says.",
)
@click.option("--once", is_flag=True, help="Do not build a second time and compare.")
@click.option(
    "--changed-since",
    metavar="REV",
    help="Test the clients alone that are built otherwise than with the repository of a revision.",
)
@click.option("--baseline", metavar="FILE", help="Failures of this file do not count.")
@click.option("--write-baseline", metavar="FILE", help="Write the failures to FILE.")
@click.option("--summary/--no-summary", default=None, help="Show equal failures once.")
@click.option("--durations", type=click.IntRange(0), default=0, metavar="N", help="Show slow ones.")
@click.argument("clients", type=CLIENT, nargs=-1, metavar="[client...]")
def command(
    site: Site, clients: Sequence[str], nose_options: str | None, ignore: str | None,
    children: str | None, once: bool, baseline: str | None, write_baseline: str | None,
    summary: bool | None, durations: int, changed_since: str | None, format_name: str | None,
    outputs: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    """
    Build the configurations of clients, all or those named, and say what is wrong with them.

    Nothing is changed by it. Each is built twice: one that differs is named in a warning.
    """
    settings = site.settings
    words = shlex.split(nose_options or settings.get(_SECTION, "nose_options") or "")
    verbose = bool({"-v", "--verbose"} & set(words))
    has_summary = sys.stderr.isatty() if summary is None else summary
    showing = _Showing(verbose, format_name, has_summary, durations)
    tests = Tests(site, _ignored(settings, ignore), 1 if once else 2)
    known = set() if baseline is None else _read_baseline(baseline)
    processes = _children(settings, children)
    hosts = list(dict.fromkeys(host for name in clients for host in site.hosts([name])))
    hosts = hosts if clients else site.hosts()
    if changed_since is not None:
        hosts = concerned(site, hosts, changed_since, processes)
    started = time.perf_counter()
    with progress_bar("clients", len(hosts)) as progress:
        results = list(_shown(tests.run(hosts, processes), known, showing, progress))
    seconds = time.perf_counter() - started
    if write_baseline is not None:
        _write_baseline(write_baseline, results)
    _show(results, seconds, showing, outputs)
    if any(result.problems for result in results):
        raise click.exceptions.Exit(FAILED)


def _shown(
    results: Iterable[ClientResult], known: Collection[tuple[str, str]], showing: _Showing,
    progress: Callable[[int], object],
) -> Iterator[ClientResult]:  # fmt: skip
    """Yield results without the problems that are known, each once it is shown."""
    has_bar = sys.stderr.isatty()  # which says what the characters say elsewhere
    for number, result in enumerate(results, 1):
        remaining = _without(result, known)
        if showing.format_name is None and (showing.is_verbose or not has_bar):
            show_one(remaining, showing.is_verbose)
        progress(number)
        yield remaining


def _show(
    results: Sequence[ClientResult], seconds: float, showing: _Showing,
    outputs: Sequence[tuple[str, str]],
) -> None:  # fmt: skip
    hosts = [result.host for result in results]
    report = Report("bcfg2-test", list(findings_of(results)), hosts, seconds)
    write_reports(report, outputs)
    if showing.format_name is None:
        show_end(results, seconds, showing.is_verbose)
    else:
        click.echo(FORMATS[showing.format_name](report), nl=False)
    if showing.summary:
        show_summary(results)
    show_durations(results, showing.durations)


def _ignored(settings: Settings, given: str | None) -> Ignored:
    text = settings.get(_SECTION, "ignore_entries") if given is None else given
    try:
        return Ignored.parse(comma_list(text or ""))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--ignore") from error


def _children(settings: Settings, given: str | None) -> int:
    text = (settings.get(_SECTION, "children") if given is None else given) or "0"
    if text == "auto":
        return len(os.sched_getaffinity(0))
    if not text.isdigit():
        raise click.BadParameter(f"'{text}' is no number, and not auto", param_hint="--children")
    return int(text)


def _read_baseline(path: str) -> set[tuple[str, str]]:
    try:
        content = json.loads(Path(path).read_text("utf-8"))
        return {(host, text) for host, texts in content.items() for text in texts}
    except (OSError, ValueError, AttributeError) as error:
        raise click.ClickException(f"{path} is no baseline that can be read: {error}") from error


def _without(result: ClientResult, known: Collection[tuple[str, str]]) -> ClientResult:
    problems = [one for one in result.problems if (result.host, one.text) not in known]
    return replace(result, problems=tuple(problems))


def _write_baseline(path: str, results: Sequence[ClientResult]) -> None:
    content = {
        result.host: [problem.text for problem in result.problems]
        for result in results
        if result.problems
    }
    try:
        Path(path).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
