"""The output of bcfg2-test: the text of unit tests, on standard error, and tables beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from bcfg2tw.cli.test.building import ClientResult
from bcfg2tw.cli.test.checks import Problem
from bcfg2tw.finding import Finding

__all__ = ["findings_of", "show_durations", "show_end", "show_one", "show_summary"]

_RULE = "-" * 70


def show_one(result: ClientResult, is_verbose: bool) -> None:
    """Show that a client was tested: a character, or a line."""
    failed = bool(result.problems)
    if is_verbose:
        word = "FAIL" if failed else "ok"
        click.echo(f"Building configuration for {result.host} ... {word}", err=True)
    else:
        click.echo("F" if failed else ".", nl=False, err=True)


def show_end(results: Sequence[ClientResult], seconds: float, is_verbose: bool) -> None:
    """Show the failures, and how it ended."""
    lines = [] if is_verbose else [""]
    failed = [result for result in results if result.problems]
    for result in failed:
        lines += _block(result)
    count = len(results)
    lines += [_RULE, f"Ran {count} test{'' if count == 1 else 's'} in {seconds:.3f}s", ""]
    lines.append(f"FAILED (failures={len(failed)})" if failed else "OK")
    unstable = [result for result in results if result.unstable]
    for result in unstable:
        what = "; ".join(result.unstable)
        lines.append(f"warning: {result.host} differs between two builds: {what}")
    click.echo("\n".join(lines), err=True)


def _block(result: ClientResult) -> Iterator[str]:
    yield "=" * 70
    yield f"FAIL: Building configuration for {result.host}"
    yield _RULE
    if any(problem.name == "failure" for problem in result.problems):
        yield from result.log
        yield from (_RULE, "Failures:")
    yield from (problem.text for problem in result.problems)
    yield ""


def show_summary(results: Sequence[ClientResult]) -> None:
    """Show each problem once, with the number of its clients: the most frequent first."""
    hosts: dict[str, list[str]] = {}
    for result in results:
        for problem in result.problems:
            hosts.setdefault(_equal_text(problem, result.host), []).append(result.host)
    for text, names in sorted(hosts.items(), key=lambda item: (-len(item[1]), item[0])):
        who = names[0] if len(names) == 1 else f"{len(names)} clients"
        click.echo(f"{text}: {who}", err=True)


def _equal_text(problem: Problem, host: str) -> str:
    """Return what is the same of all clients with a problem."""
    if problem.name == "unknown-client":
        return "there is no such client"
    return problem.text.replace(host, "the client")


def show_durations(results: Sequence[ClientResult], number: int) -> None:
    """Show the clients that took longest."""
    for result in sorted(results, key=lambda one: -one.seconds)[:number]:
        click.echo(f"{result.seconds:8.3f}s  {result.host}", err=True)


def findings_of(results: Sequence[ClientResult]) -> Iterator[Finding]:
    """Yield the problems as findings, and what is not stable as warnings."""
    for result in results:
        for problem in result.problems:
            text = problem.text
            yield Finding(problem.name, "error", "", None, text, "", client=result.host)
        for change in result.unstable:
            text = f"differs between two builds: {change}"
            yield Finding("unstable", "warning", "", None, text, "", client=result.host)
