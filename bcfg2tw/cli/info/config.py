"""`config`: the settings in force, without what is secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import click

from bcfg2tw.cli.looking import Site, pass_site
from bcfg2tw.cli.output import json_option, show_table
from bcfg2tw.settings import Settings, options
from bcfg2tw.settings.mistakes import SECRETS

__all__ = ["config"]

_HIDDEN = "***"
_URL_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]+@")


@click.command("config")
@pass_site
@json_option
@click.option("--raw", is_flag=True, help="Print options as bcfg2.conf has them, and raw values.")
def config(site: Site, raw: bool, as_json: bool) -> None:
    """List all options with their values; passwords and passphrases are hidden."""
    titles = ("Option", "Value") if raw else ("Description", "Value")
    show_table(titles, list(_rows(site.settings, raw)), as_json)


def _rows(settings: Settings, raw: bool) -> Iterator[tuple[str, str]]:
    yield ("config" if raw else "The configuration file."), str(settings.config)
    for field, option in options().items():
        value = getattr(settings, field)
        is_hidden = option.key in SECRETS and value is not None
        text = _HIDDEN if is_hidden else _shown(value, raw)
        yield f"[{option.section}] {option.key}" if raw else option.help, text
    for name in settings.passphrases:
        yield f"[encryption] {name}" if raw else f"Passphrase {name}.", _HIDDEN


def _shown(value: Any, raw: bool) -> str:
    if isinstance(value, dict):
        value = {key: _HIDDEN if key in SECRETS else item for key, item in value.items()}
    if isinstance(value, tuple) and not raw:
        value = ", ".join(map(str, value))
    text = repr(value) if raw else str(value)
    return _URL_CREDENTIALS.sub(f"{_HIDDEN}@", text)
