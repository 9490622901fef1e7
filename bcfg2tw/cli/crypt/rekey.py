"""`bcfg2tw crypt rekey OLD NEW`: what one passphrase opens is encrypted with another."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence

import click

from bcfg2tw.cli.crypt.kinds import seal_element
from bcfg2tw.cli.crypt.passphrases import CryptFailed, Passphrases
from bcfg2tw.cli.looking import Site, with_site
from bcfg2tw.cli.site_options import site_parameters
from bcfg2tw.cli.statuses import FAILED
from bcfg2tw.engine.encryption import decrypt, is_authenticated, looks_encrypted
from bcfg2tw.engine.repository.listing import IgnoredNames
from bcfg2tw.engine.secrets.sources import CRYPT, secret_paths, start_tag
from bcfg2tw.engine.store.atomic import write_atomically
from bcfg2tw.engine.xmlio import Element, line_of, parse_file, pretty_document
from bcfg2tw.errors import EncryptionError, RepositoryError
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-crypt")


@click.command(
    "rekey",
    short_help="Encrypt what has one passphrase with another one.",
    params=site_parameters(),
)
@with_site
@click.argument("old", metavar="old")
@click.argument("new", metavar="new")
@click.argument("files", nargs=-1, metavar="[file...]")
@click.option("--authenticated", is_flag=True, help="Encrypt in the authenticated format.")
def rekey(site: Site, old: str, new: str, files: Sequence[str], authenticated: bool) -> None:
    """
    Encrypt with the passphrase NEW what is encrypted with OLD, both names of bcfg2.conf.

    It goes over the whole repository, or over files. A file is changed as a whole or not at all;
    what OLD does not open stays as it is. Each secret keeps its format unless asked otherwise.
    """
    settings = site.settings
    Passphrases.of(settings, old)
    change = _Rekeying(settings, old, Passphrases.of(settings, new, authenticated))
    ignored = IgnoredNames(settings.ignore_files)
    paths = files or secret_paths(settings.repository, ignored.__contains__)
    if not change.all(map(os.path.abspath, paths)):
        raise click.exceptions.Exit(FAILED)


class _Rekeying:
    """The change of a passphrase, a file at a time."""

    def __init__(self, settings: Settings, old: str, new: Passphrases) -> None:
        self._settings = settings
        self._old = old.lower()
        self._passphrase = settings.passphrases[self._old]
        self._new = new

    def all(self, paths: Iterable[str]) -> bool:
        """Change all files; return whether none failed."""
        results = [self._is_done(path) for path in paths]
        return all(results)

    def _is_done(self, path: str) -> bool:
        try:
            with open(path, "rb") as stream:
                data = stream.read()
            changed = self._file(data) if path.endswith(CRYPT) else self._document(data, path)
            if changed is not None:
                write_atomically(path, changed)
                click.echo(f"{path}: encrypted with {self._new.determined}")
        except (OSError, CryptFailed, EncryptionError) as error:
            logger.error("Failed to rekey %s, skipping: %s", path, error)
            return False
        return True

    def _file(self, data: bytes) -> bytes | None:
        """Return a file with the new passphrase, None where the old one does not open it."""
        if not looks_encrypted(data):
            return None
        try:
            plain = decrypt(data, self._passphrase, self._settings.algorithm)
            plain.decode(self._settings.encoding)
        except (EncryptionError, UnicodeDecodeError):
            if Passphrases(self._settings, None).fitting(data) is not None:
                return None  # it is another passphrase's
            logger.warning("a file that no passphrase decrypts to text is left as it is")
            return None
        return self._for(data).encrypt(plain, self._new.for_encryption())

    def _document(self, data: bytes, path: str) -> bytes | None:
        """Return a document with the new passphrase, None where nothing is to be changed."""
        if b"encrypted" not in data:
            return None
        try:
            root = parse_file(data, path)
        except RepositoryError as error:
            raise CryptFailed(str(error)) from error
        elements = [
            element
            for element in root.iter()
            if (element.get("encrypted") or "").lower() == self._old
            and looks_encrypted((element.text or "").encode())
        ]
        for element in elements:
            self._element(element)
        return pretty_document(root) if elements else None

    def _element(self, element: Element) -> None:
        data = (element.text or "").encode()
        try:
            plain = decrypt(data, self._passphrase, self._settings.algorithm)
            element.text = plain.decode("utf-8")
        except (EncryptionError, ValueError) as error:
            raise CryptFailed(
                f"{start_tag(element)} (line {line_of(element)}) is not decrypted by {self._old}"
            ) from error
        seal_element(element, self._new.for_encryption(), self._for(data))

    def _for(self, data: bytes) -> Passphrases:
        """Return the new passphrase for a secret, which keeps its format."""
        authenticated = self._new.authenticated or is_authenticated(data)
        return Passphrases(self._settings, self._new.determined, authenticated)
