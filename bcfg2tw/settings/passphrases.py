"""
The passphrases of a site: those of `[encryption]`, and those that `[passphrases]` leads to.

    [passphrases]
    treasury = file:/etc/bcfg2/treasury
    staff = command:pass show bcfg2/staff
    web = credential:bcfg2-web
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Collection, Mapping

from bcfg2tw.errors import SettingsError

SECTION = "passphrases"
COMMAND_TIMEOUT_SECONDS = 60


def passphrases(
    sections: Mapping[str, Mapping[str, str]], no_names: Collection[str]
) -> Mapping[str, str]:
    """
    Return the passphrases by name, those of `[encryption]` first.

    :param no_names: keys of `[encryption]` that are options
    :raises SettingsError: if one cannot be got
    """
    written = sections.get("encryption", {})
    plain = {name: value for name, value in written.items() if name not in no_names}
    # what [DEFAULT] says stands in every section: it is no source
    sources = {
        name: source for name, source in sections.get(SECTION, {}).items() if name not in written
    }
    return {**plain, **{name: _from_source(name, source) for name, source in sources.items()}}


def _from_source(name: str, source: str) -> str:
    kind, _, value = source.partition(":")
    get = {"file": _from_file, "command": _from_command, "credential": _from_credential}.get(kind)
    if get is None or not value:
        raise SettingsError(
            f"{source!r} is no source: write file:PATH, command:PROGRAM ARGUMENTS, or "
            "credential:NAME for a credential of systemd; a passphrase itself goes into "
            "[encryption]",
            SECTION,
            name,
        )
    try:
        passphrase = get(value)
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired) as error:
        raise SettingsError(f"{source} gives no passphrase: {error}", SECTION, name) from error
    if not passphrase:
        raise SettingsError(f"{source} gives an empty passphrase", SECTION, name)
    return passphrase


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
