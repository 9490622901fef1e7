"""`bcfg2tw web`: the users who may see the pages of reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bcfg2tw.cli.output import show_table
from bcfg2tw.cli.site import with_settings
from bcfg2tw.errors import Bcfg2Error, SettingsError
from bcfg2tw.reporting.web.users import (
    OPERATOR,
    VIEWER,
    User,
    make_user,
    read_users,
    sole_writer,
    write_users,
)
from bcfg2tw.settings import Settings

__all__ = ["command"]

_FILE = click.option(
    "--file", "path", metavar="FILE", help="The file of users [default: [reporting] web_users]."
)


@click.group("web")
def command() -> None:
    """Set who may see the pages of reports."""


@command.command("passwd")
@with_settings
@_FILE
@click.option("--operator", "role", flag_value=OPERATOR, help="Let the user expire hosts.")
@click.option("--viewer", "role", flag_value=VIEWER, help="Let the user look alone.")
@click.option("--remove", is_flag=True, help="Remove the user.")
@click.argument("name")
def passwd(settings: Settings, path: str | None, role: str | None, remove: bool, name: str) -> None:
    """
    Set the password of the user NAME.

    The password is asked for, or read from standard input where that is no terminal. A new user
    looks alone, unless --operator says otherwise. The server takes note by itself.
    """
    path = _path(settings, path)
    password = None if remove else _password()  # nobody else waits while it is typed
    with _changing(path) as users:
        if password is not None:
            present = users.get(name)
            role = role or (VIEWER if present is None else present.role)
            users[name] = make_user(name, role, password)
        elif users.pop(name, None) is None:
            raise click.ClickException(f"{path}: there is no user {name}")
    click.echo(f"{path}: {name} {'is removed' if remove else f'is {role}'}")


@command.command("users")
@with_settings
@_FILE
def list_users(settings: Settings, path: str | None) -> None:
    """List the users with their roles."""
    users = _users(_path(settings, path))
    show_table(("Name", "Role"), [(user.name, user.role) for user in users.values()])


def _path(settings: Settings, path: str | None) -> str:
    if path is not None:
        return os.path.abspath(path)
    if settings.web_users is None:
        raise SettingsError("it names no file: write one there, or give --file", "reporting",
                            "web_users")  # fmt: skip
    return settings.web_users


def _users(path: str) -> dict[str, User]:
    try:
        return read_users(path)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Bcfg2Error(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def _changing(path: str) -> Iterator[dict[str, User]]:
    """Give the users of a file, and write what becomes of them; another command waits."""
    try:
        with sole_writer(path):
            users = _users(path)
            yield users
            write_users(path, users.values())
    except OSError as error:
        raise Bcfg2Error(f"{path} cannot be written: {error.strerror}") from error


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
