"""Host keys that are made when a client first asks for them, once, and kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bcfg2tw.engine.documents.specificity import Specificity
from bcfg2tw.engine.encryption import encrypt, passphrase_named
from bcfg2tw.engine.plugin.created_files import PRIVATE_MODE, PUBLIC_MODE, creating, write_created
from bcfg2tw.engine.plugins.sshbase.key_files import ENCRYPTED, KEY_TYPES, PUBLIC, KeyFile
from bcfg2tw.engine.repository.listing import Stamp
from bcfg2tw.engine.repository.source import Dependencies, Source
from bcfg2tw.engine.ssh_keys import KeyFailure, KeyPair, make_pair, public_of
from bcfg2tw.errors import PluginExecutionError
from bcfg2tw.settings import Settings


class HostKeys:
    """
    The key files as they are on disk now.

    A snapshot may be older than what another request has made, so what is there is always looked
    for before anything is made; a private key that is there is never replaced.
    """

    def __init__(self, folder: str, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings

    def private(self, key: str, host: str) -> KeyFile:
        """
        Return the private key of a host, made if there is none.

        :param key: base name of its file
        :raises Bcfg2Error: if it cannot be made or kept
        """
        suffix = _suffix(Specificity(hostname=host))
        name = self._private_name(key, suffix)
        if name is None:
            self._make(key, suffix, host)
            name = self._private_name(key, suffix)
        if name is None:
            raise PluginExecutionError(f"{key} of {host} was removed as soon as it was made")
        return self._read(name)

    def public(self, key: str, specificity: Specificity) -> KeyFile:
        """
        Return the public half of a private key that there is, derived if it has no file.

        :param specificity: for whom the private key is
        :raises PluginExecutionError: if it cannot be derived
        """
        suffix = _suffix(specificity)
        name = f"{key}{PUBLIC}{suffix}"
        with _creating_keys(self._folder):
            if not self._exists(name):
                text = f"{self._derive(key, suffix)} {_comment(specificity)}\n"
                write_created(self._path(name), text.encode(), PUBLIC_MODE)
        return self._read(name)

    def _make(self, key: str, suffix: str, host: str) -> None:
        # outside of the lock: it takes long, and of two that are made one is dropped
        self._encrypt(b"")  # an unknown passphrase is told before anything is made
        pair = self._pair(key, host)
        with _creating_keys(self._folder):
            if self._private_name(key, suffix) is None:
                self._keep(key, suffix, pair, f"root@{host}")

    def _pair(self, key: str, host: str) -> KeyPair:
        try:
            return make_pair(KEY_TYPES[key])
        except KeyFailure as error:
            raise PluginExecutionError(f"{key} of {host} cannot be made: {error}") from error

    def _keep(self, key: str, suffix: str, pair: KeyPair, comment: str) -> None:
        """Write a pair; a public key is no use without its private key, so that comes first."""
        public = self._path(f"{key}{PUBLIC}{suffix}")
        encrypted = self._encrypt(pair.private)
        name = f"{key}{suffix}" if encrypted is None else f"{key}{suffix}{ENCRYPTED}"
        with suppress(FileNotFoundError):
            os.unlink(public)
        private = pair.private if encrypted is None else encrypted
        write_created(self._path(name), private, PRIVATE_MODE)
        write_created(public, f"{pair.public} {comment}\n".encode(), PUBLIC_MODE)

    def _encrypt(self, data: bytes) -> bytes | None:
        """Return data encrypted; None if no passphrase is configured."""
        name = self._settings.sshbase_passphrase
        if not name:
            return None
        return encrypt(data, passphrase_named(name, self._settings), self._settings.algorithm)

    def _derive(self, key: str, suffix: str) -> str:
        name = self._private_name(key, suffix)
        if name is None:
            raise PluginExecutionError(f"{self._path(key + suffix)} is gone")
        content = self._read(name).content
        data = content.encode(self._settings.encoding) if isinstance(content, str) else content
        try:
            return public_of(data)
        except KeyFailure as error:
            raise PluginExecutionError(
                f"the public key of {self._path(name)} cannot be derived: {error}; put it into "
                f"{key}{PUBLIC}{suffix} beside it"
            ) from error

    def _private_name(self, key: str, suffix: str) -> str | None:
        names = (f"{key}{suffix}", f"{key}{suffix}{ENCRYPTED}")
        return next((name for name in names if self._exists(name)), None)

    def _exists(self, name: str) -> bool:
        return os.path.exists(self._path(name))

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _read(self, name: str) -> KeyFile:
        path = self._path(name)
        stamp = Stamp.of(os.stat(path))
        return KeyFile(Source(path, name, stamp, self._settings, Dependencies()))


@contextmanager
def _creating_keys(folder: str) -> Iterator[None]:
    try:
        with creating(folder):
            yield
    except OSError as error:
        raise PluginExecutionError(f"SSHbase: {folder} takes no new key: {error}") from error


def _suffix(specificity: Specificity) -> str:
    suffix = specificity.suffix
    is_name = "/" not in suffix and suffix.split() in ([], [suffix])
    if not is_name or suffix.endswith(ENCRYPTED):
        raise PluginExecutionError(f"no file can be named for {specificity}")
    return suffix


def _comment(specificity: Specificity) -> str:
    return f"root@{specificity.hostname or specificity.group or 'all'}"
