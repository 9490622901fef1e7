"""The options that the administrator's tools share: they beat what bcfg2.conf says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from bcfg2tw.cli.version import show_version
from bcfg2tw.settings import DEFAULT_CONFIG, options
from bcfg2tw.settings.types import Option

__all__ = [
    "config_option", "overrides_of", "server_parameters", "setting_parameter", "site_parameters",
    "version_parameter",
]  # fmt: skip

_KEY = "bcfg2tw.overrides"

#: Options of every tool that looks at a repository, as fields of the settings.
_SITE_FIELDS = ("repository", "web_config", "encoding", "debug", "verbose", "logfile")


def overrides_of(context: click.Context) -> dict[str, Any]:
    """Return what the command line sets, by field of the settings; grows as it is parsed."""
    overrides: dict[str, Any] = context.meta.setdefault(_KEY, {})
    return overrides


def site_parameters() -> list[click.Parameter]:
    """
    Return the options of a site: configuration file, repository, logs.

    They are no parameters of a command's function: what they say is in `overrides_of` its context.
    """
    described = options()
    fields = (setting_parameter(field, described[field]) for field in _SITE_FIELDS)
    return [config_option(), *fields, version_parameter()]


def version_parameter() -> click.Option:
    """Return `--version`."""
    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show_version,
        help="Print the version, and exit.",
    )  # fmt: skip


def config_option() -> click.Option:
    """Return `-C` alone, which may also stand behind the name of a sub-command."""
    return click.Option(
        ["-C", "--config"], metavar="FILE", expose_value=False, callback=_note("config"),
        help=f"The bcfg2.conf [default: {DEFAULT_CONFIG}].",
    )  # fmt: skip


def server_parameters() -> list[click.Parameter]:
    """
    Return the options of calls to the server, under their old names.

    Their values are the parameters `server`, `password`, `user`, `timeout`, `key`, `cert`, `ca`,
    `retries`, `retry_delay` and `common_names`; all but the retries may be None.
    """
    return [
        click.Option(["-S", "--server"], metavar="URL", help="The server, as https://HOST:PORT."),
        click.Option(["-x", "--password"], metavar="PASSWORD", help="Others may see it in ps."),
        click.Option(["-u", "--user"], metavar="NAME", help="User name [default: root]."),
        click.Option(
            ["-t", "--timeout"], type=float, metavar="SECONDS", help="Seconds that a call may take."
        ),
        click.Option(["--ssl-key", "--key", "key"], metavar="FILE", help="Our private key."),
        click.Option(["--ssl-cert", "--cert", "cert"], metavar="FILE", help="Our certificate."),
        click.Option(["--ca-cert", "--ca", "ca"], metavar="FILE", help="The CA of the server."),
        click.Option(
            ["-R", "--retries"], type=click.IntRange(1), default=3, show_default=True,
            metavar="N", help="Attempts to reach the server.",
        ),
        click.Option(
            ["-y", "--retry-delay"], type=float, default=1.0, show_default=True,
            metavar="SECONDS", help="Seconds between two attempts.",
        ),
        click.Option(
            ["--ssl-cns", "common_names"], metavar="NAMES", help="Common names to accept."
        ),
    ]  # fmt: skip


def setting_parameter(field: str, option: Option) -> click.Option:
    """
    Return the option of a field of the settings; a flag means the reverse of its default.

    What it says is in `overrides_of` the command's context.
    """
    names = [
        *((f"-{option.short}",) if option.short else ()),
        *(f"--{name}" for name in option.cli),
    ]
    return click.Option(
        [*names, field], expose_value=False, help=option.help, is_flag=option.is_flag,
        metavar=None if option.is_flag else option.key.upper(), callback=_note(field, option),
    )  # fmt: skip


def _note(
    field: str, option: Option | None = None
) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return a callback that keeps what was given for a field of the settings."""

    def note(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value is None or value is False:
            return
        if value is True:
            assert option is not None
            value = not option.convert(option.default or "no")
        overrides_of(context)[field] = value

    return note
