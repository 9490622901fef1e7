"""The files of the folder `SSHbase`: their names and their content."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from bcfg2tw.engine.documents.content import Content, as_text
from bcfg2tw.engine.documents.specificity import Specificity, specificity_of_suffix
from bcfg2tw.engine.encryption import decrypt_by_any
from bcfg2tw.engine.repository.source import Source
from bcfg2tw.errors import EncryptionError, PluginExecutionError, RepositoryError

logger = logging.getLogger("SSHbase")

#: Base name of a private key's file to the type of the key.
KEY_TYPES = {
    "ssh_host_key": "rsa1",
    "ssh_host_rsa_key": "rsa",
    "ssh_host_dsa_key": "dsa",
    "ssh_host_ecdsa_key": "ecdsa",
    "ssh_host_ed25519_key": "ed25519",
}

PUBLIC, ENCRYPTED, STATIC = ".pub", ".crypt", ".static"
KNOWN_HOSTS = "ssh_known_hosts"
INFO = "info.xml"

PUBLIC_KEYS = tuple(sorted(key + PUBLIC for key in KEY_TYPES))

#: Base names of files, which are also the names of the files on clients.
BASES = (*KEY_TYPES, *PUBLIC_KEYS, KNOWN_HOSTS)

#: The longer of two base names is tried first.
NAME = re.compile("({})(.*)".format("|".join(sorted(BASES, key=len, reverse=True))), re.DOTALL)


class KeyFile:
    """
    The content of one file, decrypted.

    :ivar path: full path
    """

    __slots__ = ("_content", "_failure", "path")

    def __init__(self, source: Source) -> None:
        """
        Read a file.

        :raises RepositoryError: if it is of a private key, and empty
        """
        self.path = source.path
        self._failure: str | None = None
        self._content: Content = b""
        try:
            self._content = as_text(_plain(source), source.settings)
        except EncryptionError as error:
            # its last good content must not be served in its place (:ref:`cfg-6`)
            level = logging.DEBUG if source.settings.lax_decryption else logging.ERROR
            logger.log(level, "Failed to decrypt %s: %s", source.path, error)
            self._failure = f"Failed to decrypt {source.path}"
        if self._failure is None and not self._content.strip() and _is_private(source.name):
            # as a server leaves it that was stopped in writing; no sshd can use it
            raise RepositoryError(
                source.path, "it is empty: put the key back, or remove the file to have one made"
            )

    @property
    def content(self) -> Content:
        """
        The content.

        :raises PluginExecutionError: if it cannot be read or decrypted
        """
        if self._failure is not None:
            raise PluginExecutionError(self._failure)
        return self._content

    @property
    def text(self) -> str:
        """The content without white space at its end; empty if it is no text."""
        text = "" if self._failure is not None else self._content
        return text.rstrip() if isinstance(text, str) else ""


class UnusableKeyFile(KeyFile):
    """Stands for a file that cannot be read: no key is made in its place."""

    __slots__ = ()

    def __init__(self, path: str, failure: str) -> None:
        self.path = path
        self._failure = failure
        self._content = b""


def _is_private(name: str) -> bool:
    file_name = read_name(name)
    return file_name is not None and file_name.base in KEY_TYPES


def _plain(source: Source) -> bytes:
    if source.path.endswith(ENCRYPTED):
        return decrypt_by_any(source.data, source.settings)
    return source.data


@dataclass(frozen=True, slots=True)
class FileName:
    """
    The name of a file, taken apart.

    :ivar base: the base name, of a key or of the list of known hosts
    :ivar specificity: for whom the file is
    """

    base: str
    specificity: Specificity


def read_name(name: str) -> FileName | None:
    """Read the name of a file; None if it is neither a key's nor the list's."""
    match = NAME.fullmatch(name.removesuffix(ENCRYPTED))
    if match is None:
        return None
    specificity = specificity_of_suffix(match[2])
    return None if specificity is None else FileName(match[1], specificity)
