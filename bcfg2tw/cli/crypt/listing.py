"""`bcfg2tw crypt list`: which file, which element is encrypted with which passphrase."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from bcfg2tw.cli.crypt.passphrases import Passphrases
from bcfg2tw.cli.looking import Site, with_site
from bcfg2tw.cli.output import json_option, show_table
from bcfg2tw.cli.site_options import site_parameters
from bcfg2tw.engine.secrets.sources import Secret, secrets_of


@click.command(
    "list",
    short_help="List secrets: where they are, and by which passphrase.",
    params=site_parameters(),
)
@with_site
@json_option
@click.argument("files", nargs=-1, metavar="[file...]")
def list_secrets(site: Site, files: Sequence[str], as_json: bool) -> None:
    """
    List the secrets of the repository, or of files: where they are, and their passphrases.

    A whole file does not say its passphrase: the first that fits is named, `?` if none does.
    """
    passphrases = Passphrases(site.settings, None)
    rows = [
        _row(secret, passphrases, site.settings.repository)
        for secret in secrets_of(site.settings, map(os.path.abspath, files) if files else ())
    ]
    show_table(("File", "Line", "Element", "Passphrase", "Format"), rows, as_json)


def _row(secret: Secret, passphrases: Passphrases, repository: str) -> tuple[str, ...]:
    name = secret.name
    if name is None and secret.is_encrypted:
        name = passphrases.fitting(secret.data) or "?"
    place = os.path.relpath(secret.path, repository)
    path = secret.path if place.startswith("..") else place
    line = "" if secret.line is None else str(secret.line)
    return path, line, secret.element or "", name or "", secret.format
