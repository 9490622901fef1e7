"""`bcfg2-crypt` of old: encrypt or decrypt files, each by itself (:ref:`tools-4`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass

import click

from bcfg2tw.cli.crypt.kinds import (
    CfgFile,
    PropertiesFile,
    SecretFile,
    Selection,
    ask_about,
    is_properties,
)
from bcfg2tw.cli.crypt.passphrases import CryptFailed, Passphrases
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-crypt")

#: Of a file that holds what was encrypted before: nobody but its owner reads it.
CLEAR_MODE = 0o600


@dataclass(frozen=True)
class Treatment:
    """
    The wishes of the command line.

    :ivar mode: `encrypt` or `decrypt`; None to decrypt, or else to encrypt
    :ivar kind: `properties` or `cfg`; None to look at the file
    :ivar name: of the passphrase
    """

    mode: str | None = None
    kind: str | None = None
    name: str | None = None
    stdout: bool = False
    interactive: bool = False
    xpath: str | None = None
    remove: bool = False
    authenticated: bool = False


def treat(paths: Sequence[str], treatment: Treatment, settings: Settings) -> bool:
    """
    Treat files one after the other; what goes wrong with one is logged.

    :returns: whether all is well with every file
    """
    headed = len(paths) > 1
    results = [_is_treated(path, treatment, settings, headed) for path in paths]
    return all(results)


def _is_treated(path: str, treatment: Treatment, settings: Settings, headed: bool) -> bool:
    if not os.path.exists(path):
        logger.error("%s does not exist, skipping", path)
        return False
    try:
        passphrases = Passphrases.of(settings, treatment.name, treatment.authenticated)
    except CryptFailed as error:
        logger.error("%s", error)
        return False
    file = _secret_file(path, treatment, passphrases)
    try:
        data, target, mode = _treated(file, treatment)
        if treatment.stdout:
            _print(data, path, headed)
        else:
            _write(file, data, target, mode)
            _remove(file, target, mode, treatment)
    except (CryptFailed, OSError) as error:
        act = treatment.mode or "treat"
        logger.error("Failed to %s %s, skipping: %s", act, path, error)
        return False
    return True


def _secret_file(path: str, treatment: Treatment, passphrases: Passphrases) -> SecretFile:
    is_cfg = not is_properties(path) if treatment.kind is None else treatment.kind == "cfg"
    if not is_cfg:
        interactive = treatment.interactive and treatment.mode != "decrypt"
        if treatment.interactive and not interactive:
            logger.error("Cannot use interactive mode with --decrypt, ignoring --interactive")
        selection = Selection(treatment.xpath, ask_about) if interactive else None
        return PropertiesFile(path, passphrases, selection or Selection(treatment.xpath))
    if treatment.xpath is not None:
        logger.error("Cannot use --xpath with Cfg files, ignoring --xpath")
    if treatment.interactive:
        logger.error("Cannot use interactive mode with Cfg files, ignoring --interactive")
    return CfgFile(path, passphrases)


def _treated(file: SecretFile, treatment: Treatment) -> tuple[bytes, str, str]:
    """
    Return what becomes of a file: its new content, where that belongs, and what was done.

    :raises CryptFailed: if nothing can be done
    """
    if treatment.mode != "encrypt":
        try:
            return file.decrypted(), file.decrypted_path(), "decrypt"
        except CryptFailed:
            if treatment.mode == "decrypt":
                raise
            logger.warning("Failed to decrypt %s, trying encryption", file.path)
    return file.encrypted(), file.encrypted_path(), "encrypt"


def _print(data: bytes, path: str, headed: bool) -> None:
    if headed:
        click.echo(f"----- {path} -----")
    click.echo(data, nl=headed)
    if headed:
        click.echo()


def _write(file: SecretFile, data: bytes, target: str, mode: str) -> None:
    if target == file.path and data == file.read():
        return
    write_atomically(target, data, CLEAR_MODE if mode == "decrypt" else _umask_mode())


def _remove(file: SecretFile, target: str, mode: str, treatment: Treatment) -> None:
    if not treatment.remove:
        return
    if mode == "decrypt":
        logger.error("--remove cannot be used with --decrypt, ignoring --remove")
    elif target != file.path:
        os.unlink(file.path)


def _umask_mode() -> int:
    """Return the mode that any new file gets; what is encrypted needs no other."""
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
