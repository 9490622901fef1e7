"""The choice of a passphrase, and the sentences that say why there is none (:ref:`tools-4`)."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bcfg2tw.engine.encryption import (
    decrypt,
    decrypt_by_any,
    encrypt,
    encrypt_authenticated,
)
from bcfg2tw.errors import Bcfg2Error, EncryptionError
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-crypt")


class CryptFailed(Bcfg2Error):
    """Nothing could be done to a file; the text is a sentence without secrets."""


@dataclass(frozen=True)
class Passphrases:
    """
    The passphrases of a site, and the one that is meant where nothing else says which.

    :ivar determined: name of that passphrase, None where it could be any of several
    :ivar authenticated: whether new secrets get the authenticated format
    """

    settings: Settings
    determined: str | None
    authenticated: bool = False

    @classmethod
    def of(
        cls, settings: Settings, name: str | None = None, authenticated: bool = False
    ) -> Passphrases:
        """
        Return the passphrases of a site.

        :param name: as the command line gives it
        :raises CryptFailed: if there is none, or none of the name
        """
        if not settings.passphrases:
            raise CryptFailed(f"No passphrases available in {settings.config}")
        if name is not None and name.lower() not in settings.passphrases:
            raise CryptFailed(f"Could not find passphrase {name} in {settings.config}")
        if name is None and len(settings.passphrases) == 1:
            (name,) = settings.passphrases
        return cls(settings, name, authenticated)

    def for_encryption(self, wanted: str | None = None) -> str:
        """
        Return the name of the passphrase to encrypt with.

        :param wanted: the name that an element gives
        :raises CryptFailed: if several are possible
        """
        if wanted is not None and wanted.lower() in self.settings.passphrases:
            return wanted
        if self.determined is None:
            raise CryptFailed(
                self._missing(wanted)
                or f"Multiple passphrases found in {self.settings.config}, "
                "specify one on the command line with -p"
            )
        if wanted is not None:
            logger.warning("%s, using passphrase given on command line", self._missing(wanted))
        return self.determined

    def _missing(self, wanted: str | None) -> str | None:
        return wanted and f"Passphrase {wanted} not found in {self.settings.config}"

    def encrypt(self, data: bytes, name: str) -> bytes:
        """Encrypt data with the passphrase of a name."""
        passphrase = self.settings.passphrases[name.lower()]
        if self.authenticated:
            return encrypt_authenticated(data, passphrase)
        return encrypt(data, passphrase, self.settings.algorithm)

    def decrypt(self, data: bytes, wanted: str | None = None) -> bytes:
        """
        Decrypt data: with the passphrase of a name, the determined one, or whichever fits.

        :param wanted: the name that an element gives
        :raises EncryptionError: if it cannot be decrypted
        """
        name = wanted if wanted and wanted.lower() in self.settings.passphrases else None
        if wanted is not None and name is None and self.determined is not None:
            logger.warning("%s, using passphrase given on command line", self._missing(wanted))
        name = name or self.determined
        if name is None:
            return decrypt_by_any(data, self.settings)
        return decrypt(data, self.settings.passphrases[name.lower()], self.settings.algorithm)

    def fitting(self, data: bytes) -> str | None:
        """Return the name of the first passphrase that decrypts data to text, None without one."""
        for name, passphrase in self.settings.passphrases.items():
            try:
                decrypt(data, passphrase, self.settings.algorithm).decode(self.settings.encoding)
            except (EncryptionError, UnicodeDecodeError):
                continue
            return name
        return None
