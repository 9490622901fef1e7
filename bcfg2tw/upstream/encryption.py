"""
`Bcfg2.Server.Encryption` for the installed Bcfg2, over our own encryption.

Bcfg2's needs M2Crypto, and one that takes text for bytes, as on Python 2. Without it Bcfg2 serves
what is encrypted as it is, and says nothing. So a module of its name takes its place, with those
names in it that Bcfg2's core and plugins use (:ref:`templates-and-data-1`).
"""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

from bcfg2tw.engine import encryption
from bcfg2tw.engine.xmlio import Element, is_element
from bcfg2tw.errors import EncryptionError
from bcfg2tw.settings import Settings

NAME = "Bcfg2.Server.Encryption"

WITHHELD = "it holds something that cannot be decrypted: see the server's log"

#: The texts that could not be decrypted when that was tried last.
_unreadable: set[bytes] = set()


class EVPError(Exception):
    """Something cannot be decrypted, as M2Crypto calls it."""


class NoPassphrase(str):
    """A name that no passphrase has, in the place of the passphrase."""

    __slots__ = ()


class Passphrases(dict[str, str]):
    """
    The passphrases by name, in any case.

    Bcfg2 looks a name up before it decrypts; a name that is missing has to be seen where the text
    is known that it was to decrypt.
    """

    def __missing__(self, name: str) -> str:
        return self[name.lower()] if name.lower() in self else NoPassphrase(name)


class PlainText(str):
    """
    Text that was decrypted.

    Bcfg2 asks elements' text for its ASCII form with character references, which would be escaped
    once more when it is written.
    """

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> Any:
        """Return itself where references are asked for, else what other text returns."""
        return self if errors == "xmlcharrefreplace" else super().encode(encoding, errors)


def ssl_encrypt(
    plaintext: str | bytes, passwd: str, algorithm: str | None = None, salt: bytes | None = None
) -> bytes:
    """Encrypt text in the format of `openssl enc`; it is written to files."""
    try:
        _check_passphrase(passwd)
        return encryption.encrypt(_bytes(plaintext), passwd, _algorithm(algorithm), salt)
    except EncryptionError as error:
        raise EVPError(str(error)) from error


def ssl_decrypt(data: str | bytes, passwd: str, algorithm: str | None = None) -> str | bytes:
    """
    Decrypt text; what is no UTF-8 stays bytes.

    :raises EVPError: if it cannot be decrypted
    """
    with _noting_failure(_bytes(data)) as text:
        _check_passphrase(passwd)
        return _text(encryption.decrypt(text, passwd, _algorithm(algorithm)))


def bruteforce_decrypt(
    crypted: str | bytes, passphrases: Iterable[str] | None = None, algorithm: str | None = None
) -> str | bytes:
    """
    Decrypt text with the first passphrase that fits; by default those of `[encryption]`.

    :raises EVPError: if none fits
    """
    secrets = _setup().passphrases.values() if passphrases is None else passphrases
    settings = Settings(
        passphrases={str(number): secret for number, secret in enumerate(secrets)},
        algorithm=_algorithm(algorithm),
    )
    with _noting_failure(_bytes(crypted)) as text:
        return _text(encryption.decrypt_by_any(text, settings))


@contextmanager
def _noting_failure(text: bytes) -> Iterator[bytes]:
    """Remember a text that cannot be decrypted, and say so as Bcfg2 expects it."""
    try:
        yield text
    except EncryptionError as error:
        _unreadable.add(text.strip())
        raise EVPError(str(error)) from error
    _unreadable.discard(text.strip())


def withhold(configuration: Element) -> None:
    """
    Let those entries of a configuration fail whose content could not be decrypted; changes them.

    Bcfg2 says in its log that it could not, and serves them as they are.
    """
    for entry in configuration.iter() if _unreadable else ():
        if is_element(entry) and any(text in _content(entry) for text in tuple(_unreadable)):
            entry.text = None
            entry.set(
                "failure", "it holds something that cannot be decrypted: see the server's log"
            )


def _content(entry: Element) -> bytes:
    data = (entry.text or "").encode("utf-8")
    if entry.get("encoding") == "base64":
        with suppress(binascii.Error):
            return base64.b64decode(data)
    return data


def is_encrypted(val: str | bytes) -> bool:
    """Say whether text looks as if it were encrypted."""
    return encryption.looks_encrypted(_bytes(val))


def _check_passphrase(passwd: str) -> None:
    if isinstance(passwd, NoPassphrase):
        raise EncryptionError(f"No such passphrase: {passwd}")


def _setup() -> Any:
    from Bcfg2 import Options

    return Options.setup


def _algorithm(name: str | None) -> str:
    return name or _setup().algorithm


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8")


def _text(data: bytes) -> str | bytes:
    try:
        return PlainText(data, "utf-8")
    except UnicodeDecodeError:
        return data


def install() -> None:
    """Put the module in the place of Bcfg2's, before anything of Bcfg2 imports that."""
    from Bcfg2 import Server

    module = ModuleType(NAME, __doc__)
    for name in (EVPError, ssl_encrypt, ssl_decrypt, bruteforce_decrypt, is_encrypted):
        setattr(module, name.__name__, name)
    sys.modules[NAME] = module
    Server.Encryption = module


def options_of(settings: Settings) -> dict[str, Any]:
    """Return what Bcfg2's own module has Bcfg2's parser read, by the names of its options."""
    return {
        "passphrases": Passphrases(settings.passphrases),
        "algorithm": settings.algorithm,
        "lax_decryption": settings.lax_decryption,
    }
