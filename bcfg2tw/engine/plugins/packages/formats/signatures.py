"""OpenPGP signatures of index files, checked by Sequoia."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bcfg2tw.errors import Bcfg2Error

BEGIN_MESSAGE = b"-----BEGIN PGP SIGNED MESSAGE-----"
BEGIN_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"

#: The exceptions of Sequoia, which has no class of its own: its failures are RuntimeError.
SEQUOIA_ERRORS = (RuntimeError, ValueError, OSError)


class BadSignature(Bcfg2Error):
    """A file is not signed by a key of its source, or this cannot be told."""


def verify(data: bytes, key_paths: Sequence[str], signature: bytes | None = None) -> bytes:
    """
    Return the text that was signed.

    One good signature by any of the keys is enough, as for apt.

    :param data: a message with its signature, or what a detached signature is for
    :raises BadSignature: if there is none by one of the keys that can be read
    """
    sequoia = _sequoia()
    keys, problems = _keys(sequoia, key_paths)
    try:
        if signature is None:
            return bytes(sequoia.verify(data, lambda _: keys).bytes)
        signature_packet = sequoia.Sig.from_bytes(signature)
        sequoia.verify(bytes=data, store=lambda _: keys, signature=signature_packet)
    except SEQUOIA_ERRORS as error:
        reasons = "; ".join([_first_line(error), *problems])
        raise BadSignature(f"no good signature by {', '.join(key_paths)}: {reasons}") from error
    return data


def _keys(sequoia: Any, paths: Sequence[str]) -> tuple[list[Any], list[str]]:
    """Return the keys in some files, and the problems with the others."""
    keys: list[Any] = []
    problems = []
    for path in paths:
        try:
            keys.extend(sequoia.Cert.split_file(path))
        except SEQUOIA_ERRORS as error:
            problems.append(f"the key {path} cannot be used: {_first_line(error)}")
    return keys, problems


def _first_line(error: Exception) -> str:
    """Return the message of an error of Sequoia's; a trace of its insides follows it."""
    return str(error).split("\n", 1)[0]


def without_signature(data: bytes) -> bytes:
    """Return the text of a signed message, unchecked; other data as it is (RFC 9580, section 7)."""
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
