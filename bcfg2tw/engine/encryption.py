"""
Encrypted files and elements: the format of `openssl enc` (:ref:`templates-and-data-1`).

Which parts of the repository are encrypted is for others to know.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib
import logging
import os
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher

from bcfg2tw.engine.repository.xinclude import XML_BASE
from bcfg2tw.engine.xmlio import Element, is_element, line_of
from bcfg2tw.errors import EncryptionError, RepositoryError
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")

DEFAULT_ALGORITHM = "aes_256_cbc"

MAGIC = b"Salted__"
SALT_BYTES = 8

#: The beginning of a cipher's name to its class and the number of bytes of its key.
CIPHERS = {
    "aes_128": ("AES", 16),
    "aes_192": ("AES", 24),
    "aes_256": ("AES", 32),
    "camellia_128": ("Camellia", 16),
    "camellia_192": ("Camellia", 24),
    "camellia_256": ("Camellia", 32),
    "des": ("TripleDES", 8),
    "des_ede": ("TripleDES", 16),
    "des_ede3": ("TripleDES", 24),
    "bf": ("Blowfish", 16),
    "cast5": ("CAST5", 16),
    "idea": ("IDEA", 16),
    "rc2": ("RC2", 16),
    "seed": ("SEED", 16),
    "sm4": ("SM4", 16),
}

#: The end of a cipher's name to the name of its mode's class.
MODES = {"cbc": "CBC", "cfb": "CFB", "cfb8": "CFB8", "ctr": "CTR", "ecb": "ECB", "ofb": "OFB"}

PADDED_MODES = ("CBC", "ECB")

#: Names that OpenSSL knows beside those of the form CIPHER_MODE.
OTHER_NAMES = {
    "aes128": "aes_128_cbc",
    "aes192": "aes_192_cbc",
    "aes256": "aes_256_cbc",
    "bf": "bf_cbc",
    "blowfish": "bf_cbc",
    "camellia128": "camellia_128_cbc",
    "camellia192": "camellia_192_cbc",
    "camellia256": "camellia_256_cbc",
    "cast": "cast5_cbc",
    "cast_cbc": "cast5_cbc",
    "des": "des_cbc",
    "des3": "des_ede3_cbc",
    "des_ede": "des_ede_ecb",
    "des_ede3": "des_ede3_ecb",
    "idea": "idea_cbc",
    "rc2": "rc2_cbc",
    "seed": "seed_cbc",
    "sm4": "sm4_cbc",
}


def decrypt(data: bytes, passphrase: str, algorithm: str = DEFAULT_ALGORITHM) -> bytes:
    """
    Decrypt base64 text as `encrypt`, bcfg2-crypt and `openssl enc -a -md md5` write it.

    Blanks and line breaks may stand anywhere in it. A wrong passphrase is noticed by its padding
    only: about one in 256 gives garbage.

    :raises EncryptionError: if it cannot be decrypted; the text has no secrets
    """
    raw = _decode(data)
    cipher = _cipher(algorithm, passphrase, raw[len(MAGIC) : len(MAGIC) + SALT_BYTES])
    decryptor = cipher.decryptor()
    try:
        padded = decryptor.update(raw[len(MAGIC) + SALT_BYTES :]) + decryptor.finalize()
        return _unpad(padded, cipher)
    except ValueError as error:
        raise EncryptionError("the passphrase does not fit, or the text is damaged") from error


def encrypt(
    data: bytes,
    passphrase: str,
    algorithm: str = DEFAULT_ALGORITHM,
    salt: bytes | None = None,
) -> bytes:
    """
    Encrypt, as one line of base64 with its line end.

    :param salt: 8 bytes, random ones if not given
    :raises EncryptionError: if there is no such algorithm
    """
    salt = os.urandom(SALT_BYTES) if salt is None else salt
    cipher = _cipher(algorithm, passphrase, salt)
    encryptor = cipher.encryptor()
    raw = encryptor.update(_pad(data, cipher)) + encryptor.finalize()
    return base64.b64encode(MAGIC + salt + raw) + b"\n"


def looks_encrypted(data: bytes) -> bool:
    """Say whether this is base64 text of something that `openssl enc` may have made."""
    try:
        return _decode(data).startswith(MAGIC)
    except EncryptionError:
        return False


def passphrase_named(name: str, settings: Settings) -> str:
    """
    Return a passphrase of `[encryption]`; its name is looked up in any case.

    :raises EncryptionError: if there is none
    """
    secret = settings.passphrases.get(name.lower())
    if secret is None:
        raise EncryptionError(f"No such passphrase: {name}")
    return secret


def decrypt_by_any(data: bytes, settings: Settings) -> bytes:
    """
    Decrypt what does not say its passphrase: all configured ones are tried, in their order.

    The first that yields text wins over one that yields other bytes, which a wrong passphrase
    may do by chance.

    :raises EncryptionError: if none fits
    """
    if not settings.passphrases:
        raise EncryptionError("Failed to decrypt: [encryption] has no passphrase")
    first: bytes | None = None
    for plain in _attempts(data, settings):
        if _is_text(plain, settings.encoding):
            return plain
        first = plain if first is None else first
    if first is None:
        raise EncryptionError("Failed to decrypt: no passphrase of [encryption] fits")
    return first


def _attempts(data: bytes, settings: Settings) -> Iterator[bytes]:
    _decode(data)  # not base64 at all, whatever the passphrase
    _cipher(settings.algorithm, "", b"")
    for secret in settings.passphrases.values():
        try:
            yield decrypt(data, secret, settings.algorithm)
        except EncryptionError:
            continue


def _is_text(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def decrypt_elements(root: Element, path: str, settings: Settings) -> None:
    """
    Decrypt the text of all elements with an `encrypted` attribute, in place.

    Elements without text are left alone; where decryption is lax (the root's `lax_decryption`,
    or the option) so are those that cannot be decrypted (:ref:`templates-and-data-1.3`).

    :param path: the file that the document was read from
    :raises RepositoryError: naming the first element that cannot be decrypted, if it is strict
    """
    lax = _is_lax(root, settings)
    for element in root.iter():
        name = element.get("encrypted") if is_element(element) else None
        if name is None or not (element.text or "").strip():
            continue
        try:
            element.text = _decrypted_text(element, name, settings)
        except EncryptionError as error:
            problem = _problem(element, path, error)
            if not lax:
                raise problem from error
            logger.debug("%s", problem)


def _is_lax(root: Element, settings: Settings) -> bool:
    attribute = root.get("lax_decryption")
    return settings.lax_decryption if attribute is None else attribute.lower() == "true"


def _decrypted_text(element: Element, name: str, settings: Settings) -> str:
    passphrase = passphrase_named(name, settings)
    plain = decrypt((element.text or "").encode(), passphrase, settings.algorithm)
    try:
        text = plain.decode("utf-8")
        element.makeelement("text").text = text  # refuses what XML cannot hold
    except ValueError as error:
        # One wrong passphrase in 256 gets this far: it is a failure like the others.
        raise EncryptionError("Decrypted to gibberish") from error
    return text


def _problem(element: Element, path: str, error: EncryptionError) -> RepositoryError:
    written_in = next(
        (
            ancestor.get(XML_BASE)
            for ancestor in (element, *element.iterancestors())
            if ancestor.get(XML_BASE)
        ),
        None,
    )
    place = written_in or path
    reason = f"Failed to decrypt {element.tag} element in {place}: {error}"
    return RepositoryError(place, reason, line_of(element))


def _decode(data: bytes) -> bytes:
    try:
        raw = base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error as error:
        raise EncryptionError("it is no base64 text") from error
    if len(raw) < len(MAGIC) + SALT_BYTES:
        raise EncryptionError("it is too short for an encrypted text")
    return raw


def _derive_key(passphrase: str, salt: bytes) -> tuple[bytes, bytes]:
    """Return 32 bytes for a key and 16 for an initialisation vector, as OpenSSL did of old."""
    secret = passphrase.encode("utf-8") + salt
    first = _md5(secret)
    second = _md5(first + secret)
    return first + second, _md5(second + secret)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _cipher(name: str, passphrase: str, salt: bytes) -> Cipher[Any]:
    """Return the cipher of a name; key and vector are the first bytes of what is derived."""
    algorithm_name, key_bytes, mode_name = _parts(name)
    key, vector = _derive_key(passphrase, salt)
    try:
        algorithm: Any = _algorithm(algorithm_name, key[:key_bytes])
        mode = _class_of("modes", mode_name)
        block_bytes = algorithm.block_size // 8
        cipher = Cipher(algorithm, mode() if mode_name == "ECB" else mode(vector[:block_bytes]))
        cipher.encryptor()
    except (UnsupportedAlgorithm, AttributeError, ValueError) as error:
        raise _unknown(name) from error
    return cipher


def _algorithm(name: str, key: bytes) -> Any:
    if name == "TripleDES":
        key = (key + key + key)[:24]  # DES is triple DES with three equal keys, EDE with two
    return _class_of("algorithms", name)(key)


def _class_of(kind: str, name: str) -> Any:
    """Return a class of the library, which moves what is old to another module, by and by."""
    for part in ("decrepit", "primitives"):
        try:
            module = importlib.import_module(f"cryptography.hazmat.{part}.ciphers.{kind}")
        except ModuleNotFoundError:
            continue
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(name)


def _parts(name: str) -> tuple[str, int, str]:
    """Return the class of a cipher, the number of its key's bytes, the class of its mode."""
    spelled = name.lower().replace("-", "_")
    start, _, end = OTHER_NAMES.get(spelled, spelled).rpartition("_")
    if start not in CIPHERS or end not in MODES:
        raise _unknown(name)
    return (*CIPHERS[start], MODES[end])


def _unknown(name: str) -> EncryptionError:
    ciphers, ends = ", ".join(CIPHERS), ", ".join(MODES)
    return EncryptionError(
        f"[encryption] algorithm: {name!r} is not available here; it takes {DEFAULT_ALGORITHM} "
        f"and other pairs of a cipher ({ciphers}) and a mode ({ends})"
    )


def _block_bits(cipher: Cipher[Any]) -> int | None:
    """Return the size of the blocks that have to be filled, None for modes without padding."""
    algorithm: Any = cipher.algorithm
    return int(algorithm.block_size) if cipher.mode.name in PADDED_MODES else None


def _pad(data: bytes, cipher: Cipher[Any]) -> bytes:
    bits = _block_bits(cipher)
    if bits is None:
        return data
    padder = padding.PKCS7(bits).padder()
    return padder.update(data) + padder.finalize()


def _unpad(data: bytes, cipher: Cipher[Any]) -> bytes:
    bits = _block_bits(cipher)
    if bits is None:
        return data
    unpadder = padding.PKCS7(bits).unpadder()
    return unpadder.update(data) + unpadder.finalize()
