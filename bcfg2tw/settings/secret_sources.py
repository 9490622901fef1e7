"""The places that secrets are read from: files, programs, credentials of systemd."""

from __future__ import annotations

import os
import shlex
import subprocess

from bcfg2tw.errors import SettingsError

COMMAND_TIMEOUT_SECONDS = 60


def read_secret(source: str, kind: str, section: str, key: str) -> str:
    """
    Return the first line of what a source holds.

    :param source: `file:PATH`, `command:PROGRAM ARGUMENTS` or `credential:NAME`
    :param kind: of secret, for messages, such as "passphrase"
    :param section: where the source is written, for messages, and so `key`
    :raises SettingsError: if it is no source, or gives nothing
    """
    word, _, value = source.partition(":")
    get = _SOURCES.get(word)
    if get is None or not value:
        raise SettingsError(
            f"{source!r} is no source: write file:PATH, command:PROGRAM ARGUMENTS, or "
            "credential:NAME for a credential of systemd",
            section,
            key,
        )
    try:
        secret = get(value)
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired) as error:
        raise SettingsError(f"{source} gives no {kind}: {error}", section, key) from error
    if not secret:
        raise SettingsError(f"{source} gives an empty {kind}", section, key)
    return secret


def secret_source(value: str) -> str:
    """Return the text, which has to be a source; it is not quoted, lest it is the secret."""
    kind, _, rest = value.partition(":")
    if kind not in _SOURCES or not rest:
        raise ValueError(
            "a secret does not stand here: write file:PATH, command:PROGRAM ARGUMENTS, or "
            "credential:NAME for a credential of systemd"
        )
    return value


def _from_file(path: str) -> str:
    with open(os.path.expanduser(path), encoding="utf-8") as stream:
        return stream.readline().rstrip("\r\n")


def _from_command(command: str) -> str:
    # standard error and the terminal stay the administrator's: the program may have to ask
    result = subprocess.run(
        shlex.split(command), stdout=subprocess.PIPE, check=False, timeout=COMMAND_TIMEOUT_SECONDS
    )
    if result.returncode:
        raise OSError(f"it ended with status {result.returncode}")
    return result.stdout.decode("utf-8").partition("\n")[0].rstrip("\r")


def _from_credential(name: str) -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        raise OSError("there is no CREDENTIALS_DIRECTORY: write LoadCredential= into the unit")
    return _from_file(os.path.join(folder, name))


_SOURCES = {"file": _from_file, "command": _from_command, "credential": _from_credential}
