"""Asking a running server by its listener for administrators, `[admin] listen`."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Mapping
from typing import Any

import click

from bcfg2tw.cli.statuses import BROKEN
from bcfg2tw.errors import SettingsError
from bcfg2tw.settings import Settings
from bcfg2tw.settings.admin_address import AdminAddress, admin_address
from bcfg2tw.settings.admin_token import admin_token

__all__ = ["address_of", "address_option", "ask"]

#: A reload of a large repository takes long.
TIMEOUT_SECONDS = 300.0


class NotReached(click.ClickException):
    """The server cannot be asked; the text says why."""

    exit_code = BROKEN


def address_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--admin-listen`, its parameter `address`."""
    decorate = click.option(
        "--admin-listen", "address", metavar="ADDRESS",
        help="Where the server listens for administrators [default: that of [admin] listen].",
    )  # fmt: skip
    return decorate(command)


def address_of(settings: Settings, text: str | None) -> AdminAddress:
    """
    Return where the server listens for administrators.

    :param text: of the command line, which beats bcfg2.conf
    :raises NotReached: if neither says it
    """
    try:
        address = settings.admin_listen if text is None else admin_address(text)
    except ValueError as error:
        raise NotReached(str(error)) from error
    if address is None:
        raise NotReached(
            "the server does not listen for administrators: write [admin] listen = "
            "/run/bcfg2-core/admin.sock into bcfg2.conf and restart it, or name the place with "
            "--admin-listen"
        )
    return address


def ask(
    settings: Settings, address: AdminAddress, path: str, arguments: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """
    Return the answers of all processes to a question, or to a command.

    :param path: of the page; a command's begins with `/ctl/`
    :param arguments: of a command; None for a question
    :raises NotReached: if the server cannot be reached, or refuses
    """
    try:
        token = admin_token(settings)
    except SettingsError as error:
        raise NotReached(str(error)) from error
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    connection = _connection(address)
    try:
        if arguments is None:
            connection.request("GET", path, headers=headers)
        else:
            connection.request("POST", path, json.dumps(arguments), headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or error
        raise NotReached(f"no server answers at {address}: {reason}") from error
    finally:
        connection.close()
    if response.status != 200:
        raise NotReached(f"the server at {address} refuses: {text.strip()}")
    return _answers(text, address)


def _answers(text: str, address: AdminAddress) -> list[dict[str, Any]]:
    try:
        answers: list[dict[str, Any]] = json.loads(text)
    except ValueError as error:
        raise NotReached(f"what answers at {address} is no bcfg2tw") from error
    return answers


def _connection(address: AdminAddress) -> http.client.HTTPConnection:
    if address.path:
        return _UnixConnection(address.path)
    return http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT_SECONDS)


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connect to the path."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(TIMEOUT_SECONDS)
        self.sock.connect(self._path)
