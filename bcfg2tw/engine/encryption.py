"""
Encrypted files and elements: the format of `openssl enc` (:ref:`templates-and-data-1`).

What is in the authenticated format (`authenticated.py`) is read as well.

Which parts of the repository are encrypted is for others to know.
"""

from __future__ import annotations

import base64
import binascii
import logging
import os
import re
from collections.abc import Iterator

from bcfg2tw.engine.authenticated import AUTHENTICATED_MAGIC, seal, unseal
from bcfg2tw.engine.ciphers import DEFAULT_ALGORITHM, make_cipher, pad, unpad
from bcfg2tw.engine.repository.xinclude import XML_BASE
from bcfg2tw.engine.xmlio import Element, is_element, is_legal, line_of
from bcfg2tw.errors import EncryptionError, RepositoryError
from bcfg2tw.settings import Settings

logger = logging.getLogger("bcfg2-server")

MAGIC = b"Salted__"
SALT_BYTES = 8

#: What no text has, and most garbage: control characters, those behind ASCII among them.
_CONTROL = re.compile("[\x7f-\x9f]")
SURELY_TEXT = 2


def decrypt(data: bytes, passphrase: str, algorithm: str = DEFAULT_ALGORITHM) -> bytes:
    """
    Decrypt base64 text as `encrypt`, bcfg2-crypt and `openssl enc -a -md md5` write it.

    Text in the authenticated format says so itself; the algorithm does not count for it.

    Blanks and line breaks may stand anywhere in it. A wrong passphrase is noticed by its padding
    only: about one in 256 gives garbage.

    :raises EncryptionError: if it cannot be decrypted; the text has no secrets
    """
    raw = _decode(data)
    if raw.startswith(AUTHENTICATED_MAGIC):
        return unseal(raw, passphrase)
    cipher = make_cipher(algorithm, passphrase, raw[len(MAGIC) : len(MAGIC) + SALT_BYTES])
    decryptor = cipher.decryptor()
    try:
        padded = decryptor.update(raw[len(MAGIC) + SALT_BYTES :]) + decryptor.finalize()
        return unpad(padded, cipher)
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
    cipher = make_cipher(algorithm, passphrase, salt)
    encryptor = cipher.encryptor()
    raw = encryptor.update(pad(data, cipher)) + encryptor.finalize()
    return base64.b64encode(MAGIC + salt + raw) + b"\n"


def encrypt_authenticated(data: bytes, passphrase: str) -> bytes:
    """Encrypt in the authenticated format, as one line of base64 with its line end."""
    return base64.b64encode(seal(data, passphrase)) + b"\n"


def looks_encrypted(data: bytes) -> bool:
    """Say whether this is base64 text of something that was encrypted, in either format."""
    try:
        return _decode(data).startswith((MAGIC, AUTHENTICATED_MAGIC))
    except EncryptionError:
        return False


def is_authenticated(data: bytes) -> bool:
    """Say whether this is base64 text in the authenticated format."""
    try:
        return _decode(data).startswith(AUTHENTICATED_MAGIC)
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
    may do by chance; where the encoding takes all bytes for text, it is told by its characters.

    :raises EncryptionError: if none fits
    """
    if not settings.passphrases:
        raise EncryptionError("Failed to decrypt: [encryption] has no passphrase")
    best, best_likeness = b"", -1
    for plain in _attempts(data, settings):
        likeness = _likeness_to_text(plain, settings.encoding)
        if likeness > best_likeness:
            best, best_likeness = plain, likeness
        if likeness == SURELY_TEXT:
            return plain
    if best_likeness < 0:
        raise EncryptionError("Failed to decrypt: no passphrase of [encryption] fits")
    return best


def _attempts(data: bytes, settings: Settings) -> Iterator[bytes]:
    if not _decode(data).startswith(AUTHENTICATED_MAGIC):
        make_cipher(settings.algorithm, "", b"")  # there is none here, whatever the passphrase
    for secret in settings.passphrases.values():
        try:
            yield decrypt(data, secret, settings.algorithm)
        except EncryptionError:
            continue


def _likeness_to_text(data: bytes, encoding: str) -> int:
    """Return how much data look like text, from 0 up to `SURELY_TEXT`."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return 0
    return SURELY_TEXT if is_legal(text) and _CONTROL.search(text) is None else 1


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
