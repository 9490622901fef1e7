"""`bcfg2tw crypt --check`: what should be encrypted and is not, for hooks and CI."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import click

from bcfg2tw.cli.findings.formats import FORMATS, Report
from bcfg2tw.cli.findings.options import relative_to, write_reports
from bcfg2tw.cli.statuses import BROKEN, FOUND, GOOD
from bcfg2tw.engine.secrets.sources import Secret, refuse_unreadable, secrets_of
from bcfg2tw.finding import Finding
from bcfg2tw.settings import Settings


def check(
    settings: Settings, paths: Sequence[str], format_name: str | None,
    outputs: Sequence[tuple[str, str]],
) -> int:  # fmt: skip
    """
    Print what of some files, or of the whole repository, is in the clear.

    :returns: the exit status
    """
    every = map(os.path.abspath, paths) if paths else ()
    try:
        findings = [
            finding
            for secret in secrets_of(settings, every, refuse_unreadable)
            for finding in _findings(secret)
        ]
    except OSError as error:
        click.echo(f"{error.filename} cannot be read: {error.strerror}", err=True)
        return BROKEN
    report = Report("bcfg2-crypt", findings)
    write_reports(report, outputs, os.getcwd())
    shown = relative_to(os.getcwd(), report) if format_name else report
    click.echo(FORMATS[format_name or "text"](shown), nl=False)
    return FOUND if findings else GOOD


def _findings(secret: Secret) -> Iterator[Finding]:
    """Yield what is wrong with a secret, under the names and in the words of bcfg2-lint."""
    if secret.is_encrypted:
        return
    path = secret.path
    if secret.element is None:
        name, text = "unencrypted-cfg", f"{path} is a .crypt file, but it is not encrypted"
    elif not secret.data.strip():
        name = "empty-encrypted-properties"
        text = f"Element in {path} has an 'encrypted' attribute, but no text content"
    else:
        name = "unencrypted-properties"
        text = f"Element in {path} has an 'encrypted' attribute, but is not encrypted"
    message = text if secret.element is None else f"{text}: {secret.element}"
    plugin = "Cfg" if secret.element is None else "Properties"
    yield Finding(name, "error", path, secret.line, message, plugin)
