"""
The authenticated format of secrets: AES-256-GCM under a key that scrypt makes of the passphrase.

Unlike the format of old it tells a wrong passphrase and a changed text for certain. It is base64 of
`scrypt1_`, 16 bytes of salt, 12 of nonce, and the sealed data. Bcfg2 itself cannot read it.
"""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bcfg2tw.errors import EncryptionError

AUTHENTICATED_MAGIC = b"scrypt1_"
SALT_BYTES = 16
NONCE_BYTES = 12

# what interactive logins are advised to take: 32 MiB and a tenth of a second
_COST, _BLOCK_SIZE, _PARALLEL = 1 << 15, 8, 1


def seal(data: bytes, passphrase: str) -> bytes:
    """
    Encrypt data, and make sure that a change of it is noticed.

    All that a process seals under one passphrase has one salt, so that whoever reads a whole
    repository has to derive one key.
    """
    salt, nonce = _salt_for(passphrase), os.urandom(NONCE_BYTES)
    header = AUTHENTICATED_MAGIC + salt
    return header + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, data, header)


def unseal(raw: bytes, passphrase: str) -> bytes:
    """
    Return what was sealed.

    :param raw: begins with `AUTHENTICATED_MAGIC`
    :raises EncryptionError: if the passphrase is another one, or the data were changed
    """
    header = raw[: len(AUTHENTICATED_MAGIC) + SALT_BYTES]
    nonce = raw[len(header) : len(header) + NONCE_BYTES]
    salt = header[len(AUTHENTICATED_MAGIC) :]
    try:
        cipher = AESGCM(_key(passphrase, salt))
        return cipher.decrypt(nonce, raw[len(header) + NONCE_BYTES :], header)
    except (InvalidTag, ValueError) as error:
        raise EncryptionError("the passphrase does not fit, or the text is damaged") from error


@lru_cache(maxsize=64)
def _salt_for(passphrase: str) -> bytes:
    return os.urandom(SALT_BYTES)


@lru_cache(maxsize=64)
def _key(passphrase: str, salt: bytes) -> bytes:
    derivation = Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK_SIZE, p=_PARALLEL)
    return derivation.derive(passphrase.encode("utf-8"))
