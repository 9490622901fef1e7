"""OpenPGP signatures of index files, checked by Sequoia."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bcfg2tw.errors import Bcfg2Error

BEGIN_MESSAGE = b"-----BEGIN PGP SIGNED MESSAGE-----"
BEGIN_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"


class BadSignature(Bcfg2Error):
    """A file is not signed by a key of its source, or this cannot be told."""


def verified(data: bytes, key_paths: Sequence[str], signature: bytes | None = None) -> bytes:
    """
    Return what was signed.

    One good signature by any of the keys is enough, as for apt.

    :param data: a message with its signature, or what a detached signature is for
    :raises BadSignature: if there is none by one of the keys, or no key can be read
    """
    sequoia = _sequoia()
    keys = [key for path in key_paths for key in _keys(sequoia, path)]
    try:
        if signature is None:
            return bytes(sequoia.verify(data, lambda wanted: keys).bytes)
        detached = sequoia.Sig.from_bytes(signature)
        sequoia.verify(bytes=data, store=lambda wanted: keys, signature=detached)
    # Sequoia raises several classes, none of its own
    except Exception as error:
        # what follows the first line is a trace of its insides
        reason = str(error).split("\n", 1)[0]
        raise BadSignature(f"no good signature by {', '.join(key_paths)}: {reason}") from error
    return data


def _keys(sequoia: Any, path: str) -> list[Any]:
    try:
        keys: list[Any] = sequoia.Cert.split_file(path)
    # as above, and OSError where the file is missing
    except Exception as error:
        reason = str(error).split("\n", 1)[0]
        raise BadSignature(f"the key {path} cannot be used: {reason}") from error
    return keys


def without_signature(data: bytes) -> bytes:
    """Return what is in a signed message, unchecked; other data as it is (RFC 9580, section 7)."""
    if not data.startswith(BEGIN_MESSAGE):
        return data
    _, _, rest = data.replace(b"\r\n", b"\n").partition(b"\n\n")
    message, _, _ = rest.partition(b"\n" + BEGIN_SIGNATURE)
    lines = message.split(b"\n")
    return b"\n".join(line.removeprefix(b"- ") for line in lines) + b"\n"


def _sequoia() -> Any:
    try:
        import pysequoia
    except ImportError as error:
        raise BadSignature(
            "checking signatures takes the module pysequoia: pip install 'bcfg2tw[packages]', or "
            "remove the source's GPGKey"
        ) from error
    return pysequoia
