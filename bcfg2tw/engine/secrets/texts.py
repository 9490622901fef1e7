"""The secrets of a repository, in the clear, so that no difference shows them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from glob import escape as glob_escape
from glob import glob

from bcfg2tw.engine.encryption import decrypt, decrypt_by_any, passphrase_named
from bcfg2tw.engine.repository.listing import open_at_once
from bcfg2tw.engine.secrets.sources import CRYPT, Secret, secrets_of
from bcfg2tw.engine.xmlio import parse_file
from bcfg2tw.errors import EncryptionError, RepositoryError
from bcfg2tw.settings import Settings

__all__ = ["encrypted_paths", "secret_texts"]


def secret_texts(settings: Settings) -> Iterator[str]:
    """Yield what is encrypted in a repository, as far as it can be decrypted."""
    if not os.path.isdir(settings.repository):
        return
    for secret in secrets_of(settings):
        if secret.is_encrypted:
            try:
                yield _clear(secret, settings).decode("utf-8", "replace")
            except EncryptionError:
                continue  # what the server cannot decrypt either, it shows nobody


def _clear(secret: Secret, settings: Settings) -> bytes:
    if secret.name is None:
        return decrypt_by_any(secret.data, settings)
    try:
        passphrase = passphrase_named(secret.name, settings)
        return decrypt(secret.data, passphrase, settings.algorithm)
    except EncryptionError:
        return decrypt_by_any(secret.data, settings)


def encrypted_paths(repository: str) -> set[str]:
    """Return the names of paths whose content is encrypted in Cfg, for some clients at least."""
    top = os.path.join(repository, "Cfg")
    sources = {
        "/" + os.path.relpath(folder, top).replace(os.sep, "/")
        for folder, _, files in os.walk(top)
        if any(CRYPT in name for name in files)
    }
    return sources | set(_other_names(repository, sources))


def _other_names(repository: str, sources: Collection[str]) -> Iterator[str]:
    """Yield the names under which bundles have other paths' content (`altsrc`)."""
    for path in glob(os.path.join(glob_escape(repository), "Bundler", "*")):
        try:
            with open(path, "rb", opener=open_at_once) as stream:
                root = parse_file(stream.read(), path)
        except (OSError, RepositoryError):
            continue
        for element in root.iter("Path"):
            if element.get("altsrc") in sources:
                yield element.get("name", "")
