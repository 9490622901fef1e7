"""The ciphers of OpenSSL by their names, as `openssl enc` of old derives their keys."""

from __future__ import annotations

import hashlib
import importlib
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher

from bcfg2tw.errors import EncryptionError, RefusedFormat

DEFAULT_ALGORITHM = "aes_256_cbc"

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


def make_cipher(name: str, passphrase: str, salt: bytes) -> Cipher[Any]:
    """
    Return the cipher of a name; key and vector are the first bytes of what is derived.

    :raises EncryptionError: if there is no such cipher here
    """
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


def pad(data: bytes, cipher: Cipher[Any]) -> bytes:
    """Fill the last block, where the mode has blocks."""
    bits = _block_bits(cipher)
    if bits is None:
        return data
    padder = padding.PKCS7(bits).padder()
    return padder.update(data) + padder.finalize()


def unpad(data: bytes, cipher: Cipher[Any]) -> bytes:
    """
    Take away what `pad` added.

    :raises ValueError: if it added nothing like this
    """
    bits = _block_bits(cipher)
    if bits is None:
        return data
    unpadder = padding.PKCS7(bits).unpadder()
    return unpadder.update(data) + unpadder.finalize()


def _derive_key(passphrase: str, salt: bytes) -> tuple[bytes, bytes]:
    """Return 32 bytes for a key and 16 for an initialisation vector, as OpenSSL did of old."""
    secret = passphrase.encode("utf-8") + salt
    first = _md5(secret)
    second = _md5(first + secret)
    return first + second, _md5(second + secret)


def _md5(data: bytes) -> bytes:
    try:
        return hashlib.md5(data, usedforsecurity=False).digest()
    except ValueError as error:
        raise RefusedFormat(
            "the old format makes keys by MD5, which this machine refuses (FIPS): encrypt in the "
            "authenticated format (bcfg2-crypt --authenticated)"
        ) from error


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
