"""The site that a command works on, as all commands are told of it: bcfg2.conf, servers, errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import click

from bcfg2tw.errors import Bcfg2Error
from bcfg2tw.settings import DEFAULT_CONFIG, Settings
from bcfg2tw.settings.types import location_words, locations

__all__ = ["command_errors", "server_address", "server_path", "with_settings"]

#: Where a server answers whose URL has no path, as Bcfg2's clients have it.
DEFAULT_PATH = "/RPC2"

_CONFIG = click.option(
    "-C", "--config", metavar="FILE", help=f"The bcfg2.conf [default: {DEFAULT_CONFIG}]."
)


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """
    Give a command the option `-C`, and call it with the site's settings as its first parameter.

    It stands below `click.command` and above all other decorators. A `Bcfg2Error` of the command is
    one line on standard error, and status 1; so is a bcfg2.conf that cannot be used.

        @click.command("explain")
        @with_settings
        @click.argument("client")
        def explain(settings: Settings, client: str) -> None: ...

    Without `-C` the file is the one that the environment's BCFG2_CONFIG_FILE names, or the default.
    """

    @wraps(command)
    def run(config: str | None, **parameters: Any) -> None:
        with command_errors():
            command(Settings.load({"config": config}), **parameters)

    return _CONFIG(run)


@contextmanager
def command_errors() -> Iterator[None]:
    """Turn errors that a command is expected to meet into click's: a line, and status 1."""
    try:
        yield
    except Bcfg2Error as error:
        raise click.ClickException(str(error)) from error


def server_address(text: str) -> tuple[str, int]:
    """
    Return host and port of a server, the first one where the text lists several.

    :param text: as `[components] bcfg2` may have it: URLs, or HOST:PORT
    :raises click.ClickException: if it names no server, or a user as well, who would be shown
        with a password wherever the server is named
    """
    if "@" in text:
        raise click.ClickException(
            "the address of the server has a user or password in it: give https://HOST:PORT, and "
            "the password with --password-file"
        )
    try:
        return locations(text)[0]
    except ValueError as error:
        raise click.ClickException(
            f"'{text}' is no address of a server: give https://HOST:PORT"
        ) from error


def server_path(text: str) -> str:
    """
    Return the path of a server's URL, of the first one where the text lists several.

    :param text: as `server_address` takes it
    """
    word = location_words(text)[0]
    return (urlsplit(word).path if "//" in word else "") or DEFAULT_PATH
