"""The options of commands that give findings: `--format FORMAT` and `--output FORMAT:FILE`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from bcfg2tw.cli.findings.formats import FORMATS, Report

__all__ = ["findings_options", "write_reports"]

F = TypeVar("F", bound=Callable[..., Any])


def _pairs(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> list[tuple[str, str]]:
    return [_pair(value) for value in values]


def _pair(value: str) -> tuple[str, str]:
    format_name, _, path = value.partition(":")
    if not path or format_name not in FORMATS:
        formats = ", ".join(FORMATS)
        raise click.BadParameter(f"{value!r} is no FORMAT:FILE; formats are {formats}")
    return format_name, path


def findings_options(command: F) -> F:
    """
    Give a command `--format` and `--output`, its parameters `format_name` and `outputs`.

    `format_name` is None where none is asked for; in a GitHub workflow it is `github` then.
    """
    output: Callable[[F], F] = click.option(
        "--output", "outputs", callback=_pairs, multiple=True, metavar="FORMAT:FILE",
        help="Write findings to FILE as well; may be repeated.",
    )  # fmt: skip
    formats: Callable[[F], F] = click.option(
        "--format", "format_name", type=click.Choice(list(FORMATS)), default=_default_format,
        help="How findings are printed [default: as bcfg2-lint and bcfg2-test always did].",
    )  # fmt: skip
    return formats(output(command))


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
    for format_name, path in outputs:
        try:
            Path(path).write_text(FORMATS[format_name](report), encoding="utf-8")
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
