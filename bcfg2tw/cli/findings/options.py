"""The options of commands that give findings: `--format FORMAT` and `--output FORMAT:FILE`."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from bcfg2tw.cli.findings.formats import FORMATS, Report

__all__ = ["findings_options", "format_options", "write_outputs", "write_reports"]

F = TypeVar("F", bound=Callable[..., Any])


def format_options(
    formats: Collection[str], default: Callable[[], str | None], help: str
) -> Callable[[F], F]:
    """
    Return what gives a command `--format` and `--output`: parameters `format_name`, `outputs`.

    :param default: returns the format where none is asked for
    :param help: the description of `--format`
    """

    def decorate(command: F) -> F:
        output: Callable[[F], F] = click.option(
            "--output", "outputs", callback=partial(_pairs, formats), multiple=True,
            metavar="FORMAT:FILE", help="Write it to FILE as well; may be repeated.",
        )  # fmt: skip
        choice: Callable[[F], F] = click.option(
            "--format", "format_name", type=click.Choice(list(formats)), default=default, help=help
        )
        return choice(output(command))

    return decorate


def _pairs(
    formats: Collection[str], context: click.Context, parameter: click.Parameter,
    values: tuple[str, ...],
) -> list[tuple[str, str]]:  # fmt: skip
    return [_pair(value, formats) for value in values]


def _pair(value: str, formats: Collection[str]) -> tuple[str, str]:
    format_name, _, path = value.partition(":")
    if not path or format_name not in formats:
        names = ", ".join(formats)
        raise click.BadParameter(f"{value!r} is no FORMAT:FILE; formats are {names}")
    return format_name, path


def findings_options(command: F) -> F:
    """
    Give a command that has findings `--format` and `--output`.

    `format_name` is None where none is asked for; in a GitHub workflow it is `github` then.
    """
    text = "How findings are printed [default: as bcfg2-lint and bcfg2-test always did]."
    decorate: Callable[[F], F] = format_options(FORMATS, _default_format, text)
    return decorate(command)


def _default_format() -> str | None:
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else None


def write_reports(
    report: Report, outputs: Iterable[tuple[str, str]], base: str | None = None
) -> None:
    """
    Write a report to the files that the command line names.

    :param base: folder that paths of findings are made relative to, as CI wants them
    :raises click.ClickException: if one cannot be written
    """
    report = relative_to(base, report)
    write_outputs(outputs, lambda format_name: FORMATS[format_name](report))


def write_outputs(outputs: Iterable[tuple[str, str]], render: Callable[[str], str]) -> None:
    """
    Write the files that the command line names.

    :param render: returns the text of a format
    :raises click.ClickException: if one cannot be written
    """
    for format_name, path in outputs:
        try:
            Path(path).write_text(render(format_name), encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error


def relative_to(base: str | None, report: Report) -> Report:
    """Return a report whose paths are relative to a folder, where they are below it."""
    if base is None:
        return report
    findings = [replace(finding, file=_relative(finding.file, base)) for finding in report.findings]
    checked = [_relative(name, base) for name in report.checked]
    return replace(report, findings=findings, checked=checked)


def _relative(name: str, base: str) -> str:
    return os.path.relpath(name, base) if name.startswith(base + os.sep) else name
