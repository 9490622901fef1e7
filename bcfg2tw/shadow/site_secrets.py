"""The secrets of the site, which are in no record and no log; blocks, for threads."""

from __future__ import annotations

import threading
import time

from bcfg2tw.comparing.secrets import NO_SECRETS, SecretTexts
from bcfg2tw.engine.secrets.texts import encrypted_paths, secret_texts
from bcfg2tw.settings import Settings

#: What is encrypted is read again after so long; that takes a look at each file of Cfg.
KEPT_SECONDS = 60.0


class SiteSecrets:
    """The texts that are encrypted in the repository, as they were a moment ago."""

    def __init__(self, settings: Settings) -> None:
        """
        Read nothing yet.

        :param settings: with the repository, and the passphrases
        """
        self._settings = settings
        self._lock = threading.Lock()
        self._texts = NO_SECRETS
        self._read_at: float | None = None

    def texts(self) -> SecretTexts:
        """Return them; where the site has no passphrase there are none."""
        if not self._settings.passphrases:
            return NO_SECRETS
        with self._lock:
            now = time.monotonic()
            if self._read_at is None or now - self._read_at > KEPT_SECONDS:
                self._texts = self._read()
                self._read_at = now
            return self._texts

    def _read(self) -> SecretTexts:
        paths = encrypted_paths(self._settings.repository)
        try:
            return SecretTexts.of(secret_texts(self._settings), paths)
        except OSError:  # of a file that has gone meanwhile: the names of paths hide the most
            return SecretTexts.of((), paths)
